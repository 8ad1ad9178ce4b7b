"""Several names in one field, as red;blue, beside fields that have them in other company."""

import re
from collections import Counter
from collections.abc import Collection

from tuidl.data.tables.fields import SHOWN

MARKS = (";", "|", ",", "/", "+", "&")
FEWEST, NEARLY_ALL = 2, 0.9
"""Texts with several names, and the share of names that stand in more than one text."""
_WORD = re.compile(r"[^\W\d_]")


def tags_in(texts: Collection[str]) -> str:
    """What to say of texts that are lists of names, "" where they are none: each is a category of
    its own, of which a network cannot see what it shares with others."""
    for mark in MARKS:
        several = [text for text in texts if mark in text]
        if len(several) >= FEWEST and _are_lists(texts, several, mark):
            said = f"{min(several)[:SHOWN]!r} is taken as a category of its own"
            return f'{said}; if its names count each: kind = "text"'
    return ""


def _are_lists(texts: Collection[str], several: Collection[str], mark: str) -> bool:
    counts = Counter(name for text in texts for name in _names(text, mark))
    within = {name for text in several for name in _names(text, mark)}
    repeated = sum(counts[name] > 1 for name in within)
    return all(map(_WORD.search, within)) and repeated >= NEARLY_ALL * len(within)


def _names(text: str, mark: str) -> set[str]:
    return {part.strip() for part in text.strip(mark).split(mark)}
