"""Lines of a program without a grammar: what is a comment, what goes on, what opens and closes."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING, Final

from specpc.structure.parts.lines import line_pattern, lines, margin
from specpc.text.patterns import lazy_re

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# How comments that end with their line begin, and how a line begins that is one; the first where
# there are none.
_MARKS: Final = {
    "#": r"#(?!\[|!)",
    "//": r"//|/\*",
    ";": r";",
    "--": r"--",
    "%": r"%",
    "!": r"!",
    "REM": r"(?i:rem\b|::)",
    "'": r"'(?=\s)",
    '"': r'"(?=\s)',
}
# How comments of Vim begin that are counted: a quote alone on its line closes a string of many.
_COUNTED: Final = _MARKS | {'"': r'"[ \t]+\w'}
VIM: Final = (
    r"(?:augroup \w+$|autocmd!?(?: [A-Z]|$)|(?:[nvxoict]map|[nvxoict]?noremap) \S+ \S"
    r"|func(?:tion)?! [\w:#.]+\(|setl(?:ocal)? \w+[-+]?=|let [gbswtlav]:\w+ ?=)"
)
"""How commands of Vim begin that hardly occur elsewhere, as `line_pattern` reads it."""
_VIM_LINE: Final = line_pattern(rf"^[ \t]*+{VIM}")
# In many languages of the one there are such of the other, too, and nothing else begins so.
_ALIKE: Final = {"#": _MARKS["#"] + "|//", "//": r"//|#(?!\[)"}

# In these a quote is not closed.
_NO_QUOTES: Final = {";": "'", "'": "'", '"': '"', "REM": "'"}
# Strings on one line, and what begins one of several.
_STRINGS: Final = {
    "'": (r"(?<!\w)'(?:[^'\\\r\n]|\\.)*'", r"(?<!\w)'\Z"),
    '"': (r"\"(?:[^\"\\\r\n]|\\.)*\"", '"'),
    "`": (r"`(?:[^`\\\r\n]|\\.)*`", ""),
}
# A quote that is followed by what is no end of anything opens a string rather than closes one.
_CLOSED: Final = r"(?=[\s;,.)\]}|&]|\Z)"
_TRIPLE: Final = r"\"\"\"|'''|@[\"'](?=\Z)"
_CLOSING: Final = {
    "/*": r"[\s\S]*?\*/",
    # Of PowerShell.
    "<#": r"[\s\S]*?#>",
    '@"': r'[\s\S]*?(?<![^\r\n])"@',
    "@'": r"[\s\S]*?(?<![^\r\n])'@",
    '"': rf"(?:[^\"\\]|\\[\s\S])*\"{_CLOSED}",
    "'": rf"[^']*'{_CLOSED}",
}
_HEREDOC: Final = r"<<<?[-~]?[ \t]*(?P<quote>['\"]?)(?P<word>[A-Za-z_]\w{1,40})(?P=quote)"
_HEREDOC_END: Final = r"(?m)[\s\S]*?^[ \t]*{}\b(?=[ \t);,.]*\r?$)"
# Documentation in a program of Perl or Ruby.
_POD: Final = lazy_re(r"=[a-z]\w*\b[^=\r\n]*[\r\n]")
_POD_END: Final = r"(?m)[\s\S]*?^=(?:cut|end)\b[^\r\n]*(?:\r\n|\n|\r|\Z)\s*"
# Belongs to what follows: an attribute, an annotation, of Elixir and Erlang with what it says.
_LEADS: Final = lazy_re(
    r"(?:\[[^\[\]]*\]|@[\w.]+(?:\(.*\))?|#\[.*\]"
    r"|@(?:doc|typedoc|spec|impl|deprecated|since)\b [^=].*|-(?:spec|doc)\b.*)$"
)
# What is written over several lines, up to a place that is looked for no further than this.
_MOST: Final = 20_000
_MOST_MISSED: Final = 20
# An open bracket or a carried line holds no more lines together than this.
_LONGEST: Final = 8_000

_DIRECTIVES: Final = (
    r"[ \t]*#[ ]?(?:(?P<if>if(?:n?def)?|region)|(?P<else>else|elif|elseif)"
    r"|(?P<end>endif|endregion))\b"
)
_DIRECTIVE: Final = lazy_re(_DIRECTIVES)
_DIRECTIVE_LINE: Final = line_pattern(f"^{_DIRECTIVES}")
_OPENS: Final = lazy_re(
    r"(?:\{|=>|->|\b(?:do|then|begin|Begin|Then))(?:[ \t]*\|[^|]*\||[ \t]*\w+[ \t]*in)?$"
)
_CARRIED: Final = lazy_re(
    r"(?:[\\,&|+*<]|\|>|%[^\s%]{1,9}%|(?<![-+])-|[^?]\?|\.\.?|(?<![=!<>])=|\b(?:and|or|not|extends))$"
)
_CARRIES: Final = lazy_re(r"(?:\?\.|\.(?=\w)|&&|\|\||\|>|\||->|[+*](?![+*])|and\b|or\b)")
_CLOSES: Final = lazy_re(
    r"[})\]]|(?:end|fi|done|esac|od|endif|endforeach|endfunction|endmacro|endwhile|endfor|endswitch"
    r"|endfunc|endtry|enddo|until|next|loop|wend|@end)\b(?![ \t]*[:=.(])"
    r"|end(?:if|foreach|function|macro|while)[ \t]*\(|;;|\?>|aug(?:roup)?[ \t]+END\b",
    re.IGNORECASE,
)
_MIDDLE: Final = lazy_re(
    r"\}?[ \t]*(?:else|elif|elsif|elseif|catch|rescue|finally|ensure|except|otherwise)\b",
    re.IGNORECASE,
)
_CASE: Final = lazy_re(
    r"(?:when|case|default|in|else)\b"
    r"|\(?[^\s()|]+(?:[ \t]*\|[ \t]*[^\s()|]+)*[ \t]*(?:\)(?!\))|\|[ \t]*\\$)"
)
_CHOOSES: Final = lazy_re(r"(?:\S+[ \t]*=[ \t]*)?(?:case|switch|select|match|given|cond)\b")


@dataclass(frozen=True)
class CodeLine:
    """A line with the blank ones after it.

    Attributes:
        start: first character.
        end: one past the last.
        indent: columns of white space it begins with.
        code: what it says, without comments and strings.
        depth: round and square brackets opened less those closed.
        braces: all brackets opened less those closed.
        raw: whether it is inside a string or comment of several lines, which began before.
        comment: whether it is a comment, or else belongs to what follows it.
        prose: whether it is in documentation that stands by itself.
        parted: whether a blank line follows.
        directive: what it tells those who read the program first: "if", "else", "end".
    """

    start: int
    end: int
    indent: int
    code: str
    depth: int
    braces: int
    raw: bool
    comment: bool
    parted: bool
    prose: bool = False
    directive: str = ""

    @cached_property
    def opens(self) -> bool:
        """Whether a block begins at its end."""
        return _OPENS.search(self.code) is not None

    @cached_property
    def closes(self) -> bool:
        """Whether it begins with what closes a block."""
        return _CLOSES.match(self.code) is not None

    @property
    def is_brace(self) -> bool:
        """Whether it does nothing but open a block."""
        return self.code.casefold() in {"{", "begin", "do", "then", "(", "["}

    @property
    def chooses(self) -> bool:
        """Whether cases of it follow."""
        return _CHOOSES.match(self.code) is not None

    def goes_on(self, chosen: bool) -> bool:
        """Whether it begins another part of what stands above it at the same level."""
        if (self.closes and self.opens) or _MIDDLE.match(self.code):
            return True
        return chosen and _CASE.match(self.code) is not None


def comment_mark(text: str) -> str:
    """How most comments of a program begin."""
    counts = {
        mark: len(re.findall(rf"(?m)^[ \t]*(?:{written})", text))
        for mark, written in _COUNTED.items()
    }
    directives = Counter(match["end"] or "" for match in _DIRECTIVE_LINE.finditer(text))
    if directives["endif"] or directives["endregion"]:  # they begin as comments do elsewhere
        counts["#"] -= directives.total()
        counts["//"] += directives["endif"] > 0  # PowerShell has regions, too
    # A command of Vim may begin with what begins comments elsewhere.
    vim = counts['"'] > 0 and _VIM_LINE.search(text) is not None
    return max(counts, key=lambda mark: (counts[mark], vim and mark == '"'))


def code_lines(text: str, mark: str) -> tuple[CodeLine, ...]:
    """The lines of a program, most comments of which begin with a mark (`comment_mark`)."""
    found = tuple(_LineReader(text, mark).lines())
    return found if mark == "#" else _with_directives(text, found)


def _with_directives(text: str, found: tuple[CodeLine, ...]) -> tuple[CodeLine, ...]:
    """The lines, with those marked that say when others are there, as far indented as these."""
    result, indents = list(found), list[int]()
    for number, line in enumerate(found):
        match = None if line.raw else _DIRECTIVE.match(text, line.start, line.end)
        if match is None:
            continue
        kind = match.lastgroup or ""
        if kind == "if":
            below = next((one for one in found[number + 1 : number + 9] if one.code), line)
            indents.append(below.indent)
        indent = indents[-1] if indents else line.indent
        if kind == "end" and indents:
            indents.pop()
        told = replace(line, indent=indent, code=f"#{kind}", comment=False, directive=kind)
        result[number] = replace(told, depth=0, braces=0)
    return tuple(result)


class _LineReader:
    """Reads lines one after the other."""

    def __init__(self, text: str, mark: str) -> None:
        """See `code_lines`."""
        self.text = text
        begins = _ALIKE.get(mark, _MARKS[mark])
        quotes = {quote: s for quote, s in _STRINGS.items() if _NO_QUOTES.get(mark) != quote}
        closed = "|".join(written for written, _ in quotes.values())
        several = "|".join([opens for _, opens in quotes.values() if opens])
        if mark == "//":
            several = rf"/\*|{several}"
        triple = _TRIPLE if mark != "#" else _TRIPLE + "|<#"
        self.remark = re.compile(rf"{begins}|{_MARKS[mark]}" + "|<#" * (mark == "#"))
        self.token = re.compile(
            rf"{_HEREDOC}|(?P<remark>(?<!\S)(?:{begins}))|(?P<triple>{triple})|(?P<string>{closed})"
            rf"|(?P<several>{several})|(?P<open>[(\[{{])|(?P<close>[)\]}}])|\\."
        )
        self.missed: Counter[str] = Counter()

    def lines(self) -> Iterator[CodeLine]:
        """See `code_lines`."""
        text, until, is_remark, prose = self.text, 0, False, 0
        for start, end in lines(text):
            said = text[start:end].rstrip()
            content, last = start + len(margin(said)), start + len(said)
            indent = len(margin(said).rpartition("\n")[2].expandtabs(8))
            parted = text[last:end].replace("\r\n", "\n").count("\n") > 1
            if _POD.match(text, start) and start >= until:
                prose = self._closed(_POD_END, start, len(text)) or len(text)
            if start < prose:
                until = prose
                code = "end" if end >= prose else "=" * text.startswith("=head", start)
                yield CodeLine(start, end, 0, code, 0, 0, False, False, True, prose=True)
                continue
            raw = start < until
            if last <= until:
                yield CodeLine(start, end, indent, "", 0, 0, True, is_remark, parted)
                continue
            place = max(content, until)
            begins = self.remark.match(text, place) is not None
            code, depth, braces, until = self._read(place, last)
            is_remark = not code and (begins or (raw and is_remark))
            leads = is_remark or (not raw and _LEADS.match(code) is not None)
            yield CodeLine(start, end, indent, code, depth, braces, raw, leads, parted)
            is_remark = leads  # with all lines of its string

    def _read(self, start: int, end: int) -> tuple[str, int, int, int]:
        """What is said up to a line's end, what its brackets open, and where what begins ends."""
        said: list[str] = []
        depth = braces = until = 0
        position = start
        while position < end and (found := self.token.search(self.text, position, end)) is not None:
            said.append(self.text[position : found.start()])
            position = found.end()
            if found["remark"]:
                break
            if opened := found["triple"] or found["several"]:
                said.append("" if opened in {"/*", "<#"} else '"')
                closing = _CLOSING.get(opened, rf"[\s\S]*?{opened}")
                ended = self._closed(closing, position)
                if ended is None and opened == '@"':  # as in C#
                    ended = self._closed(_CLOSING['"'], position)
                position = ended or position
            elif word := found["word"]:
                said.append('"')
                until = self._closed(_HEREDOC_END.format(word), end) or until
            elif found["string"]:
                said.append('"')
            elif step := bool(found["open"]) - bool(found["close"]):
                said.append(found.group())
                braces += step
                depth += step if found.group() in "()[]" else 0
        else:
            said.append(self.text[position:end])
        return "".join(said).strip(), depth, braces, max(until, position if position > end else 0)

    def _closed(self, closing: str, start: int, most: int = _MOST) -> int | None:
        """Where the next of what closes something ends, if it is not too far."""
        if self.missed[closing] > _MOST_MISSED:
            return None
        found = re.compile(closing).match(self.text, start, start + most)
        self.missed[closing] += found is None
        return None if found is None else found.end()


