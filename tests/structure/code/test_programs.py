"""Source code: whatever is kept parses, and comes with what it stands in."""

from __future__ import annotations

import ast
import json
import re
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from specpc.structure import lay_out
from specpc.structure.code.languages import (
    LANGUAGES,
    fence_language,
    language_of,
    parse,
    sound_part,
)
from specpc.structure.code.programs import lay_out_code
from specpc.text.layout import Layout
from tests.structure.kept import around, fitted
from tests.structure.programs import PROGRAMS

DATA = Path(__file__).parents[4] / "shared" / "data"


def kept_text(text: str, layout: Layout, chosen: list[int], marker: str | None = None) -> str:
    edges = layout.edges.tolist()
    kept = []
    for before, piece in pairwise([-1, *layout.complete(chosen)]):
        if marker is not None and piece != before + 1:
            kept.append(layout.gaps[piece].replace("{}", marker))
        kept.append(text[edges[piece] : edges[piece + 1]])
    return "".join(kept)


def has_error(text: str, language: str) -> bool:
    if language == "python":  # the grammar admits more than Python does
        try:
            ast.parse(text)
        except SyntaxError:
            return True
    return parse(text, language).root_node.has_error


def unit_with(text: str, layout: Layout, what: str) -> int:
    """The unit in which something stands."""
    piece = int(np.searchsorted(layout.edges, text.index(what), side="right")) - 1
    assert layout.units[piece], what
    return piece


TORN = {
    "python": (
        '    The fee, in whole euros.\n    """\n',
        '    return 12\n\n\ndef fare(to):\n    """Of a seat."""\n    return 3 * to\n\n\n'
        'def fine(days):\n    """Of a book."""\n    return days\n\n\ndef rest(days):\n',
        '    """What is left, if any\n    of the days\n',
    ),
    "java": (
        "     * The fee, in whole euros.\n     */\n",
        "    int fee() {\n        return 12;\n    }\n\n    public int fare(int to) {\n"
        "        return 3 * to;\n    }\n\n    private int fine(int days) {\n"
        "        return days;\n    }\n",
        "    /**\n     * What is left, if any\n",
    ),
}


@pytest.mark.parametrize(
    ("language", "ends"),
    # With a half at either end, Python's quotes are as many as in a whole program.
    [("python", (1, 0)), ("python", (0, 1)), ("java", (1, 0)), ("java", (0, 1)), ("java", (1, 1))],
)
def test_an_excerpt_may_begin_or_end_in_a_comment(language: str, ends: tuple[int, int]) -> None:
    head, body, tail = TORN[language]
    text = head * ends[0] + body * 4 + tail * ends[1]
    assert language_of(None, text) == language
    layout = lay_out_code(text, language)
    at = text.index("return 3 * to" if language == "java" else '"""Of a seat')
    edges = layout.edges.tolist()
    unit = int(np.searchsorted(edges, at, side="right")) - 1
    own = kept_text(text, layout, [unit])
    assert "fare(" in own
    assert "fee" not in own
    assert "What is left" not in own


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("python", 'import os\n\n\ndef a(x):\n    return 1\n\n\ndef c(x):\n    """'),
        ("javascript", "let = ;\n" + "app.get('/*', (a) => {\n  b();\n});\n" * 9),
        ("javascript", "f(1);\n" * 9 + "let = ;\ncron('*/5 * * * *', report);\n" + "g(2);\n" * 9),
        ("java", "//*************** fees\nint a = ;\nint f() {\n    return 1;\n}\n" * 5),
    ],
)
def test_marks_in_strings_and_remarks_tear_nothing(language: str, text: str) -> None:
    assert sound_part(text, language, parse(text, language)) in {
        (0, len(text)),
        (0, text.rfind('    """')),
    }


@pytest.mark.parametrize("language", ["c", "cpp", "java", "javascript"])
def test_a_long_list_of_numbers_is_parsed(language: str) -> None:
    opens = {"javascript": "const t = [", "java": "int[] t = {"}.get(language, "const int t[] = {")
    closes = "];\n" if language == "javascript" else "};\n"
    text = opens + ", ".join(map(str, range(6000))) + closes
    assert parse(text if language != "java" else f"class A {{\n{text}}}\n", language) is not None


