"""No text makes a pattern, or anything that passes over it, take more than linear time."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable

import numpy as np
import pytest
import regex

from specpc.output.locate import SlicedText, locate
from specpc.selection.cover import CoverPicker
from specpc.structure import lay_out
from specpc.text.documents import find_documents, is_orders
from specpc.text.layout import telling
from specpc.text.pieces import Pieces, Scores
from specpc.text.query import find_head, find_query
from specpc.text.units import safe_cuts, segment
from specpc.text.words import lay_out_words
from tests.growth import grows
from tests.patterns import SIZES, Used, awkward, growing, patterns

TEXTS = list(zip(*(awkward(size) for size in SIZES), strict=True))


def test_patterns_are_found_wherever_they_are_kept() -> None:
    found = {used.where: used for used in patterns()}
    assert len(found) > 350
    assert "search" in found["specpc.structure.markdown.blocks._MARKS"].methods
    # In a dictionary, in a data class, in one of several, and in what is given to a function.
    for kept_in in (
        "code.languages._TYPICAL_LINE",
        "markup.outlines._WIKI",
        "config.dialects.HCL",
        "records.formats._FORMATS",
    ):
        assert f"specpc.structure.{kept_in}" in found


def test_no_pattern_grows() -> None:
    assert [told for used in patterns() if (told := growing(used, TEXTS))] == []


@pytest.mark.skipif(sys.version_info < (3, 11), reason="there, such a pattern is an error")
def test_only_the_engine_that_has_them_gets_possessive_repeats() -> None:
    from re import _parser  # type: ignore[attr-defined]

    plain = [used for used in patterns() if isinstance(used.pattern, re.Pattern)]
    parsed = {used.where: repr(_parser.parse(used.pattern.pattern)) for used in plain}
    assert [name for name, said in parsed.items() if "POSSESSIVE" in said or "ATOMIC" in said] == []


# What had been in the package.
@pytest.mark.parametrize(
    ("pattern", "method"),
    [
        (re.compile(r"(?:---|\+\+\+)?(?:.*\r?\n){1,60}?---"), "match"),
        (re.compile(r"x?(?:[> \t]*(?:\r\n|\n|\r))*#x"), "match"),
        (re.compile(r"(?:[> \t]*(?:\r\n|\n|\r))*y"), "search"),
        (re.compile(r"[ \t]*(?![-*+>#|•] |[\W\d]*$)(\S+)x", re.MULTILINE), "search"),
        (re.compile(r"^[ \t]*[|:-][-| :\t]*-[-| :\t]*$", re.MULTILINE), "search"),
        (re.compile(r"(?:[^\W\d_]+[^\w=]+){6}"), "search"),
        (re.compile(r"[ \t]*(?:(?:public|static)[ \t]+)+[\w<>\[\], ]+[({=;]"), "search"),
        (re.compile(r"={5,}.*={3,}$"), "match"),
        (regex.compile(r"[\r\n]+[ \t]*(?=[^\s])"), "sub"),
    ],
)
def test_a_pattern_that_grows_is_found(pattern: re.Pattern[str], method: str) -> None:
    assert growing(Used("planted", pattern, frozenset({method})), TEXTS) is not None


def test_a_plain_pattern_is_not() -> None:
    plain = Used("plain", re.compile(r"[^\r\n]+|\r\n|\n|\r"), frozenset({"search"}))
    assert growing(plain, TEXTS) is None


def squares(size: int) -> int:
    return sum(sum(range(size)) % 7 for _ in range(size))


def test_growth_is_seen_and_nothing_else() -> None:
    # It may be hidden by what else the machine does, but not each time.
    assert any(grows(squares, 2000) for _ in range(3))
    assert not grows(lambda size: sum(range(100 * size)), 20_000)
    assert grows(lambda size: re.match(r"(?:a|a?)+b", "a" * size), 1000, limit=0.5)


def filled(unit: str, size: int) -> str:
    return (unit * (size // len(unit) + 1))[:size]


def read(text: str, name: str | None = None) -> None:
    """All that passes over a text before and after it is scored."""
    layout = telling(text, lay_out(text, name))
    lay_out_words(text, layout).complete(range(len(layout)))
    for unit in ("sentence", "paragraph"):
        segment(text, unit)
    safe_cuts(text)
    find_query(text, None)
    find_head(text)
    is_orders(text)
    for said in (True, False):
        find_documents(text, said=said)
    bounds = np.asarray([*range(0, len(text), 4), len(text)])
    pieces = Pieces(text, bounds, layout)
    CoverPicker(pieces).pick(Scores(np.ones(len(bounds) - 1)), len(bounds) // 3)
    locate(SlicedText(text, ()), text[: len(text) // 2] + "?!")


# What had taken the square of a text's length or more, with the name of its file.
GROWN: dict[str, tuple[Callable[[int], str], str | None]] = {
    "front matter": (lambda n: "---\r\n# Head\r\n" + "a line of text\r\n" * (n // 16), None),
    "no front matter": (lambda n: "---\r\n\r\n# Head\r\n" + "a\r\n" * (n // 3), None),
    "quoted mail": (
        lambda n: "From: a@b.c\r\nTo: d@e.f\r\n\r\nOn Monday, Ada wrote:\r\n" + "\r\n" * n + "Hi.",
        None,
    ),
    "dashes, then blanks": (lambda n: "--x--\n" + " " * n + "x", None),
    "blanks in a line": (lambda n: "a" + " " * n + "x\n", None),
    "blanks after JSON": (lambda n: 'It: {"a": "' + "b" * 99 + '"}' + " " * n + "x", None),
    "a word of letters": (lambda n: "acgt" * (n // 4) + "\nacgt", None),
    "numbers after prose": (
        lambda n: "This is a full line of words that goes on in the next one and\nso on here.\n"
        + filled("123 456 789\n", n),
        None,
    ),
    "a run of dashes": (lambda n: "-" * n + "x", None),
    "dashes and blanks": (lambda n: "- " * (n // 2) + "x", None),
    "bars and dashes": (lambda n: "|-" * (n // 2) + "-x", None),
    "modifiers of Java": (lambda n: "public static " * (n // 14), None),
    "dashes of a mail": (lambda n: "-- " * (n // 3) + "x", None),
    "comments of Python": (lambda n: "# a comment line\n" * (n // 17) + "x = 1\n", "a.py"),
    "branches of Python": (
        lambda n: "def f(x):\n    if x == 0:\n        y = 1\n"
        + "".join(f"    elif x == {i}:\n        {'a' * 60} = b({i})\n" for i in range(n // 90)),
        "a.py",
    ),
    "imports of Python": (lambda n: "import a\n" * (n // 9), "a.py"),
    "minified": (lambda n: "a=b;" * (n // 4), "a.js"),
    **{
        f"errors in {name}": (lambda n: "|-" * (n // 2), name)
        for name in ("a.py", "a.js", "a.ts", "a.go", "a.rs", "a.java", "a.c")
    },
    "what opens in Java": (lambda n: "a<" * (2 * n), "a.java"),
    "arrows in Java": (lambda n: "a=>" * n, "a.java"),
    "arrows in C": (lambda n: "a=>" * n, "a.c"),
    "numbered lines": (lambda n: "".join(f"{i:6d}\ta. b" * 2 + "\n" for i in range(n // 20)), None),
    "halves of comments": (lambda n: "*/ a;\n" * (n // 12) + "/* a;\n" * (n // 12), "a.c"),
    "fences that are none": (lambda n: "-->" * (n // 3), None),
    "arrows in Rust": (lambda n: "-->" * (n // 3), "a.rs"),
    "comments in Java": (lambda n: "<!--" * (n // 4), "a.java"),
    "errors in a fence": (lambda n: "# a\n\n```js\n" + "|-" * (n // 2) + "\n```\n", None),
    "Chinese in one line": (lambda n: filled("今天天气很好，我们去公园散步。", n), None),
    "frames of Java": (
        lambda n: "2024-01-01 12:00:00 ERROR a\n" * 10 + filled("  at b.c.d(E.java:1)\n", n),
        None,
    ),
    "fields of a mail": (lambda n: "From: a\n" + "To: b\nX-a: c\n" * (n // 13) + "\nHi.\n", None),
    "header rows": (
        lambda n: "<table>" + "<tr><th>a</th></tr>" * (n // 38) + "<tr><td>b</td></tr>" * (n // 38),
        "a.html",
    ),
    "nested tags": (lambda n: "<div>" * (n // 11) + "hi there." + "</div>" * (n // 11), "a.html"),
    "tags in a line": (lambda n: "<p>" + "a <b>b</b>. " * (n // 12) + "</p>", "a.html"),
    "back-ticks and quotes": (lambda n: '` " ' * (n // 4), None),
    "rows of a table": (lambda n: "# a\n\n|a|b|\n|-|-|\n" + "|c|d|\n" * (n // 6), None),
    "headings": (lambda n: "# a\n" * (n // 4), None),
    "leading blank lines": (lambda n: "\n" * n + "It is so.", None),
    "blank lines of a text": (lambda n: "a\n=\n\n.. b:: c\n" + "\n" * n + "d", "a.rst"),
    "flags": (lambda n: "🇩🇪" * (n // 2), None),
    "brackets that open": (lambda n: ' ["a' * (n // 4), None),
    "strings that do not close": (lambda n: ' ["\\"' * (n // 5), None),
    "a string in JSON cut off": (lambda n: '{"a": "' + '\\"b\\": ' * (n // 6), None),
    "a comment in JSON cut off": (lambda n: '{"a": 1, ' + "/* " * (n // 3), None),
    "arrays of one length": (
        lambda n: "{" + ",".join(f'"a{i}":[{i},0,1]' for i in range(n // 16)) + "}",
        None,
    ),
    "byte order marks": (lambda n: "\ufeff" * n + "It is so.", "a.py"),
    "negations": (lambda n: "it is not so " * (n // 13), None),
    "a name over and over": (lambda n: "- a: b\n" + "  name: c\n" * (n // 10), "a.yaml"),
    "documents of YAML": (lambda n: "---\nabc: d\n" * (n // 11), "a.yaml"),
    "lists of settings": (lambda n: "[a]\n" + "abc = [\n" * (n // 8), "a.toml"),
    "strings of SQL": (lambda n: "SELECT 1;\n" + "\\'" * (n // 2), "a.sql"),
    "notes in one row": (
        lambda n: "# a\n\n" + "".join(f"[a{i}]: http://b\n" for i in range(n // 30))
        + "\n<p>" + "".join(f"[a{i}] " for i in range(n // 30)) + "</p>\n",
        None,
    ),
    "groups of errors": (
        lambda n: f"  +{16 * '-'} 1 {16 * '-'}\n  | a: b\n" * (n // 50),
        None,
    ),
    "colons below tags": (lambda n: "<abc>\n" * (n // 10) + ":::\n" * (n // 10), None),
    "blanks before a time": (lambda n: "Ana wrote" + " " * 8 * n + "x 10:12\n", None),
    "blanks in a sentence": (lambda n: "A b c d e f g" + " " * 8 * n + "h", None),
    "blanks in a listing": (lambda n: "Note:\n" * 6 + "  0:\t90 " + " " * 8 * n + "\n", None),
    "marks of notes": (lambda n: "a*." * (n // 8) + "\n\n* note\n", None),
    "short paragraphs": (lambda n: "It is\nso.\n\n" * (6 * n), None),
    "fields of packages": (
        lambda n: "".join(f"Package: p{i}\nVersion: 1.{i}\nSection: a\n\n" for i in range(2 * n)),
        None,
    ),
    "words of lines": (
        lambda n: "# a\n" + "".join(f"[a{i}]: b{i}\n" for i in range(4 * n)),
        "a.js",
    ),
    "cases of a condition": (lambda n: "#if B\n" + "#else\n" * n + "#endif\nint a;\n", "a.cs"),
}  # fmt: skip


@pytest.mark.parametrize("name", GROWN)
def test_what_had_grown_does_not(name: str) -> None:
    make, file = GROWN[name]
    assert not grows(lambda size: read(make(size), file), 2500)


UNITS = (
    "(", "[", "{", "<", "> ", "| ", "- ", "-", "* ", "`", "``` ", "```\n", "~~~\n", "&amp;", "# ",
    "_", "**a", "![", "](", "[a]: b\n", "\\", "<a ", "<div>", "<td>", "<!--", "<![CDATA[", "<?xml ",
    '"a",', "'", ", ", "\t", "\r", "\r\n", " \n", ". ", "? ", "a ", "A ", "Aa. ", "1 ", "1. ",
    "12:00:00 ", "A: b\n", "a: b\n", "From: a\nTo: b\n", "On abcdefg wrote:\r\n", "> a\n", "1. a\n",
    "一。", "ก ", "क। ", "👩\u200d👩\u200d👧 ", "\u0301", "\x0b", "\u200b", "=\n", '{"a":', "[1, ",
    "{{", "$$", "\\begin{a}\n", "|a|\n", "a,b\n", "a\tb\n", '"\n', "def f(", " if x:\n",
    "a<b>(", "/*",
    '"""', "#if\n", "e.g. ", "a@b.", "\\u", "INFO a\n", " at a\n", "Caused by ", "**a:** b\n",
    "a Error\n", "$ ", "(1) ", "a/b/", "İ", "я. ", "@@ -1 +1 @@\n", "--- a\n+++ b\n",
    "a { b: c; }\n", "(1, 'a'), ", "1\n00:00:01,000 --> 00:00:02,000\nA.\n\n", "├── a\n",
    "a  b  c\n", "not ", "<document>", "</page>", "Context:\n", "# Context\n",
    "the following context ",
)  # fmt: skip


@pytest.mark.parametrize("unit", UNITS)
def test_nothing_grows(unit: str) -> None:
    assert not grows(lambda size: read(filled(unit, size) + "\nb c"), 2500)
