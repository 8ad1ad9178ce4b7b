"""Examples as arrays, the parts that they are split into, and how those were scaled."""

from dataclasses import dataclass

from tuidl.core.lazy import Array
from tuidl.data.scaling import Scaling

BRIGHTEST = 255
PICTURES_AT_ONCE = 4096


@dataclass(frozen=True)
class Examples:
    """Inputs ``x`` (examples, *shape) and targets ``y`` (examples, target_width), float32;
    ``labels`` (examples,): of those whose targets are their inputs, the class of each, if any.

    What a source has read may wait until it is scaled: pixels as bytes, numbers that float32 would
    round as float64.
    """

    x: Array
    y: Array
    labels: Array | None = None

    def __len__(self) -> int:
        return len(self.x)

    def part(self, index: Array) -> "Examples":
        return Examples(self.x[index], self.y[index])

    def numbers(self) -> "Examples":
        """The same to be scaled; pixels that are bytes, 0 to 255, come to lie in [0, 1]."""
        import numpy as np

        from tuidl.core.spilling import empty

        if self.x.dtype != np.uint8:
            return self
        x = empty(self.x.shape, np.float32)
        for start in range(0, len(x), PICTURES_AT_ONCE):
            part = slice(start, start + PICTURES_AT_ONCE)
            np.divide(self.x[part], np.float32(BRIGHTEST), out=x[part])
        return Examples(x, self.y)

    def scaled(
        self, inputs: Scaling | None, targets: Scaling | None, *, in_place: bool
    ) -> "Examples":
        """In float32, scaled where there is something to scale by."""
        x, y = (
            scaling.apply(values, in_place=in_place) if scaling else values
            for scaling, values in ((inputs, self.x), (targets, self.y))
        )
        return Examples(x, y).floats()

    def floats(self) -> "Examples":
        """The same in float32."""
        import numpy as np

        with np.errstate(over="ignore"):  # what overflows is not finite, and is refused as such
            part = self.numbers()
            x, y = (values.astype(np.float32, copy=False) for values in (part.x, part.y))
        return Examples(x, y)


class SharedExamples(Examples):
    """Examples that nothing keeps besides and that are not scaled: parts in a row are views."""

    def part(self, index: Array) -> Examples:
        if not len(index) or (index[1:] - index[:-1] != 1).any():
            return super().part(index)
        row = slice(int(index[0]), int(index[-1]) + 1)
        return Examples(self.x[row], self.y[row])


@dataclass(frozen=True)
class Split:
    """The three parts; validation and test may be empty, or be one and the same.

    ``inputs`` and ``targets``: how the parts were scaled, None where they were not. ``parts``:
    which of the source's examples each part is, but for parts that the source has beside those
    (``own``, by name), of which it means nothing.
    """

    train: Examples
    validation: Examples
    test: Examples
    inputs: Scaling | None = None
    targets: Scaling | None = None
    parts: tuple[Array, Array, Array] | None = None
    own: frozenset[str] = frozenset()

    @property
    def rows(self) -> Array | None:
        """Which of the source's examples the training part is."""
        return None if self.parts is None else self.parts[0]


@dataclass(frozen=True)
class Whole:
    """All that a source has: examples to be parted, and parts of its own if it has such."""

    examples: Examples
    test: Examples | None = None
    validation: Examples | None = None

    def merged(self) -> "Whole":
        """The same with its own validation part among the examples: folds deal both."""
        import numpy as np

        if self.validation is None:
            return self
        parts = (self.examples, self.validation)
        x, y = (np.concatenate([getattr(part, key) for part in parts]) for key in "xy")
        return Whole(Examples(x, y), self.test)
