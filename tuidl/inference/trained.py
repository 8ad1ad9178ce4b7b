"""A trained network from a preset and parameters, wherever they come from."""

from collections.abc import Mapping
from math import prod
from pathlib import Path

import numpy as np

from tuidl.compiler.codes import noise_of
from tuidl.compiler.graph import Graph
from tuidl.core.errors import DataError, guess
from tuidl.core.lazy import Array
from tuidl.core.limits import available_memory
from tuidl.data.files import read_file
from tuidl.model.model import Model
from tuidl.preset.schema import Preset

Parameters = dict[str, Array]

MOST_AT_ONCE = 64
"""Examples that are predicted together."""


def checked(graph: Graph, parameters: Mapping[str, Array]) -> Parameters:
    """The parameters in the graph's order, float32. Raises DataError where they do not fit."""
    shapes = {f"{node.name}.{p.name}": p.shape for node in graph.owners for p in node.parameters}
    for name in parameters:
        if name not in shapes:
            raise DataError(f"weights: {name!r} is none of this network{guess(name, shapes)}")
    known = {}
    for name, shape in shapes.items():
        if name not in parameters:
            raise DataError(f"weights: {name!r} of shape {shape} is missing")
        values = np.asarray(parameters[name])
        if values.shape != shape:
            raise DataError(f"weights: {name!r}: expected shape {shape}, got {values.shape}")
        if values.dtype.kind != "f":
            raise DataError(f"weights: {name!r}: expected numbers, got {values.dtype}")
        known[name] = np.ascontiguousarray(values, np.float32)
    return known


def read_parameters(path: Path) -> Parameters:
    """The arrays of a .safetensors file. Raises DataError."""
    from safetensors import SafetensorError
    from safetensors.numpy import load

    data = read_file(path, available_memory() // 3)
    try:
        return load(data)
    except (SafetensorError, AttributeError, KeyError, TypeError, ValueError) as error:
        raise DataError(f"{path}: damaged, or no safetensors file: {error}") from None


def model_of(
    preset: Preset,
    parameters: Mapping[str, Array],
    *,
    examples: int = MOST_AT_ONCE,
    backend: str = "cpu",
    dtype: str = "float32",
    threads: int | None = None,
) -> Model:
    """A model with these parameters, to predict up to so many examples at once.

    Raises DataError where parameters do not fit, BackendError where the model cannot be had.
    """
    known = checked(Graph.build(preset), parameters)
    batch = min(max(examples, 1), MOST_AT_ONCE)
    model = Model(preset, batch=batch, backend=backend, dtype=dtype, threads=threads, start={})
    for name, values in model.parameters.items():
        values[...] = known[name]
    return model


def require_examples(model: Model, x: Array) -> None:
    """Raises DataError where examples are given to a network that answers to noise alone, of
    another shape than theirs."""
    shape = model.program.graph.answering.spec.shape
    if x.shape[1:] != shape and (noise := noise_of(model.preset)):
        names, width = ", ".join(field.name for field in noise), prod(shape)
        raise DataError(
            f"the network answers to random numbers ({names}: {width} in all), not to examples; "
            f"'tuidl generate RUN' draws them, or give a .npy of {width} columns"
        )
