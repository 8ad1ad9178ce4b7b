"""A run's folder: the preset as run, the event log, the weights."""

import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

from tuidl.errors import TuidlError
from tuidl.events import Event, to_json
from tuidl.preset import Preset

if TYPE_CHECKING:
    from tuidl.model import Model

PRESET, EVENTS, WEIGHTS = "preset.toml", "events.jsonl", "weights.safetensors"


class RunFolder:
    """Where one run is written down. An older run is never written over."""

    def __init__(self, path: Path) -> None:
        """Make the folder. Raises TuidlError where it cannot be had or is not empty."""
        try:
            path.mkdir(parents=True, exist_ok=True)
            if any(path.iterdir()):
                raise TuidlError(f"--out {path}: not empty; a run needs a folder of its own")
            self._log = (path / EVENTS).open("x", encoding="utf-8")
        except OSError as error:
            raise TuidlError(f"--out {path}: {error.strerror or error}") from None
        self.path = path

    def write_preset(self, preset: Preset) -> None:
        replace_file(self.path / PRESET, preset.to_toml().encode())

    def write_event(self, event: Event) -> None:
        """Append one line to the log."""
        self._log.write(to_json(event) + "\n")
        self._log.flush()

    def write_weights(self, model: "Model") -> None:
        """The parameters as safetensors, with their file's SHA-256 beside them."""
        from safetensors.numpy import save

        data = save({name: values.copy() for name, values in model.parameters.items()})
        replace_file(self.path / WEIGHTS, data)
        line = f"{hashlib.sha256(data).hexdigest()}  {WEIGHTS}\n"
        replace_file(self.path / f"{WEIGHTS}.sha256", line.encode())

    def close(self) -> None:
        self._log.close()


def replace_file(path: Path, data: bytes) -> None:
    """Write a file so that it is there whole or not at all, whatever happens meanwhile."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    with temporary.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)
    if hasattr(os, "O_DIRECTORY"):  # elsewhere a folder cannot be opened
        descriptor = os.open(path.parent, os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