def test_a_remark_that_says_define_is_pythons() -> None:
    text = "import numpy as np\nimport torch\n\n" + "".join(
        f"# define the {what}\n{what} = np.zeros({n})\n\n"
        for n, what in enumerate(["grid", "loss", "net"])
    )
    assert language_of(None, text) == "python"


COUNTERS = """\
def parsed(grammar, data, latest):
    still = 500 + len(data) // 50
    calls = 0
    deepest, total = 0, 0

    def too_long(offset, has_error):
        # A parser says now and then how far it is: where it looks for a way around, it stands.
        nonlocal calls
        calls += 1
        print("looked at a further part of the data", offset, has_error)
        return calls - offset // 8 > still

    class Visitor:
        total = None

        def visit(self, node):
            nonlocal total
            total += 1
            print("a node was visited", node)

            def deeper():
                nonlocal total, deepest
                deepest = max(deepest, total)
                print("a node was visited below", node)

            deeper()

    print("the whole of it is parsed, however long it takes to do so")
    return grammar.parse(too_long, Visitor)
"""


def test_names_of_an_outer_function_come_with_what_binds_them() -> None:
    layout = lay_out_code(COUNTERS, "python")
    assert sum(layout.units) > 8
    for unit in np.flatnonzero(layout.units).tolist():
        compile(kept_text(COUNTERS, layout, [unit]), "<kept>", "exec")


@pytest.mark.parametrize("language", PROGRAMS)
def test_samples_are_sound_and_get_cut(language: str) -> None:
    text = PROGRAMS[language]
    assert not has_error(text, language)
    layout = lay_out_code(text, language)
    assert len(layout.units.nonzero()[0]) > 10
    assert layout.supports


@pytest.mark.parametrize("language", PROGRAMS)
def test_bodies_belong_to_signatures(language: str) -> None:
    text = PROGRAMS[language]
    layout = lay_out_code(text, language)
    assert layout.bodies
    for head, end in layout.bodies.items():
        assert layout.units[head]
        inside = [unit for unit in range(head + 1, end) if layout.units[unit]]
        assert inside
        assert all(head in layout.all_needs[unit] for unit in inside)


@pytest.mark.parametrize("language", PROGRAMS)
@settings(deadline=None, max_examples=60)
@given(data=st.data())
def test_any_choice_of_units_parses(language: str, data: st.DataObject) -> None:
    text = PROGRAMS[language]
    if data.draw(st.booleans(), "CRLF"):
        text = text.replace("\n", "\r\n")
    layout = lay_out_code(text, language)
    units = np.flatnonzero(layout.units).tolist()
    chosen = data.draw(st.lists(st.sampled_from(units), unique=True, min_size=1, max_size=12))
    marker = data.draw(st.sampled_from([None, "[...]", "…"]))
    kept = kept_text(text, layout, chosen, marker)
    assert not has_error(kept, language), kept
    edges = layout.edges.tolist()
    for unit in chosen:
        assert text[edges[unit] : edges[unit + 1]] in kept


@pytest.mark.parametrize("language", PROGRAMS)
@given(data=st.data())
@settings(deadline=None, max_examples=60)
def test_broken_programs_are_tiled_too(language: str, data: st.DataObject) -> None:
    text = PROGRAMS[language]
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    inserted = data.draw(st.text(max_size=5))
    broken = text[:start] + inserted + text[end:]
    if broken:
        edges = lay_out_code(broken, language).edges
        assert edges[0] == 0
        assert edges[-1] == len(broken)
        assert (np.diff(edges) > 0).all()


@pytest.mark.parametrize("language", PROGRAMS)
def test_pieces_are_whole_lines(language: str) -> None:
    text = PROGRAMS[language]
    layout = lay_out_code(text, language)
    assert all(text[edge - 1] == "\n" for edge in layout.edges[1:-1].tolist())


