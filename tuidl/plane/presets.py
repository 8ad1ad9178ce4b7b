"""The preset that a playground's state stands for, and the state that a preset came from."""

from pathlib import Path
from typing import Any

import msgspec

from tuidl.core.errors import PresetError
from tuidl.plane.state import PREFIX, PlaneState
from tuidl.preset.schema import Preset

EPOCHS = 1_000_000
"""More than anybody waits for: a playground trains until it is left."""
OUTPUT = "output"
START = Path(__file__).with_name("start.toml")
"""The preset of a playground as it opens first, for what reads files."""


def preset_of(state: PlaneState, epochs: int = EPOCHS) -> Preset:
    """What trains the state. Layers have names, so that they are known when others come or go.
    Raises PresetError."""
    penalty = {} if state.penalty == "none" else {state.penalty: state.strength}
    has_classes = state.source.has_classes
    layers: list[dict[str, Any]] = [
        {"type": "dense", "name": hidden(i), "units": units, "activation": state.activation}
        for i, units in enumerate(state.hidden, 1)
    ]
    end = "sigmoid" if has_classes else "linear"
    layers.append({"type": "dense", "name": OUTPUT, "units": 1, "activation": end})
    table = {
        "name": f"2d {state.shape}",
        "about": state.line(),
        "data": msgspec.to_builtins(state.source),
        "layers": [{**layer, **penalty} for layer in layers],
        "loss": {"type": "binary_cross_entropy" if has_classes else "mse"},
        "optimizer": {"type": state.optimizer, "learning_rate": state.rate},
        "training": {
            "epochs": epochs, "batch_size": state.batch, "seed": state.seed,
            "metrics": ["accuracy"] if has_classes else [],
        },
    }  # fmt: skip
    return Preset.of_table(table, source=state.line())


def hidden(number: int) -> str:
    """The name of a hidden layer, counted from 1."""
    return f"hidden_{number}"


def opened_as(preset: Preset) -> PlaneState | None:
    """The state of a preset that is a playground's and nothing else; None for others."""
    if preset.data.kind() != "plane" or not preset.about.startswith(PREFIX):
        return None
    try:
        state = state_of(preset)
        return state if preset_of(state).table() == preset.table() else None
    except PresetError:
        return None


def state_of(preset: Preset) -> PlaneState:
    """The state that a preset of ``preset_of`` came from. Raises PresetError."""
    return PlaneState.parse(preset.about)
