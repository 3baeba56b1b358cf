"""Programming languages that can be laid out, and which of them a text is written in."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from specpc.structure.parts.lines import line_pattern, line_start
from specpc.structure.parts.trees import is_hopeless, names, parsed, parser
from specpc.text.patterns import lazy_re

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Tree


@dataclass(frozen=True)
class Language:
    """What the pieces of a text in one language are, by the names of its grammar.

    Attributes:
        blocks: nodes that hold statements, members, cases or elements between brackets or
            directives (or, in an indented language, by indentation), any of which can be left out.
        function: what gives the grammar in the package for the language.
        package: of which language that is, if it is not named as this one.
        comment: how a comment that ends with the line begins.
        imports: statements that stay together where they follow one another.
        leading: nodes that belong to the one after them, as comments do.
        wrappers: nodes that only hold a list of statements.
        glued: nodes that stay with the one before them.
        opaque: nodes in which nothing is looked for.
        indented: whether blocks are marked by indentation, and must not be empty.
    """

    blocks: frozenset[str]
    function: str = "language"
    package: str = ""
    comment: str = "//"
    imports: frozenset[str] = frozenset()
    leading: frozenset[str] = frozenset({"comment", "line_comment", "block_comment"})
    wrappers: frozenset[str] = frozenset()
    glued: frozenset[str] = frozenset()
    opaque: frozenset[str] = frozenset()
    indented: bool = False


_COMMENTS: Final = "comment line_comment block_comment"
_PYTHON: Final = Language(
    names("block dictionary list tuple set"),
    comment="#",
    imports=names("import_statement import_from_statement future_import_statement"),
    opaque=names("string"),
    indented=True,
)
_JAVASCRIPT: Final = Language(
    names("statement_block class_body switch_body object array jsx_element"),
    imports=names("import_statement"),
    leading=names(f"{_COMMENTS} decorator"),
    opaque=names("string template_string regex"),
)
_TYPESCRIPT: Final = replace(
    _JAVASCRIPT,
    function="language_typescript",
    blocks=_JAVASCRIPT.blocks | names("interface_body object_type enum_body"),
)
_TSX: Final = replace(_TYPESCRIPT, function="language_tsx", package="typescript")
_GO: Final = Language(
    names(
        "block field_declaration_list literal_value expression_switch_statement interface_type "
        "type_switch_statement select_statement const_declaration var_spec_list type_declaration"
    ),
    imports=names("import_declaration package_clause"),
    wrappers=names("statement_list"),
    opaque=names("raw_string_literal interpreted_string_literal"),
)
_RUST: Final = Language(
    names(
        "block declaration_list field_declaration_list enum_variant_list match_block "
        "field_initializer_list"
    ),
    imports=names("use_declaration extern_crate_declaration"),
    leading=names(f"{_COMMENTS} attribute_item"),
    opaque=names("token_tree macro_definition string_literal raw_string_literal"),
)
_JAVA: Final = Language(
    names(
        "block class_body interface_body annotation_type_body switch_block enum_body "
        "constructor_body array_initializer"
    ),
    imports=names("import_declaration package_declaration"),
    # Whatever follows the constants of an enum needs the semicolon after the last of them.
    glued=names("enum_constant enum_body_declarations"),
    opaque=names("string_literal"),
)
_C: Final = Language(
    names(
        "compound_statement field_declaration_list initializer_list enumerator_list preproc_if "
        "preproc_ifdef"
    ),
    imports=names("preproc_include"),
    opaque=names("string_literal preproc_def preproc_function_def"),
)
_CPP: Final = replace(
    _C,
    blocks=_C.blocks | names("declaration_list"),
    opaque=_C.opaque | names("raw_string_literal"),
)
LANGUAGES: Final = {
    "python": _PYTHON,
    "javascript": _JAVASCRIPT,
    "typescript": _TYPESCRIPT,
    "tsx": _TSX,
    "go": _GO,
    "rust": _RUST,
    "java": _JAVA,
    "c": _C,
    "cpp": _CPP,
}

_BY_ENDING: Final = {
    "py": "python", "pyi": "python", "pyw": "python", "js": "javascript", "mjs": "javascript",
    "cjs": "javascript", "jsx": "javascript", "ts": "typescript", "mts": "typescript",
    "cts": "typescript", "tsx": "tsx", "go": "go", "rs": "rust", "java": "java", "c": "c", "h": "c",
    "cc": "cpp", "cpp": "cpp", "cxx": "cpp", "hpp": "cpp", "hh": "cpp",
}  # fmt: skip
_FENCES: Final = _BY_ENDING | {
    "python3": "python", "node": "javascript", "golang": "go", "c++": "cpp",
    **{name: name for name in LANGUAGES},
}  # fmt: skip
# Files of other kinds, in which code may be quoted.
_NO_CODE: Final = names("md markdown rst json jsonl ndjson csv tsv log html htm xml yaml yml toml")
_SHEBANG: Final = lazy_re(r"\ufeff?#![^\r\n]*\b(python|node|deno|bun)")

# Lines that hardly occur but in one language. Each is worth a parse only where it is frequent.
_TYPICAL: Final = {
    "python": (
        r"[ \t]*(?:async[ \t]+)?def \w+\(|[ \t]*class \w+[^\r\n]*:[ \t]*$|if __name__ ==|"
        r"from [\w.]+ import (?:[(*]|[^\W\d]\w*(?:,? [^\W\d]\w*)*[ \t]*$)|"
        r"import [\w.]+(?: as \w+)?[ \t]*$"
    ),
    "go": (
        r"package \w+[ \t]*$|func (?:\([^)\r\n]*\) ?)?\w+[\[(]|import \(|"
        r"type \w+ (?:struct|interface)\b"
    ),
    "rust": (
        r"[ \t]*(?:pub(?:\([^)\r\n]*\))? )?(?:(?:async |unsafe |const )*fn \w+|struct \w+|enum \w+|"
        r"impl[ <]|trait \w+|mod \w+|use \w+::)|[ \t]*#!?\["
    ),
    "java": (
        r"package [\w.]+;|import (?:static )?[\w.*]+;|"
        r"[ \t]*(?:(?:public|private|protected|static|final|abstract)[ \t]++)++"
        r"[\w<>\[\], ]++[({=;]"
    ),
    "javascript": (
        r"[ \t]*(?:export )?(?:default )?(?:async )?function\b[^\r\n]*\(|[ \t]*(?:export )?"
        r"(?:const|let|var) [\w{\[][^\r\n]*=|import [^\r\n]* from ['\"]|"
        r"(?:module\.)?exports\b[^\r\n]*=|"
        r"(?:export )?class \w+[^\r\n]*\{[ \t]*$"
    ),
    "cpp": (
        r"#(?:[ \t]*include[ \t]*[<\"]|(?:ifn?def|define|undef)[ \t]+\w|pragma once|endif\b)|"
        r"typedef [^\r\n]*[{;]|(?:typedef )?(?:struct|union|enum)(?: \w+)? ?\{|template ?<|"
        r"(?:static |inline |const |extern |unsigned )*+"
        r"(?:void|int|char|bool|size_t|double|u?int\d+_t)[ \t*]+\w+\([^\r\n;]*[{,)][ \t]*$"
        r"|namespace \w+ ?\{|using namespace |[ \t]*std::\w"
    ),
}
_TYPICAL_LINE: Final = {name: line_pattern(rf"^(?:{lines})") for name, lines in _TYPICAL.items()}
FENCE_LINE: Final = line_pattern(r"^[ \t]*+(?:```|~~~)")
NOT_BLANK: Final = line_pattern(r"^[ \t]*+\S")
# So many typical lines there must be: two, and one in so many lines.
_FEWEST: Final = 2
_EVERY: Final = 50
# A longer text is recognised by its beginning.
_LOOKED_AT: Final = 200_000
_ERRORS: Final = 0.01
# Of an excerpt, so much is looked at without what is torn at an end of it.
_MOSTLY: Final = 0.5
_QUOTES: Final = lazy_re(r'"""')
# What no C has, of which headers of C++ may have the name.
_ONLY_CPP: Final = line_pattern(
    r"^[ \t]*+(?:class[ \t]+\w|namespace\b|template[ \t]*+<|using[ \t]+\w"
    r"|(?:public|private|protected)[ \t]*+:)"
)
# So much in one statement.
_UNENDED: Final = re.compile(rb"[^;{}]{600,}")
_SOUND: Final = lazy_re(r"comment|.*_(?:statement|declaration|definition|item|clause)")


