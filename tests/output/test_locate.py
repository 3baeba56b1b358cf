"""From a compressed text back to its source (pure functions, and the command)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from specpc import Compressor
from specpc.errors import BudgetError, InputError
from specpc.output.fields import json_fields
from specpc.output.locate import Slice, SlicedText, SourcePlace, locate, locate_position
from tests.command_line import app
from tests.tiny_models import use_draft

if TYPE_CHECKING:
    from pathlib import Path

    from typer.testing import Result

relaxed = settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
sentences = st.lists(
    st.sampled_from(["One fox. ", "Two\r\nhares.\n", "Drei Bären! ", "四只猫。", "Five\tgeese. "]),
    min_size=2,
    max_size=12,
).map("".join)


def run(*args: str | Path, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(app, ["locate", *map(str, args)], input=stdin)


@relaxed
@given(st.data(), sentences, st.floats(0.2, 1), st.sampled_from(["", " [...] "]))
def test_every_quote_leads_back(
    tiny: Compressor, data: st.DataObject, source: str, ratio: float, gap: str
) -> None:
    try:
        result = tiny.compress(source, "Which?", ratio=ratio, gap=gap)
    except BudgetError:
        return
    start = data.draw(st.integers(0, len(result.text) - 1))
    end = data.draw(st.integers(start + 1, len(result.text)))
    place = locate_position(result, start)
    if place is not None:
        assert source[place.start : place.end] == result.text[start]
    else:
        assert gap
    quote = result.text[start:end]
    if not quote.strip():
        return
    for loose in (quote, "  ".join(quote.split())):
        found = locate(result, loose)
        texts = ["".join(source[p.start : p.end] for p in places) for places in found]
        if not gap:
            assert quote.split() in [text.split() for text in texts]
    again = SlicedText.from_json(json.loads(json.dumps(json_fields(result))))
    assert again == SlicedText.of(result)


def sliced() -> SlicedText:
    first, second = Slice(0, SourcePlace(5, 10, "a")), Slice(15, SourcePlace(30, 35, "b"))
    return SlicedText("alpha [...] ...beta!", (first, second))


def test_a_quote_across_a_cut_has_several_places() -> None:
    assert locate(sliced(), "pha [...]\n...be") == (
        (SourcePlace(7, 10, "a"), SourcePlace(30, 32, "b")),
    )
    assert locate(sliced(), "[...]") == ()
    assert locate_position(sliced(), 7) is None
    assert locate(sliced(), "nowhere") == ()
    with pytest.raises(InputError, match="no character 20"):
        locate_position(sliced(), 20)
    with pytest.raises(InputError, match="quote is empty"):
        locate(sliced(), " ")


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "s.txt").write_bytes("Ä first.\r\nA second. A third.\r\nA fourth.\n".encode())
    made = {
        "file": "s.txt",
        "compressed": "A second. [] A fourth.",
        "spans": [[10, 20], [30, 39]],
        "positions": [0, 13],
    }
    (tmp_path / "r.json").write_text(json.dumps(made) + "\n")
    return tmp_path / "r.json"


def test_file_line_and_column(files: Path) -> None:
    assert run(files, "second. [] A\nfour").stdout.splitlines() == [
        "s.txt:2:3: characters 12-20",
        "s.txt:3:1: characters 30-36",
    ]
    assert run("-", "--at", "13", stdin=files.read_bytes()).stdout == (
        "s.txt:3:1: characters 30-31\n"
    )
    told = json.loads(run(files, "A fourth", "--json").stdout)["places"]
    assert told == [
        {"file": "s.txt", "start": 30, "end": 38, "line": 3, "column": 1, "text": "A fourth"}
    ]


def test_a_source_that_is_gone_or_changed(files: Path) -> None:
    source = files.with_name("s.txt")
    source.write_text("Something else altogether, and longer than it was before.")
    assert "has changed" in run(files, "second").stderr
    source.unlink()
    assert run(files, "second").stdout == "s.txt: characters 12-18\n"


def test_several_texts_are_searched(files: Path) -> None:
    files.write_bytes(files.read_bytes() * 2)
    assert run(files, "second").stdout == "s.txt:2:3: characters 12-18\n" * 2
    assert run(files, "--at", "1").exit_code == 2


@pytest.mark.parametrize(
    ("args", "code", "told"),
    [
        (["r.json", "nothing like it"], 1, "not in the compressed text"),
        (["r.json", "--at", "11"], 1, "a marker at this position"),
        (["r.json", "--at", "99"], 1, "no character 99"),
        (["r.json"], 2, "give a quote"),
        (["r.json", "a", "--at", "1"], 2, "give a quote"),
        (["s.txt", "a"], 1, "no output of specpc compress --json"),
        (["other.json", "a"], 1, "no output of specpc compress --json"),
        (["none.json", "a"], 2, "no file none.json"),
    ],
)
def test_mistakes(files: Path, args: list[str], code: int, told: str) -> None:
    files.with_name("other.json").write_text('{"compressed": "a", "spans": [[0, 9]]}')
    result = run(*args)
    assert result.exit_code == code
    assert told in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


DAMAGED: list[bytes] = [
    b"[" * 100_000,
    b'{"compressed":' * 100_000,
    b"[]",
    b"5",
    b'"compressed"',
    b'{"compressed": 5, "spans": []}',
    b'{"compressed": "ab", "spans": [[0, 2]], "positions": 5}',
    b'{"compressed": "ab", "spans": 5}',
    b'{"compressed": "ab", "spans": [[0.0, 2.0]]}',
    b'{"compressed": "ab", "spans": [["0", "2"]]}',
    b'{"compressed": "ab", "spans": [[-2, 0]]}',
    b'{"compressed": "ab", "spans": [[2, 0]], "positions": [2]}',
    b'{"compressed": "ab", "spans": [[0, 2]], "positions": [-1]}',
    b'{"compressed": "ab", "spans": [[true, 3]], "positions": [0]}',
    b'{"compressed": "ab", "spans": [[0, 2]], "file": 5}',
    b'{"compressed": "ab", "spans": [[0, 2]], "file": ["a"]}',
    b'{"compressed": "ab", "documents": 5}',
    b'{"compressed": "ab", "documents": ["ab"]}',
    b'{"compressed": "ab", "documents": {"a": 1}}',
    b'{"compressed": "ab", "documents": [{"name": {}, "position": 0, "spans": [[0, 2]], '
    b'"positions": [0]}]}',
]


@pytest.mark.parametrize("data", DAMAGED)
def test_what_is_no_result_is_told(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "r.json").write_bytes(data)
    for args in (["ab"], ["--at", "1"]):
        result = run(tmp_path / "r.json", *args)
        assert result.exit_code == 1
        assert "this is no output of specpc compress --json" in result.stderr
        assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize("name", ["\x1b[31mred.txt", "two\nlines.txt", "bad\udcff.txt"])
def test_names_in_a_result_are_shown_and_not_obeyed(tmp_path: Path, name: str) -> None:
    made = {"compressed": "ab", "spans": [[0, 2]], "positions": [0], "file": name}
    (tmp_path / "r.json").write_text(json.dumps(made))
    told = run(tmp_path / "r.json", "ab")
    assert told.exit_code == 0
    assert len(told.stdout.splitlines()) == 1
    assert "\x1b" not in told.stdout
    assert told.stdout.endswith(": characters 0-2\n")


def test_what_the_command_prints_can_be_located(
    tmp_path: Path, tiny: Compressor, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_draft(monkeypatch, tiny.draft)
    text = "".join(f"Line {i} is here.\n" for i in range(30))
    (tmp_path / "s.txt").write_text(text)
    options = ["-q", "Line?", "--ratio", "0.4", "--json", "-o", str(tmp_path / "r.json")]
    made = CliRunner().invoke(app, ["compress", str(tmp_path / "s.txt"), *options])
    assert made.exit_code == 0
    kept = json.loads((tmp_path / "r.json").read_text())["compressed"].splitlines()[0]
    assert run(tmp_path / "r.json", kept).stdout.startswith(
        f"{tmp_path / 's.txt'}:{text.splitlines().index(kept) + 1}:1: "
    )
