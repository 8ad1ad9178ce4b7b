"""A file of text, whole, as the user has written it."""

from functools import lru_cache
from pathlib import Path

from tuidl.core.errors import DataError
from tuidl.data.paths import Stamp
from tuidl.data.tables.content import read_content


@lru_cache(maxsize=2)
def read_text(stamp: Stamp, encoding: str | None = None) -> tuple[str, tuple[str, ...]]:
    """The text, remembered until the file changes, and what it was turned from.

    Raises DataError where there is none, or the file is no text.
    """
    path = Path(stamp[0])
    content = read_content(path, stamp[2], encoding)
    text = content.data.decode("utf-8", "surrogatepass")
    if not text.strip():
        raise DataError(f"{path}: {'empty' if not text else 'nothing but spaces'}: no text in it")
    return text, content.notes
