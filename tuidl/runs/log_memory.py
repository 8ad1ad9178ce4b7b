"""What is known of other programs' logs from one start of tuidl to the next: which did not change
since is not read again."""

import os
from contextlib import suppress
from pathlib import Path

import msgspec

from tuidl import __version__
from tuidl.core.kept import CACHE_VARIABLE
from tuidl.core.own_files import FileError, read_bounded
from tuidl.core.own_folders import make_private
from tuidl.core.user_folders import user_folder
from tuidl.runs.listing import Listed
from tuidl.storage.files import replace_file

MOST, LARGEST = 20_000, 128 << 20
"""Logs that are remembered, those last seen, and bytes of the file."""
NAME = "logs.msgpack"
Stamps = tuple[tuple[int, int, int], ...]
Known = dict[Path, tuple[Stamps, Listed]]


class _Kept(msgspec.Struct):
    """``version``: of the program, as another one may read logs otherwise."""

    version: str
    logs: dict[str, tuple[Stamps, Listed]]


def remembered() -> Known:
    """By the logs' absolute paths; empty where nothing is kept or it cannot be read."""
    with suppress(FileError, msgspec.MsgspecError, OSError):
        data = read_bounded(_folder() / NAME, LARGEST)
        kept = msgspec.msgpack.decode(data, type=_Kept)
        if kept.version == __version__:
            return {Path(path): known for path, known in kept.logs.items()}
    return {}


def remember(known: Known, before: Known) -> None:
    """Keep this beside what was known ``before``, where there is a safe place for it."""
    both = {path: of for path, of in before.items() if path not in known} | known
    logs = {os.fspath(path): both[path] for path in [*both][-MOST:]}
    with suppress(FileError, OSError):
        data = msgspec.msgpack.encode(_Kept(__version__, logs))
        if len(data) <= LARGEST:
            replace_file(_folder() / NAME, data, durable=False)


def _folder() -> Path:
    """Raises FileError where it is not ours alone."""
    base = Path(os.environ.get(CACHE_VARIABLE) or user_folder("cache"))
    if not base.is_absolute():
        raise FileError(base, "not an absolute path")
    return make_private(base, "logs")
