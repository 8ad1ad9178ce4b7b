"""Files that are there whole or not at all, whatever happens meanwhile."""

import os
from pathlib import Path


def atomic_replace(finished: Path, target: Path) -> None:
    """Give a finished file, already flushed to the disk, its name; the name is flushed too."""
    os.replace(finished, target)
    if hasattr(os, "O_DIRECTORY"):  # elsewhere a folder cannot be opened
        descriptor = os.open(target.parent, os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
