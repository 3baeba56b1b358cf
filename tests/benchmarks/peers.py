"""Other people's compressors as methods of ``specpc eval``, each in a Python of its own.

LLMLingua crashes on the transformers that specpc needs, and Selective Context asks for a release of
spaCy that no longer installs. They run in a second environment, in a process that reads one JSON
request a line and answers with one line (`peer_worker.py`); PEER_PYTHON is its interpreter:

PEER_PYTHON=peers/bin/python specpc eval data/*.jsonl --method tests.benchmarks.peers:llmlingua
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import weakref
from contextlib import suppress
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from specpc.drafts.catalogue import find_draft
from specpc.drafts.locate import find_folder
from specpc.errors import InputError, SpecPCError, UsageError
from specpc.evaluation.base import KeptText, MethodSetup
from specpc.models.draft import runtime_of
from specpc.options import Cut
from specpc.text.spans import merge

if TYPE_CHECKING:
    from collections.abc import Callable

    from specpc.evaluation.data import Item
    from specpc.models.draft import Draft
    from specpc.models.tokens import TextEncoder

_WORKER: Final = Path(__file__).with_name("peer_worker.py")
_PYTHON: Final = "PEER_PYTHON"
_SETUP: Final = (
    "it runs in an environment of its own: python -m venv peers, then "
    "peers/bin/pip install llmlingua 'transformers<4.47', for selective-context also "
    f"peers/bin/pip install --no-deps selective-context, then set {_PYTHON}=peers/bin/python"
)


def llmlingua(setup: MethodSetup) -> PeerMethod:
    """LLMLingua's tokens."""
    return _start("llmlingua", setup)


def longllmlingua(setup: MethodSetup) -> PeerMethod:
    """LongLLMLingua's, which read the question."""
    return _start("longllmlingua", setup)


def selective_context(setup: MethodSetup) -> PeerMethod:
    """Sentences by Selective Context's self-information."""
    return _start("selective-context", setup)


def selective_context_tokens(setup: MethodSetup) -> PeerMethod:
    """Tokens by the same."""
    return _start("selective-context:token", setup)


def _start(name: str, setup: MethodSetup) -> PeerMethod:
    python = os.environ.get(_PYTHON)
    if not python:
        raise UsageError(f"the method {name} needs {_PYTHON}: {_SETUP}")
    return start_peer(name, setup.models.draft, setup.models.encoder, python)


@dataclass(frozen=True)
class PeerMethod:
    """A compressor in another process; every ratio is a run of its own there."""

    name: str
    encoder: TextEncoder
    ask: Callable[[dict[str, Any]], dict[str, Any]]

    def prepare(self, item: Item) -> Callable[[float], KeptText]:
        """Nothing is shared between ratios but the length."""
        length = self.encoder.count(item.context)

        def compress(ratio: float) -> KeptText:
            budget = Cut(ratio).tokens(length)
            request = {"context": item.context, "question": item.question, "tokens": budget}
            answer = self.ask(request)
            if "error" in answer:
                raise InputError(f"{self.name}: {answer['error']}")
            text = str(answer["text"])
            ranges = align(self.encoder, item.context, text)
            return KeptText(text, tuple(ranges), length, self.encoder.count(text))

        return compress


def align(encoder: TextEncoder, source: str, text: str) -> list[tuple[int, int]]:
    """Where in the source the pieces of a text stood that was decoded from kept tokens."""
    tokens = encoder.encode(source)
    matcher = SequenceMatcher(None, tokens.ids.tolist(), encoder.plain_ids(text), autojunk=False)
    bounds = tokens.bounds.tolist()
    return merge(
        [(bounds[block.a], bounds[block.a + block.size]) for block in matcher.get_matching_blocks()]
    )


def start_peer(name: str, draft: Draft, encoder: TextEncoder, python: str) -> PeerMethod:
    """Start a peer with our draft as its model.

    Args:
        name: what `peer_worker.py` knows it by.
        draft: the draft; its folder is handed over.
        encoder: counts tokens.
        python: interpreter of the environment the peer is installed in.

    Raises:
        UsageError: there is no interpreter of that name.
        SpecPCError: the peer is not installed there, or cannot be started.
    """
    folder = find_folder(find_draft(draft.name))
    if folder is None:
        raise SpecPCError(f"the method {name} needs a draft that lies in a folder")
    scratch = tempfile.TemporaryDirectory(prefix="specpc-peer-")
    _hand_over(folder, Path(scratch.name), runtime_of(draft.model).dtype)
    command = [python, "-I", str(_WORKER), name, scratch.name]
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
        )
    except OSError as error:
        scratch.cleanup()
        raise UsageError(f"cannot start {python}: {error.strerror}") from error

    def ask(request: dict[str, Any]) -> dict[str, Any]:
        return _exchange(name, process, request)

    method = PeerMethod(name, encoder, ask)
    weakref.finalize(method, _stop, process, scratch)
    ready = _exchange(name, process, None)
    if "error" in ready:
        raise SpecPCError(f"the method {name} does not start ({ready['error']}); {_SETUP}")
    return method


def _exchange(
    name: str, process: subprocess.Popen[str], request: dict[str, Any] | None
) -> dict[str, Any]:
    assert process.stdin is not None and process.stdout is not None  # noqa: PT018
    try:
        if request is not None:
            process.stdin.write(json.dumps(request) + "\n")
            process.stdin.flush()
        answer: dict[str, Any] = json.loads(process.stdout.readline())
    except (OSError, ValueError) as error:
        raise SpecPCError(f"the process of the method {name} has ended; {_SETUP}") from error
    return answer


def _stop(process: subprocess.Popen[str], scratch: tempfile.TemporaryDirectory[str]) -> None:
    process.terminate()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with suppress(OSError):  # what it did not read before it ended
                pipe.close()
    scratch.cleanup()


def _hand_over(folder: Path, scratch: Path, dtype: str) -> None:
    """A folder with the draft's files that transformers 4 understands, to be run in ``dtype``."""
    for file in folder.iterdir():
        if file.name not in ("config.json", "tokenizer_config.json"):
            (scratch / file.name).symlink_to(file.resolve())
    config = json.loads((folder / "config.json").read_text("utf-8"))
    # Renamed in transformers 5; an unknown name would silently mean the default.
    config |= {"rope_theta": config.get("rope_parameters", config).get("rope_theta", 10000.0)}
    config |= {"torch_dtype": dtype}
    (scratch / "config.json").write_text(json.dumps(config), "utf-8")
    tokenizer = json.loads((folder / "tokenizer_config.json").read_text("utf-8"))
    tokenizer |= {"tokenizer_class": "PreTrainedTokenizerFast"}
    (scratch / "tokenizer_config.json").write_text(json.dumps(tokenizer), "utf-8")
