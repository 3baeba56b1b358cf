"""What of a target's reply counts as an answer, and targets behind servers.

What is not known here: how texts were compressed, what targets are asked, and what a right answer
is.
"""

from __future__ import annotations

import json
import os
import re
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import responses
from typing import Any, Final, Protocol

from specpc.errors import SpecPCError, UsageError
from specpc.kv.replies import Reply
from specpc.machine.http import HTTPClient, UnreachableError
from specpc.machine.network import split_address

# Enough for four of RULER's numbers in a vocabulary of digits; most answers end far earlier.
ANSWER_TOKENS: Final = 64

_THOUGHTS: Final = re.compile(r"(?<!\s)\s*<think>.*?</think>", re.DOTALL)

_PATH: Final = "/chat/completions"
_WAIT_SECONDS: Final = (1.0, 2.0, 4.0)  # before the second, third and last try
_KEY: Final = "OPENAI_API_KEY"


class Target(Protocol):
    """Answers questions from a context."""

    def answer(self, context: str, question: str, tokens: int | None = None) -> Reply:
        """The target's most probable answer to a question in all its words.

        It has at most so many tokens, or as many as the target gives where nobody says.
        """


def clean(text: str) -> str:
    """An answer without the thoughts that some models write down first."""
    return _THOUGHTS.sub("", text, count=1).strip() if _THOUGHTS.match(text) else text.strip()


@dataclass(frozen=True)
class Endpoint:
    """A model on an OpenAI-compatible chat-completions server."""

    url: str  # where requests go, ending in /chat/completions
    model: str  # its name there
    answer_tokens: int
    api_key: str | None = field(default=None, repr=False)

    @classmethod
    def at(cls, address: str, model: str, answer_tokens: int) -> Endpoint:
        """An endpoint with the key from the environment; `UsageError` where it cannot be used."""
        key = os.environ.get(_KEY, "").strip()
        if not (key.isascii() and key.isprintable()):
            raise UsageError(f"{_KEY} holds characters that no key has")
        return cls(check_address(address), model, answer_tokens, key or None)

    def answer(self, context: str, question: str, tokens: int | None = None) -> Reply:
        """Ask with temperature 0; the whole context is sent, a blank line, and the question.

        Raises:
            SpecPCError: the server cannot be reached, refuses, or answers with something else.
        """
        body = {
            "model": self.model,
            "messages": [{"role": "user", "content": f"{context}\n\n{question}"}],
            "temperature": 0,
            "max_tokens": tokens or self.answer_tokens,
        }
        reply = self._send(json.dumps(body).encode())
        try:
            content = json.loads(reply)["choices"][0]["message"]["content"]
            if not isinstance(content, (str, type(None))):
                raise TypeError("the content is no string")
        except (ValueError, KeyError, IndexError, TypeError, RecursionError) as error:
            raise SpecPCError(
                f"{self.url} did not answer with a chat completion: {_shorten(reply)}"
            ) from error
        return Reply(clean(content or ""))

    def _send(self, body: bytes) -> bytes:
        """The server's answer; a busy or broken server is asked again."""
        headers = {"content-type": "application/json"}
        if self.api_key is not None:
            headers["authorization"] = f"Bearer {self.api_key}"
        client = HTTPClient(
            self.url, headers, _WAIT_SECONDS, lambda s: s == 429 or s >= 500, proxies=True
        )
        try:
            response = client.send("POST", self.url, body)
        except UnreachableError as error:
            raise SpecPCError(f"{self.url} cannot be reached: {error}") from error
        status = response.status_code
        if status // 100 == 2:
            return response.content
        hint = f" (the key is taken from {_KEY})" if status in (401, 403) else ""
        raise SpecPCError(
            f"{self.url} answered {status} {responses.get(status, '')}{hint}: "
            f"{_shorten(response.content)}"
        )


def check_address(address: str) -> str:
    """Where requests go, of a server's address; raises `UsageError` where it is none."""
    parts = split_address(address)
    if parts is None:
        raise UsageError(
            f"an endpoint is an address such as http://127.0.0.1:8000/v1, not {address!r}"
        )
    if parts.username is not None:
        raise UsageError(f"an endpoint has no user name in its address: set {_KEY} instead")
    return address.rstrip("/").removesuffix(_PATH) + _PATH


def _shorten(reply: bytes, width: int = 200) -> str:
    """The message in a server's answer, or else its beginning, on one line."""
    text: Any = reply.decode("utf-8", "replace")
    with suppress(ValueError, RecursionError):
        found = json.loads(text)
        while isinstance(found, dict):
            found = next((found[key] for key in ("error", "message", "detail") if key in found), "")
        text = found or text
    line = " ".join(str(text).split())
    return (line if len(line) <= width else line[: width - 3] + "...") or "an empty answer"
