"""The kinds of data that stand alone, in a file of their own, or in a code fence: one row each.

A kind has a module with a function ``lay_out_KIND(text) -> Layout | None``, and a row in `DATA`.
What also stands in the middle of other text has a function that finds the lines there.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from specpc.structure.code.assembler import lay_out_assembler
from specpc.structure.code.listings import lay_out_listing, listing_runs
from specpc.structure.code.scripts import FENCES, OTHER_ENDINGS, lay_out_script
from specpc.structure.code.sql import lay_out_sql, sql_runs
from specpc.structure.config.braces import braces_runs, lay_out_braces
from specpc.structure.config.dialects import DIALECTS
from specpc.structure.config.settings import config_runs, lay_out_config
from specpc.structure.config.statements import lay_out_dockerfile, lay_out_makefile
from specpc.structure.config.yaml import lay_out_yaml, yaml_runs
from specpc.structure.config.zones import lay_out_zone
from specpc.structure.console.diagnostics import diagnostic_runs, lay_out_diagnostics
from specpc.structure.console.drawings import drawing_runs, lay_out_drawing
from specpc.structure.console.exchanges import exchange_runs, lay_out_exchange
from specpc.structure.console.folders import folder_runs, lay_out_folders
from specpc.structure.console.indented import lay_out_indented, tree_runs
from specpc.structure.console.logs import lay_out_log, log_runs
from specpc.structure.console.margins import lay_out_outline, outline_runs
from specpc.structure.console.requests import lay_out_requests
from specpc.structure.console.searches import lay_out_search, search_runs
from specpc.structure.console.services import lay_out_services, service_runs
from specpc.structure.console.sessions import lay_out_session, session_runs
from specpc.structure.console.traces import lay_out_trace, trace_runs
from specpc.structure.json.values import lay_out_fields, lay_out_json, lay_out_json_lines
from specpc.structure.mails.messages import lay_out_mails
from specpc.structure.markup.html import lay_out_html
from specpc.structure.markup.latex import lay_out_latex
from specpc.structure.markup.outlines import (
    lay_out_asciidoc,
    lay_out_jira,
    lay_out_org,
    lay_out_pod,
    lay_out_wiki,
)
from specpc.structure.markup.rst import lay_out_rst
from specpc.structure.markup.xml import lay_out_xml
from specpc.structure.records.armours import armour_runs, lay_out_armours
from specpc.structure.records.banners import lay_out_banners, lay_out_files
from specpc.structure.records.commits import commit_runs, lay_out_commits
from specpc.structure.records.components import component_runs, lay_out_components
from specpc.structure.records.diffs import diff_runs, lay_out_diff
from specpc.structure.records.formats import lay_out_records, record_runs
from specpc.structure.records.stanzas import lay_out_named_stanzas, lay_out_stanzas, stanza_runs
from specpc.structure.tables.columns import column_runs, lay_out_columns
from specpc.structure.tables.contents import contents_runs, lay_out_contents
from specpc.structure.tables.csv import lay_out_csv
from specpc.structure.tables.stacked import lay_out_stacked, stacked_runs
from specpc.structure.talk.captions import caption_runs, lay_out_captions
from specpc.structure.talk.examples import (
    example_runs,
    lay_out_examples,
    lay_out_questions,
    question_runs,
)
from specpc.structure.talk.keys import key_runs, lay_out_keys
from specpc.structure.talk.templates import lay_out_template
from specpc.structure.talk.transcripts import lay_out_paste, lay_out_transcript, paste_runs
from specpc.text.patterns import lazy_re

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from specpc.text.layout import Layout


@dataclass(frozen=True)
class Kind:
    """A kind of text.

    Attributes:
        lay_out: the pieces of a text; ``None`` if it is of another kind.
        names: how code fences call it, and how names of its files end.
        endings: how else names of its files end.
        named: in place of ``lay_out`` where the name of the file says that it is of this kind.
        runs: numbers of lines, first and one past the last, that may be of this kind in the middle
            of other text, given that and the spans of its lines.
        whole: whether nothing but all of a text tells that it is of this kind, which is soon seen.
        signed: whether signs that may stand anywhere tell that it is none, soon.
    """

    lay_out: Callable[[str], Layout | None]
    names: tuple[str, ...] = ()
    endings: tuple[str, ...] = ()
    named: Callable[[str], Layout | None] | None = None
    runs: Callable[[str, Sequence[tuple[int, int]]], Iterator[tuple[int, int]]] | None = None
    whole: bool = False
    signed: bool = False


# The surest first: what is JSON is nothing else.
DATA: tuple[Kind, ...] = (
    Kind(lay_out_json, ("json", "jsonc", "json5"), whole=True),
    Kind(lay_out_json_lines, ("jsonl", "ndjson", "json"), whole=True),
    Kind(lay_out_files, signed=True),
    Kind(lay_out_fields, whole=True),
    Kind(
        lay_out_xml,
        ("xml",),
        (
            "svg",
            "rss",
            "atom",
            "plist",
            "pom",
            "xsd",
            "xsl",
            "xslt",
            "wsdl",
            "csproj",
            "props",
            "targets",
            "resx",
            "gpx",
            "kml",
            "tei",
            "opml",
        ),
        partial(lay_out_xml, named=True),
        whole=True,
    ),
    Kind(
        lay_out_latex, ("tex", "latex"), ("ltx",), partial(lay_out_latex, named=True), signed=True
    ),
    Kind(lay_out_rst, ("rst",), named=partial(lay_out_rst, named=True), signed=True),
    Kind(
        lay_out_asciidoc,
        ("adoc", "asciidoc"),
        ("asc",),
        partial(lay_out_asciidoc, named=True),
        signed=True,
    ),
    Kind(lay_out_org, ("org",), named=partial(lay_out_org, named=True), signed=True),
    Kind(lay_out_pod, ("pod",), named=partial(lay_out_pod, named=True), signed=True),
    Kind(lay_out_wiki, ("mediawiki", "wiki"), named=partial(lay_out_wiki, named=True), signed=True),
    Kind(lay_out_jira, signed=True),
    Kind(lay_out_html, ("html",), ("htm", "xhtml"), partial(lay_out_html, sure=True), whole=True),
    Kind(lay_out_armours, ("pem", "asc", "crt", "key", "gpg"), runs=armour_runs),
    Kind(lay_out_drawing, runs=drawing_runs),
    Kind(lay_out_components, ("vcf", "ics"), ("vcard", "ical", "ifb"), runs=component_runs),
    Kind(lay_out_captions, ("srt", "vtt"), ("sbv",), runs=caption_runs),
    Kind(lay_out_commits, ("patch", "mbox"), runs=commit_runs),
    Kind(lay_out_diff, ("diff", "patch"), runs=diff_runs),
    Kind(lay_out_mails, ("eml", "mbox"), signed=True),
    Kind(
        lay_out_records,
        ("po", "ldif", "bib", "bibtex", "ris"),
        ("pot", "nbib", "enw", "ass", "ssa", "ged", "fasta", "fa"),
        runs=record_runs,
    ),
    Kind(lay_out_search, runs=search_runs),
    Kind(lay_out_folders, runs=folder_runs),
    Kind(lay_out_exchange, runs=exchange_runs),
    Kind(lay_out_requests, ("http",), ("rest",), partial(lay_out_requests, named=True)),
    Kind(lay_out_services, runs=service_runs),
    Kind(lay_out_session, ("console", "pycon", "irb", "psql", "shell-session"), runs=session_runs),
    Kind(lay_out_listing, runs=listing_runs),
    Kind(lay_out_diagnostics, runs=diagnostic_runs),
    Kind(lay_out_template, ("chatml",), signed=True),
    Kind(lay_out_examples, runs=example_runs),
    Kind(lay_out_csv, ("csv", "tsv"), named=partial(lay_out_csv, named=True)),
    Kind(lay_out_paste, runs=paste_runs),
    Kind(partial(lay_out_trace, least=1.0)),  # some of which are alike, as stanzas are
    Kind(lay_out_banners, signed=True),
    Kind(lay_out_named_stanzas),
    Kind(lay_out_log, ("log",), runs=log_runs),
    Kind(lay_out_trace, ("pytb", "traceback", "stacktrace"), runs=trace_runs),
    *(
        Kind(
            partial(lay_out_braces, dialect=dialect),
            dialect.names,
            dialect.endings,
            partial(lay_out_braces, dialect=dialect, named=True),
            partial(braces_runs, dialect=dialect),
        )
        for dialect in DIALECTS
    ),
    Kind(
        lay_out_assembler,
        ("asm", "nasm", "s", "assembly"),
        named=partial(lay_out_assembler, named=True),
    ),
    Kind(lay_out_sql, ("sql",), ("ddl",), partial(lay_out_sql, named=True), sql_runs),
    Kind(lay_out_zone, ("zone", "dns"), named=partial(lay_out_zone, named=True)),
    Kind(lay_out_dockerfile, ("dockerfile", "docker")),
    Kind(lay_out_makefile, ("makefile", "make", "mk")),
    Kind(
        lay_out_config,
        ("toml", "ini", "cfg", "conf", "env", "properties", "desktop", "service", "dotenv"),
        ("editorconfig", "gitconfig", "timer", "socket", "mount", "target", "reg", "crontab"),
        named=partial(lay_out_config, named=True),
        runs=config_runs,
    ),
    Kind(lay_out_yaml, ("yaml", "yml"), named=partial(lay_out_yaml, named=True), runs=yaml_runs),
    Kind(lay_out_columns, runs=column_runs),
    Kind(lay_out_contents, runs=contents_runs),
    Kind(lay_out_stacked, runs=stacked_runs),
    Kind(lay_out_transcript, ("chat", "transcript")),
    Kind(lay_out_questions, runs=question_runs),
    Kind(lay_out_keys, runs=key_runs),
    Kind(lay_out_indented, ("help", "man"), runs=tree_runs),
    Kind(lay_out_script, FENCES, OTHER_ENDINGS, partial(lay_out_script, named=True)),
)

# Found in what is nothing else, and in the middle of that.
LOOSE: tuple[Kind, ...] = (
    Kind(lay_out_outline, runs=outline_runs),
    Kind(lay_out_stanzas, runs=stanza_runs),
)


# A longer text is asked first by its beginning, middle and end what it may be.
_LONG: Final = 48_000
_LONGEST_SAMPLE: Final = 12_000
_SHARE: Final = 16
_BREAK: Final = lazy_re(r"\r\n|\n|\r")


def likely(text: str) -> Iterator[Kind]:
    """The kinds of data that a text may be: of a long one, those that a part of it is."""
    found = {number for number, kind in enumerate(DATA) if kind.whole or kind.signed}
    yield from (kind for kind in DATA if kind.whole)
    if len(text) >= _LONG:
        for sample in _samples(text):  # all kinds share what is known of one text's lines
            found.update(
                number
                for number, kind in enumerate(DATA)
                if number not in found and kind.lay_out(sample) is not None
            )
    else:
        found.update(range(len(DATA)))
    yield from (DATA[number] for number in sorted(found) if not DATA[number].whole)


def _samples(text: str) -> Iterator[str]:
    """Stretches of whole lines, where lines are not too long."""
    size = min(_LONGEST_SAMPLE, len(text) // _SHARE)
    for start in (0, (len(text) - size) // 2, len(text) - size):
        end = start + size
        first = _BREAK.search(text, start, end) if start else None
        low = first.end() if first else start
        last = max(text.rfind("\n", low, end), text.rfind("\r", low, end)) + 1
        yield text[low : last if low < last < len(text) - size else end]
