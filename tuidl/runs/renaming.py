"""Another name for a run that is kept."""

import os
from contextlib import suppress
from pathlib import Path

from tuidl.core.errors import RunError
from tuidl.core.own_files import error_text
from tuidl.core.printable import printable
from tuidl.runs.naming import BEST, LAST
from tuidl.storage.folder import RunFolder

LONGEST = 120
"""Bytes of a name; file systems take more, temporary files need some of it."""
REFUSED = set('/\\:*?"<>|')
"""Characters that some file system does not take."""


def rename(path: Path, name: str) -> Path:
    """Call a run ``name`` from now on, and return its new folder, beside the old one.

    Raises RunError where that cannot be a name, another run has it, or the run is being trained.
    """
    if problem := name_problem(name):
        raise RunError(f"{printable(name)!r}: {problem}")
    new = path.with_name(name)
    if new == path:
        return path
    with RunFolder(path).locked():
        try:
            new.mkdir()  # nobody else takes the name meanwhile
        except FileExistsError:
            raise RunError(f"{name!r}: there is one of that name already") from None
        except OSError as error:
            raise RunError(error_text(error, new)) from None
        try:
            os.replace(path, new)
        except OSError as error:
            with suppress(OSError):
                new.rmdir()
            raise RunError(error_text(error, path)) from None
    return new


def name_problem(name: str) -> str:
    """Why a run cannot be called so; empty where it can."""
    if not name.strip() or name != name.strip():
        return "a name has no blanks around it, and is not empty"
    if len(name.encode(errors="replace")) > LONGEST:
        return f"too long: at most {LONGEST} bytes"
    if name[0] in ".-":
        return f"a name does not begin with {name[0]!r}"
    if name == LAST or name.startswith(BEST):
        return "the commands take that for something else"
    if found := sorted(REFUSED & set(name)):
        return f"a name has no {found[0]!r}"
    return "" if printable(name) == name else "not printable"