@pytest.mark.parametrize("language", PROGRAMS)
def test_a_marker_is_a_comment_of_its_own(language: str) -> None:
    text = PROGRAMS[language]
    layout = lay_out_code(text, language)
    comment = re.escape(LANGUAGES[language].comment)
    for piece, start in enumerate(layout.edges[:-1].tolist()):
        assert re.fullmatch(rf"[ \t]*{comment} \{{\}}\n", layout.gaps[piece])
        indentation = re.match(r"\s*^([ \t]*)", text[start:], re.MULTILINE)
        assert indentation
        assert layout.gaps[piece].startswith(indentation[1])


def test_a_statement_brings_its_signature_decorators_and_class() -> None:
    text = PROGRAMS["python"]
    layout = lay_out_code(text, "python")
    kept = kept_text(text, layout, [unit_with(text, layout, "self._seen[key] = (moment")])
    for line in ("class Registry", "@staticmethod", "def remember(", "for key, value in"):
        assert line in kept
    assert "def forget(" not in kept


def test_a_signature_stands_with_the_shortest_statement() -> None:
    steps = "".join(f"    step_{i} = first_step(of, the, work, number={i})\n" for i in range(12))
    doc = f"    '''{'Do it. ' * 40}'''\n"
    text = f"def work(of, the):\n{doc}{steps}    return 1\n"
    layout = lay_out_code(text * 2, "python")
    assert kept_text(text * 2, layout, [0]) == "def work(of, the):\n    return 1\n"


def test_a_method_brings_its_class_and_its_closing_brace() -> None:
    text = PROGRAMS["java"]
    layout = lay_out_code(text, "java")
    kept = kept_text(text, layout, [unit_with(text, layout, "private int size;")])
    assert "public class Harbour" in kept
    assert kept.rstrip().endswith("}")
    assert "unload" not in kept


def test_consecutive_imports_are_one_unit() -> None:
    text = PROGRAMS["python"]
    layout = lay_out_code(text, "python")
    assert unit_with(text, layout, "import os") == unit_with(text, layout, "from pathlib import")


def test_a_comment_goes_with_what_it_precedes() -> None:
    text = PROGRAMS["go"]
    layout = lay_out_code(text, "go")
    unit = unit_with(text, layout, "// Berth is")
    assert unit == unit_with(text, layout, "type Berth struct")


def test_small_functions_stay_whole() -> None:
    text = PROGRAMS["rust"]
    layout = lay_out_code(text, "rust")
    assert unit_with(text, layout, "fn tiny(") == unit_with(text, layout, "x + 1")


HEADER = (
    "{0}#ifndef SHIP_H\n#define SHIP_H\n\n#include <stddef.h>\n\n"
    + "".join(
        f"/* Returns fee number {i} of a ship in euros. */\n"
        f"int ship_fee_{i}(const char *name, size_t length);\n\n"
        for i in range(12)
    )
    + "#endif\n"
)


