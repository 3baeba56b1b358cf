"""Words that turn what is said round: where they stand, what they stand for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import regex

from specpc.text.patterns import lazy_regex

if TYPE_CHECKING:
    from collections.abc import Iterator

# Of languages whose words are parted by spaces; longer texts of others are cut by the clause.
_WORDS: Final = "|".join((
    "no|not|cannot|never|nor|neither|none|nobody|nothing|nowhere|without|unless|except|hardly",
    "scarcely|barely|rarely|seldom|denies|denied|deny",  # English
    "nicht|kein|keine|keinen|keinem|keiner|keines|nie|niemals|nichts|niemand|ohne|weder|außer",
    "ne|pas|jamais|sans|aucun|aucune|rien|ni|sauf",  # French
    "nunca|jamás|ningún|ninguna|ninguno|nada|nadie|tampoco|salvo|não|nem|sem|nenhum|nenhuma",
    "non|senza|nessun|nessuna|nessuno|né|niente|nulla|tranne",  # Italian
    "niet|geen|nooit|zonder|behalve|inte|ikke|aldrig|utan|uden|ingen|inget|intet|utom",
    "eivät|emme|ette|ilman|bez|żaden|nigdy|nikt|oprócz|není|nejsou|nikdy|nikdo",
    "не|нет|ни|без|никогда|никто|ничего|нельзя|кроме|değil|yok|hiç|asla",
))  # fmt: skip
_NEGATION: Final = lazy_regex(
    rf"(?<![\w'’-])(?:\w{{1,12}}n['’]t|{_WORDS})(?![\w-])",
    regex.IGNORECASE,
)
_CLAUSE_END: Final = lazy_regex(
    r"(?<!\d)[.,:]|[.,:](?!\d)|[!?;—–()\n]|</|\b(?:but|aber|mais|pero|но)\b", regex.IGNORECASE
)


def negations(text: str) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """Each negation of a text, and the clause that it turns round, as character ranges."""
    found = [match.span() for match in _NEGATION.finditer(text)]
    if not found:
        return
    ends = [match.end() for match in _CLAUSE_END.finditer(text)] + [len(text)]
    start = place = 0
    for low, high in found:
        while ends[place] <= low:
            start = ends[place]
            place += 1
        yield (low, high), (start, ends[place])
