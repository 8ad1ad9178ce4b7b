"""Networks to export: every row of the layers' table, and every shipped preset."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from tests.data.sources import SOURCES
from tests.export.export_networks import MIXED
from tests.helpers import inputs, presets_of_numbers
from tests.nn.layer_cases import CASES, Case
from tuidl.data import catalog
from tuidl.export.formats import FORMATS
from tuidl.export.proof import difference, run
from tuidl.inference.preprocessing import Preparation
from tuidl.model.model import Model
from tuidl.preset.library import load_preset
from tuidl.preset.schema import Preset

EXAMPLES = 5
DULL = "preset vanishing_gradients"
"""Its eight sigmoids let next to nothing of the input through: that is what it shows."""

BY_NAME: dict[str, Case] = {f"layer {case}": case for case in CASES}
BY_NAME |= {f"mixed {case}": case for case in MIXED}
NAMES = [*BY_NAME, *(f"preset {name}" for name in presets_of_numbers())]


@dataclass(frozen=True)
class Trained:
    """As after training: no parameter is what it is at the start."""

    model: Model
    prepared: Preparation
    x: np.ndarray

    @property
    def expected(self) -> np.ndarray:
        return self.model.predict(self.x)

    def write(self, folder: Path, kind: str) -> Path:
        """The export's first file."""
        graph = self.model.program.graph.answering
        known = {name: values.copy() for name, values in self.model.parameters.items()}
        files = FORMATS[kind].write(graph, self.prepared, known, "model")
        folder.mkdir(parents=True, exist_ok=True)
        for end, data in files.items():
            (folder / f"model{end}").write_bytes(data)
        return folder / f"model{next(iter(files))}"


def perturbed(model: Model, seed: int = 3) -> None:
    """Move every parameter, so that exchanged biases, gates or moments show."""
    random = np.random.default_rng(seed)
    for name, values in model.parameters.items():
        size = 0.3 * values.std() or 0.1
        values += size * random.standard_normal(values.shape)
        if name.endswith("variance"):
            values[...] = random.uniform(0.3, 3.0, values.shape)


def trained(name: str) -> Trained:
    if name in BY_NAME:
        with pytest.MonkeyPatch.context() as patch:
            for source in SOURCES.values():
                patch.setitem(catalog.SOURCES, source.kind(), source)
            preset = Preset.parse(BY_NAME[name].toml)
    else:
        preset = load_preset(name.removeprefix("preset "))
    model = Model(preset, batch=EXAMPLES, backend="numpy" if name in BY_NAME else "cpu")
    perturbed(model)
    x = inputs(model, model.program.graph.answering.spec, EXAMPLES)
    return Trained(model, Preparation.of(preset), x.astype(np.float32))


@dataclass(frozen=True)
class Answers:
    """What exports of all networks say, and what they should; by name."""

    known: dict[str, Trained]
    said: dict[str, np.ndarray | str]

    @classmethod
    def of(cls, kind: str, names: list[str], folder: Path) -> "Answers":
        """One process answers for all."""
        known = {name: trained(name) for name in names}
        paths = [t.write(folder / str(i), kind) for i, t in enumerate(known.values())]
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("PYTHONWARNINGS", "error")
            said = run([(path, t.x) for path, t in zip(paths, known.values(), strict=True)])
        return cls(known, dict(zip(known, said, strict=True)))

    def difference(self, name: str) -> float:
        said, known = self.said[name], self.known[name]
        assert not isinstance(said, str), said
        expected = known.expected
        varies = np.ptp(expected, axis=0).max() > 1e-3
        assert varies or name == DULL, "answers that are all the same prove nothing"
        return difference(said, expected)
