"""YAML, read by indentation: what is kept has the keys above it, and parses as its source does.

Templates of YAML (Helm, Jinja) are read by the same rules, the lines of the template as comments;
what is in a part of one brings the lines that begin and end it.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from specpc.structure.config.scalars import scalar
from specpc.structure.config.yaml_lines import (
    CONTENT,
    DASHES,
    DOCUMENT,
    FEWEST,
    KEY,
    OPEN,
    PLAIN_KEY,
    SCALAR,
    YamlLine,
    after_dash,
    after_dashes,
    control,
    is_template,
    is_yaml,
    read_yaml,
)
from specpc.structure.parts.blocks import Block, block, lay_out_blocks
from specpc.structure.parts.denials import denies
from specpc.structure.parts.numbers import is_own
from specpc.text.patterns import lazy_re

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from collections.abc import Set as AbstractSet

    from specpc.text.layout import Layout

_GAP: Final = "# {}\n"
# What is nested deeper is not cut further.
_DEEPEST: Final = 50
# A longer comment, or first entry of an item, does not come along with what it is above.
_LONGEST_COMMENT: Final = 300
_LONGEST_FIRST: Final = 400
_LONGEST_NAME: Final = 120
_LONG: Final = 1500
# By these an item among others is known, and a document of a cluster.
_NAMES: Final = frozenset({"name", "id", "key", "title", "alias", "host", "path"})
_MANIFEST: Final = frozenset({"apiVersion", "kind"})
# Under which all that stands beside them holds.
_CONDITIONS: Final = frozenset({"if", "when", "unless", "condition", "Condition"})
_BREAK: Final = lazy_re(r"\r\n|\n|\r")
_ANCHOR: Final = lazy_re(r"(?<![^\s,\[{])&([^\s,\[\]{}]+)")
_ALIAS: Final = lazy_re(r"(?<![^\s,\[{])\*([^\s,\[\]{}:]+)(?=[\s,\]}]|\Z)")


def lay_out_yaml(text: str, *, named: bool = False) -> Layout | None:
    """The pieces of YAML: entries, each with the keys and items it stands in.

    What names an item, or a manifest of a cluster, comes with all that is kept of it; a scalar of
    several lines is cut by line where it is a block, else whole; anchors come with their aliases.

    Returns:
        ``None`` unless nearly all lines, three at least, are entries, and some are nested. That
        the text is ``named`` so is enough of a sign if they are entries.
    """
    found = read_yaml(text)
    if not is_yaml(text, found, named=named):
        return None
    aliases = set(_ALIAS.findall(text)) & set(_ANCHOR.findall(text))
    controls = [(line, does) for line in found if (does := control(text, line))]
    if controls:
        apart = {line.start for line, _ in controls}
        found = [line for line in found if line.start not in apart]
    documents = list(_documents(_Reader(text, frozenset(aliases)), found))
    small = 0 if aliases or controls else None
    layout = lay_out_blocks(text, documents, "yaml", gap=_GAP, small=small)
    layout = _with_controls(layout, controls) if controls else layout
    return _with_anchors(text, layout) if aliases else layout


def yaml_runs(text: str, spans: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Numbers of consecutive lines that may be YAML in a text: from a plain key without indent."""
    first: int | None = None
    signs = 0
    for number, (start, end) in enumerate(spans):
        key = PLAIN_KEY.match(text, start, end)
        nested = text[start] in " \t-#" or DOCUMENT.match(text, start, end) is not None
        if first is None:
            if key is not None or text.startswith("---", start):
                first, signs = number, 0
        elif key is None and not nested:
            if signs and number - first >= FEWEST:
                yield first, number
            first = None
        signs += key is not None and OPEN.match(text, key.end(), end) is not None
    if first is not None and signs and len(spans) - first >= FEWEST:
        yield first, len(spans)


def _documents(reader: _Reader, found: list[YamlLine]) -> Iterator[Block]:
    """The documents of a text, each with the line that begins it as its head."""
    text = reader.text
    starts = [
        number
        for number, line in enumerate(found)
        if not line.raw and line.column == 0 and DOCUMENT.match(text, line.content)
    ]
    bounds, begun = [0, *starts, len(found)], set(starts)
    for first, last in itertools.pairwise(bounds):
        if first == last:
            continue
        head, number = found[first].start, first
        if first in begun:
            place = found[first].content + 3
            number += 1
            if text[place : found[first].end].strip():  # what it holds begins on this line
                while number < last and found[number].raw:
                    number += 1
            while number < last and text[found[number].content] == "#":
                number += 1
            head = found[number - 1].end
        inside = reader.entries(found[number:last], 0)
        # In a short text that is one document, its name would take the place of what is asked for.
        if len(starts) > 1 or len(text) >= _LONG:
            inside = reader.manifest(inside)
        yield block(found[first].start, found[last - 1].end, head, inside=inside)


