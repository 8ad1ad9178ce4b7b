"""Paths of the user's own files, as presets name them."""

from pathlib import Path
from typing import Annotated

from msgspec import Meta

from tuidl.core.errors import PresetError
from tuidl.core.user_folders import expanded
from tuidl.data.files import file_status

FilePath = Annotated[str, Meta(min_length=1, max_length=4096, pattern=r"^[^\x00-\x1f\x7f]*\Z")]

Stamp = tuple[str, int, int, int]


def resolved_path(path: str, folder: Path, key: str) -> str:
    """``path`` as an absolute path: as it is, from the home folder (~), or from ``folder``.

    Raises PresetError where a relative path climbs out with "..".
    """
    try:
        given = expanded(path)
        if not given.is_absolute() and ".." in given.parts:
            problem = f"{path!r} leaves the preset's folder; move the file or name its whole path"
            raise PresetError(key, problem)
        return str((folder / given).absolute())
    except (OSError, RuntimeError) as error:  # no working directory, no home
        raise PresetError(key, f"{path!r}: {error}") from None


def stamp(path: str) -> Stamp:
    """What changes when the file does: to remember what was read from it. Raises DataError."""
    status = file_status(Path(path))
    return path, status.st_mtime_ns, status.st_size, status.st_ino
