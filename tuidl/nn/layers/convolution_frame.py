"""A convolution as instructions: which kernels serve it, and how much room they need."""

from collections.abc import Callable
from dataclasses import dataclass
from math import prod

from tuidl.core import grouped_room, places_room, winograd_room, winograd_sizes
from tuidl.core.convolution_room import (
    LANES,
    MOST_PARTS,
    answers_room,
    pixels_room,
    weights_room,
)
from tuidl.core.convolution_room import Convolution as Shapes
from tuidl.core.grouped_room import Grouped
from tuidl.core.places_room import Places
from tuidl.core.winograd_room import Large
from tuidl.ir.buffers import View
from tuidl.ir.instructions import Division, EmitContext, Phase
from tuidl.nn.layers.base import Shape

LEAST_COLUMNS = 64
"""Channels and filters from which on lanes may share them out."""
LEAST_WEIGHTS = 90_000
"""Of a convolution that is a product of matrices, from which on packing both pays (measured: 1.1 to
1.8 times as fast; fewer 0.9 to 1.0)."""

GROUPED: dict[Callable[..., int], Callable[..., int]] = {
    answers_room: grouped_room.answers_room,
    weights_room: grouped_room.weights_room,
    pixels_room: grouped_room.pixels_room,
}
"""The same for a convolution with groups, gaps or two strides."""
BY_PLACES: dict[Callable[..., int], Callable[..., int]] = {
    answers_room: places_room.answers_room,
    weights_room: places_room.weights_room,
    pixels_room: places_room.pixels_room,
}
"""And for one that mostly meets padding."""

Options = dict[str, int]
Write = Callable[..., None]
"""``EmitContext.forward`` or ``backward``."""


@dataclass(frozen=True)
class Frame:
    """A convolution seen as one over images: a sequence is an image of height 1.

    ``image`` (height, width, channels), ``kernel`` (height, width), ``output`` (height, width);
    ``top`` and ``left`` are the padding at the low ends; ``stride`` and ``dilation`` are those
    down and across.
    """

    image: Shape
    kernel: Shape
    output: Shape
    top: int
    left: int
    stride: tuple[int, int]
    dilation: tuple[int, int] = (1, 1)
    groups: int = 1

    @property
    def is_plain(self) -> bool:
        """Whether the kernels serve that know neither groups nor gaps."""
        return self.groups == 1 and self.dilation == (1, 1) and self.stride[0] == self.stride[1]