@dataclass(frozen=True)
class _Reader:
    """Finds the entries of YAML; what an alias stands for (one of ``aliases``) stays whole."""

    text: str
    aliases: frozenset[str]

    def entries(self, found: Sequence[YamlLine], depth: int, of: str = "") -> list[Block]:
        """The entries at the level of the first of these lines, each with all that is in it.

        They are the value ``of`` a key, or of none.
        """
        result: list[Block] = []
        for group, above in self._groups(found):
            if above and group[above - 1].end - group[0].start > _LONGEST_COMMENT:
                result.append(block(group[0].start, group[above].start, body="whole"))
                group, above = group[above:], 0  # noqa: PLW2901
            entry = self._entry(group, above, depth, of)
            result.append(replace(entry, told=True) if self._denies(group, above, depth) else entry)
        return result

    def _denies(self, group: Sequence[YamlLine], above: int, depth: int) -> bool:
        """Whether an entry says that those beside it do not hold, or when they do."""
        line = group[above]
        key = KEY.match(self.text, line.content, line.end)
        short = group[-1].end - group[0].start <= _LONGEST_NAME and len(group) == above + 1
        if not short or key is None or self._is_item(line):
            return False
        name = key.group()[:-1].strip("\"' \t")
        value = self.text[key.end() : line.end].split(" #")[0]
        return (depth > 0 and name in _CONDITIONS) or denies(name, value)

    def _groups(self, found: Sequence[YamlLine]) -> Iterator[tuple[Sequence[YamlLine], int]]:
        """The lines of each entry, and how many of them are comments above it."""
        own = [n for n, line in enumerate(found) if not line.raw and not self._is_remark(line)]
        if not own:
            if found:
                yield found, 0
            return
        base = found[own[0]].column
        listed = self._is_item(found[own[0]])
        starts: list[int] = []
        for number in own:
            line = found[number]
            item = self._is_item(line)
            begins = line.column <= base and (item == listed or line.column < base)
            if (begins or not starts) and self.text[line.content] != ":":
                starts.append(number)
        starts = starts or own[:1]
        heads = []
        for number in starts:
            first = number
            while first and self._leads(found[first - 1], found[number]):
                first -= 1
            heads.append(self._below(found, first, number))
        heads[0] = 0
        for (first, start), last in zip(
            zip(heads, starts, strict=True), [*heads[1:], len(found)], strict=True
        ):
            yield found[first:last], start - first

    def _leads(self, line: YamlLine, entry: YamlLine) -> bool:
        """Whether a line is a remark on the entry that follows it."""
        return not line.raw and self._is_remark(line) and line.column <= entry.column

    def _below(self, found: Sequence[YamlLine], first: int, entry: int) -> int:
        """The number of the first remark on an entry: without those right below the one before."""
        if not first or self._is_parted(found[first - 1]):
            return first
        return next((n + 1 for n in range(first, entry) if self._is_parted(found[n])), first)

    def _is_parted(self, line: YamlLine) -> bool:
        """Whether a blank line follows."""
        return max(self.text.count(mark, line.start, line.end) for mark in "\n\r") > 1

    def _is_remark(self, line: YamlLine) -> bool:
        return self.text[line.content] == "#" or is_template(self.text, line)

    def _is_item(self, line: YamlLine) -> bool:
        return DASHES.match(self.text, line.content, line.end) is not None

    def _entry(self, group: Sequence[YamlLine], above: int, depth: int, of: str) -> Block:
        """One entry: a key or item, with the comments above it."""
        text, line = self.text, group[above]
        start, end = group[0].start, group[-1].end
        whole = block(start, end, body="whole")
        anchors = _ANCHOR.findall(text, line.content, line.end) if self.aliases else []
        if len(group) == above + 1 or depth >= _DEEPEST or not self.aliases.isdisjoint(anchors):
            return whole
        if DASHES.match(text, line.content, line.end) is not None:
            return self._item(group, above, depth, of)
        key = KEY.match(text, line.content, line.end)
        if key is not None and OPEN.match(text, key.end(), line.end):
            inside = self.entries(group[above + 1 :], depth + 1, self._key(line.start))
            return block(start, end, line.end, inside=inside)
        if key is not None and (opens := SCALAR.match(text, key.end(), line.end)):
            return self._scalar(whole, line, group[above + 1], folded=opens["mark"] == ">")
        return whole

    def _item(self, group: Sequence[YamlLine], above: int, depth: int, of: str) -> Block:
        """An item of a list, with the comments above it: its first entry comes with all others."""
        text, line = self.text, group[above]
        start, end = group[0].start, group[-1].end
        dash = after_dash(text, line)
        if not text[dash : line.end].strip():
            inside = self.entries(group[above + 1 :], depth + 1)
            return block(start, end, line.end, inside=self._told(inside, of))
        rest = replace(line, content=dash, column=line.column + dash - line.content)
        first, *inside = self.entries([rest, *group[above + 1 :]], depth + 1)
        if not inside:
            return replace(first, start=start)
        if first.end - start > _LONGEST_FIRST and not first.inside:
            return block(start, end, body="whole")
        named = self._key(first.start) in _NAMES
        if not named:
            told, *inside = self._told([first, *inside], of)
            named = told.told
        if first.inside:  # "- block:" is all that the others need of it
            return block(start, end, first.head, inside=(*first.inside, *inside))
        # What is no name says something: "- run: ./deploy.sh", "- uses: actions/checkout@v4".
        return replace(block(start, end, first.end, inside=inside), says=not named)

    def _scalar(self, whole: Block, line: YamlLine, first: YamlLine, *, folded: bool) -> Block:
        """A block scalar that a line begins: what its lines are, of which the first is given."""
        nested = scalar(first.column, self._key(line.start), folded=folded)
        return replace(whole, head=first.start, body="text", nested=nested)

    def _told(self, inside: Sequence[Block], of: str) -> list[Block]:
        """The entries of an item ``of`` a list, with those marked by which it is known.

        These are its name, in the list of "Instances" the "InstanceId", and of a manifest its kind.
        """
        keys = {self._key(entry.start) for entry in inside}
        names = keys & _NAMES or {key for key in keys if is_own(key, of)}
        return self.manifest(self._marked(inside, names))

    def manifest(self, inside: Sequence[Block]) -> list[Block]:
        """The entries of a document, with those marked by which a manifest is known."""
        keys = [self._key(entry.start) for entry in inside]
        if not set(keys) >= _MANIFEST:
            return list(inside)
        marked = self._marked(inside, _MANIFEST)
        for number, (key, entry) in enumerate(zip(keys, inside, strict=True)):
            if key == "metadata" and entry.inside:
                names = self._marked(entry.inside, frozenset({"name", "namespace"}))
                marked[number] = replace(entry, inside=tuple(names), told=True)
        return marked

    def _marked(self, inside: Sequence[Block], names: AbstractSet[str]) -> list[Block]:
        return [
            replace(entry, told=True)
            if self._key(entry.start) in names
            and entry.end - entry.start <= _LONGEST_NAME
            and not entry.inside
            else entry
            for entry in inside
        ]

    def _key(self, start: int) -> str:
        """The key of the entry that starts there, with comments above it or not."""
        place = start
        while match := CONTENT.search(self.text, place):
            place = match.start()
            if self.text[place] != "#":
                break
            line_end = _BREAK.search(self.text, place)
            place = line_end.end() if line_end else len(self.text)
        place = after_dashes(self.text, place, len(self.text))
        key = KEY.match(self.text, place)
        return key.group()[:-1].strip("\"' \t") if key else ""


