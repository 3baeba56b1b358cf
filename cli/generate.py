"""``specpc generate``: a model on this machine answers from a long text, at less memory."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from specpc.errors import UsageError
from specpc.kv.settings import METHODS
from specpc.options import DEFAULT_DRAFT, SCORERS
from specpc_cli import options as opt
from specpc_cli.inputs import STDIN, read_text
from specpc_cli.outputs import write_stdout

if TYPE_CHECKING:
    from collections.abc import Iterator

    from specpc.kv.answering import Answerer
    from specpc.kv.replies import Cost
    from specpc.kv.settings import KVSettings
    from specpc.machine.reporting import Report
    from specpc.options import Setup


@opt.asking("question", "question_file", *opt.WHERE, "quiet")
def generate(  # noqa: PLR0913 - one parameter an option
    *,
    files: Annotated[
        list[str] | None,
        typer.Argument(
            help="Text files, read one after the other; '-' or none for standard input.",
            show_default=False,
        ),
    ] = None,
    method: Annotated[
        str,
        opt.budget(
            f"How memory is saved: {', '.join(METHODS)}.", autocompletion=opt.completing(METHODS)
        ),
    ] = "speckv",
    prompt_budget: Annotated[
        int | None, opt.budget("specpc, speckv-pc: most tokens of the text [default: 2048].")
    ] = None,
    kv_budget: Annotated[
        int | None,
        opt.budget(
            "speckv, speckv-pc, snapkv, streaming: entries of the prompt kept in every head "
            "of the KV cache [default: 256]."
        ),
    ] = None,
    max_new_tokens: Annotated[int, opt.budget("Most tokens of the answer.")] = 256,
    verbose: Annotated[bool, opt.io("Tell times, tokens and memory.", "-v", "--verbose")] = False,
    target: Annotated[
        str,
        opt.draft("Model that answers: a name as for --draft.", autocompletion=opt.complete_drafts),
    ] = DEFAULT_DRAFT,
    asked: opt.Asked,
    lookahead: Annotated[
        int | None,
        opt.draft(
            "speckv, speckv-pc: most tokens of the draft's guess [default: as many as the "
            "answer may have]."
        ),
    ] = None,
    scorer: Annotated[
        str | None,
        opt.draft(
            f"specpc, speckv-pc: what shortens the text: {', '.join(SCORERS)}; paper guesses "
            "the answer on the way [default: auto].",
            autocompletion=opt.completing(SCORERS),
        ),
    ] = None,
) -> None:
    """Let a model on this machine answer from a long text, with less memory.

    \b
      specpc generate report.md -q "Who signed the contract?" --target ./my-model
      cat notes.txt | specpc generate -q "What is due?" --method snapkv -v

    The answer goes to standard output as it is written. A draft model reads the text first and
    guesses the answer; what the target attends to from that guess stays in its KV cache.
    """
    from specpc.kv.settings import KVSettings

    sources = files or [STDIN]
    if sources.count(STDIN) > 1:
        raise UsageError("standard input can be read only once")
    settings = KVSettings(method, prompt_budget, kv_budget, lookahead, max_new_tokens, scorer)  # type: ignore[arg-type] # checks it
    context = "\n\n".join(read_text(source) for source in sources)
    setup = replace(asked.setup, scorer=scorer or "auto")
    answerer = _load(target, setup, settings, asked.console.tell)
    # No bar: it would be drawn into the answer on the same screen.
    reply = answerer.answer(
        context, asked.question, tell=lambda piece: write_stdout(piece.encode())
    )
    if not reply.text.endswith("\n"):
        write_stdout(b"\n")
    if verbose and reply.cost is not None:
        for line in _details(reply.cost, settings.method):
            asked.console.tell(line)


def _load(target: str, setup: Setup, settings: KVSettings, report: Report) -> Answerer:
    from specpc.drafts.load import load_draft, load_target
    from specpc.kv.answering import Answerer
    from specpc.pipeline.compressor import Compressor

    model = load_target(target, *setup.where, report=report)
    if not settings.needs_draft:
        return Answerer(model, settings)
    same = setup.draft == target
    draft = model if same else load_draft(setup.draft, *setup.where, report=report)
    return Answerer(model, settings, Compressor.of(setup, loaded=draft))


def _details(cost: Cost, method: str) -> Iterator[str]:
    yield (
        f"first token after {cost.first_seconds:.2f} s, then {cost.tokens_per_second:.1f} "
        f"tokens/s; {cost.answer_tokens:,} tokens in {cost.seconds:.2f} s"
    )
    peak = "unknown" if cost.peak_bytes is None else f"{cost.peak_bytes / 2**20:,.0f} MiB"
    yield (
        f"method {method}, prompt {cost.prompt_tokens:,} tokens, KV cache "
        f"{cost.cache_bytes:,} bytes, peak memory {peak}"
    )
