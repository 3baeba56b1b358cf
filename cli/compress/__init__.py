"""``specpc compress``: reads texts, has the library compress them, writes what comes out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from specpc.batch.settings import Fields
from specpc.options import TURNS, Format
from specpc_cli import options as opt
from specpc_cli.compress.checks import Modes, check_options
from specpc_cli.compress.files import compress_files
from specpc_cli.compress.lines import Texts, compress_lines
from specpc_cli.compress.messages import Requests, compress_messages
from specpc_cli.compress.one import compress_one
from specpc_cli.compress.stats import Totals
from specpc_cli.compress.task import Task
from specpc_cli.compress.together import compress_together
from specpc_cli.compress.tree import has_folder
from specpc_cli.inputs import STDIN, check_file
from specpc_cli.source import find_source, from_here, from_process


@opt.asking()
def compress(  # noqa: PLR0913, PLR0917 - one parameter an option
    context: typer.Context,
    asked: opt.Asked,
    files: Annotated[
        list[str] | None,
        typer.Argument(
            help="Text files or folders; '-' or none for standard input.", show_default=False
        ),
    ] = None,
    output: Annotated[
        Path | None, opt.output("File to write, or folder for several files.")
    ] = None,
    input_format: Annotated[
        Format,
        opt.io(
            "text: of HTML, the words it shows. html: HTML that stays well-formed. messages: a "
            "chat request in JSON, as OpenAI, Anthropic and Gemini take it.",
            "--format",
        ),
    ] = "text",
    as_json: Annotated[
        bool, opt.io("Print one JSON object a text: text, spans, counts.", "--json")
    ] = False,
    stats: Annotated[bool, opt.io("Tell the tokens saved and the time spent.", "--stats")] = False,
    price: Annotated[float | None, opt.io("With --stats: price of a million tokens.")] = None,
    cache: opt.Cache = False,
    server: opt.Server = None,
    together: Annotated[
        bool, opt.many("One budget for all texts, spent where it matters.", "--together")
    ] = False,
    min_per_document: Annotated[
        int, opt.many("With --together: tokens each document keeps at least.")
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
        opt.many(
            "With --jsonl: the field that is compressed ('context'; 'text' with --together; the "
            "line itself with --format messages)."
        ),
    ] = None,
    question_field: opt.QuestionField = "question",
    keep_short: opt.KeepShort = False,
    resume: opt.Resume = False,
    roles: opt.Roles = opt.ROLES_CUT,
    min_tokens: opt.MinTokens = opt.MIN_TOKENS,
    requery: opt.Requery = False,
) -> None:
    """Keep the part of a text that a question needs.

    \b
      specpc compress report.md -q "Who signed the contract?"
      cat notes.txt | specpc compress -q "What changed?" --target-tokens 800
      specpc compress prompt.txt --ratio 0.3 | llm
      specpc compress docs/ -q "What was decided?" -o compressed/ --resume
      specpc compress a.md docs/ --together -q "Who signed?" --target-tokens 2000
      specpc compress data.jsonl --jsonl --ratio 0.2 -o out.jsonl --resume
      specpc compress chat.json --format messages --tokenizer gpt-4o

    The compressed text goes to standard output, every kept piece byte for byte as it stood in
    the source; messages go to standard error. Without a question, the closing question or
    instruction of the text itself guides the cut and is kept whole; where there is none either,
    what together tells most of the text is kept.
    """
    sources = files or [STDIN]
    if input_format == "html":
        asked = replace(asked, setup=replace(asked.setup, markup="html"))
    chat = input_format == "messages"
    each = not (chat or together or jsonl) and (len(sources) > 1 or has_folder(sources))
    local = from_process if each or (jsonl and not together) else from_here
    source = find_source(asked, server, context) if server else local(asked, cache)
    Totals(price)  # checks it
    wants = price is not None or stats
    task = Task(sources, output, as_json, jsonl, resume, asked, *source, price, wants)
    turns = opt.turns_of(roles, min_tokens, requery)
    framed = template is not None or min_per_document != 0
    modes = Modes(chat, together, each, framed, keep_short, turned=turns != TURNS)
    check_options(task, modes)
    for name in sources:
        if jsonl or chat or not Path(name).is_dir():
            check_file(name)
    if chat and jsonl:
        compress_lines(task, Requests(context_field, turns))
    elif chat:
        compress_messages(task, turns)
    elif together:
        compress_together(task, context_field or "text", min_per_document, template)
    elif jsonl:
        names = Fields(context_field or "context", question_field)
        compress_lines(task, Texts(names, keep_short))
    elif each:
        compress_files(task)
    else:
        compress_one(task)
