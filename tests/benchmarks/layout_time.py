"""How long laying out a text takes, by its shape: seconds a MB at two sizes, without a model.

``python -m tests.benchmarks.layout_time`` repeats awkward shapes (one long line, marks that open
and never close) and the small texts of the tests. Each runs in a process of its own, which is ended
after a limit. What is slower than ``--slow`` seconds a MB, or grows with its size, is marked.
"""

from __future__ import annotations

import argparse
import multiprocessing as mp
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from specpc.structure import lay_out

if TYPE_CHECKING:
    from collections.abc import Iterator
    from multiprocessing.connection import Connection

_TESTS: Final = Path(__file__).parent.parent
_FILES: Final = (_TESTS / "structure" / "files", _TESTS / "cases" / "inputs")
_SIZES: Final = (100_000, 400_000)
# What takes so many times as long a character when there are more of them, grows.
_GROWS: Final = 1.7

# Each is repeated.
SHAPES: Final = (
    "a", "word ", "It is so. ", "it is so. and ", "a b" + " " * 9, " " * 99 + "\n", "a\t",
    "It is so.\r\n", "It is so.\r", "It is so.\x0c\n", "`", "`a ", "``` ", "```\n", "~~~\n",
    "a ``b ", '"', '"It is so." ', "'a ", "“a ", "«a ", "“It is so.\n", "(", "[", "{", "<", "[a ",
    "(a ", "[a](", "![a](b ", "[a]: b\n", "<!--", "<!-- a ", "<a>", "</a>", "<a b ", "<a>\n",
    "<a>b</a>", "<![CDATA[", "<p>It is so.", "<script>", "<details>\n\n", '{"a":', "[1,",
    '{"a": 1, "b": [2]}\n', "it is \\n so. ", '[{"a": 1}, ', "\\", '\\"', "$", "$a ", "$$\n",
    "\\begin{a}\n", "\\section{a}\n", "*", "*a ", "**a ", "_", "__a ", "-", "---\n", "- a\n", "- ",
    "  - a\n    - b\n", "=", "a\n=\n", "#", "# a\n", "1. a\n", "1.", "7", ".", "a.", ".\n", ":",
    "a:\n", "|", "|a|b|\n", "|---|---|\n", "a | b ", "│ a │ b │\n", "+---+---+\n", "> a\n", "> ",
    ">>>>>>>> a\n", ",", "a,b,c\n", 'a,"b\n', ";", "a();", "/", "/a/b", "/* a\n", "// a\n",
    "# a is so\n", "def a():\n    return 1\n\n", "if a:\n", '"""a\n',
    "\tat org.a.b.C.d(C.java:12)\n", "at org.a.b.C.d(C.java:12) ",
    "Caused by: a.b.C: d\n\tat a.b.C.d(C.java:1)\n", '  File "a.py", line 1, in a\n    b()\n',
    "它是这样的。", "它是这样的", "それはそうです。", "มันเป็นเช่นนั้น ", "هو كذلك. ", "ऐसा है। ",
    "Это так. ", "👩\u200d👩\u200d👧 ", "é", "a\u200b", "a\xa0b ",
    "From: a@b.c\nTo: d@e.f\nSubject: g\n\nIt is so.\n\n", "X-A: b\n", "a@b.c ",
    "https://a.b/c?d=e&f=g ", "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo=\n", "0a1b2c3d ",
    "2026-01-02 03:04:05 INFO a b\n", "2026-01-02 03:04:05 INFO a b ", "03:04 ",
    "Ann: It is so.\n", "Ann: It is so. ", "1\n00:00:01,000 --> 00:00:02,000\nIt is so.\n\n",
    "@@ -1,2 +1,2 @@\n-a\n+b\n", "+a\n", "a:\n  b: c\n", "- a: b\n  c: d\n", "a: b ",
    "[a]\nb = 1\n", "a = b\n", "A=b\n", "a { b: c; }\n", "a {\n", "a{b:c}", "a {\n  b c;\n}\n",
    "INSERT INTO a VALUES (1);\n", "(1, 'a'), ", "SELECT a FROM b ", "a: b\n\tc\n",
    "a\n=\n\n.. b:: c\n\n   d\n\n", ".. a::\n", "* a\n", "== a ==\n", "== a\n\n----\n", ":::\n",
    "---\na: b\n", "    a\n", "a\n b\n  c\n", "(a) it is so;\n", "1.1 It is so.\n",
    "Article 1\n\nIt is so.\n\n", "Q: a?\nA: b.\n\n", "Input: a\nOutput: b\n\n", "END\n",
    "BEGIN:VCARD\nFN:a\nEND:VCARD\n", "a  b  c\n", "a" + " " * 40 + "b\n", "a[^1] ", "[^1]: a\n",
    "A", "IT IS SO\n", "M. Dupont ", "hy-\nphen ", "├── a\n", "│   ├── a\n",
)  # fmt: skip


def texts(size: int) -> Iterator[tuple[str, str]]:
    """Names and texts of about so many characters."""
    for shape in SHAPES:
        yield ascii(shape)[1:25], (shape * (size // len(shape) + 1))[:size]
    for folder in _FILES:
        for path in sorted(folder.iterdir()):
            text = path.read_bytes().decode()
            yield path.name, text * (size // len(text) + 1)


def _work(texts: Connection) -> None:
    while True:
        text: str = texts.recv()
        start = time.process_time()
        kind = lay_out(text).kind
        texts.send((time.process_time() - start, kind))


class _Worker:
    """A process that lays out texts, and is ended where one takes too long."""

    def __init__(self) -> None:
        self.texts, theirs = mp.Pipe()
        self.process = mp.Process(target=_work, args=(theirs,), daemon=True)
        self.process.start()

    def seconds(self, text: str, limit: float) -> tuple[float, str] | None:
        """Processor time and the kind found; nothing if the process had to be ended."""
        self.texts.send(text)
        if self.texts.poll(limit):
            found: tuple[float, str] = self.texts.recv()
            return found
        self.process.kill()
        return None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs=2, default=[100_000, 400_000])
    parser.add_argument("--slow", type=float, default=5.0, help="seconds a MB")
    parser.add_argument("--limit", type=float, default=60.0, help="seconds a text")
    options = parser.parse_args()
    worker = _Worker()
    small, large = options.sizes
    for (name, text), (_, more) in zip(texts(small), texts(large), strict=True):
        told, rates = "", list[float]()
        for one in (text, more):
            found = worker.seconds(one, options.limit)
            if found is None:
                worker, told = _Worker(), "ended"
                break
            rates.append(1e6 * found[0] / len(one))
            told = found[1]
        marks = ["slow"] if rates and max(rates) > options.slow else []
        marks += ["grows"] if rates and rates[-1] > _GROWS * rates[0] else []
        # Short lines cost by the line, not by the character.
        line = rates[0] * len(text) / max(1, text.count("\n")) if rates else 0.0
        shown = " ".join(f"{rate:6.2f}" for rate in rates)
        print(
            f"{name:24} {shown:14} {line:6.0f} us a line  {told:10} {' '.join(marks)}", flush=True
        )


if __name__ == "__main__":
    main()
