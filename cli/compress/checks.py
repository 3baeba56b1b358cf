"""Which options of ``specpc compress`` go together."""

from __future__ import annotations

from pathlib import Path

from specpc.errors import UsageError
from specpc_cli.inputs import STDIN, check_file, read_text


def check_options(
    sources: list[str],
    output: Path | None,
    several: bool,
    *,
    as_json: bool,
    jsonl: bool,
    resume: bool,
) -> None:
    """Raise `UsageError` for options that do not go together; each text stands by itself."""
    if resume and not (jsonl or several):
        raise UsageError("--resume goes with --jsonl, several files or a folder")
    if resume and output is None:
        where = "FILE" if jsonl else "DIR"
        raise UsageError(f"--resume needs -o {where}: what was printed cannot be gone on with")
    if jsonl and as_json:
        raise UsageError("--jsonl already writes JSON: leave out --json")
    if several and not jsonl and output is None and not as_json:
        raise UsageError("a folder, or several files, need -o DIR or --json")
    _check_sources(sources, jsonl=jsonl)


def check_together(sources: list[str], *, jsonl: bool, resume: bool) -> None:
    """The same, where all texts share one budget."""
    if resume:
        raise UsageError("--together reads all documents at once: leave out --resume")
    _check_sources(sources, jsonl=jsonl)


def check_messages(sources: list[str], *, as_json: bool, jsonl: bool, together: bool) -> None:
    """The same, where the text is a chat request."""
    if as_json or jsonl:
        raise UsageError("--format messages reads and writes JSON: leave out --json and --jsonl")
    if together:
        raise UsageError("--format messages reads one request: leave out --together")
    if len(sources) > 1:
        raise UsageError("--format messages reads one file: compress several one by one")


def read_question(question: str | None, file: Path | None) -> str | None:
    """The question, from wherever it was given."""
    if question is not None and file is not None:
        raise UsageError("give the question with -q or with --question-file, not both")
    if file is not None:
        check_file(str(file))
        question = read_text(str(file))
    if question is not None and not question.strip():
        raise UsageError("the question is empty: ask something, or leave -q out")
    return question


def _check_sources(sources: list[str], *, jsonl: bool) -> None:
    """Raise `UsageError` for sources that cannot be read together."""
    if jsonl and len(sources) > 1:
        raise UsageError("--jsonl reads one file: join several with cat and pipe them in")
    if sources.count(STDIN) > 1:
        raise UsageError("standard input can be read only once")