def parse(text: str, language: str) -> Tree | None:
    """The syntax tree, in offsets of UTF-8 (a lone surrogate counts as one byte).

    ``None`` if there are so many errors in it that looking for one would take long.
    """
    own = LANGUAGES[language]
    grammar = parser(f"tree_sitter_{own.package or language}", own.function)
    data = text.encode("utf-8", "replace")
    for found in _UNENDED.finditer(data):  # each with the line that opens it
        if is_hopeless(grammar, data[data.rfind(b"\n", 0, found.start()) + 1 : found.end()]):
            return None
    return parsed(grammar, data)


def ending(name: str | None) -> str:
    """What stands behind the last full stop of a file's name, in small letters."""
    return name.rpartition(".")[2].casefold() if name and "." in name else ""


def language_of_file(name: str | None) -> str | None:
    """The language of a program by its file's ending alone."""
    return _BY_ENDING.get(ending(name))


def file_in(language: str) -> str:
    """A name of a file in one of `LANGUAGES`."""
    return f"a.{next(end for end, found in _BY_ENDING.items() if found == language)}"


def language_of(name: str | None, text: str, *, excerpt: bool = False) -> str | None:
    """The language of a program: by its file's ending, its first line, or else what it says.

    Of what is an ``excerpt`` of some file, a single typical line tells.

    Returns:
        One of `LANGUAGES`; ``None`` for all that is not clearly a program in one of them.
    """
    if language := language_of_file(name):
        return "cpp" if ending(name) == "h" and _ONLY_CPP.search(text) else language
    if ending(name) in _NO_CODE:
        return None
    if shebang := _SHEBANG.match(text):
        return "python" if shebang[1] == "python" else "javascript"
    return _by_content(text[:_LOOKED_AT], 1 if excerpt else _FEWEST)