class Ways:
    """By which kernels the products of a convolution with ``filters`` filters are computed."""

    def __init__(self, frame: Frame, filters: int) -> None:
        self.frame, self.filters = frame, filters
        self.kernel_shape = (*frame.kernel, frame.image[-1] // frame.groups, filters)

    @property
    def is_dense(self) -> bool:
        """Whether windows lie in the images as rows of a matrix, and are large: kernels of 1 x 1,
        and as large as the image. Products of matrices need no places of their numbers then."""
        frame = self.frame
        is_point = frame.kernel == frame.stride == (1, 1) and frame.output == frame.image[:2]
        is_whole = frame.output == (1, 1) and frame.kernel == frame.image[:2]
        terms = prod(self.kernel_shape[:-1])
        if frame.groups > 1 or (frame.top, frame.left) != (0, 0) or not (is_point or is_whole):
            return False
        return min(terms, self.filters) >= LEAST_COLUMNS and terms * self.filters >= LEAST_WEIGHTS

    @property
    def divisions(self) -> tuple[Division, ...]:
        """How lanes may share the products out: as those of a dense layer, or by tiles what goes by
        places altogether."""
        if self.is_dense:
            return tuple(Division)
        rooms = (answers_room, weights_room, pixels_room)
        is_wide = min(self.kernel_shape[2:]) >= LEAST_COLUMNS
        if is_wide and not self._goes_by_pieces and all(map(self._goes_by_places, rooms)):
            return Division.EXAMPLES, Division.TILES
        return (Division.EXAMPLES,)

    @property
    def _places(self) -> Places:
        frame = self.frame
        return Places(
            self.kernel_shape, (frame.image[0], frame.image[1]), frame.output, frame.stride,
            frame.dilation, (frame.top, frame.left),
        )  # fmt: skip

    def _goes_by_places(self, room: Callable[[Shapes, int], int]) -> bool:
        """Whether a product leaves out what meets padding; Winograd's tiles do not, but need fewer
        products of what they see."""
        places, is_weights = self._places, room is weights_room
        if self.frame.groups > 1:
            return False
        if self._has_winograd or self._pieces_pay:
            small = prod(self.frame.output) < winograd_room.FEWEST_ANSWERS
            if is_weights and small:  # no tiles serve there
                return places_room.weights_pay(places, places_room.SMALL_GAIN)
            if not places_room.is_mostly_padding(places):
                return False
        return places_room.weights_pay(places) if is_weights else places_room.pays(places)

    @property
    def _large(self) -> Large:
        frame, (channels, filters) = self.frame, self.kernel_shape[2:]
        return Large(
            (*frame.kernel, channels, filters), frame.image[:2], frame.output, frame.stride[0],
            frame.dilation[0],
        )  # fmt: skip

    @property
    def _goes_by_pieces(self) -> bool:
        return self._pieces_pay and not places_room.is_mostly_padding(self._places)

    @property
    def _pieces_pay(self) -> bool:
        """Whether Winograd's tiles do, other than those that ``conv2d`` has for 3 x 3."""
        frame = self.frame
        is_square = len({*frame.stride}) == len({*frame.dilation}) == 1
        is_padded = min(frame.top, frame.left) >= 0
        if frame.groups > 1 or not is_square or not is_padded or self._has_winograd:
            return False
        return winograd_room.pays(self._large)

    @property
    def _has_winograd(self) -> bool:
        """Whether ``kernels/simd/winograd.py`` is of use."""
        frame = self.frame
        if frame.kernel != (3, 3) or not frame.is_plain or frame.stride[0] != 1:
            return False
        return winograd_sizes.is_worth(frame.image[-1], self.filters, prod(frame.output))


class Products(Ways):
    """The three products of a convolution with ``filters`` filters, written into ``context``.

    A transposed convolution has the same ones: there ``pixels`` is the way forward.
    """

    def __init__(self, context: EmitContext, frame: Frame, filters: int) -> None:
        super().__init__(frame, filters)
        self.context = context
        self._ends = {"top": frame.top, "left": frame.left}

    def answers(self, write: Write, x: View, kernel: View, bias: View, y: View, room: str) -> None:
        """The convolution itself; ``room``: what its workspace is called."""
        if self._is_tiled:
            self._write_tiles(Phase.FORWARD, answers_room, "", room, x, kernel, bias, y)
            return
        if self._goes_by_pieces:
            own = self._pieces_room(room, winograd_room.answers_room)
            write("conv2d_winograd", x, kernel, bias, y, own, **self._options_of_pieces)
            return
        name, workspace, options = self._way(room, answers_room)
        write(name, x, kernel, bias, y, workspace, **options)

    def weights(self, x: View, dy: View, d_kernel: View) -> None:
        """The gradient of the weights."""
        room = "workspace_of_weights"
        if self._is_tiled:
            name = "_weight_gradient"
            self._write_tiles(Phase.BACKWARD, weights_room, name, room, x, dy, d_kernel)
            return
        if self._goes_by_pieces and winograd_room.weights_pay(self._large):
            own = self._pieces_room(room, winograd_room.answers_room, weights_room)
            name = "conv2d_winograd_weight_gradient"
            self.context.backward(name, x, dy, d_kernel, own, **self._options_of_pieces)
            return
        name, workspace, options = self._way(room, weights_room)
        self.context.backward(f"{name}_weight_gradient", x, dy, d_kernel, workspace, **options)

    def pixels(self, write: Write, dy: View, kernel: View, dx: View, room: str) -> None:
        """The gradient of the pixels."""
        if self._is_tiled:
            name = "_input_gradient"
            self._write_tiles(Phase.BACKWARD, pixels_room, name, room, dy, kernel, dx)
            return
        if self._goes_by_pieces:
            own, name = self._pieces_room(room, winograd_room.pixels_room), "conv2d_winograd"
            write(f"{name}_input_gradient", dy, kernel, dx, own, **self._options_of_pieces)
            return
        name, workspace, options = self._way(room, pixels_room)
        write(f"{name}_input_gradient", dy, kernel, dx, workspace, **options)

    def _way(self, name: str, room: Callable[[Shapes, int], int]) -> tuple[str, View, Options]:
        """Of a product by the definition: how its kernel's name begins, the workspace that is
        called ``name``, and the options. ``room``: which product it is."""
        frame, examples = self.frame, self.context.examples
        sizes = self._sizes
        if self._goes_by_places(room):
            floats, options = BY_PLACES[room](self._places, examples), {**sizes, **self._ends}
            return "conv2d_places", self.context.buffer(name, floats), options
        if not frame.is_plain:
            floats = GROUPED[room](self._grouped, examples)
            options = {**sizes, **self._ends, "groups": frame.groups}
            return "conv2d_grouped", self.context.buffer(name, floats), options
        stride = frame.stride[0]
        shape = Shapes(self.kernel_shape, frame.image[:2], frame.output, stride, **self._ends)
        floats = max(room(shape, examples), self._tile_floats())
        return "conv2d", self.context.buffer(name, floats), {"stride": stride, **self._ends}

    @property
    def _is_tiled(self) -> bool:
        return self.context.division is Division.TILES

    def _write_tiles(
        self, phase: Phase, room: Callable[..., int], name: str, own: str, *operands: View
    ) -> None:
        """A product that lanes share out by columns, each with ``room`` of its own in ``own``."""
        examples = self.context.examples * self.context.shards
        floats = -(-BY_PLACES[room](self._places, examples, places=1) // LANES) * LANES
        workspace = self.context.buffer(own, MOST_PARTS * floats)
        options = {**self._sizes, **self._ends}
        kernel = f"conv2d_places{name}_tile"
        self.context.tiles(phase, kernel, *operands, workspace, **options)

    @property
    def _sizes(self) -> Options:
        names = ("stride_y", "stride_x", "dilation_y", "dilation_x")
        return dict(zip(names, (*self.frame.stride, *self.frame.dilation), strict=True))

    @property
    def _options_of_pieces(self) -> dict[str, int]:
        frame = self.frame
        sizes = {"stride": frame.stride[0], "dilation": frame.dilation[0]}
        return {**sizes, "top": frame.top, "left": frame.left}

    def _pieces_room(
        self,
        name: str,
        room: Callable[[Large], tuple[int, int]],
        otherwise: Callable[..., int] | None = None,
    ) -> View:
        """``otherwise``: by what the kernel falls back to."""
        examples = self.context.examples
        floats = winograd_room.block_room(self._large, room(self._large), examples)
        if otherwise is not None:
            floats = max(floats, GROUPED[otherwise](self._grouped, examples))
        return self.context.buffer(name, floats)

    @property
    def _grouped(self) -> Grouped:
        frame = self.frame
        return Grouped(
            frame.image[:2], frame.output, self.kernel_shape[2], self.filters // frame.groups,
            frame.groups, (frame.kernel[0], frame.kernel[1]), frame.stride, frame.dilation,
            (frame.top, frame.left),
        )  # fmt: skip

    def _tile_floats(self) -> int:
        """What ``kernels/simd/winograd.py`` divides among its arrays; 0 where it is of no use."""
        if not self._has_winograd:
            return 0
        height, width = self.frame.output
        channels = self.frame.image[-1]
        fixed, line = winograd_sizes.workspace(height, width, channels, self.filters)
        down = (height + 1) // 2
        lines = winograd_sizes.block_lines(height, width, channels, self.filters)
        if lines >= down:
            lines = min(lines // down, self.context.examples) * down
        return fixed + lines * line
