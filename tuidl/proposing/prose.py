"""Which columns of a table are plainly text: to be read word by word."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tuidl.data.tables.fields import Reading
    from tuidl.data.tables.raw import RawColumn

FEWEST_TEXTS = 20
"""Different texts that a column has at least; fewer are categories, however long."""
SHARE = 0.5
"""Of its rows that have a text of their own, at least."""
MEDIAN_WORDS = 5
"""Words that half of the texts have at least: names, addresses and codes have fewer."""
LOOKED_AT = 2000
"""Texts whose words are counted."""


def is_prose(raw: "RawColumn", reading: "Reading") -> bool:
    """Whether a column of which nothing is said has many different texts of several words."""
    import numpy as np

    from tuidl.data.tables.gaps import is_gap
    from tuidl.data.text.tokenizer import words

    if reading.is_said or reading.kind not in ("text", "category"):
        return False
    are_gaps = np.array([is_gap(text, (), of_numbers=False) for text in raw.texts], bool)
    texts = [text for text, is_one in zip(raw.texts, are_gaps, strict=True) if not is_one]
    rows = len(raw.codes) - int(are_gaps[raw.codes[raw.codes >= 0]].sum())
    if len(texts) < max(FEWEST_TEXTS, SHARE * rows):
        return False
    counts = [sum(map(str.isalpha, words(text))) for text in texts[:LOOKED_AT]]
    return bool(np.median(counts) >= MEDIAN_WORDS)
