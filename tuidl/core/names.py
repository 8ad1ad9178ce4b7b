"""Names of files made from titles: readable, of one kind of characters, and never too long."""

import hashlib
import unicodedata
from datetime import UTC, datetime

LONGEST = 80
"""Bytes of a name as UTF-8. File systems take 255, encrypted ones 143: there is room for a date, a
number, an extension, and what a temporary file's name has besides."""
DIGITS = 8
"""Of the hash that keeps names apart which were shortened to the same."""
RESERVED = frozenset(
    ["con", "prn", "aux", "nul", *(f"{kind}{n}" for kind in ("com", "lpt") for n in range(10))]
)
"""Names that Windows keeps for devices, whatever extension they have."""


def file_name(title: str, otherwise: str) -> str:
    """A file's name without extension: small letters, digits and ``_`` of any script, at most
    ``LONGEST`` bytes.

    Of a longer title the start is kept, and a hash of all of it tells it from others.
    ``otherwise``: for a title that has no letter or digit.
    """
    text = unicodedata.normalize("NFC", title).lower()
    words = "".join(char if char.isalnum() else "_" for char in text).split("_")
    kept = "_".join(filter(None, words))
    if not kept:
        return otherwise
    if len(kept.encode(errors="replace")) <= LONGEST:
        return f"{kept}_" if kept in RESERVED else kept
    digest = hashlib.sha256(title.encode(errors="surrogatepass")).hexdigest()[:DIGITS]
    return f"{_start(kept, LONGEST - DIGITS - 1).rstrip('_')}_{digest}"


def new_run_name(preset: str) -> str:
    """A run's name: the preset's, and when it began (UTC)."""
    return f"{file_name(preset, 'run')}-{datetime.now(UTC):%Y%m%d-%H%M%S}"


def _start(text: str, size: int) -> str:
    """The first characters of ``text`` that take at most ``size`` bytes."""
    return text.encode()[:size].decode(errors="ignore")
