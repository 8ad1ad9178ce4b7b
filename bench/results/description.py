"""A preset in plain words and arrays, from which another library can build and train its twin."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from tuidl.compiler.graph import Graph, Node
from tuidl.core.errors import TuidlError
from tuidl.data.dataset import Split
from tuidl.nn.losses.classification import Classification
from tuidl.nn.schedules import Constant
from tuidl.preset.schema import Preset

Array = np.ndarray[Any, np.dtype[Any]]

PLACE = ("name", "inputs", "enabled")
"""Fields that say where a layer stands: the graph has made numbers of them."""


def describe(preset: Preset, examples: int) -> dict[str, Any]:
    """All that training needs, for a training part of so many ``examples``; defaults are written
    out, so that nobody else's defaults can creep in.

    Raises TuidlError for what the description has no words for.
    """
    if preset.networks:
        raise TuidlError("no twin of several networks, nor of a sum of losses")
    training, graph = preset.training, Graph.build(preset)
    if training.folds or preset.optimizer.schedule != Constant():
        raise TuidlError("no twin of cross-validation, nor of a learning rate that changes")
    stopping = training.stopping
    return {
        "shape": list(graph.spec.shape),
        "classes": len(graph.spec.classes),
        "parameters": graph.parameter_count,
        "layers": [_layer(node) for node in graph.nodes],
        "loss": _loss(graph),
        "optimizer": _fields(preset.optimizer, ("schedule",)),
        "epochs": training.epochs,
        "batch_size": training.batch_for(examples),
        "shuffle": training.shuffle,
        "early_stopping": _fields(stopping, ("enabled",)) if stopping else None,
    }


def _layer(node: Node) -> dict[str, Any]:
    return {"inputs": list(node.inputs), **_fields(node.layer, PLACE)}


def _loss(graph: Graph) -> dict[str, Any]:
    fields = _fields(graph.preset.loss)
    if isinstance(graph.preset.loss, Classification):
        fields["from_logits"] = graph.nodes_for_loss == graph.nodes
    return fields


def _fields(record: msgspec.Struct, left_out: tuple[str, ...] = ()) -> dict[str, Any]:
    """Every field of a record, defaults too, and its tag."""
    names = [name for name in record.__struct_fields__ if name not in left_out]
    fields = {name: msgspec.to_builtins(getattr(record, name)) for name in names}
    tag = record.__struct_config__.tag
    return {"type": tag, **fields} if tag else fields


def export(split: Split, path: Path, start: Iterable[Array] = ()) -> None:
    """Write the parts' arrays, as they are trained on, to a .npz file: ``train_x``, ``test_y``…;
    and the parameters to ``start`` from, if any: ``start_0``…"""
    parts = {"train": split.train, "validation": split.validation, "test": split.test}
    arrays = {f"{name}_x": part.x for name, part in parts.items()}
    arrays |= {f"{name}_y": part.y for name, part in parts.items()}
    arrays |= {f"start_{i}": values for i, values in enumerate(start)}
    np.savez(path, **arrays)
