"""The lines of settings: which are sections, comments, settings, or go on with one."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Final

from specpc.structure.config.limits import LONGEST_VALUE, MOST_FAILED
from specpc.structure.parts.lines import line_start, lines
from specpc.text.patterns import lazy_re, lazy_regex

_EXPLAINED: Final = 0.9
FEWEST: Final = 3
_FEWEST_REMARKS: Final = 6
_REMARKS: Final = 0.6
_BELOW: Final = 0.6
_EQUALS: Final = 0.7
CONTENT: Final = lazy_re(r"[^ \t\r\n]")
# A setting of Linux that is off: "# CONFIG_NFS_FS is not set".
_UNSET: Final = lazy_re(r"# [A-Z][A-Z\d_]+ is not set[ \t]*(?=[\r\n]|\Z)")
_COMMENT: Final = lazy_re(r"[#;!]|//|(?i:rem)\b")
SECTION: Final = lazy_re(
    r"\[\[?[ \t]*(?P<name>[^\[\]\r\n=]{1,100})\]?\][ \t]*(?:[#;][^\r\n]*)?(?=[\r\n]|\Z)"
)
_KEY: Final = r"(?:\"[^\"\r\n]{1,80}\"|'[^'\r\n]{1,80}'|[A-Za-z_%$*?/][\w.$%*/@+\[\]-]*+)"
SETTING: Final = lazy_regex(
    rf"(?:export[ \t]++|-)?+{_KEY}(?:[ \t]*+\.[ \t]*+{_KEY}|(?<=\.){_KEY})*+[ \t]*+[=:]"
)
# Keys with blanks ("Icon Name=", "load average = 5"), and without a value, in files of that name.
_LOOSE: Final = lazy_re(r"[A-Za-z_][^=:\r\n\[\]]{0,60}(?:[=:]|(?=[\r\n]|\Z))|[\w./*-]+")
# A setting that is left out: "# tls=off", ";extension=curl", "#*/5 * * * * root sync".
_OUT: Final = lazy_regex(r"[#;]+[ \t]*+")
_ONE_WORD: Final = lazy_regex(
    r"[ \t]*+(?:'[^'\r\n]*+'|\"[^\"\r\n]*+\"|\S*+)[ \t]*+(?:[#;][^\r\n]*+)?(?=[\r\n]|\Z)"
)
# "#ForwardAgent no", "#   Port 22", as ssh and others write settings.
_BARE: Final = lazy_regex(
    r"\p{Lu}\p{Ll}++(?:(?:\p{Lu}[\w]*+)[ \t]++[^\s.][^\r\n.]{0,80}+(?:\.\S[^\r\n]{0,80}+)?"
    r"|[ \t]++(?:[\d/]\S*+|yes|no|on|off|none))[ \t]*+(?=[\r\n]|\Z)"
)
_DIGIT: Final = lazy_re(r"\d")
_PLAIN: Final = lazy_re(r"(?:export[ \t]+)?(?:[A-Z_][A-Z0-9_]*|[\w-]+(?:\.[\w-]+)+)[ \t]*=(?!=)")
# Lines of crontab, hosts, fstab, pg_hba.conf and services.
_ROWS: Final = (
    lazy_re(r"(?:(?:[\d*][\d*/,-]*|[A-Za-z]{3}(?:[-,][A-Za-z]{3})*)[ \t]+){5}\S|@\w+[ \t]+\S"),
    # "00:12:04 Ann" is none.
    lazy_re(
        r"(?:\d{1,3}(?:\.\d{1,3}){3}|(?:(?=[\da-fA-F:]*::)|(?=(?:[\da-fA-F]{1,4}:){7}))[\da-fA-F:]+)"
        r"[ \t]+[\w.-]+"
    ),
    lazy_re(
        r"\S+[ \t]+(?:/\S*|none|swap)[ \t]+[\w.,-]+[ \t]+\S+(?:[ \t]+\d+){0,2}[ \t]*(?=[\r\n]|\Z)"
    ),
    lazy_re(
        r"(?:local|host(?:no)?(?:ssl|gssenc)?)(?:[ \t]+[\w\"+@.,/:-]+){2,4}[ \t]+"
        r"(?:trust|reject|scram-sha-256|md5|password|gss|sspi|ident|peer|ldap|radius|cert|pam|bsd)\b"
    ),
    lazy_re(r"[\w.+-]+[ \t]+\d{1,5}/(?:tcp|udp|sctp|ddp)\b"),
)
_OPENING: Final = lazy_re(r"[ \t]*(?:\"\"\"|'''|[\[{]|\"(?=[^\"\r\n]*[\r\n])|'(?=[^'\r\n]*[\r\n]))")
_QUOTE_END: Final = lazy_re(r"[\"'](?=[ \t]*(?:[\r\n]|\Z))")
_BRACKETS: Final = lazy_re(
    r"\"\"\"|'''|\"[^\"\\\r\n]*(?:\\.[^\"\\\r\n]*)*\"|'[^'\r\n]*'|#[^\r\n]*|[][{}]"
)


@dataclass(frozen=True)
class SettingLine:
    """A line and the blank ones after it.

    Attributes:
        start: its first character.
        end: one past the last.
        content: where its indentation ends.
        kind: ``comment``, ``section``, ``setting``, one that is left ``out``, ``more`` of the
            setting above, an ``item`` below it, or ``other``.
        last: whether a blank line follows.
    """

    start: int
    end: int
    content: int
    kind: str
    last: bool


def read_settings(text: str, *, named: bool) -> list[SettingLine]:
    """The lines of a text."""
    found: list[SettingLine] = []
    until = indent = 0
    continued = listed = False
    failed = 0
    for start, end in lines(text):
        match = CONTENT.search(text, start, end)
        content = match.start() if match else end - 1
        column = content - line_start(text, start, content)
        said = text[start:end].rstrip()
        blank = text.count("\n", start, end) > 1 or text.count("\r", start, end) > 1
        last = blank and content == start + column
        setting = SETTING.match(text, content, end)
        goes_on = bool(found) and found[-1].kind in {"setting", "more", "item"} and column > indent
        if start < until or continued:
            kind = "more"
        elif goes_on:
            kind = "item" if listed else "more"
        elif found and _is_remark(text, found[-1], column, content):
            kind = "more"
        elif _UNSET.match(text, content, end):
            kind, indent = "setting", column
        elif _COMMENT.match(text, content, end):
            kind = "out" if _is_out(text, content, end) else "comment"
        elif SECTION.match(text, content, end) and (column == 0 or not found):
            kind = "section"
        elif setting or any(row.match(text, content, end) for row in _ROWS):
            kind, indent = "setting", column
            if setting and failed < MOST_FAILED:
                until = value_end(text, setting.end())
                failed += is_open(text, setting.end(), until)
        elif named and _LOOSE.match(text, content, end):
            kind, indent = "setting", column
        else:
            kind = "other"
        if kind == "setting":  # with nothing behind it, what is indented below is a list
            listed = setting is None or not text[setting.end() : end].strip()
        continued = kind in {"setting", "more"} and said.endswith("\\") and not last
        found.append(SettingLine(start, end, content, kind, last))
    return found


def _is_remark(text: str, above: SettingLine, column: int, content: int) -> bool:
    """Whether a comment goes on with the remark at the end of a setting above, right below it."""
    place = above.start + column
    below = place > above.content or above.kind == "more"
    return column > 0 and below and text[place : place + 1] == text[content] == "#"


def _is_out(text: str, content: int, end: int) -> bool:
    """Whether a comment is a setting that is left out, and says nothing of the next."""
    marks = _OUT.match(text, content, end)
    if marks is None:
        return False
    if _BARE.match(text, marks.end(), end):
        return True
    setting = SETTING.match(text, marks.end(), end)
    if setting is None:
        row = _ROWS[0].match(text, marks.end(), end)
        return row is not None and _DIGIT.search(row.group()) is not None
    return setting.group()[-1] == "=" and _ONE_WORD.match(text, setting.end(), end) is not None


def value_end(text: str, start: int) -> int:
    """Where a value of several lines ends; ``start`` if it is none."""
    opening = _OPENING.match(text, start)
    if opening is None:
        return start
    position = opening.end()
    mark = text[position - 1]
    if mark in "\"'":
        if opening.group().strip() != mark:
            return max(text.find(mark * 3, position, start + LONGEST_VALUE) + 3, start)
        closing = text.find(mark, position, start + LONGEST_VALUE)
        return closing + 1 if _QUOTE_END.match(text, max(closing, 0)) else start
    depth = 1
    while match := _BRACKETS.search(text, position, start + LONGEST_VALUE):
        position, found = match.end(), match.group()
        if found in {'"""', "'''"}:
            closing = text.find(found, position, start + LONGEST_VALUE)
            position = closing + 3 if closing >= 0 else position
        elif found in "[]{}":
            depth += 1 if found in "[{" else -1
            if depth == 0:
                return position
    return start