def _with_controls(layout: Layout, controls: Sequence[tuple[YamlLine, str]]) -> Layout:
    """The layout in which what is in a part of a template needs the lines around that."""
    lines = np.asarray([line.start for line, _ in controls])
    found = (np.searchsorted(layout.edges, lines, side="right") - 1).tolist()
    does = dict(zip(found, (does for _, does in controls), strict=True))
    alone = {
        piece
        for piece, (line, _) in zip(found, controls, strict=True)
        if layout.edges[piece] == line.start and layout.edges[piece + 1] <= line.end
    }
    needs = {piece: list(supports) for piece, supports in layout.needs.items()}
    parts: list[int] = []  # what opens those that are open
    for piece in range(len(layout)):
        if does.get(piece) == "opens":
            needs.setdefault(piece, []).extend(parts[-1:])
            parts.append(piece)
        elif parts and piece in does:
            needs.setdefault(piece, []).append(parts[-1])
            needs.setdefault(parts[-1], []).append(piece)
            if does[piece] == "ends":
                parts.pop()
        elif parts:
            needs.setdefault(piece, []).append(parts[-1])
    kept = {piece: tuple(supports) for piece, supports in needs.items()}
    return replace(layout, needs=kept, supports=layout.supports | alone)


def _with_anchors(text: str, layout: Layout) -> Layout:
    """The layout in which what holds an alias needs what holds its anchor."""
    anchors = {match[1]: match.start() for match in reversed(list(_ANCHOR.finditer(text)))}
    needs = {piece: list(supports) for piece, supports in layout.needs.items()}
    for match in _ALIAS.finditer(text):
        place = anchors.get(match[1], -1)
        if 0 <= place < match.start():
            edges = np.searchsorted(layout.edges, [match.start(), place], side="right") - 1
            own, anchor = edges.tolist()
            if own != anchor:
                needs.setdefault(own, []).append(anchor)
    return replace(layout, needs={piece: tuple(supports) for piece, supports in needs.items()})
