"""Reading a preset's tables: a title, data, one network or several, weights to start from."""

from pathlib import Path
from typing import Annotated, Any

from msgspec import Meta

from tuidl.core.errors import PresetError
from tuidl.core.printable import unfit
from tuidl.nn.layers import LAYERS
from tuidl.nn.losses import LOSSES
from tuidl.nn.optimizers import OPTIMIZERS
from tuidl.plugins.loading import usable
from tuidl.preset.decoding import convert, convert_tagged
from tuidl.preset.networks import MOST_LAYERS, find, read_tables
from tuidl.preset.warm_start import Weights

Title = Annotated[str, Meta(min_length=1, max_length=200)]
"""One printable line: it goes to terminals, and into the names of files."""


def read_single(table: dict[str, Any], plugins: tuple[str, ...]) -> dict[str, Any]:
    """Layers, loss and optimizer of a preset with one network."""
    layers = table["layers"]
    if not isinstance(layers, list) or not 1 <= len(layers) <= MOST_LAYERS:
        raise PresetError("layers", f"expected 1 to {MOST_LAYERS} [[layers]] tables")
    if "predicts" in table:
        raise PresetError("predicts", "is for presets with several networks: this one has one")
    return {
        "layers": tuple(
            convert_tagged(layer, usable(LAYERS, plugins), "type", f"layers[{i}]")
            for i, layer in enumerate(layers)
        ),
        "loss": convert_tagged(table["loss"], usable(LOSSES, plugins), "type", "loss"),
        "optimizer": convert_tagged(
            table["optimizer"], usable(OPTIMIZERS, plugins), "type", "optimizer"
        ),
    }


def read_several(table: dict[str, Any], plugins: tuple[str, ...]) -> dict[str, Any]:
    """Networks, outputs and objectives of a preset with several networks."""
    records = read_tables(table, plugins)
    first = records["objectives"][0]
    predicts = table.get("predicts")
    if predicts is not None:
        find(predicts, records["outputs"], "predicts", "output")
    loss, optimizer = first.losses[0].loss, first.optimizer
    return {
        "layers": (), "loss": loss, "optimizer": optimizer, "predicts": predicts, **records
    }  # fmt: skip


def read_title(value: Any) -> str:
    name: str = convert(value, Title, "name")
    if sign := unfit(name):
        raise PresetError("name", f"expected one printable line, got {sign} in it")
    return name


def read_weights(table: dict[str, Any], folder: Path) -> Weights | None:
    if "weights" not in table:
        return None
    weights: Weights = convert(table["weights"], Weights, "weights")
    return weights.resolve_paths(folder)
