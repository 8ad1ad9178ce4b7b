"""Texts of different lengths as rows of one length."""

from collections.abc import Sequence

import numpy as np

from tuidl.core.lazy import Array


def filled(texts: Sequence[Array], window: int, token: int) -> tuple[Array, int]:
    """The first ``window`` tokens of each, (texts, window) int32, filled up with a ``token`` behind
    the end; and how many texts are longer."""
    rows = np.full((len(texts), window), token, np.int32)
    for row, text in zip(rows, texts, strict=True):
        row[: len(text)] = text[:window]
    return rows, sum(len(text) > window for text in texts)
