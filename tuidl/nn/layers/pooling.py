"""Pooling: windows of an image or a sequence, or the whole of it, become one value a channel."""

from dataclasses import dataclass
from math import prod
from typing import ClassVar

from tuidl.core.config import Size
from tuidl.core.lazy import np
from tuidl.ir.buffers import Batch
from tuidl.ir.instructions import EmitContext
from tuidl.nn.layers.base import Layer, Shape, ShapeError, require_rank
from tuidl.nn.layers.window_sizes import Padding, padding_before, window_count, windows_of

IMAGE, SEQUENCE = "an image (height, width, channels)", "a sequence (time, features)"


def max_pool2d(x, size, stride, padding=((0, 0), (0, 0))):
    """The largest value of each window."""
    view = np.lib.stride_tricks.sliding_window_view
    x = np.pad(x, ((0, 0), *padding, (0, 0)), constant_values=-np.inf)
    windows = view(x, (size, size), axis=(1, 2))[:, ::stride, ::stride]
    return windows.max(axis=(4, 5))


def max_pool1d(x, size, stride, padding=(0, 0)):
    """The largest value of each window."""
    view = np.lib.stride_tricks.sliding_window_view
    x = np.pad(x, ((0, 0), padding, (0, 0)), constant_values=-np.inf)
    return view(x, size, axis=1)[:, ::stride].max(axis=3)


def average_pool2d(x, size, stride, padding=((0, 0), (0, 0))):
    """The mean of each window; padding is NaN, and so left out."""
    view = np.lib.stride_tricks.sliding_window_view
    x = np.pad(x, ((0, 0), *padding, (0, 0)), constant_values=np.nan)
    windows = view(x, (size, size), axis=(1, 2))[:, ::stride, ::stride]
    return np.nanmean(windows, axis=(4, 5))


def average_pool1d(x, size, stride, padding=(0, 0)):
    """The mean of each window; padding is NaN, and so left out."""
    view = np.lib.stride_tricks.sliding_window_view
    x = np.pad(x, ((0, 0), padding, (0, 0)), constant_values=np.nan)
    return np.nanmean(view(x, size, axis=1)[:, ::stride], axis=3)


@dataclass(frozen=True)
class Frame:
    """Pooling seen as over images: ``image`` (height, width, channels), windows of ``size`` apart
    by ``stride``, ``output`` (height, width), padding at the low ends ``before``."""

    image: Shape
    size: Shape
    stride: Shape
    output: Shape
    before: Shape = (0, 0)


class Pooling(Layer, frozen=True):
    """Base of all pooling; ``reduction`` is the kernel's name in front of ``2d``."""

    reduction: ClassVar[str] = ""

    def frame(self, shape: Shape) -> Frame:
        """The geometry for inputs of ``shape``."""
        raise NotImplementedError

    def flops(self, shape: Shape) -> int:
        frame = self.frame(shape)
        return prod(frame.size) * prod(frame.output) * shape[-1]

    def emit(self, context: EmitContext) -> None:
        frame = self.frame(context.input_shape)
        x = context.x.reshape(Batch(), *frame.image)
        y = context.y.reshape(Batch(), *frame.output, frame.image[-1])
        names = ("size_y", "size_x", "stride_y", "stride_x", "top", "left")
        values = (*frame.size, *frame.stride, *frame.before)
        options = dict(zip(names, values, strict=True))
        kernel = f"{self.reduction}_pool2d"
        known = [context.buffer("winner", *y.shape)] if self.reduction == "max" else []
        which = {"rectified": 0} if self.reduction == "max" else {}
        context.forward(kernel, x, y, *known, **options, **which)
        if context.dy is not None and context.dx is not None:
            dy, dx = context.dy.reshape(*y.shape), context.dx.reshape(*x.shape)
            context.backward(f"{kernel}_gradient", *known, dy, dx, **options)


class Pool2d(Pooling, frozen=True):
    """Windows of ``pool_size``, apart by ``stride`` (by their size where unsaid)."""

    pool_size: Size = 2
    stride: Size | None = None
    padding: Padding = "valid"

    def output_shape(self, shape: Shape) -> Shape:
        require_rank(shape, 3, IMAGE)
        return (*self.frame(shape).output, shape[2])

    def frame(self, shape: Shape) -> Frame:
        size, stride = self.pool_size, self.stride or self.pool_size
        output = windows_of(shape, (size, size), stride, self.padding)
        before = tuple(padding_before(n, size, stride, self.padding) for n in shape[:2])
        return Frame(shape, (size, size), (stride, stride), output, before)


class MaxPool2d(Pool2d, frozen=True, tag="max_pool2d"):
    """The largest value of each window."""

    formula = "y = the largest of each patch"
    backward_formula = "dy goes to where the largest was"
    reference = staticmethod(max_pool2d)

    reduction: ClassVar[str] = "max"


class AveragePool2d(Pool2d, frozen=True, tag="average_pool2d"):
    """The mean of each window; padding is left out of it."""

    formula = "y = the mean of each patch"
    backward_formula = "dy in equal shares to the patch"
    reference = staticmethod(average_pool2d)

    reduction: ClassVar[str] = "average"


class Pool1d(Pooling, frozen=True):
    """Windows of ``pool_size`` steps, apart by ``stride`` (by their size where unsaid)."""

    pool_size: Size = 2
    stride: Size | None = None
    padding: Padding = "valid"

    def output_shape(self, shape: Shape) -> Shape:
        require_rank(shape, 2, SEQUENCE)
        return (self.frame(shape).output[1], shape[1])

    def frame(self, shape: Shape) -> Frame:
        size, stride = self.pool_size, self.stride or self.pool_size
        steps = window_count(shape[0], size, stride, self.padding)
        if steps < 1:
            raise ShapeError(f"a window of {size} does not fit {shape[0]} steps")
        before = (0, padding_before(shape[0], size, stride, self.padding))
        return Frame((1, *shape), (1, size), (1, stride), (1, steps), before)


class MaxPool1d(Pool1d, frozen=True, tag="max_pool1d"):
    """The largest value of each window."""

    formula = "y = the largest of each patch"
    backward_formula = "dy goes to where the largest was"
    reference = staticmethod(max_pool1d)

    reduction: ClassVar[str] = "max"


class AveragePool1d(Pool1d, frozen=True, tag="average_pool1d"):
    """The mean of each window; padding is left out of it."""

    formula = "y = the mean of each patch"
    backward_formula = "dy in equal shares to the patch"
    reference = staticmethod(average_pool1d)

    reduction: ClassVar[str] = "average"


class GlobalPool2d(Pooling, frozen=True):
    """The whole image as one window: one value a channel."""

    def output_shape(self, shape: Shape) -> Shape:
        require_rank(shape, 3, IMAGE)
        return (shape[2],)

    def frame(self, shape: Shape) -> Frame:
        return Frame(shape, shape[:2], shape[:2], (1, 1))


class GlobalMaxPool2d(GlobalPool2d, frozen=True, tag="global_max_pool2d"):
    """The largest value of each channel."""

    formula = "y = the largest of each patch"
    backward_formula = "dy goes to where the largest was"

    reduction: ClassVar[str] = "max"


class GlobalAveragePool2d(GlobalPool2d, frozen=True, tag="global_average_pool2d"):
    """The mean of each channel."""

    formula = "y = the mean of each patch"
    backward_formula = "dy in equal shares to the patch"

    reduction: ClassVar[str] = "average"
