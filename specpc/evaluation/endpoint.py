"""A target behind an OpenAI-compatible chat-completions server."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from specpc.errors import SpecPCError, UsageError
from specpc.evaluation.asking import clean, request_after
from specpc.kv.replies import Reply
from specpc.machine.http import HTTPClient, UnreachableError
from specpc.machine.network import split_address

if TYPE_CHECKING:
    from collections.abc import Sequence

_PATH: Final = "/chat/completions"
_WAIT_SECONDS: Final = (1.0, 2.0, 4.0)  # before the second, third and last try
_KEY: Final = "OPENAI_API_KEY"


@dataclass(frozen=True)
class Endpoint:
    """A server, and a model on it.

    Attributes:
        url: where requests go, ending in ``/chat/completions``.
        model: its name there.
        answer_tokens: most tokens of an answer.
        api_key: sent along if there is one.
        waits: seconds before each further try of a request that the server could not serve.
    """

    url: str
    model: str
    answer_tokens: int
    api_key: str | None = field(default=None, repr=False)
    waits: Sequence[float] = _WAIT_SECONDS

    @classmethod
    def at(cls, address: str, model: str, answer_tokens: int) -> Endpoint:
        """An endpoint as the user named it, with the key from the environment.

        Raises:
            UsageError: the address or the key cannot be used.
        """
        key = os.environ.get(_KEY, "").strip()
        if not (key.isascii() and key.isprintable()):
            raise UsageError(f"{_KEY} holds characters that no key has")
        return cls(check_address(address), model, answer_tokens, key or None)

    def answer(self, context: str, question: str) -> Reply:
        """Ask with temperature 0; the whole context is sent.

        Raises:
            SpecPCError: the server cannot be reached, refuses, or answers with something else.
        """
        request = {
            "model": self.model,
            "messages": [{"role": "user", "content": context + request_after(question)}],
            "temperature": 0,
            "max_tokens": self.answer_tokens,
        }
        reply = self._send(json.dumps(request).encode())
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
            self.url, headers, self.waits, lambda s: s == 429 or s >= 500, proxies=True
        )
        try:
            response = client.send("POST", self.url, body)
        except UnreachableError as error:
            raise SpecPCError(f"{self.url} cannot be reached: {error}") from error
        if response.is_success:
            return response.content
        status = response.status_code
        hint = f" (the key is taken from {_KEY})" if status in (401, 403) else ""
        raise SpecPCError(
            f"{self.url} answered {status} {response.reason_phrase}{hint}: "
            f"{_shorten(response.content)}"
        )


def check_address(address: str) -> str:
    """Where requests go, of a server's address such as ``http://127.0.0.1:8000/v1``.

    Raises:
        UsageError: it is none.
    """
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