def statement_ends(found: Sequence[CodeLine]) -> list[int]:
    """For each line, one past the number of the last line of the statement that begins with it."""
    before = [0, *accumulate(line.depth for line in found)]
    ends = [0] * len(found)
    lower = [len(found)]  # numbers of lines behind, before which ever fewer brackets are open
    opening = len(found)  # of the next line at whose end a block begins
    for number in range(len(found) - 1, -1, -1):
        line = found[number]
        opening = number if line.opens else opening
        while len(lower) > 1 and before[lower[-1]] > before[number]:
            lower.pop()
        closed = lower[-1] if before[lower[-1]] <= before[number] else len(found)
        lower.append(number)
        end = min(closed, opening + 1)
        if end == len(found) < closed or found[end - 1].end - line.start > _LONGEST:
            end = number + 1
        if end <= opening and end < len(found) and _is_carried(found[end - 1], found[end]):
            end = ends[end] if found[ends[end] - 1].end - line.start <= _LONGEST else end
        ends[number] = end
    return ends


def _is_carried(line: CodeLine, following: CodeLine) -> bool:
    """Whether a statement goes on with the next line, brackets apart."""
    if following.raw:
        return True
    if following.comment or following.closes:
        return False
    return bool(_CARRIED.search(line.code) or _CARRIES.match(following.code))