@pytest.mark.parametrize("language", ["c", "cpp"])
@pytest.mark.parametrize("before", ["", "/* The harbour. */\n", "#pragma once\n"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_headers_are_cut_between_declarations(language: str, before: str, end: str) -> None:
    text = HEADER.format(before).replace("\n", end)
    layout = lay_out_code(text, language)
    assert len(np.flatnonzero(layout.units)) > 10
    kept = kept_text(text, layout, [unit_with(text, layout, "fee_7(")])
    expected = (
        "#ifndef SHIP_H\n#define SHIP_H\n/* Returns fee number 7 of a ship in euros. */\n"
        "int ship_fee_7(const char *name, size_t length);\n\n#endif\n"
    )
    assert kept.endswith(expected.replace("\n", end))
    for ratio in (0.15, 0.3, 0.6):
        for seed in range(4):
            made = fitted(layout, text, ratio, seed)
            assert made is not None
            lines = {line.strip() for line in text.splitlines()}
            assert all(line.strip() in lines for line in made.splitlines())
            assert not has_error(made, language)


def test_headers_are_of_the_language_they_are_written_in() -> None:
    shared = "#pragma once\n\n"
    of_cpp = shared + "namespace harbour {\nclass Ship {\n public:\n  int fee() const;\n};\n}\n"
    assert language_of("ship.h", of_cpp) == "cpp"
    assert language_of("ship.h", of_cpp.replace("\n", "\r\n")) == "cpp"
    assert language_of("ship.h", HEADER.format(shared)) == "c"
    assert language_of("ship.h", "/* using it: class of the ship */\nint fee(void);\n") == "c"
    methods = "".join(f"  int fee_{i}() const {{\n    return {i};\n  }}\n\n" for i in range(40))
    ship = f"{shared}namespace harbour {{\n\nclass Ship {{\n public:\n{methods}}};\n\n}}\n"
    found = [lay_out(ship, "ship.h"), lay_out_code(ship, "cpp"), lay_out_code(ship, "c")]
    edges = [layout.edges.tolist() for layout in found]
    assert edges[0] == edges[1] != edges[2]


@pytest.mark.parametrize("text", ["", " \n", "x", "\ufeff", "é = 'ü'\r\n", "\ud800 = 1\n"])
def test_odd_texts(text: str) -> None:
    assert lay_out_code(text, "python").edges.tolist() == [0, len(text)][: 1 + bool(text)]


def test_what_stands_beside_a_closing_bracket_is_no_line() -> None:
    text = (
        '{\n    "id": "D "F2",\n      "fromom: a@b.c\nTo: d@e.f\n\nwas IV. Asta crane IV. '
        "http://x.y/z?q=1, Bob: so\n\x85}"
    )
    layout = lay_out_code(text, "python")
    assert "".join(text[a:b] for a, b in pairwise(layout.edges.tolist())) == text


@pytest.mark.parametrize("language", sorted(PROGRAMS.keys() - {"c", "cpp"}))
def test_programs_are_recognised_by_what_they_say(language: str) -> None:
    assert language_of(None, PROGRAMS[language]) == language


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("a.py", "", "python"),
        ("src/A.JAVA", "", "java"),
        ("src/Cart.tsx", "", "tsx"),
        ("notes.md", PROGRAMS["python"], None),
        ("run", "#!/usr/bin/env python3\nprint()", "python"),
        ("run", "#!/usr/bin/node\nf()", "javascript"),
        ("notes.txt", PROGRAMS["go"], "go"),
        (None, "I import tea. Class is over; the public static is loud.\n" * 5, None),
        (None, "```python\n" + PROGRAMS["python"] + "```\n", None),
        (None, "Please explain this code.\n\n" + PROGRAMS["python"][:300], None),
        (None, json.dumps({"code": PROGRAMS["python"]}, indent=1), None),
        (None, "import duties,2019,4\nimport duties,2020,5\nfrom here import tea,1,2\n" * 3, None),
        (None, "2024-01-01 12:00:00 INFO import os\n" * 9, None),
    ],
)
def test_language_of(name: str | None, text: str, expected: str | None) -> None:
    assert language_of(name, text) == expected


@pytest.mark.parametrize(
    ("info", "expected"),
    [("python", "python"), ("py title='x'", "python"), ("Rust,ignore", "rust"), ("c++", "cpp"),
     ("{.js}", "javascript"), ("tsx", "tsx"), ("", None), ("text", None), ("json", None)],
)  # fmt: skip
def test_fence_language(info: str, expected: str | None) -> None:
    assert fence_language(info) == expected


