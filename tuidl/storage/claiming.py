"""The folder of a new run: had by one process only, or given back."""

from contextlib import suppress
from pathlib import Path

from tuidl.core.errors import SaveError
from tuidl.core.own_files import reason_of
from tuidl.storage.contents import CHECKPOINTS, EVENTS, GIVEN, PRESET


def claim(path: Path) -> None:
    """Have an empty folder with room for checkpoints, which only one process can make.

    Raises SaveError.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
        if any(entry.name not in GIVEN for entry in path.iterdir()):
            raise SaveError(f"{path}: not empty; a run needs a folder of its own")
        (path / CHECKPOINTS).mkdir()
    except FileExistsError as error:
        if not path.is_dir():
            raise SaveError(f"{path}: {reason_of(error)}") from None
        raise SaveError(f"{path}: another process begins a run in it") from None
    except OSError as error:
        raise SaveError(f"{path}: {reason_of(error)}") from None


def give_back(path: Path) -> None:
    """Take away what ``create`` made."""
    with suppress(OSError):
        for name in (PRESET, EVENTS):
            (path / name).unlink(missing_ok=True)
        (path / CHECKPOINTS).rmdir()
        path.rmdir()
