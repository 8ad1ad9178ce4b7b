"""Folders that only this user can write to, for files that are trusted when they are read.

A folder is looked at before it is used and is never made safe by closing it: what others put there
while it was open would stay. Only what is made here gets a mode. On systems without POSIX owners
only links are refused.

Who can exchange a folder is decided above it as well: a user who may write to a parent may rename
what is in it, unless the parent is sticky (as /tmp is), where only the owner of an entry may.
"""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from tuidl.core.own_files import FileError, reason_of

CLOSED = 0o700
OTHERS = stat.S_IRWXG | stat.S_IRWXO
LONGEST_CHAIN = 40
"""Links to follow on a path, as the system does."""
ROOT_USER = 0


def make_private(base: Path, *names: str) -> Path:
    """The folder ``base/names...``, closed to others: made where it is not there.

    Parents above ``base`` may be links of this user's or of root's. Raises FileError where anybody
    else could write to the folder or to what is in it, or exchange one of its parents.
    """
    folder = base = Path(os.path.abspath(base))
    _require_parents(_nearest(base.parent))
    for missing in reversed(base.parents):
        _make(missing)
    for name in ("", *names):
        folder = folder / name
        _make(folder)
        _require_own(folder)
    if _has_owners() and (mode := _status(folder).st_mode & OTHERS):
        raise FileError(folder, f"open to other users ({_octal(mode)}); delete it, or chmod 700")
    return folder


def require_own_content(folder: Path) -> None:
    """Raises FileError unless every folder and file below ``folder`` is this user's, none is a
    link or of another kind, and only this user can write to them."""
    for path in _below(folder):
        try:
            status = path.lstat()
        except FileNotFoundError:
            continue  # another process of the user's is at work there
        if not stat.S_ISDIR(status.st_mode) and not stat.S_ISREG(status.st_mode):
            raise FileError(path, "neither a file nor a folder of its own")
        _require_owner(path, status, {_user()})
        _require_closed(path, status)


def _nearest(folder: Path) -> Path:
    """``folder``, or of its parents the nearest that is there."""
    while not os.path.lexists(folder) and folder != folder.parent:
        folder = folder.parent
    return folder


def _make(folder: Path) -> None:
    """Make ``folder``, closed to others, where nothing has its name."""
    if os.path.lexists(folder):
        return
    try:
        folder.mkdir(CLOSED)
    except FileExistsError:
        pass  # another process has just made it
    except OSError as error:
        raise FileError(folder, reason_of(error)) from None


def _require_own(folder: Path) -> None:
    status = _status(folder)
    if stat.S_ISLNK(status.st_mode) or _is_junction(folder):
        raise FileError(folder, "a link, which is not followed; name its target instead")
    if not stat.S_ISDIR(status.st_mode):
        raise FileError(folder, "not a folder")
    _require_owner(folder, status, {_user()})
    _require_closed(folder, status)


def _require_parents(folder: Path) -> None:
    """Look at every folder from the top down to ``folder``, and at those that links lead through.

    Raises FileError where another user could exchange one.
    """
    if not _has_owners():
        return
    left, place, links = [*folder.parts[:0:-1]], Path(folder.anchor), 0
    _require_closed(place, _status(place), sticky=True)
    while left:
        path = place / left.pop()
        if path.name == "..":
            place = place.parent
            continue
        status = _status(path)
        _require_owner(path, status, {_user(), ROOT_USER})
        if stat.S_ISLNK(status.st_mode):
            links += 1
            if links > LONGEST_CHAIN:
                raise FileError(path, "too many links")
            target = Path(os.readlink(path))
            left += reversed(target.parts[1:] if target.is_absolute() else target.parts)
            place = Path(target.anchor) if target.is_absolute() else place
            continue
        _require_closed(path, status, sticky=True)
        place = path


def _require_owner(path: Path, status: os.stat_result, users: set[int]) -> None:
    if _has_owners() and status.st_uid not in users:
        raise FileError(path, f"belongs to another user ({_name_of(status.st_uid)})")


def _require_closed(path: Path, status: os.stat_result, *, sticky: bool = False) -> None:
    """Raises FileError where others can write, except to a folder that is ``sticky`` if that will
    do, and except for the user's private group."""
    if not _has_owners() or (sticky and status.st_mode & stat.S_ISVTX):
        return
    writers = status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    if writers == stat.S_IWGRP and _is_private(status.st_gid):
        return
    if writers:
        raise FileError(path, f"other users can write to it ({_octal(status.st_mode)})")


def _is_private(group: int) -> bool:
    """Whether a group is one of those that systems make for each user, with that user alone."""
    import grp
    import pwd

    try:
        entry, name = grp.getgrgid(group), pwd.getpwuid(_user()).pw_name
    except KeyError:
        return False
    return entry.gr_name == name and set(entry.gr_mem) <= {name}


def _below(folder: Path) -> Iterator[Path]:
    try:
        with os.scandir(folder) as entries:
            found = [(Path(entry.path), entry.is_dir(follow_symlinks=False)) for entry in entries]
    except FileNotFoundError:
        return
    except OSError as error:
        raise FileError(folder, reason_of(error)) from None
    for path, is_folder in found:
        yield path
        if is_folder:
            yield from _below(path)


def _status(path: Path) -> os.stat_result:
    try:
        return path.lstat()
    except OSError as error:
        raise FileError(path, reason_of(error), isinstance(error, FileNotFoundError)) from None


def _has_owners() -> bool:
    return hasattr(os, "geteuid")


def _user() -> int:
    return os.geteuid() if hasattr(os, "geteuid") else 0


def _name_of(user: int) -> str:
    import pwd

    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return str(user)


def _octal(mode: int) -> str:
    return f"mode {stat.S_IMODE(mode):o}"


def _is_junction(path: Path) -> bool:
    """Of Windows, from Python 3.12 on."""
    return bool(getattr(os.path, "isjunction", lambda _: False)(path))