@pytest.mark.skipif(not DATA.exists(), reason="needs the project's shared data")
def test_code_of_the_shared_data_parses() -> None:
    lines = (DATA / "code_docsearch.jsonl").read_text("utf-8").splitlines()
    rng = np.random.default_rng(0)
    tried = 0
    for item in map(json.loads, lines):
        language = fence_language(item["lang"])
        text = item["context"]
        if language is None or has_error(text, language):
            continue
        layout = lay_out_code(text, language)
        units = np.flatnonzero(layout.units)
        for count in (1, 3, len(units) // 2):
            chosen = rng.choice(units, count, replace=False).tolist()
            assert not has_error(kept_text(text, layout, chosen), language), item["id"]
            tried += 1
    assert tried > 30


@pytest.mark.parametrize("name", ["Cart.tsx", "Cart.jsx"])
def test_elements_of_a_page_in_a_program_are_cut(name: str) -> None:
    """One that holds words is whole; what stands around it opens and closes."""
    text = PROGRAMS["tsx"]
    if name.endswith("jsx"):
        text = text.replace("<boolean>", "").replace(": Props): JSX.Element", ")")
        text = re.sub(r"(?s)import type.*?\n}\n", "", text)
    layout = lay_out(text, name)
    result = around(layout, text, "You do not pay")
    assert "        You do not pay for shipping\n        above 50 francs.\n" in result
    assert "export function Cart(" in result
    assert result.count("<main") == result.count("</main>") == 1
    assert "<button" not in result
    assert "item.qty > 9" not in result


TRIPS = [{"id": i, "to": f"Island {i}", "fare": 10 + i, "open": bool(i % 3)} for i in range(30)]
IN_ONE_LINE = {
    "data.js": f"window.__DATA__ = {json.dumps({'trips': TRIPS})};\n",
    "reply.js": f"callback({json.dumps(TRIPS, separators=(',', ':'))})",
    "trips.py": f"import os\n\nTRIPS = {TRIPS!r}  # of the summer\nprint(os.sep)\n",
    "bundle.js": "!function(e){"
    + "".join(
        f'var a{i}=e.get("a{i}");function f{i}(t){{if(!t)throw new Error("none of {i}");'
        f"for(var n=0;n<t.length;n++){{e.push(t[n]*{i})}}return e.sum(t,a{i})}}"
        for i in range(20)
    )
    + "}(window);\n//# sourceMappingURL=bundle.js.map\n",
    "Table.java": "class Table {\n  int[][] rows = {"
    + ", ".join(f"{{{i}, {i * 7}, {i * i}, {1000 + i}}}" for i in range(80))
    + "};\n}\n",
    "table.c": "static const struct row rows[] = {"
    + ",".join(f'{{.name="r{i}",.fee={i}}}' for i in range(60))
    + "};\nint count = 60;\n",
}


@pytest.mark.parametrize("name", IN_ONE_LINE)
@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_what_a_program_wrote_in_one_line_is_cut_by_what_it_says(
    name: str, data: st.DataObject
) -> None:
    text = IN_ONE_LINE[name]
    language = language_of(name, text)
    assert language is not None
    assert not has_error(text, language)
    layout = lay_out_code(text, language)
    units = np.flatnonzero(layout.units).tolist()
    assert len(units) > 15
    assert np.diff(layout.edges).max() < len(text) / 5
    chosen = data.draw(st.sets(st.sampled_from(units), min_size=1))
    assert not has_error(kept_text(text, layout, sorted(chosen)), language)
    assert not has_error(kept_text(text, layout, sorted(chosen), "[...]"), language)


OBJECTS = {
    "routes.js": (
        'export const routes = [\n  {\n    path: "/{}",\n    guard: (to) => { return store.user || '
        'to.fail("the {} are for those who are known"); },\n    children: ["{}-list", "{}-new", '
        '"one of the {} and its history"],\n  },\n',
        "];\n",
        'path: "/ships"',
    ),
    "cases.py": (
        'CASES = [\n    {\n        "name": "{}",\n        "steps": [say("{}"), "ask for a berth "\n'
        '            "that is free", "leave with the next tide"],\n        "expected": check("{}", '
        'fee=400, berth="B4", warnings=["late", "tide"]),\n    },\n',
        "]\n",
        '"name": "ships"',
    ),
    "table.go": (
        'package a\n\nvar tests = []test{\n\t{\n\t\tname: "{}",\n\t\targs: []string{"-v", '
        '"--from", "{}.txt", "--to", "another-file-of-{}.txt"},\n\t\t'
        'want: []string{"all of {}", "and what stands beside them"},\n\t},\n',
        "}\n",
        'name: "ships"',
    ),
}


@pytest.mark.parametrize("name", OBJECTS)
def test_parts_of_an_object_come_with_its_name(name: str) -> None:
    made, end, named = OBJECTS[name]
    head = made.index("\n", made.index("= ")) + 1
    body = made[head:]
    text = made[:head] + "".join(body.replace("{}", each) for each in ("crews", "ships", "tides"))
    text += end
    language = language_of(name, text)
    layout = lay_out_code(text, str(language))
    for piece in np.flatnonzero(layout.units).tolist():
        kept = kept_text(text, layout, [piece])
        assert ("ships" in kept) == (named in kept)
        assert not has_error(kept, str(language))
