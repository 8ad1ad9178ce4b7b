"""Targets that are the inputs themselves, which an autoencoder learns to give back."""

from dataclasses import replace
from math import prod
from typing import Protocol

from tuidl.core.errors import PresetError
from tuidl.core.lazy import Array
from tuidl.data.examples import Examples, Split
from tuidl.data.neighbors import Neighborhood, Neighbors
from tuidl.data.scaling import Scaling, blocks_of
from tuidl.data.spec import ExampleSpec

KEY = "data.targets"


class Reconstructed(Protocol):
    """A source whose inputs are its targets; ``corruption``: the deviation of the noise on them;
    ``neighbors``: of which examples targets are means, None for each alone."""

    @property
    def seed(self) -> int: ...

    @property
    def corruption(self) -> float: ...

    @property
    def neighbors(self) -> Neighbors | None: ...


def require_plain(source: Reconstructed) -> None:
    """Raises PresetError for settings of targets that are inputs, where they are not."""
    if source.corruption:
        problem = "needs data.targets = 'inputs'; data.augment.noise is for other targets"
        raise PresetError("data.corruption", problem)
    if source.neighbors is not None:
        raise PresetError("data.neighbors", "needs data.targets = 'inputs'")


def reconstructing(spec: ExampleSpec, neighbors: Neighbors | None = None) -> ExampleSpec:
    """What is known of examples whose targets are their inputs; classes become ``labels``.

    Raises PresetError where inputs are no numbers that could be given back, or have no neighbours
    as these settings ask for.
    """
    for problem, is_so in {
        "the inputs are the numbers of tokens: expected numbers to give back": spec.vocabulary,
        "the data has several inputs: expected one": spec.inputs,
        "the data has weights of its answers, which inputs have not": spec.weighted,
    }.items():
        if is_so:
            raise PresetError(KEY, f"'inputs': {problem}")
    if neighbors is not None:
        neighbors.check(spec)
    shape = spec.shape
    return ExampleSpec(
        shape,
        outputs=prod(shape),
        target_shape=shape if len(shape) > 1 else None,
        labels=spec.classes,
        reconstructs=True,
    )


def reconstructed(source: Reconstructed, spec: ExampleSpec, split: Split) -> Split:
    """The split with inputs as targets, in the same memory, and classes as labels.

    Where the source corrupts its inputs they are copied, with noise, and the targets stay clean:
    normal numbers, the same for an example whenever its part is made from the same seed.
    """
    made: dict[int, Examples] = {}  # one part may be another one too
    nearby = None
    if source.neighbors is not None:
        nearby = Neighborhood(_flat_inputs(split.train, spec), source.neighbors, spec.shape)
    for number, part in enumerate((split.train, split.validation, split.test)):
        if id(part) not in made:
            made[id(part)] = _part(part, spec, source.corruption, (source.seed, number), nearby)
    return replace(
        split,
        train=made[id(split.train)],
        validation=made[id(split.validation)],
        test=made[id(split.test)],
        targets=_flat(split.inputs, spec),
    )


def _part(
    part: Examples,
    spec: ExampleSpec,
    corruption: float,
    seeds: tuple[int, int],
    nearby: Neighborhood | None,
) -> Examples:
    clean = _flat_inputs(part, spec)
    if nearby is not None:
        clean = nearby.targets(clean)
    labels = part.y[:, 0] if spec.labels and part.y.shape[1] == 1 else None
    x = _corrupted(part.x, corruption, seeds) if corruption else part.x
    return Examples(x, clean, labels)


def _flat_inputs(part: Examples, spec: ExampleSpec) -> Array:
    return part.x.reshape(len(part), prod(spec.shape))


def _corrupted(x: Array, deviation: float, seeds: tuple[int, int]) -> Array:
    import numpy as np

    from tuidl.core.spilling import empty

    random, noisy = np.random.default_rng(seeds), empty(x.shape, np.float32)
    for rows in blocks_of(x):
        noise = random.standard_normal(x[rows].shape, np.float32)
        np.add(x[rows], np.float32(deviation) * noise, out=noisy[rows])
    return noisy


def _flat(scaling: Scaling | None, spec: ExampleSpec) -> Scaling | None:
    """That of the inputs, for each number of a target."""
    import numpy as np

    if scaling is None:
        return None
    offset, scale = (
        np.broadcast_to(values, spec.shape).reshape(-1)
        for values in (scaling.offset, scaling.scale)
    )
    return Scaling(offset, scale)
