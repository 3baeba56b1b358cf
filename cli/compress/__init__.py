"""``specpc compress``: reads texts, has the library compress them, writes what comes out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from specpc.batch.settings import Fields
from specpc.errors import UsageError
from specpc.options import DEFAULT_DRAFT, Cut, Format, Protection, Setup, check_budget
from specpc_cli.compress import messages, one
from specpc_cli.compress.checks import check_messages, check_options, check_together, read_question
from specpc_cli.compress.files import FilesRun
from specpc_cli.compress.lines import LinesRun
from specpc_cli.compress.source import from_here, from_server
from specpc_cli.compress.stats import StatsWanted
from specpc_cli.compress.task import Task
from specpc_cli.compress.together import TogetherRun
from specpc_cli.compress.tree import has_folder
from specpc_cli.console import Console
from specpc_cli.inputs import STDIN, check_file
from specpc_cli.options import (
    CacheOption,
    DeviceOption,
    DraftOption,
    DtypeOption,
    GapOption,
    KeepFirstOption,
    KeepLastOption,
    KeepOption,
    OfflineOption,
    QuestionFileOption,
    QuestionOption,
    QuietOption,
    RatioOption,
    ScorerOption,
    TargetTokensOption,
    TokenizerOption,
    UnitOption,
)


def compress(  # noqa: PLR0913, PLR0917 - one parameter an option
    context: typer.Context,
    files: Annotated[
        list[str] | None,
        typer.Argument(
            help="Text files or folders; '-' or none for standard input.", show_default=False
        ),
    ] = None,
    question: QuestionOption = None,
    question_file: QuestionFileOption = None,
    ratio: RatioOption = None,
    target_tokens: TargetTokensOption = None,
    tokenizer: TokenizerOption = "draft",
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="File to write, or folder for several files."),
    ] = None,
    draft: DraftOption = DEFAULT_DRAFT,
    scorer: ScorerOption = "auto",
    unit: UnitOption = "auto",
    gap: GapOption = "",
    input_format: Annotated[
        Format,
        typer.Option(
            "--format",
            help="messages: a chat request in JSON, as OpenAI and Anthropic take it.",
        ),
    ] = "text",
    keep: KeepOption = None,
    keep_first: KeepFirstOption = 0,
    keep_last: KeepLastOption = 0,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object a text: text, spans, counts.")
    ] = False,
    jsonl: Annotated[
        bool, typer.Option("--jsonl", help="Batch: every input line is a JSON object.")
    ] = False,
    context_field: Annotated[
        str | None,
        typer.Option(
            help="With --jsonl: the field that is compressed ('context'; 'text' with --together).",
            show_default=False,
        ),
    ] = None,
    question_field: Annotated[
        str, typer.Option(help="With --jsonl: the field that holds the question.")
    ] = "question",
    share: Annotated[
        bool,
        typer.Option(
            "--together", help="Several texts: one budget for all, spent where it matters."
        ),
    ] = False,
    min_per_document: Annotated[
        int, typer.Option(help="With --together: tokens each document keeps at least.")
    ] = 0,
    template: Annotated[
        str | None,
        typer.Option(
            help="With --together: how each document stands in the joined text "
            "('## {name}\\n{text}\\n\\n').",
            show_default=False,
        ),
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Several texts: go on with an interrupted run.")
    ] = False,
    stats: Annotated[
        bool, typer.Option("--stats", help="Tell the tokens saved and the time spent.")
    ] = False,
    price: Annotated[
        float | None, typer.Option(help="With --stats: price of a million tokens.")
    ] = None,
    server: Annotated[
        str | None,
        typer.Option(
            envvar="SPECPC_SERVER",
            help="Address of a 'specpc serve' that does the work, at once.",
            show_default=False,
        ),
    ] = None,
    device: DeviceOption = "auto",
    dtype: DtypeOption = "auto",
    offline: OfflineOption = False,
    cache: CacheOption = False,
    verbose: Annotated[
        bool, typer.Option("-v", "--verbose", help="Tell how the result came about.")
    ] = False,
    quiet: QuietOption = False,
) -> None:
    """Keep the part of a text that a question needs.

    \b
      specpc compress report.md -q "Who signed the contract?" --ratio 0.2
      cat notes.txt | specpc compress -q "What changed?" --target-tokens 800
      specpc compress prompt.txt --ratio 0.3 | llm
      specpc compress report.md -q "Who signed the contract?" --ratio 0.1 --cache
      specpc compress a.md b.md -q "What was decided?" --ratio 0.2 -o compressed/
      specpc compress docs/ -q "What was decided?" --ratio 0.2 -o compressed/ --resume
      specpc compress a.md b.md docs/ --together -q "Who signed?" --target-tokens 2000
      specpc compress data.jsonl --jsonl --ratio 0.2 -o out.jsonl --resume
      specpc compress chat.json --format messages --tokenizer gpt-4o --target-tokens 8000

    The compressed text goes to standard output, every kept piece byte for byte as it stood in
    the source; messages go to standard error. Without a question, the closing question or
    instruction of the text itself guides the cut and is kept whole; where there is none either,
    words inside sentences are dropped.
    """
    console = Console(verbose=verbose, quiet=quiet)
    sources = files or [STDIN]
    check_budget(ratio=ratio, target_tokens=target_tokens)
    if input_format == "messages":
        check_messages(sources, as_json=as_json, jsonl=jsonl, together=share)
    for source in sources:
        if jsonl or input_format == "messages" or not Path(source).is_dir():
            check_file(source)
    several = len(sources) > 1 or has_folder(sources)
    if share:
        check_together(sources, jsonl=jsonl, resume=resume)
    else:
        if template is not None or min_per_document:
            raise UsageError("--template and --min-per-document go with --together")
        check_options(sources, output, several, as_json=as_json, jsonl=jsonl, resume=resume)
    if output is not None and not output.parent.is_dir():
        raise UsageError(f"there is no folder {output.parent} to write {output.name} into")
    cut = Cut(ratio, target_tokens, gap, Protection(tuple(keep or ()), keep_first, keep_last))
    asked = read_question(question, question_file)
    totals = StatsWanted(stats or price is not None, price)
    setup = Setup(draft, scorer, unit, tokenizer, device, dtype, offline)
    engine = from_server(server, setup, context) if server else from_here(setup, cache, console)
    task = Task(asked, cut, engine.load, console, totals)

    def made_with() -> dict[str, Any]:
        """What a run that goes on must share; the name of a server's draft is asked for."""
        named = {"draft": engine.draft_name(), "scorer": scorer, "unit": unit}
        return {**named, "tokenizer": tokenizer, **task.settings()}

    if input_format == "messages":
        messages.run(sources[0], output, task)
    elif share:
        together = TogetherRun(
            sources,
            output,
            as_json,
            jsonl,
            context_field or "text",
            min_per_document,
            template,
        )
        together.run(task)
    elif jsonl:
        fields = Fields(context_field or "context", question_field)
        LinesRun(sources[0], output, fields, made_with(), resume).run(task)
    elif several:
        printed = {"json": as_json, "stats": as_json and totals.wanted}
        FilesRun(sources, output, as_json, made_with() | printed, resume).run(task)
    else:
        one.run(sources[0], output, task, as_json=as_json)
