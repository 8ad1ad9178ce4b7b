"""What is measured: a network of the table of systems, a shipped preset, or a preset's file."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench.description import describe
from bench.systems import SYSTEMS
from tuidl.core.errors import TuidlError, suggestion
from tuidl.preset.library import load_preset, shipped
from tuidl.preset.schema import Preset


@dataclass(frozen=True)
class Case:
    """A preset by name, path or text, with ``KEY=VALUE`` overrides."""

    name: str
    preset: str = ""
    toml: str = ""
    overrides: tuple[str, ...] = ()

    def load(self) -> Preset:
        """Raises PresetError."""
        if self.toml:
            return Preset.parse(self.toml, f"bench: {self.name}", self.overrides)
        return load_preset(self.preset, self.overrides)

    def record(self, seconds: float | None = None) -> dict[str, Any]:
        """All that a process needs that measures it, as plain values. ``work`` is empty where peers
        have no way to build the network."""
        fields = {"name": self.name, "preset": self.preset, "toml": self.toml}
        try:
            work = describe(self.load())
        except TuidlError:
            work = {}
        return {**fields, "overrides": list(self.overrides), "seconds": seconds, "work": work}

    @classmethod
    def of_record(cls, record: dict[str, Any]) -> "Case":
        fields = [record[key] for key in ("name", "preset", "toml")]
        return cls(*fields, tuple(record["overrides"]))


def named(text: str, batch: int | None = None) -> Case:
    """The system or the preset of that name, or the preset of a file.

    Raises ValueError where there is nothing so called, and TuidlError for a preset that is wrong.
    """
    overrides = (f"training.batch_size={batch}",) if batch else ()
    if text in SYSTEMS:
        system = SYSTEMS[text]
        case = Case(text, toml=system.text, overrides=overrides)
    elif text not in shipped() and Path(text).suffix != ".toml":
        close = suggestion(text, [*SYSTEMS, *shipped()])
        raise ValueError(f"no system {text!r}, and no preset so called{close}")
    else:
        path = str(Path(text).resolve()) if Path(text).suffix == ".toml" else text
        case = Case(Path(text).stem, preset=path, overrides=overrides)
    case.load()
    return case


@contextmanager
def case_file(case: Case, seconds: float | None = None) -> Iterator[Path]:
    """The case as a file that contenders read."""
    with TemporaryDirectory(prefix="bench-") as place:
        path = Path(place) / "case.json"
        path.write_text(json.dumps(case.record(seconds)), encoding="utf-8")
        yield path


@contextmanager
def preset_file(case: Case) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The case as ``tuidl`` takes it: name or path of a preset, and overrides."""
    if not case.toml:
        yield case.preset, case.overrides
        return
    with TemporaryDirectory(prefix="bench-") as place:
        path = Path(place) / f"{case.name}.toml"
        path.write_text(case.toml, encoding="utf-8")
        yield str(path), case.overrides
