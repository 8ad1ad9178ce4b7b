"""Reading files of data: where they lie, whole or not at all, and checked against known sums."""

import os
import stat
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from tuidl.core.errors import DataError, TuidlError
from tuidl.core.own_files import FileError, open_to_read, read_bounded, reason_of
from tuidl.core.user_folders import user_folder
from tuidl.data.published import DataSet, digest_like

FOLDER_VARIABLE = "TUIDL_DATA_DIR"
SUMS = "SHA256SUMS"
LARGEST_SUMS = 1 << 16
CHUNK = 1 << 20


def data_folder() -> Path:
    """Where the user's copies of published data sets lie: TUIDL_DATA_DIR, or the platform's."""
    if named := os.environ.get(FOLDER_VARIABLE):
        return Path(named).absolute()

    return user_folder("data")


def file_status(path: Path) -> os.stat_result:
    """What the system knows of the file. Raises DataError unless it is one that can be read."""
    try:
        status = path.stat()
    except (OSError, ValueError) as error:
        raise DataError(f"{path}: {reason_of(error)}") from None
    if not stat.S_ISREG(status.st_mode):
        raise DataError(f"{path}: not a file")
    return status


def read_file(path: Path, most: int) -> bytes:
    """The file's bytes. Raises DataError where there are more than ``most``, or none to be had."""
    try:
        return read_bounded(path, most, follow=True)
    except FileError as error:
        raise DataError(str(error)) from None


def open_file(path: Path) -> BinaryIO:
    """A regular file to read from, which links may lead to. Raises DataError."""
    try:
        return open_to_read(path, follow=True)
    except FileError as error:
        raise DataError(str(error)) from None


@contextmanager
def readable(path: Path, otherwise: str) -> Iterator[None]:
    """Turns whatever a reader of a foreign format raises into DataError; ``otherwise``: what the
    file is then."""
    try:
        yield
    except (TuidlError, MemoryError):  # a file that does not fit is not damaged
        raise
    except Exception as error:  # readers of hostile files have raised nearly anything
        problem = str(error).partition("\n")[0] or type(error).__name__
        raise DataError(f"{path}: {otherwise}: {problem}") from None


def decompressed(data: bytes, path: Path, most: int) -> bytes:
    """The content of a gzip file, decompressed no further than ``most`` bytes.

    Raises DataError where there is more, or the file is cut off or damaged.
    """
    stream = zlib.decompressobj(wbits=31)
    try:
        content = stream.decompress(data, most + 1)
    except zlib.error:
        raise DataError(f"{path}: damaged, or no gzip file") from None
    if len(content) > most:
        raise DataError(f"{path}: more than {most:,} bytes when decompressed, as never expected")
    if not stream.eof:
        raise DataError(f"{path}: cut off before the end of its data")
    if stream.unused_data.strip(b"\0"):
        raise DataError(f"{path}: goes on after the end of its data")
    return content


def require_files(known: DataSet, folder: Path, missing: list[str]) -> None:
    """Raises DataError that says what to put where, if anything is ``missing`` in ``folder``."""
    if not missing:
        return
    sources = [download.mirrors[0] for download in known.downloads]
    raise DataError(
        f"{known.title} is not here: {', '.join(missing)} missing in {folder}",
        f"get it with: tuidl download {known.name}",
        f"or put the files there yourself, from {' '.join(sources)}",
        f"or name the folder that holds {known.folder!r} in the variable {FOLDER_VARIABLE}",
    )


def require_sum(
    sums: Mapping[str, str], content: bytes, path: Path, official: bool, advice: str
) -> None:
    """Raises DataError where ``content`` is another file of ``sums`` than ``path`` is named for.

    ``official``: it is also refused where it is not the very one, having that one's size.
    """
    name = path.name.removesuffix(".gz")
    actual = digest_of(content, sums[name])
    for other, checksum in sums.items():
        if actual == checksum and other != name:
            raise DataError(f"{path}: this is {other}: files are exchanged; {advice}")
    if official and actual != sums[name]:
        kind = digest_like(actual).name
        raise DataError(
            f"{path}: damaged, or not the published file: its {kind} is {actual}, "
            f"expected {sums[name]}; {advice}"
        )


def digest_of(content: bytes, like: str) -> str:
    """The checksum of ``content``, of the kind of the checksum ``like``."""
    digest = digest_like(like)
    digest.update(content)
    return digest.hexdigest()


def again(known: DataSet, path: Path) -> str:
    """What to do about a file that is not as it should be."""
    return f"delete it and run: tuidl download {known.name}"


def listed_sums(folder: Path) -> dict[str, str] | None:
    """File name -> SHA-256 from the folder's SHA256SUMS, None where it has none."""
    path = folder / SUMS
    if not path.exists():
        return None
    sums = {}
    text = read_file(path, LARGEST_SUMS).decode("utf-8", "replace")
    for number, line in enumerate(text.splitlines(), start=1):
        checksum, _, name = line.strip().partition(" ")
        if not line.strip():
            continue
        if len(checksum) != 64 or not set(checksum.lower()) <= set("0123456789abcdef"):
            raise DataError(f"{path}: line {number}: expected a SHA-256 and a file name")
        sums[name.strip().removeprefix("*")] = checksum.lower()
    return sums


def require_listed(sums: dict[str, str] | None, data: bytes, path: Path) -> None:
    """Raises DataError unless SHA256SUMS, where there is one, lists the file with this sum."""
    if sums is None:
        return
    if path.name not in sums:
        raise DataError(f"{path}: not listed in the {SUMS} beside it")
    if sha256(data).hexdigest() != sums[path.name]:
        raise DataError(f"{path}: damaged: its SHA-256 is not the one in {SUMS}; get it again")