def fence_language(info: str) -> str | None:
    """The language that the info string of a Markdown fence names, if it is one of `LANGUAGES`."""
    words = re.split(r"[\s,{}:]+", info.strip().lstrip("{."), maxsplit=1)
    return _FENCES.get(words[0].casefold()) if words else None


def _by_content(text: str, fewest: int) -> str | None:
    found = {name: len(line.findall(text)) for name, line in _TYPICAL_LINE.items()}
    best = max(found, key=lambda name: found[name])
    if found[best] < fewest or FENCE_LINE.search(text):
        return None
    if found[best] * _EVERY < len(NOT_BLANK.findall(text)):
        return None
    likely = [best, "typescript", "tsx"] if best == "javascript" else [best]
    trees = ((name, parse(text, name)) for name in likely)
    if name := next((name for name, tree in trees if _errors(tree) <= _ERRORS), None):
        return name
    start, stop = _without_halves(text, best)
    return best if stop - start < len(text) else None


def sound_part(text: str, language: str, tree: Tree | None) -> tuple[int, int]:
    """From where to where an excerpt has no half of a docstring or comment at an end of it.

    That is all of it, unless only without such a half nearly all of it parses, and most is left.
    (Of Python, with a half at either end, it cannot be told.) ``tree`` is that of all of it.
    """
    return (0, len(text)) if _errors(tree) <= _ERRORS else _without_halves(text, language)


def _without_halves(text: str, language: str) -> tuple[int, int]:
    whole = 0, len(text)
    ways = [
        (start, stop)
        for start, stop in (_without_quotes(text) if language == "python" else _without_stars(text))
        if len(text) > stop - start >= _MOSTLY * len(text)
    ]
    wrong = {way: _errors(parse(text[slice(*way)], language)) for way in ways}
    best = min(ways, key=lambda way: (wrong[way], way[0] - way[1]), default=whole)
    return best if wrong.get(best, 1.0) <= _ERRORS else whole


def _without_quotes(text: str) -> Iterator[tuple[int, int]]:
    """Without what stands up to the first quotes of a docstring, or from the last ones on."""
    quotes = [match.span() for match in _QUOTES.finditer(text)]
    if len(quotes) % 2:
        yield _line_end(text, quotes[0][1]), len(text)
        yield 0, line_start(text, 0, quotes[-1][0])


def _without_stars(text: str) -> Iterator[tuple[int, int]]:
    """Without what stands up to the end of a comment, or from the beginning of one on."""
    closes, opens = text.find("*/"), text.rfind("/*")
    begins = closes >= 0 and "/*" not in text[:closes] and not _is_quoted(text, closes)
    ends = opens > text.rfind("*/") and not _is_quoted(text, opens)
    start = _line_end(text, closes) if begins else 0
    yield start, line_start(text, 0, opens) if ends else len(text)


def _is_quoted(text: str, position: int) -> bool:
    """Whether a string or comment that ends with the line may begin before."""
    before = text[line_start(text, 0, position) : position]
    return "//" in before or any(quote in before for quote in "\"'`")


def _line_end(text: str, position: int) -> int:
    return text.find("\n", position) + 1 or len(text)


def _errors(tree: Tree | None) -> float:
    """Share of a text that the grammar does not account for."""
    if tree is None:
        return 1.0
    wrong = 0
    waiting = [tree.root_node]
    while waiting:
        node = waiting.pop()
        if not node.has_error:
            continue
        waiting += node.children
        if node.is_error:
            sound = sum(c.end_byte - c.start_byte for c in node.children if _SOUND.match(c.type))
            wrong += node.end_byte - node.start_byte - sound
    return wrong / max(1, tree.root_node.end_byte)
