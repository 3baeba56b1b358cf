"""Records in formats of their own: translations, directories, bibliographies, lists of packages."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from specpc.structure.parts.blocks import Block, block, lay_out_blocks, record
from specpc.structure.parts.lines import OWN_LINE
from specpc.structure.parts.rows import mostly, rows, runs_of
from specpc.structure.records.entries import bibliography, translations
from specpc.structure.records.fields import fields
from specpc.text.patterns import lazy_re

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from specpc.structure.parts.rows import Row
    from specpc.text.layout import Layout

# So many fields at most come with any part of a record.
_MOST_TOLD: Final = 4
# A longer field is cut into sentences, if it is running text.
_LONG: Final = 200
_NO_MARKER: Final = ""
_REMARK: Final = "# {}\n"


@dataclass(frozen=True)
class Format:
    """How records are written.

    Attributes:
        begins: the first line of one.
        field: a line that a field begins with; others that are indented go on with it.
        told: fields that any part of a record brings, besides the first.
        ends: the last line of one, if it has one.
        blank: whether a blank line ends one.
        more: what else goes on with the field above it, if anything but what is indented does.
        prose: whether long fields are running text.
        gap: how a cut before a record is marked; inside, none is.
        remark: begins a comment, which belongs to the record right below it.
    """

    begins: re.Pattern[str]
    field: re.Pattern[str]
    told: re.Pattern[str] | None = None
    ends: re.Pattern[str] | None = None
    blank: bool = True
    more: re.Pattern[str] | None = None
    prose: bool = False
    gap: str = _NO_MARKER
    remark: re.Pattern[str] | None = None

    def find(self, found: Sequence[Row]) -> list[Block]:
        """The records in some rows."""
        blocks: list[Block] = []
        place = last = 0
        while place < len(found):
            if not self.begins.match(found[place].said):
                place += 1
                continue
            end = self._end(found, place)
            own = self._record(found[place:end])
            first = place
            while first > last and self._is_remark(found[first - 1]):
                first -= 1
            blocks.append(replace(own, start=found[first].start))
            place = last = end
        return blocks

    def _is_remark(self, row: Row) -> bool:
        """Whether a comment stands right above what follows it."""
        remark = self.remark is not None and self.remark.match(row.said) is not None
        return remark and not row.ends_block

    def _end(self, found: Sequence[Row], place: int) -> int:
        end = place + 1
        while end < len(found) and not (self.blank and found[end - 1].ends_block):
            said = found[end].said
            goes_on = self.field.match(said) or found[end].indented or self._is_more(said)
            if self.begins.match(said) or not goes_on:
                break
            end += 1
            if self.ends is not None and self.ends.match(said):
                break
        return end

    def _is_more(self, said: str) -> bool:
        return self.more is not None and self.more.match(said) is not None

    def _record(self, own: Sequence[Row]) -> Block:
        start, end = own[0].start, own[-1].end
        closed = len(own) > 1 and self.ends is not None and self.ends.match(own[-1].said)
        fields = _fields(own[: len(own) - bool(closed)], self.field)
        inside = [self._block(*span, said) for span, said in fields[1:]]
        told = [place for place, (_, said) in enumerate(fields[1:]) if self._is_told(said)]
        for place in told[:_MOST_TOLD]:
            inside[place] = replace(inside[place], told=True)
        tail = own[-1].start if closed else end
        return replace(record(start, end, fields[0][0][1], tail=tail, inside=inside), gap=self.gap)

    def _block(self, start: int, end: int, said: str) -> Block:
        name = self.field.match(said)
        if self.prose and name is not None and end - start > _LONG:
            return block(start, end, start + name.end(), body="prose")
        return replace(block(start, end), body="whole")

    def _is_told(self, said: str) -> bool:
        return self.told is not None and self.told.match(said) is not None


def _fields(own: Sequence[Row], field: re.Pattern[str]) -> list[tuple[tuple[int, int], str]]:
    """Where the fields of a record are, and their first lines."""
    fields: list[tuple[tuple[int, int], str]] = []
    for row in own:
        if fields and not field.match(row.said):
            (start, _), said = fields.pop()
            fields.append(((start, row.end), said))
        else:
            fields.append(((row.start, row.end), row.said))
    return fields


# Rows of a database that are printed downwards: ``\\G`` of mysql, ``\\x`` of psql.
_DOWNWARDS: Final = Format(
    lazy_re(r"\*{10,} \d+\. row \*{10,}$|-\[ RECORD \d+ \]"),
    lazy_re(r" *\w[^:|]{0,60}(?::(?: |$)| +\|(?: |$))"),
    lazy_re(r" *(?:\w*id|name|title)\b", re.IGNORECASE),
)
# What systemd says of a unit, with the last lines of its journal.
_UNIT_STATES: Final = Format(
    lazy_re(r"[●○×↻*] \S+\.(?:service|socket|timer|mount|target|device|path|scope|slice|swap)\b"),
    lazy_re(r" *[A-Z][\w -]{0,20}: |[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d "),
    blank=False,
    gap=OWN_LINE,
)
# What is open on a host, below the names of the columns, and what scripts say of it.
_HOSTS: Final = Format(
    lazy_re(r"Nmap scan report for "),
    lazy_re(r"[^\s|]"),
    lazy_re(r"PORT +STATE"),
    more=lazy_re(r"\|"),
    gap=OWN_LINE,
)
_KEYS: Final = Format(
    lazy_re(r"(?:pub|sec)[#>]? +\w+[ /]"),
    lazy_re(r"(?:uid|sub|ssb|sig|rev)\b"),
    gap=OWN_LINE,
)
# Installed packages, as rpm lists them: the last field is text in lines of its own.
_INSTALLED: Final = Format(
    lazy_re(r"Name {8}: \S"),
    lazy_re(r"[A-Z][A-Za-z ]{11}: ?"),
    lazy_re(r"Version "),
    blank=False,
    more=lazy_re(r""),
    gap=OWN_LINE,
)
# Sections of subtitles; of the events in them, a line says what is in which place.
_SUBTITLES: Final = Format(
    lazy_re(r"\[(?:Script Info|[Vv]4\+? Styles\+?|Events|Fonts|Graphics|Aegisub [\w ]+)\]$"),
    lazy_re(r"[;!]|[A-Z][\w ]*:"),
    lazy_re(r"Format:"),
    gap=OWN_LINE,
)
# Families, in lines with the numbers of their levels.
_PERSONS: Final = Format(
    lazy_re(r"0 \S"),
    lazy_re(r"1 [A-Z_]"),
    lazy_re(r"1 (?:NAME|TITL)\b"),
    blank=False,
    more=lazy_re(r"[2-9] [A-Z_]"),
    gap=OWN_LINE,
)
# Sequences of genes and proteins, with their names above.
_SEQUENCES: Final = Format(
    lazy_re(r">\S"),
    lazy_re(r"(?:[A-Z*.-]+|[acgtun*.-]+)$"),
    blank=False,
    gap=OWN_LINE,
)
# Rules of a firewall, as iptables-save prints them: each is one of a table.
_RULES: Final = Format(
    lazy_re(r"\*(?:filter|nat|mangle|raw|security)$"),
    lazy_re(r":\w|(?:\[\d+:\d+\] )?-[AIN] |#|COMMIT$"),
    ends=lazy_re(r"COMMIT$"),
    blank=False,
    gap=_REMARK,
)
# What is known of packages, as npm reports it, with those that depend on them.
_ADVISORIES: Final = Format(
    lazy_re(r"(?:@[\w.-]+/)?[\w.-]+ {2}[<>=*\d]"),
    lazy_re(
        r"Severity: |Depends on |fix available|No fix |Will install |(?:\S+/)?node_modules/"
        r"|.* - https?://\S+$"
    ),
    lazy_re(r"Severity: "),
    gap=OWN_LINE,
)
_SEQUENCE: Final = lazy_re(r"(?:[A-Z*.-]{20,}|[acgtun*.-]{20,})")


def _sequences(found: Sequence[Row]) -> list[Block]:
    """Sequences; what is quoted in a mail begins with a mark like theirs."""
    first = {row.start: row.said for row in found}
    return [
        own
        for own in _SEQUENCES.find(found)
        if own.inside and _SEQUENCE.match(first[own.inside[0].start])
    ]


# Between such lines, rows belong to the query above them.
_PROMPT: Final = lazy_re(r"(?:\w+[=-][#>]|(?:mysql|MariaDB \[[^\]\r\n]*\])>) \S")


def _downwards(found: Sequence[Row]) -> list[Block]:
    """Rows printed downwards, unless below several queries."""
    if any(_PROMPT.match(row.said) for row in found):
        return []
    return _DOWNWARDS.find(found)


_FORMATS: Final[tuple[tuple[str, Callable[[Sequence[Row]], list[Block]]], ...]] = (
    ("\nmsgid ", translations),
    (
        "dn:",
        Format(
            lazy_re(r"dn::? "),
            lazy_re(r"[A-Za-z][\w;.-]*:[:<]?(?: |$)|-$|#"),
            gap=_REMARK,
            remark=lazy_re(r"#"),
        ).find,
    ),
    ("@", bibliography),
    (
        "TY  - ",
        Format(
            lazy_re(r"TY  - "),
            lazy_re(r"[A-Z][A-Z0-9]  -(?: |$)"),
            lazy_re(r"(?:TI|T1|A1|AU|PY|Y1)  -"),
            lazy_re(r"ER  -"),
            blank=False,
            prose=True,
        ).find,
    ),
    (
        "PMID- ",
        Format(
            lazy_re(r"PMID- "),
            lazy_re(r"[A-Z]{2,4} *- "),
            lazy_re(r"(?:TI|DP) *- "),
            prose=True,
        ).find,
    ),
    (
        "%0 ",
        Format(lazy_re(r"%0 "), lazy_re(r"%\S "), lazy_re(r"%[TD] "), prose=True).find,
    ),
    (". row *", _downwards),
    ("-[ RECORD ", _downwards),
    (" Loaded: ", _UNIT_STATES.find),
    ("Nmap scan report for ", _HOSTS.find),
    ("\nuid ", _KEYS.find),
    ("Name        : ", _INSTALLED.find),
    ("[Script Info]", _SUBTITLES.find),
    ("\nCOMMIT", _RULES.find),
    ("\nSeverity: ", _ADVISORIES.find),
    ("0 HEAD", _PERSONS.find),
    (">", _sequences),
    (":", fields),
)
"""A sign of each kind of record, and what finds them."""


def lay_out_records(text: str) -> Layout | None:
    """The pieces of records in formats of their own.

    Translations (PO), directories (LDIF), bibliographies (BibTeX, RIS, MEDLINE, EndNote), rows of
    databases, states of services, scanned hosts, keys, rules of a firewall, packages (of rpm, what
    npm knows of them; Debian's, as any fields with names in stanzas), subtitles (ASS), families
    (GEDCOM), sequences (FASTA). A record stays whole; a field of a longer one brings the first line
    and the title.

    Returns:
        ``None`` unless at least half of the text is such records.
    """
    for sign, find in _FORMATS:
        if sign in text:
            found = rows(text)
            if mostly(text, found, blocks := find(found)):
                return lay_out_blocks(text, blocks, "records", gap=_NO_MARKER, loose="text")
    return None


def record_runs(text: str, spans: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Numbers of lines that may be such records in a text (see `Kind.runs`)."""
    for sign, find in _FORMATS:
        if sign in text:
            found = rows(text)
            yield from runs_of(find(found), spans)
