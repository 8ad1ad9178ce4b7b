"""What a network has learned, in a network of another size: pure functions of arrays.

A network is a chain of dense layers, told apart by their names. Where the new one is larger it
answers as the old one did (Chen, Goodfellow, Shlens: Net2Net, 2016): new units are drawn, but
nothing reads them yet; an input that is new has weight 0; a new layer passes its input on, exactly
or as nearly as its activation allows. A layer that is taken out leaves its linear part behind.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from tuidl.core.lazy import Array


@dataclass(frozen=True)
class Dense:
    """A dense layer: ``kernel`` (inputs, units), ``bias`` (units,)."""

    name: str
    activation: str
    kernel: Array
    bias: Array


@dataclass(frozen=True)
class Middle:
    """An activation about 0: nearly ``offset + slope * z`` for inputs scaled by ``scale``.

    ``exact``: it is that for inputs of any sign; ``exact_from_0``: for those that are not negative.
    """

    offset: float = 0.0
    slope: float = 1.0
    scale: float = 1.0
    exact: bool = False
    exact_from_0: bool = False


MIDDLES = {
    "linear": Middle(exact=True, exact_from_0=True),
    "relu": Middle(exact_from_0=True),
    "leaky_relu": Middle(exact_from_0=True),
    "elu": Middle(exact_from_0=True),
    "gelu": Middle(),
    "tanh": Middle(scale=0.5),
    "sigmoid": Middle(offset=0.5, slope=0.25),
}
CENTRES = {"sigmoid": 0.5}
"""The middle of what an activation answers with, where that is not 0."""
NOT_NEGATIVE = ("relu", "sigmoid")
"""Activations that answer with nothing below 0."""


def transplanted(
    old: Sequence[Dense], fresh: Sequence[Dense], inputs: Sequence[int | None]
) -> tuple[list[Dense], list[str]]:
    """The weights of ``old`` in the shapes of ``fresh``, whose weights are those of new units; and
    what became of them, in words.

    ``inputs``: of each input of the new network its number in the old one, None where it is new.
    """
    notes: list[str] = []
    names = [layer.name for layer in fresh]
    chain = _without(list(old), names, notes)
    chain = _with_new(chain, fresh, notes)
    return _resized(chain, fresh, inputs, len(old[0].kernel), notes), notes


def moved_moments(
    old: Sequence[Dense], fresh: Sequence[Dense], inputs: Sequence[int | None]
) -> list[Dense]:
    """The same for a vector of an optimizer: numbers of weights that stay go with them, those of
    others are ``fresh``'s; a layer whose input is another layer's begins anew."""
    known, before = {layer.name: layer for layer in old}, _inputs_of(old)
    chain = []
    for layer, reads in zip(fresh, _inputs_of(fresh).values(), strict=True):
        was = known.get(layer.name)
        chain.append(was if was is not None and before[layer.name] == reads else layer)
    if chain[0] is fresh[0]:
        inputs = range(len(fresh[0].kernel))
    return _resized(chain, fresh, inputs, len(chain[0].kernel), [], fresh_rows=True)


def _inputs_of(chain: Sequence[Dense]) -> dict[str, str]:
    """What each layer reads, by its name."""
    names = [layer.name for layer in chain]
    return dict(zip(names, ["", *names[:-1]], strict=True))


def _without(chain: list[Dense], names: Sequence[str], notes: list[str]) -> list[Dense]:
    """The chain without the layers that have no name there."""
    kept: list[Dense] = []
    carried: Dense | None = None
    for layer in chain:
        layer = layer if carried is None else _folded(carried, layer)
        is_kept = layer.name in names
        carried = None if is_kept else layer
        if is_kept:
            kept.append(layer)
        else:
            notes.append(f"{layer.name} is gone, its linear part stays")
    return kept


def _folded(layer: Dense, after: Dense) -> Dense:
    """``after`` reading what ``layer`` read, as if that had no curve."""
    middle, kind = MIDDLES.get(layer.activation, Middle()), after.kernel.dtype
    reading = after.kernel.astype(np.float64)  # so that no processor's order of sums shows
    kernel = middle.slope * layer.kernel @ reading
    bias = (middle.slope * layer.bias + middle.offset) @ reading + after.bias
    return replace(after, kernel=kernel.astype(kind), bias=bias.astype(kind))


def _with_new(chain: list[Dense], fresh: Sequence[Dense], notes: list[str]) -> list[Dense]:
    """The chain with the layers of ``fresh`` that it lacks, each passing its input on."""
    made: list[Dense] = []
    rest = list(chain)
    for layer in fresh:
        if rest and rest[0].name == layer.name:
            made.append(rest.pop(0))
            continue
        if not rest:
            made.append(layer)
            continue
        before = made[-1].activation if made else ""
        passing, rest[0], is_exact = _passing(layer, rest[0], before)
        made.append(passing)
        is_wide = layer.kernel.shape[1] >= passing.kernel.shape[1]
        how = "" if is_exact and is_wide else "nearly " if is_wide else "partly "
        notes.append(f"{layer.name} is new and {how}passes its input on")
    return made


def _passing(layer: Dense, after: Dense, before: str) -> tuple[Dense, Dense, bool]:
    """A layer like ``layer`` that passes its input on to ``after``, which reads it accordingly, and
    whether the answer is exactly what it was."""
    middle = MIDDLES.get(layer.activation, Middle())
    width = len(after.kernel)
    centre = CENTRES.get(before, 0.0)
    kernel = middle.scale * np.eye(width, dtype=after.kernel.dtype)
    shift = np.full(width, -centre * middle.scale if middle.offset else 0.0, after.bias.dtype)
    passing = replace(layer, kernel=kernel, bias=shift)
    reading = after.kernel / (middle.slope * middle.scale)
    offset = middle.offset + middle.slope * shift[0]
    bias = after.bias - offset * reading.sum(axis=0)
    is_exact = middle.exact or (middle.exact_from_0 and before in NOT_NEGATIVE)
    return passing, replace(after, kernel=reading, bias=bias), is_exact


def _resized(
    chain: Sequence[Dense],
    fresh: Sequence[Dense],
    inputs: Sequence[int | None],
    width: int,
    notes: list[str],
    *,
    fresh_rows: bool = False,
) -> list[Dense]:
    """The chain in the shapes of ``fresh``. ``width``: inputs of the old network.
    ``fresh_rows``: weights of what is new are ``fresh``'s in every row, not 0."""
    rows = list(inputs)
    _note_inputs(rows, width, notes)
    made = []
    for layer, shape in zip(chain, fresh, strict=True):
        units, had = shape.kernel.shape[1], layer.kernel.shape[1]
        kept = min(units, had)
        kernel, bias = shape.kernel.copy(), shape.bias.copy()
        bias[:kept] = layer.bias[:kept]
        for row, old in enumerate(rows[: len(kernel)]):
            if old is not None and old < len(layer.kernel):
                kernel[row, :kept] = layer.kernel[old, :kept]
            elif not fresh_rows:
                kernel[row, :kept] = 0
        made.append(replace(shape, kernel=kernel, bias=bias))
        _note_units(layer, units - had, notes)
        if layer.activation != shape.activation:
            notes.append(f"{shape.name}: {shape.activation} on the same weights")
        rows = [*range(kept), *[None] * (units - kept)]
    return made


def _note_inputs(rows: Sequence[int | None], width: int, notes: list[str]) -> None:
    new = sum(row is None for row in rows)
    gone = width - (len(rows) - new)
    if new:
        notes.append(f"{_count(new, 'input')} new, with weight 0")
    if gone:
        notes.append(f"{_count(gone, 'input')} gone")


def _note_units(layer: Dense, more: int, notes: list[str]) -> None:
    if more > 0:
        notes.append(f"{layer.name}: {_count(more, 'unit')} new, not read yet")
    elif more < 0:
        notes.append(f"{layer.name}: {_count(-more, 'unit')} gone with what was learned there")


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'s' if number > 1 else ''}"
