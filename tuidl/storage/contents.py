"""The files of a run's folder."""

import os
from pathlib import Path

PRESET, RUN, EVENTS, CHECKPOINTS = "preset.toml", "run.json", "events.jsonl", "checkpoints"
KEYFRAMES = "keyframes"
START, BEST, WEIGHTS = "start.safetensors", "best.safetensors", "weights.safetensors"
PREPROCESSING, DATA, SUMMARY, LOCK = "preprocessing.json", "data.json", "summary.json", ".lock"
LABEL, CHANGED = "label.json", "changed.json"

GIVEN_ARRAYS, GIVEN_TABLE = "given.npz", "given.csv"
"""Data that was handed over in Python, and is there before the run is."""
GIVEN = {GIVEN_ARRAYS, GIVEN_TABLE}


def is_beginning(path: Path) -> bool:
    """Whether a folder is one that ``RunFolder.create`` has not finished: nothing is in it yet that
    could be lost."""
    try:
        found = {name for name in os.listdir(path) if not name.startswith(".")}
        is_empty = not (EVENTS in found and os.lstat(path / EVENTS).st_size)
        return found <= {CHECKPOINTS, PRESET, EVENTS, *GIVEN} and is_empty
    except OSError:
        return False
