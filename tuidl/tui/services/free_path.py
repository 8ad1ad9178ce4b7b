"""Names of files that replace none."""

from pathlib import Path


def free_path(path: Path) -> Path:
    """The path, or the next one with a number that is not taken."""
    number, wanted = 1, path
    while wanted.exists():
        number += 1
        wanted = path.with_name(f"{path.stem}-{number}{path.suffix}")
    return wanted
