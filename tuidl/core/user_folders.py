"""The user's own folders, whatever is known of a home."""

import os
from pathlib import Path
from typing import Literal

import platformdirs

HOMELESS = Path(os.devnull) / "HOME is not set"
"""Where nothing can be made, for users who have no home: not in the current folder."""


def user_folder(kind: Literal["cache", "config", "data", "log"]) -> Path:
    """The platform's place for tuidl's files of a kind, absolute; it need not be there."""
    look = {
        "cache": platformdirs.user_cache_dir,
        "config": platformdirs.user_config_dir,
        "data": platformdirs.user_data_dir,
        "log": platformdirs.user_log_dir,
    }[kind]
    try:
        path = Path(look("tuidl"))
    except RuntimeError:
        return HOMELESS / kind
    if path.parts[0].startswith("~"):  # what older versions of platformdirs answer then
        return HOMELESS / kind
    return path.absolute()


def expanded(path: str | Path) -> Path:
    """The path with ``~`` read as a home; as it stands where that user has none."""
    try:
        return Path(path).expanduser()
    except RuntimeError:
        return Path(path)
