"""``specpc compress``: reads texts, has the library compress them, writes what comes out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from specpc.batch.settings import Fields
from specpc.errors import UsageError
from specpc.options import DEFAULT_DRAFT, DEFAULT_RATIO, Cut, Format, Protection, Setup
from specpc_cli import options as opt
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


def compress(  # noqa: PLR0913, PLR0917 - one parameter an option
    context: typer.Context,
    files: Annotated[
        list[str] | None,
        typer.Argument(
            help="Text files or folders; '-' or none for standard input.", show_default=False
        ),
    ] = None,
    ratio: opt.Ratio = DEFAULT_RATIO,
    target_tokens: opt.TargetTokens = None,
    tokenizer: opt.Tokenizer = "draft",
    question: opt.Question = None,
    question_file: opt.QuestionFile = None,
    unit: opt.Unit = "auto",
    gap: opt.Gap = "",
    keep: opt.Keep = None,
    keep_first: opt.KeepFirst = 0,
    keep_last: opt.KeepLast = 0,
    output: opt.Output = None,
    input_format: Annotated[
        Format,
        opt.io("messages: a chat request in JSON, as OpenAI and Anthropic take it.", "--format"),
    ] = "text",
    as_json: Annotated[
        bool, opt.io("Print one JSON object a text: text, spans, counts.", "--json")
    ] = False,
    stats: Annotated[bool, opt.io("Tell the tokens saved and the time spent.", "--stats")] = False,
    price: Annotated[float | None, opt.io("With --stats: price of a million tokens.")] = None,
    verbose: opt.Verbose = False,
    quiet: opt.Quiet = False,
    draft: opt.Draft = DEFAULT_DRAFT,
    scorer: opt.Scorer = "auto",
    device: opt.Device = "auto",
    dtype: opt.Dtype = "auto",
    offline: opt.Offline = False,
    cache: opt.Cache = False,
    server: opt.Server = None,
    share: Annotated[
        bool,
        opt.many("One budget for all texts, spent where it matters.", "--together"),
    ] = False,
    min_per_document: Annotated[
        int,
        opt.many("With --together: tokens each document keeps at least."),
    ] = 0,
    template: Annotated[
        str | None,
        opt.many(
            "With --together: how each document stands in the joined text "
            "('## {name}\\n{text}\\n\\n')."
        ),
    ] = None,
    jsonl: Annotated[bool, opt.many("Every input line is a JSON object.", "--jsonl")] = False,
    context_field: Annotated[
        str | None,
        opt.many("With --jsonl: the field that is compressed ('context'; 'text' with --together)."),
    ] = None,
    question_field: opt.QuestionField = "question",
    resume: opt.Resume = False,
) -> None:
    """Keep the part of a text that a question needs.

    \b
      specpc compress report.md -q "Who signed the contract?"
      specpc compress report.md -q "Who signed the contract?" --ratio 0.1 --cache
      cat notes.txt | specpc compress -q "What changed?" --target-tokens 800
      specpc compress prompt.txt --ratio 0.3 | llm
      specpc compress a.md b.md -q "What was decided?" -o compressed/
      specpc compress docs/ -q "What was decided?" -o compressed/ --resume
      specpc compress a.md docs/ --together -q "Who signed?" --target-tokens 2000
      specpc compress data.jsonl --jsonl --ratio 0.2 -o out.jsonl --resume
      specpc compress chat.json --format messages --tokenizer gpt-4o

    The compressed text goes to standard output, every kept piece byte for byte as it stood in
    the source; messages go to standard error. Without a question, the closing question or
    instruction of the text itself guides the cut and is kept whole; where there is none either,
    words inside sentences are dropped.
    """
    console = Console(verbose=verbose, quiet=quiet)
    sources = files or [STDIN]
    cut = Cut(ratio, target_tokens, gap, Protection(tuple(keep or ()), keep_first, keep_last))
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
