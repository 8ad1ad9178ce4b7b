"""Fetching published data sets: resumed where it was cut, checked before anything is made of it.

A file that is being fetched lies beside its place as ``NAME.part``. It takes its name only when its
SHA-256 is right; a file whose check fails is deleted.
"""

import hashlib
import http.client
import os
import shutil
import tarfile
import tempfile
import urllib.error
import urllib.request
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from tuidl.core.atomic import atomic_replace
from tuidl.core.errors import DataError
from tuidl.core.own_files import FileError, open_to_read, open_to_update, reason_of
from tuidl.core.version import __version__
from tuidl.data.files import CHUNK, decompressed, digest_of, read_file
from tuidl.data.published import DataSet, Download, digest_like

TIMEOUT = 30.0
"""Seconds that a server may be silent."""

LARGEST_CONTENT = 1 << 26
PARTIAL, OUT_OF_RANGE = 206, 416

Progress = Callable[[str, int, int], None]
"""Called with the file's name, the bytes that are there and the bytes that there will be."""


class _TransferError(Exception):
    """One address did not give the file; another may."""


def download(known: DataSet, base: Path, progress: Progress) -> list[Path]:
    """Bring ``known`` into its folder below ``base``; returns the files that were not there yet.

    Raises DataError where no address gives the right bytes, the disk does not take them, or
    another file stands in the way: what a person has put there is never written over.
    """
    folder = base / known.folder
    _make(folder)
    missing = [name for name in known.contents if not _is_there(known, folder, name)]
    if not missing:
        return []
    if known.archive or known.members:
        archive = fetch(known.downloads[0], base, progress)
        try:
            return (extract if known.archive else unzip)(known, archive, folder, missing)
        finally:
            archive.unlink()
    wanted = [item for item in known.downloads if item.name.removesuffix(".gz") in missing]
    return [fetch(item, folder, progress) for item in wanted]


def is_whole(known: DataSet, base: Path) -> bool:
    """Whether nothing of it is missing. Raises DataError where another file stands in the way."""
    return all(_is_there(known, base / known.folder, name) for name in known.contents)


def fetch(item: Download, folder: Path, progress: Progress) -> Path:
    """Download one file into ``folder``, from the first address that gives it. Raises DataError."""
    target, part = folder / item.name, folder / f"{item.name}.part"
    problems = []
    for address in item.mirrors:
        try:
            _transfer(item, address, part, progress)
            _check(item, part)
        except _TransferError as error:
            problems.append(f"{address}: {error}")
            continue
        with _disk(target):
            _put_in_place(part, target)
        return target
    rest = f"; {part} holds the beginning: the next try goes on from there" if part.exists() else ""
    raise DataError(f"cannot download {item.name}{rest}", *problems)


def extract(known: DataSet, archive: Path, folder: Path, names: list[str]) -> list[Path]:
    """Unpack the files ``names``, and nothing else, from a checked tar archive into ``folder``.

    All of them are checked before the first is put in its place. Raises DataError.
    """
    with _disk(folder):
        place = Path(tempfile.mkdtemp(prefix=f".{known.folder}-", dir=folder.parent))
    try:
        unpacked = _unpack(known, archive, place, names)
        if lacking := [name for name in names if name not in unpacked]:
            raise DataError(f"{archive.name}: lacks {', '.join(lacking)}")
        for name in names:
            with _disk(folder / name):
                _put_in_place(place / name, folder / name)
    finally:
        shutil.rmtree(place, ignore_errors=True)
    return [folder / name for name in names]


def unzip(known: DataSet, archive: Path, folder: Path, names: list[str]) -> list[Path]:
    """Take the files ``names`` out of a checked zip archive into ``folder``. Raises DataError."""
    for name in names:
        content = _member(known, archive, name)
        if digest_of(content, known.contents[name]) != known.contents[name]:
            raise DataError(f"{archive.name}: {name} is not the published file")
        part = folder / f"{name}.part"
        with _disk(part):
            part.unlink(missing_ok=True)
            part.write_bytes(content)
            _put_in_place(part, folder / name)
    return [folder / name for name in names]


def _member(known: DataSet, archive: Path, name: str) -> bytes:
    try:
        with zipfile.ZipFile(archive) as file, file.open(known.members[name]) as member:
            content = member.read(LARGEST_CONTENT + 1)
    except (zipfile.BadZipFile, KeyError, EOFError, OSError, zlib.error) as error:
        raise DataError(f"{archive.name}: cannot be unpacked: {error}") from None
    if len(content) > LARGEST_CONTENT:
        raise DataError(f"{archive.name}: {name} is no file of the expected size")
    return content


def _is_there(known: DataSet, folder: Path, name: str) -> bool:
    """Whether the published file lies there already. Raises DataError where another one does."""
    for path in (folder / name, folder / f"{name}.gz"):
        if not path.exists():
            continue
        content = read_file(path, LARGEST_CONTENT)
        if path.suffix == ".gz":
            content = decompressed(content, path, LARGEST_CONTENT)
        if digest_of(content, known.contents[name]) != known.contents[name]:
            raise DataError(f"{path}: not the published file: move it away or delete it first")
        return True
    return False


