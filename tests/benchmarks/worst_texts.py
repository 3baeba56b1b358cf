"""Texts that are hard on what passes over them: what is repeated, nested, or never closed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

UNITS: Final = (
    "(", "[", "{", "<", "> ", ">", "| ", "|", "- ", "-", "* ", "*", "+ ", "`", "``` ", "```\n",
    "~", "~~~\n", "&amp;", "&", "#", "# ", "# a\n", "_", "__a", "**a", "*a_", "!", "![", "[a](",
    "](", "[a]: b\n", "[a]:\n", "\\", "<a ", "<a>", "</a>", "<div>", "<p>", "<p>a", "<br>", "<td>",
    "<tr>", "<table>", "<tbody>", "<li>", "<!--", "-->", "<![CDATA[", "<?", "<?xml ", "<!",
    "<script>", '"', "'", '"a",', ",", ", ", ";", "\t", " ", "\r", "\n", "\r\n", " \n", " \r\n",
    "\n\n", ".", ". ", "? ", "! ", "a", "a ", "A", "A ", "aB ", "Aa. ", "1", "1 ", "1.", "1. ",
    "1,", "1, ", "1:", "1-", "12:00:00 ", "2024-01-01 ", "1.1.1.", "A: ", "A:\n", "A: b\n",
    "a: b\n", "From: ", "From: a\n", "From: a\nTo: b\n", "On abcdefg wrote:\n",
    "On abcdefg wrote:\r\n", "> On abcdefg wrote:\n", ">\n", "> a\n", "- a\n", "1. a\n", "- - a\n",
    "\xe9", "e\u0301", "\u4e00", "\u4e00\u3002", "\u4e00\n", "\u0e01", "\u0e01 ", "\u0915\u0964 ",
    "\U0001f469\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466", "\u0301", "\u200d", "\ufeff",
    "\u2028", "\x85", "\x0b", "\x0c", "\u200b", "=", "= ", "=\n", "a\n=\n", '{"a":', '{"a": ',
    "[1,", "[1, ", "[ ", "[[", "{}", "[] ", " [1]", ' {"', '{ "', "{{", "}}", "{%", "$", "$$",
    "\\begin{a}\n", "|---", "|-", "|-|", "|a|\n", "a|b\n", "a,b\n", "a;b;c\n", "a\tb\n", '""',
    '"\n', '",\n', '"a\n', "def f(", "if x:\n", " if x:\n", "f(", "a<", "a<b", "a<b>(", "a ? ",
    "a::", "/*", "//", "*/", "'''", '"""', 'f"{', "`${", "#if\n", "#define a \\\n", 'r#"', "@a ",
    "=>", "a=>", "lambda:", "not ", "-(", "*(", "a=", "a=a;", "x\\\n", "e.g. ", "Mr. ", "z. B. ",
    "a.b.", "http://a.", "a@b.", "&#x41;", "0x", "\\u", '\\"', "<specpc:keep>",
    "<specpc:keep>a</specpc:keep>", "INFO ", "INFO a\n", "12:00:00 a\n", " at a\n", "a.a.Error",
    "Caused by ", "[a] b\n", "**a:** b\n", "[12:00] <a> b\n", "a Error\n", "class A:",
    "public static ", "func (a) b(", "pub fn a", "const a=", "export ", "$ ", "%", "\u20ac1 ",
    "a'", "don't ", "a-", "1e", "(1) ", "IV. ", "a/b/", "a\xa0", "\ufdfa", "\xdf", "\u0130",
    "\u03a9 ", "\u044f ", "\u044f. ",
)  # fmt: skip

# What may stand behind them.
ENDINGS: Final = ("", "x", "\nb c")
# Of names of files: each has a text be read as what it says.
NAMES: Final = (
    "a.py", "a.js", "a.ts", "a.go", "a.rs", "a.java", "a.c", "a.cpp", "a.md", "a.html", "a.csv",
    "a.json",
)  # fmt: skip
# Of kinds of text that are found by their names too.
MORE_NAMES: Final = (
    "a.jsonl", "a.xml", "a.tex", "a.rst", "a.adoc", "a.org", "a.wiki", "a.log", "a.sql", "a.yaml",
    "a.toml", "a.css", "a.tf", "a.graphql", "a.proto", "a.nginx", "a.eml", "a.mbox", "a.diff",
    "a.srt", "a.vcf", "a.bib", "a.mk", "a.dockerfile", "a.env", "a.help", "a.chat", "a.tsv", "a.sh",
    "a.rb", "a.php", "a.el",
)  # fmt: skip


def filled(unit: str, size: int) -> str:
    """A unit over and over."""
    return (unit * (size // len(unit) + 1))[:size]


def nested(opens: str, inside: str, closes: str) -> Callable[[int], str]:
    """What opens, as often as a size allows, and what closes."""

    def make(size: int) -> str:
        count = size // (len(opens) + len(closes))
        return opens * count + inside + closes * count

    return make


def growing(line: Callable[[int], str]) -> Callable[[int], str]:
    """Lines by their numbers."""

    def make(size: int) -> str:
        made: list[str] = []
        length = 0
        while length < size:
            made.append(line(len(made)))
            length += len(made[-1])
        return "".join(made)

    return make


SPECIAL: Final[dict[str, Callable[[int], str]]] = {
    "nest div": nested("<div>", "hello there friend. ", "</div>"),
    "nest p": nested("<p>", "hello", "</p>"),
    "nest b": nested("<b>", "hello", "</b>"),
    "nest tbody": lambda n: (
        "<table>" + nested("<tbody>", "<tr><td>a</td></tr>", "</tbody>")(n) + "</table>"
    ),
    "nest table": nested("<table><tr><td>", "a", "</td></tr></table>"),
    "nest ul": nested("<ul><li>", "a", "</li></ul>"),
    "html header rows": lambda n: (
        "<table>"
        + "<tr><th>a</th></tr>" * (n // 38)
        + "<tr><td>b</td></tr>" * (n // 38)
        + "</table>"
    ),
    "html br": lambda n: "<p>" + "<br>a" * (n // 5) + "</p>",
    "html unclosed li": lambda n: "<html><ul>" + "<li>item text" * (n // 12) + "</ul>",
    "html attrs": lambda n: "<html><p " + "a=b " * (n // 4) + ">hello</p>",
    "html ents": lambda n: "<html><p>" + "&amp;" * (n // 5) + "</p>",
    "html comments": lambda n: "<!--" + "-" * n + "x",
    "html xmldecls": lambda n: "<?xml a>" * (n // 8) + "x",
    "html comments2": lambda n: "<!-- a -->" * (n // 10) + "x",
    "html headings": lambda n: "<html>" + "<h1>a</h1>" * (n // 10),
    "html h in h": lambda n: "<html>" + "<h1>" * (n // 4),
    "nest json arr": nested("[", "1", "]"),
    "nest json obj": nested('{"a":', "1", "}"),
    "json wide": lambda n: "[" + "1," * (n // 2) + "1]",
    "json objs": lambda n: "[" + '{"a":1},' * (n // 8) + "1]",
    "json long str": lambda n: '{"a":"' + "b" * n + '"}',
    "json esc str": lambda n: '{"a":"' + "\\n" * (n // 2) + '"}',
    "json nest50": lambda n: "[" + ("[" * 60 + "1" + "]" * 60 + ",") * (n // 122) + "1]",
    "json lines": lambda n: '{"a":1}\n' * (n // 8),
    "md nested list": growing(lambda i: "  " * i + "- a\n"),
    "md nested quote": growing(lambda i: "> " * i + "a\n"),
    "md nested ol": growing(lambda i: "   " * i + "1. a\n"),
    "md wide table": lambda n: (
        "|a" * (n // 6) + "|\n" + "|-" * (n // 6) + "|\n" + "|b" * (n // 6) + "|\n"
    ),
    "md tall table": lambda n: "|a|b|\n|-|-|\n" + "|c|d|\n" * (n // 6),
    "md fence lines": lambda n: "```\n" + "a\n" * (n // 2) + "```\n",
    "md fences": lambda n: "```\na\n```\n" * (n // 10),
    "md fences big": lambda n: ("```\n" + "a b c d e f g\n" * 30 + "```\n") * (n // 430),
    "md quote fence": lambda n: "> ```\n> a\n> ```\n" * (n // 16),
    "md quotes in one": lambda n: ("> a\n>\n> ```\n> x\n> ```\n>\n") * (n // 26),
    "md unclosed fence quote": lambda n: "> ```\n" + "> a\n" * (n // 4),
    "md lazy": lambda n: "> a\n" + "b\n" * (n // 2),
    "md ref defs": lambda n: "# a\n" + "".join(f"[a{i}]: b\n" for i in range(n // 10)),
    "md setext": lambda n: "a\n" * (n // 2) + "===\n",
    "md htmlblock": lambda n: "# a\n\n<div>\n" + "a\n" * (n // 2) + "</div>\n",
    "md html lines": lambda n: "# a\n\n" + "<div>\n" * (n // 6),
    "md headings": lambda n: "# a\n" * (n // 4),
    "md backtick decreasing": growing(lambda i: "`" * (i + 1) + " "),
    "md star nest": lambda n: "*" * n + "a" + "*" * n,
    "front": lambda n: "---\n" + "# a\n" + "a b\n" * (n // 4),
    "front_mixed": lambda n: "---\n# a\n" + "a\r" * 20 + "\n",
    "py elif": lambda n: (
        "def f(x):\n    if x == 0:\n        y = 1\n"
        + "".join(
            f"    elif x == {i}:\n        {33 * 'a'} = {42 * 'b'}({i})\n"
            f"        {23 * 'c'} = {33 * 'd'}({i})\n"
            for i in range(n // 200)
        )
    ),
    "py nest if": growing(lambda i: " " * i + "if x:\n"),
    "py deep parens": nested("(", "1", ")"),
    "py deep list": lambda n: "x = " + nested("[", "1", "]")(n),
    "py long line": lambda n: "x = " + "a + " * (n // 4) + "a\n",
    "py strings": lambda n: "x = '''" + "a\n" * (n // 2) + "'''\n",
    "py defs": lambda n: "def f(a):\n    return a\n\n" * (n // 25),
    "py comments": lambda n: "# a\n" * (n // 4),
    "py decorators": lambda n: "@a\n" * (n // 3) + "def f(): pass\n",
    "js if else": lambda n: (
        "function f(){\n"
        + f"if (a) {{\n  {49 * 'b'}();\n  {45 * 'c'}();\n}} else " * (n // 120)
        + "{}\n}\n"
    ),
    "js nest fn": nested("function f(){\n", "a();\n", "}\n"),
    "js tern": lambda n: "x = " + "a ? b : " * (n // 8) + "c;",
    "js tmpl": nested("`${", "a", "}`"),
    "js minified": lambda n: "a=b;" * (n // 4),
    "js jsx": nested("<a>", "b", "</a>"),
    "cpp templ": nested("a<", "b", ">"),
    "cpp templ2": lambda n: "a<" * (n // 2) + "b;",
    "java annos": lambda n: "@A " * (n // 3) + "class B {}",
    "rust macros": lambda n: "fn f() {\n" + "a!(b);\n" * (n // 7) + "}\n",
    "go struct": lambda n: "package a\n\ntype B struct {\n" + "\tc int\n" * (n // 7) + "}\n",
    "c switch": lambda n: (
        "int f(int x) {\n  switch (x) {\n" + "    case 1: return 2;\n" * (n // 22) + "  }\n}\n"
    ),
    "c ifdef": lambda n: "#ifdef A\n" * (n // 9),
    "c init": lambda n: "int a[] = {\n" + "  1,\n" * (n // 5) + "};\n",
    "csv quoted": lambda n: 'a,b\n"' + "x\n" * (n // 2) + '",1\n',
    "csv wide": lambda n: ("a," * (n // 8) + "b\n") * 4,
    "csv tall": lambda n: "a,b\n" + "1,2\n" * (n // 4),
    "csv blank lines": lambda n: "a,b\n1,2\n3,4\n" + "\n" * n,
    "csv dq": lambda n: "a,b\n" + '"' * n,
    "csv many blocks": lambda n: "a,b\n1,2\n3,4\n\n" * (n // 13),
    "csv blocks no table": lambda n: "a,b\nc,d\ne,f,g\nh,i\n\n" * (n // 20),
    "csv one block mixed": lambda n: "a,b\nc,d\ne,f\ng;h\ni|j\n" * (n // 20),
    "csv runs": lambda n: "".join("a" + "," * (i % 7 + 1) + "b\n" for i in range(n // 6)),
    "log": lambda n: "2024-01-01 12:00:00 INFO a\n" * (n // 27),
    "log trace": lambda n: (
        "2024-01-01 12:00:00 ERROR a\n" * 10 + "  at b.c.d(E.java:1)\n" * (n // 22)
    ),
    "log long rec": lambda n: (
        "2024-01-01 12:00:00 INFO a\n" * 5 + "2024-01-01 12:00:00 INFO " + "b c\n " * (n // 5)
    ),
    "log blank tail": lambda n: "2024-01-01 12:00:00 INFO a\n" * 10 + "\n" * n,
    "log hosts": lambda n: "a b c " * (n // 6) + "\n",
    "log spaces": lambda n: "a" + " " * n + "x\n",
    "log aspaces": lambda n: ("a" + " " * 50 + "\n") * (n // 52),
    "log num": lambda n: " " * 3 + "1" * n + "\n",
    "chat": lambda n: "Ann: hi there\nBob: hello you\n" * (n // 29),
    "chat names": lambda n: "".join(f"Ann{i}: hi there\n" for i in range(n // 16)),
    "chat long turn": lambda n: (
        "Ann: a\nBob: b\nAnn: c\nBob: d\nAnn: " + "hello there. " * (n // 13)
    ),
    "chat json": lambda n: (
        "user: a\ntool: b\nuser: c\ntool: " + '{"a": [' + '{"b": 1},' * (n // 9) + "1]}\n"
    ),
    "mail told x other": lambda n: "From: a\n" + "To: b\nX-a: c\n" * (n // 13) + "\nHello there.\n",
    "mail heads": lambda n: "From: a\nTo: b\n\nhi\n\n" * (n // 19),
    "mail cont": lambda n: "From: a\nTo: b\n" + "  c\n" * (n // 4),
    "mail dash": lambda n: "-- " * (n // 3) + "x",
    "mail dash2": lambda n: "--" + "a" * n,
    "mail dash nl": lambda n: "--a--\n" + "\n" * n + "x",
    "mail dash sp": lambda n: "--a--\n" + " " * n + "x",
    "mail many dash nl": lambda n: "--a--\n\n\n\n" * (n // 9),
    "mail from sp": lambda n: "From: a\nTo: b\n\nOn abcdefg\n" + ">" * n,
    "mail quote": lambda n: "From: a\nTo: b\n\nOn Monday abc wrote:\n" + "> x\n" * (n // 4),
    "mail on": lambda n: "From: a\nTo: b\n\n" + "On abcdefgh ijk\n" * (n // 16),
    "prose": lambda n: filled("The harbour was quiet in May. Nobody came by, except a dog. ", n),
    "prose lines": lambda n: filled(
        "The harbour was quiet in May and nobody came by on any of\n"
        "the days that we were there, except for a dog.\n",
        n,
    ),
    "prose nums": lambda n: (
        "This is a full line of words that goes on in the next one and\nso on here.\n"
        + filled("123 456 789\n", n)
    ),
    "prose dashes": lambda n: (
        "This is a full line of words that goes on in the next one and\nso on here.\n"
        + filled("- - -\n", n)
    ),
    "letters wrap": lambda n: "a" * n + "\nb",
    "letters wrap2": lambda n: filled("a" * 5000 + "\nb", n),
    "json then spaces": lambda n: 'x {"a": "' + "b" * 100 + '"}' + " " * n + "x",
    "json deep sp": lambda n: "x" + " [" * 900 + filled("1,", n),
    "json deep obj": lambda n: "x" + ' {"a":' * 900 + "[" + filled('"x",', n),
    "json deep sp2": lambda n: "x" + " [1," * 900 + filled('{"a":1e3,"b":"c"},', n),
    "json many small": lambda n: 'x {"a": 1}, ' * (n // 12),
    "json many small lines": lambda n: 'x: {"a": 1}\n' * (n // 12),
    "json trailing": lambda n: ('{"a": "' + "b" * 50 + '"}' + " " * 100 + "x\n") * (n // 160),
    "json unterminated strs": lambda n: ' ["a' * (n // 4),
    "json backsl": lambda n: ' ["' + "\\" * n,
    "base64": lambda n: filled("QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo", n),
    "thai": lambda n: filled(
        "\u0e2a\u0e27\u0e31\u0e2a\u0e14\u0e35\u0e04\u0e23\u0e31\u0e1a "
        "\u0e1c\u0e21\u0e0a\u0e37\u0e48\u0e2d ",
        n,
    ),
    "zalgo": lambda n: "a" + "\u0301" * n,
    "zwj": lambda n: "\U0001f469" + "\u200d\U0001f469" * (n // 2),
    "flags": lambda n: "\U0001f1e9\U0001f1ea" * (n // 2),
    "hangul": lambda n: "\uac01" * n,
    "tail": lambda n: "a b c.\n" * (n // 7) + "\nWhat is it" + "?" * 1400,
    "now": lambda n: "a b c.\n" * (n // 7) + "\n" + "now, " * 280,
    "tail nonw": lambda n: "a b c.\n" * (n // 7) + "\n" + "_" * 1400,
}


def texts(size: int, endings: tuple[str, ...] = ENDINGS) -> Iterator[tuple[str, str]]:
    """Names and texts of about so many characters."""
    for unit in UNITS:
        for ending in endings:
            yield f"{unit!a}*+{ending!a}", filled(unit, size) + ending
    for name, make in SPECIAL.items():
        yield name, make(size)
