"""AsciiDoc, org-mode, POD and the markup of wikis, each as a row of what `Markup` asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import regex

from specpc.structure.markup.delimited import Markup, lay_out_markup
from specpc.structure.parts.lines import line_pattern

if TYPE_CHECKING:
    from specpc.text.layout import Layout


def _pattern(written: str) -> regex.Pattern[str]:
    return line_pattern(written, regex.IGNORECASE)


_ASCIIDOC: Final = Markup(
    "asciidoc",
    heading=_pattern(r"(?P<level>={1,6})[ \t]++[^\s=]"),
    opens=_pattern(r"(?P<as>-{4,}|={4,}|\.{4,}|\*{4,}|_{4,}|\+{4,}|/{4,}|--|\|===)[ \t]*+$"),
    closes=lambda opened: opened["as"],
    inside={
        **{mark * count: inside for count in range(4, 81) for mark, inside in (
            ("-", "code"), (".", "code"), ("+", "whole"), ("/", "hidden"))},
        "|===": "table",
    },
    leads=_pattern(r"\[[^\]\r\n]*+\][ \t]*+$|\.[^\s.][^\r\n]*+"),
    hidden=_pattern(
        r"\+[ \t]*+$|//(?!/)|:!?[\w-]++!?:(?:[ \t]|$)|(?:\[\[[^\]\r\n]*+\]\]|'''|<<<)[ \t]*+$"
    ),
    term=_pattern(r"[^\s:|=.*-][^:\r\n]{0,60}+:{2,4}[ \t]*+$"),
    defines=_pattern(r"[ \t]++\S"),
    row=_pattern(r"[^|\r\n]{0,10}\|"),
)  # fmt: skip
_ASCIIDOC_SIGNS: Final = _pattern(
    r"^(?:(?P<title>={1,5}[ \t]++[^\s=][^=\r\n]*+$)|\[(?:source|NOTE|TIP|WARNING|quote|cols|%)"
    r"[^\]\r\n]*+\]|:[\w-]++:(?:[ \t]|$)|\|===|[\w ]{2,40}::[ \t]|include::|image::"
    r"|(?:NOTE|TIP|WARNING|IMPORTANT|CAUTION): )"
)

_ORG: Final = Markup(
    "org",
    heading=_pattern(r"(?P<level>\*{1,8}+)[ \t]++\S|(?P<level>)#\+title:"),
    opens=_pattern(r"[ \t]*+(?:#\+begin_(?P<as>\w++)|:(?P<as>properties|logbook):[ \t]*+$)"),
    closes=lambda opened: ":end:" if opened["as"].casefold() in ("properties", "logbook")
    else f"#+end_{opened['as']}",
    inside={"src": "code", "example": "code", "properties": "hidden", "logbook": "hidden",
            "comment": "hidden", "latex": "whole", "export": "whole"},
    leads=_pattern(r"[ \t]*+#\+(?:caption|name|header|attr_\w++):"),
    grid=_pattern(r"[ \t]*+\|"),
    hidden=_pattern(r"[ \t]*+#(?:[ \t]|$|\+(?!title|begin|end|caption|name|header|attr)\w++:)"),
)  # fmt: skip
_ORG_SIGNS: Final = _pattern(
    r"^[ \t]*+(?:(?P<title>\*{1,6}[ \t]++\S)|#\+\w++|:(?:properties|end):)"
)

_POD: Final = Markup(
    "pod",
    # As long as its level says; an item heads what is below it, up to the end of its list.
    heading=_pattern(
        r"(?:(?P<level>=)head1|(?P<level>=h)ead2|(?P<level>=he)ad3|(?P<level>=hea)d4"
        r"|(?P<level>=item))\b"
    ),
    opens=_pattern(r"=(?:(?P<as>over)\b|begin[ \t]++:?(?P<as>\w++))"),
    closes=lambda opened: "=back" if opened["as"].casefold() == "over" else f"=end {opened['as']}",
    inside={"over": "text"},
    code=_pattern(r"[ \t]++\S"),
    hidden=_pattern(r"=(?:pod|cut|encoding|back|end|for)\b"),
    groups=_pattern(r"\b[BCEFILSXZ]<++[^<>\r\n]*+>++"),
)
_POD_SIGNS: Final = _pattern(
    r"^(?P<title>=head[1-4][ \t]++\S)|^=(?:over|item|back|cut|pod|encoding)\b"
    r"|\b[BCFILSX]<[^<>\r\n]++>"
)

_WIKI: Final = Markup(
    "wiki",
    heading=_pattern(r"(?P<level>={1,6}+)[^=\r\n]++={1,6}+[ \t]*+$"),
    opens=_pattern(
        r"[ \t:]*+(?:(?P<as>\{\|)|(?P<as>\{\{)(?![^\r\n]*\}\})"
        r"|<(?P<as>pre|syntaxhighlight|source|math|gallery)\b[^>\r\n]*+>[ \t]*+$)"
    ),
    closes=lambda opened: {"{|": "|}", "{{": "}}"}.get(opened["as"], f"</{opened['as']}>"),
    inside={"{|": "table", "{{": "whole", "pre": "code", "syntaxhighlight": "code",
            "source": "code", "math": "whole", "gallery": "whole"},
    hidden=_pattern(
        r"\[\[(?:category|kategorie|datei|file|image|bild):|__[^\W_]++__[ \t]*+$"
        r"|<!--[^>\r\n]*+-->[ \t]*+$"
    ),
    term=_pattern(r";[^:\r\n]++$"),
    defines=_pattern(r":"),
    row=_pattern(r"\|-"),
    groups=_pattern(r"<ref[^<>/]*+>[^<]*+(?:<(?!/ref)[^<]*+)*+</ref>|\{\{[^{}\r\n]*+\}\}|\[\[[^\[\]\r\n]*+\]\]"),
    marks=_pattern(r"\[\[|\]\]|\{\{|\}\}|<|''"),
)  # fmt: skip
_WIKI_SIGNS: Final = _pattern(
    r"^(?P<title>={2,6}+[^=\r\n]++={2,6}+[ \t]*+$)|\[\[[^\]\r\n]{1,200}+\]\]|^\{\{|^\{\||'''"
)

# Of Jira and Confluence.
_JIRA: Final = Markup(
    "wiki",
    heading=_pattern(
        r"(?=h[1-6]\.[ \t]++\S)(?:(?P<level>h)1|(?P<level>h2)|(?P<level>h3\.)|(?P<level>h4\.[ \t])"
        r"|(?P<level>h[56]\.[ \t]++\S))"
    ),
    opens=_pattern(
        r"[ \t]*+\{(?P<as>code|noformat|quote|panel|color|expand)\b[^}\r\n]*+\}[ \t]*+$"
    ),
    closes=lambda opened: f"{{{opened['as']}}}",
    inside={"code": "code", "noformat": "code"},
    grid=_pattern(r"\|"),
    groups=_pattern(r"\[[^\[\]\r\n|]*+\|[^\[\]\r\n]++\]|\{\{[^{}\r\n]*+\}\}"),
    marks=_pattern(r"\{\{|\}\}|\{(?:code|noformat|quote|panel|color)"),
)
_JIRA_SIGNS: Final = _pattern(
    r"^(?P<title>h[1-6]\.[ \t]++\S)|^\{(?:code|noformat|quote|panel)\b|^\|\|[^\r\n]+\|\|"
    r"|\{\{[^{}\r\n]+\}\}|\[[^\[\]\r\n|]+\|https?:|^[#*-]{1,4}[ \t]++\S"
)

# Markdown marks its headings and code so.
_OTHER: Final = _pattern(r"^#{1,6}[ \t]++\w|^[ \t]*```|^~~~")
# Where numbered items begin so, headings stand alone.
_MARKDOWN: Final = _pattern(
    r"^[ \t]*```|^~~~|(?:\A|(?<=[\r\n][ \t]*(?:\r\n|\n|\r)))#{1,6}[ \t]++\S[^\r\n]*+"
    r"(?:\r\n|\n|\r)[ \t]*+[\r\n]"
)
_FEWEST: Final = 3


def lay_out_asciidoc(text: str, *, named: bool = False) -> Layout | None:
    """The pieces of AsciiDoc, ``None`` if it does not look like it; ``named`` says it is."""
    known = named or _has_signs(text, _ASCIIDOC_SIGNS)
    return lay_out_markup(text, _ASCIIDOC) if known else None


def lay_out_org(text: str, *, named: bool = False) -> Layout | None:
    """The pieces of a file of org-mode, ``None`` if it does not look like it."""
    return lay_out_markup(text, _ORG) if named or _has_signs(text, _ORG_SIGNS) else None


def lay_out_pod(text: str, *, named: bool = False) -> Layout | None:
    """The pieces of Perl's documentation, ``None`` if it does not look like it."""
    return lay_out_markup(text, _POD) if named or _has_signs(text, _POD_SIGNS) else None


def lay_out_wiki(text: str, *, named: bool = False) -> Layout | None:
    """The pieces of a page of a wiki, ``None`` if it does not look like it."""
    return lay_out_markup(text, _WIKI) if named or _has_signs(text, _WIKI_SIGNS) else None


def lay_out_jira(text: str) -> Layout | None:
    """The pieces of a ticket of Jira or a page of Confluence, ``None`` if it is none."""
    return lay_out_markup(text, _JIRA) if _has_signs(text, _JIRA_SIGNS, _MARKDOWN) else None


def _has_signs(text: str, signs: regex.Pattern[str], foreign: regex.Pattern[str] = _OTHER) -> bool:
    """Whether there are headings of a language and other signs of it, and none of Markdown's."""
    titles = others = 0
    for match in signs.finditer(text):
        titles += match["title"] is not None
        others += match["title"] is None
    return titles > 0 and others > 0 and titles + others >= _FEWEST and not foreign.search(text)