def _transfer(item: Download, address: str, part: Path, progress: Progress) -> None:
    """Get the rest of the file into ``part``. Raises _TransferError."""
    done = _size(part)
    if done == item.size:
        return
    if done > item.size:
        part.unlink()
        done = 0
    try:
        with _opened(address, done) as response:
            if response.status != PARTIAL or not _goes_on(response, done):
                done = 0
            _write(response, part, done, item, progress)
    except urllib.error.HTTPError as error:
        if error.code == OUT_OF_RANGE:
            part.unlink(missing_ok=True)
        raise _TransferError(f"the server says {error.code} {error.reason}") from None
    except urllib.error.URLError as error:
        raise _TransferError(f"cannot be reached: {error.reason}") from None
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise _TransferError(f"broken off: {error or type(error).__name__}") from None


def _opened(address: str, done: int) -> http.client.HTTPResponse:
    headers = {"User-Agent": f"tuidl/{__version__}"}
    if done:
        headers["Range"] = f"bytes={done}-"
    request = urllib.request.Request(address, headers=headers)
    response: http.client.HTTPResponse = urllib.request.urlopen(request, timeout=TIMEOUT)
    return response


def _goes_on(response: http.client.HTTPResponse, done: int) -> bool:
    """Whether the answer begins where our part ends."""
    return str(response.headers.get("Content-Range", "")).startswith(f"bytes {done}-")


def _write(
    response: http.client.HTTPResponse, part: Path, done: int, item: Download, progress: Progress
) -> None:
    """Append what comes to ``part``, from byte ``done`` on. Raises _TransferError."""
    with _disk(part):
        file = _part(part, done)
    with file:
        for chunk in _chunks(response):
            done += len(chunk)
            if done > item.size:
                break
            with _disk(part):
                file.write(chunk)
                file.flush()
            progress(item.name, done, item.size)
    if done > item.size:
        part.unlink()
        raise _TransferError(f"more than the expected {item.size:,} bytes")
    if done < item.size:
        raise _TransferError(f"broken off after {done:,} of {item.size:,} bytes")


def _chunks(response: http.client.HTTPResponse) -> Iterator[bytes]:
    while chunk := response.read1(CHUNK):
        yield chunk


def _check(item: Download, part: Path) -> None:
    """Raises _TransferError, and deletes ``part``, where it is not the file that it should be."""
    digest = hashlib.sha256()
    with _disk(part), open_to_read(part) as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    actual = digest.hexdigest()
    if actual != item.sha256:
        part.unlink()
        raise _TransferError(f"another file: its SHA-256 is {actual}, expected {item.sha256}")


def _unpack(known: DataSet, archive: Path, place: Path, names: list[str]) -> set[str]:
    """Stream the members ``names`` to ``place``, each checked; returns those that there were."""
    unpacked = set()
    try:
        with tarfile.open(archive, "r|gz") as tar:
            for member in tar:
                folder, _, name = member.name.partition("/")
                if folder != known.folder or name not in names:
                    continue
                if not member.isfile() or member.size > LARGEST_CONTENT:
                    raise DataError(f"{archive.name}: {name} is no file of the expected size")
                _unpack_member(known, tar, member, place / name)
                unpacked.add(name)
    except (tarfile.TarError, EOFError, OSError, zlib.error) as error:
        raise DataError(f"{archive.name}: cannot be unpacked: {error}") from None
    return unpacked


def _unpack_member(
    known: DataSet, tar: tarfile.TarFile, member: tarfile.TarInfo, target: Path
) -> None:
    source, checksum = tar.extractfile(member), known.contents[target.name]
    digest = digest_like(checksum)
    with _disk(target):
        file = target.open("wb")
    with file:
        while source is not None and (chunk := source.read(CHUNK)):
            digest.update(chunk)
            with _disk(target):
                file.write(chunk)
    if digest.hexdigest() != checksum:
        raise DataError(f"{member.name}: not the published file")


def _put_in_place(part: Path, target: Path) -> None:
    """Give a finished file its name, so that it is there whole or not at all."""
    with part.open("rb") as file:
        os.fsync(file.fileno())
    atomic_replace(part, target)


def _make(folder: Path) -> None:
    with _disk(folder):
        folder.mkdir(parents=True, exist_ok=True)


def _part(part: Path, done: int) -> BinaryIO:
    """The file that is being fetched, to go on behind its byte ``done``. Raises DataError where
    something else lies there: a link leads to another file, a pipe waits for ever."""
    try:
        file = open_to_update(part, create=True)
    except FileError as error:
        raise DataError(f"{error}: move it away or delete it first") from None
    file.truncate(done)
    file.seek(done)
    return file


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


@contextmanager
def _disk(path: Path) -> Iterator[None]:
    """Turns an error of the disk into a DataError, so that it is not taken for the network's."""
    try:
        yield
    except OSError as error:
        raise DataError(f"{path}: {reason_of(error)}") from None