def is_open(text: str, start: int, end: int) -> bool:
    """Whether a value that should have several lines has no end (see `value_end`)."""
    return start == end and _OPENING.match(text, start) is not None


def is_remarks(text: str, found: list[SettingLine]) -> bool:
    """Whether most lines are comments, one right below the other, as headings are not."""
    said = [line for line in found if line.kind in {"comment", "out"}]
    if len(said) < max(_FEWEST_REMARKS, _REMARKS * len(found)):
        return False
    marked = sum(text[line.content] == "#" for line in said)
    below = sum(not line.last for line in said)
    return marked == len(said) and below >= _BELOW * len(said) and not text.startswith("#!")


def explained(found: list[SettingLine]) -> bool:
    """Whether nearly all lines are something."""
    counts = Counter(line.kind for line in found)
    own = len(found) - counts["comment"] - counts["out"]
    return own - counts["other"] >= _EXPLAINED * own


def is_config(text: str, found: list[SettingLine], *, named: bool) -> bool:
    """Whether nearly all lines are settings and, unless ``named`` so, surely nothing else."""
    counts = Counter(line.kind for line in found)
    if not (explained(found) and counts["setting"]):
        return False
    if named:
        return True
    settings = [line for line in found if line.kind == "setting"]
    # What stands before a colon may be the speaker of a chat.
    equals = sum(
        (key := SETTING.match(text, line.content)) is not None and key.group()[-1] == "="
        for line in settings
    )
    if counts["section"] and equals >= _EQUALS * len(settings):
        return len(settings) + counts["section"] >= FEWEST
    plain = {
        line
        for line in settings
        if _PLAIN.match(text, line.content) or _UNSET.match(text, line.content)
    }
    rows = max(
        sum(line in plain or row.match(text, line.content) is not None for line in settings)
        for row in _ROWS
    )
    return len(settings) >= FEWEST and rows >= _EXPLAINED * len(settings)
