"""Spellings of one name: Male and " MALE", Zürich and zurich, yes and TRUE."""

import unicodedata
from collections.abc import Iterable, Mapping

_YES, _NO = "yes y true t 1 on ja oui si sí sim vrai wahr", "no n false f 0 off nein non não faux"
YES, NO = frozenset(_YES.split()), frozenset(_NO.split())


def folded(text: str, way: str = "spellings") -> str:
    """What all spellings of a name have in common: without case, accents and further spaces;
    ``yes_no``: words that say yes are "yes", those that say no "no"."""
    low = " ".join(text.casefold().split())
    if way == "yes_no" and (low in YES or low in NO):
        return "yes" if low in YES else "no"
    if low.isascii():
        return low
    parts = unicodedata.normalize("NFKD", low)
    return "".join(c for c in parts if not unicodedata.combining(c))


def way_of(names: Iterable[str]) -> str:
    """Which spellings count as the same: those of yes and of no, where all names are such."""
    low = {" ".join(name.casefold().split()) for name in names}
    are_words = low <= YES | NO and bool(low & YES) and bool(low & NO)
    return "yes_no" if are_words and len(low) > 2 else "spellings"


def merged(counts: Mapping[str, int], way: str) -> dict[str, int]:
    """Rows of each name, of which the commonest spelling is left."""
    groups: dict[str, list[str]] = {}
    for name in counts:
        groups.setdefault(folded(name, way), []).append(name)
    found = {}
    for fold, names in groups.items():
        shown = min(names, key=lambda name: (-counts[name], name))
        found[fold if way == "yes_no" else shown] = sum(counts[name] for name in names)
    return found
