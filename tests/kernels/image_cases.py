"""Cases of convolutions, of pooling, of larger pictures and of random changes."""

from collections.abc import Callable
from typing import Any

import numpy as np

from tests.kernels.case import Arrays, Case
from tests.kernels.operands import numbered
from tuidl.core import grouped_room
from tuidl.core.convolution_room import BLOCK, Convolution, answers_room, pixels_room, weights_room
from tuidl.core.grouped_room import Grouped
from tuidl.kernels.simd.winograd_choice import winograd_workspace


def _numbered_behind(arrays: Arrays) -> None:
    """The same in the last two columns."""
    targets = arrays["targets"]
    targets[:, -2], targets[:, -1] = 65535 - np.arange(len(targets)), np.arange(len(targets)) * 7


def _winners(size: int) -> Callable[[Arrays], None]:
    def fix(arrays: Arrays) -> None:
        winner = arrays["winner"]
        winner[:] = np.arange(winner.size).reshape(winner.shape) % (size + 1) - 1

    return fix


def _ties(arrays: Arrays) -> None:
    """Equal values in a window: the first wins, in every backend."""
    arrays["x"][:] = np.round(arrays["x"])


def convolution(
    n: int, size: int, image: tuple[int, int, int], filters: int, block: int, **o: int
) -> Any:
    """Sizes and options of a convolution's three kernels.

    The workspace has room for blocks of a row where ``block`` is 1, else for the whole batch, and
    for the patches of ``block`` examples, with which Winograd's tiles come along.
    """
    (h, w, c), s = image, o["stride"]
    p = (h + 2 * o["top"] - size) // s + 1
    q = (w + 2 * o["left"] - size) // s + 1
    sizes = {"n": n, "h": h, "w": w, "c": c, "i": size, "j": size, "f": filters, "p": p, "q": q}
    shape = Convolution((size, size, c, filters), (h, w), (p, q), **o)
    most = 0 if block == 1 else BLOCK
    needed = (room(shape, max(n, 1), most) for room in (answers_room, weights_room, pixels_room))
    return {**sizes, "m": max(*needed, block * p * q * size * size * c if block > 1 else 0)}, o


def _in_bands(n: int, image: tuple[int, int, int], filters: int, lines: int, **o: int) -> Any:
    """Of 3 x 3, with room for so many rows of Winograd's tiles: images are worked on in bands."""
    sizes, options = convolution(n, 3, image, filters, block=1, stride=1, **o)
    fixed, line = winograd_workspace(sizes["p"], sizes["q"], image[2], filters)
    room = fixed + lines * line
    assert sizes["m"] <= room < fixed + (sizes["p"] + 1) // 2 * line
    return {**sizes, "m": room}, options


CONVOLUTIONS = [
    convolution(3, 3, (5, 7, 2), 4, block=2, stride=1, top=0, left=0),
    convolution(1, 3, (8, 8, 1), 16, block=1, stride=1, top=1, left=1),
    convolution(2, 3, (7, 9, 1), 5, block=2, stride=2, top=1, left=1),
    convolution(3, 5, (4, 4, 1), 3, block=2, stride=1, top=2, left=2),
    convolution(2, 2, (7, 5, 1), 2, block=1, stride=3, top=0, left=0),
    convolution(2, 3, (6, 6, 1), 4, block=2, stride=1, top=0, left=0),
    convolution(5, 2, (5, 4, 3), 1, block=3, stride=2, top=0, left=0),
    convolution(2, 5, (6, 5, 3), 7, block=2, stride=1, top=2, left=2),
    convolution(2, 1, (3, 3, 8), 5, block=1, stride=1, top=0, left=0),
    convolution(0, 3, (4, 4, 2), 3, block=1, stride=1, top=0, left=0),
    convolution(9, 3, (9, 7, 16), 24, block=4, stride=3, top=1, left=1),
    convolution(3, 4, (6, 5, 2), 3, block=1, stride=1, top=1, left=2),
    convolution(2, 4, (6, 5, 2), 3, block=1, stride=1, top=2, left=1),
    # strides that leave phases without a weight, or windows without an image; several slivers
    convolution(3, 1, (5, 7, 4), 50, block=1, stride=2, top=0, left=0),
    convolution(2, 3, (9, 10, 18), 70, block=1, stride=2, top=1, left=1),
    convolution(2, 7, (10, 6, 3), 34, block=3, stride=2, top=3, left=3),
    convolution(2, 5, (4, 4, 20), 5, block=1, stride=4, top=4, left=1),
    convolution(1, 2, (9, 9, 2), 3, block=1, stride=5, top=1, left=1),
    # more terms than the first-level cache has lines for
    convolution(2, 5, (7, 7, 24), 20, block=2, stride=1, top=2, left=2),
    # rows of windows above and below the images, which are left out
    convolution(3, 3, (6, 5, 43), 20, block=3, stride=1, top=1, left=1),
    convolution(3, 3, (6, 5, 20), 43, block=3, stride=1, top=1, left=1),
    convolution(2, 7, (4, 5, 19), 40, block=1, stride=1, top=3, left=3),
    convolution(3, 5, (9, 8, 27), 70, block=2, stride=2, top=2, left=2),
    convolution(2, 4, (6, 5, 34), 33, block=2, stride=1, top=2, left=1),
    convolution(2, 5, (3, 4, 26), 64, block=1, stride=3, top=4, left=1),
    convolution(3, 5, (13, 10, 8), 20, block=3, stride=1, top=2, left=2),
    convolution(2, 3, (24, 23, 16), 48, block=2, stride=2, top=1, left=1),
    convolution(1, 3, (3, 130, 8), 5, block=1, stride=1, top=1, left=1),
    # few filters or channels: vectors along the terms, or along the rows of the weights
    convolution(3, 3, (9, 8, 16), 1, block=2, stride=1, top=1, left=1),
    convolution(2, 3, (7, 9, 13), 3, block=2, stride=1, top=1, left=1),
    convolution(2, 5, (13, 12, 17), 2, block=1, stride=2, top=2, left=2),
    convolution(2, 3, (8, 7, 3), 20, block=2, stride=1, top=1, left=1),
    convolution(2, 3, (8, 9, 36), 12, block=2, stride=1, top=1, left=1),
    convolution(1, 5, (9, 8, 60), 1, block=1, stride=1, top=2, left=2),
    convolution(1, 3, (40, 40, 16), 1, block=1, stride=1, top=1, left=1),
    convolution(1, 1, (7, 7, 40), 5, block=1, stride=1, top=0, left=0),
    # with room for Winograd's tiles
    convolution(3, 3, (7, 9, 32), 33, block=8, stride=1, top=1, left=1),
    convolution(5, 3, (8, 7, 35), 40, block=20, stride=1, top=0, left=0),
    convolution(2, 3, (6, 8, 48), 32, block=40, stride=1, top=0, left=1),
    convolution(2, 3, (8, 6, 32), 50, block=40, stride=1, top=2, left=0),
    convolution(0, 3, (6, 6, 32), 32, block=40, stride=1, top=1, left=1),
    convolution(3, 3, (8, 9, 24), 24, block=20, stride=1, top=1, left=1),
    convolution(2, 3, (9, 9, 17), 33, block=20, stride=1, top=1, left=1),
    convolution(2, 3, (9, 8, 36), 16, block=20, stride=1, top=1, left=1),
    convolution(2, 3, (9, 7, 32), 40, block=20, stride=1, top=2, left=2),
    convolution(2, 3, (8, 10, 24), 36, block=20, stride=1, top=2, left=1),
    # on images so large that the weights' gradient goes this way, too
    convolution(2, 3, (12, 10, 24), 23, block=4, stride=1, top=1, left=1),
    convolution(2, 3, (12, 11, 32), 33, block=2, stride=1, top=1, left=1),
    convolution(2, 3, (12, 13, 35), 34, block=2, stride=1, top=0, left=0),
    convolution(0, 3, (12, 12, 32), 32, block=2, stride=1, top=0, left=0),
    _in_bands(2, (13, 12, 24), 24, lines=3, top=1, left=1),
    _in_bands(2, (16, 11, 32), 33, lines=4, top=0, left=0),
    _in_bands(2, (12, 13, 17), 33, lines=3, top=2, left=0),
]


def _grouped(
    image: tuple[int, int, int, int], size: tuple[int, int], out: tuple[int, int, int],
    stride: tuple[int, int] = (1, 1), dilation: tuple[int, int] = (1, 1), groups: int = 1,
    before: tuple[int, int] = (0, 0),
) -> Any:  # fmt: skip
    (n, h, w, c), (i, j), (p, q, f) = image, size, out
    k = c // groups
    shape = Grouped((h, w), (p, q), k, f // groups, groups, size, stride, dilation, before)
    sizes = {"n": n, "h": h, "w": w, "c": c, "i": i, "j": j, "k": k, "f": f, "p": p, "q": q}
    names = ("stride_y", "stride_x", "dilation_y", "dilation_x", "top", "left")
    options = dict(zip(names, (*stride, *dilation, *before), strict=True))
    # room for two rows of answers at a time, and so for blocks of images that are cut in bands
    room = max(
        room(shape, min(n, 1), 64)
        for room in (grouped_room.answers_room, grouped_room.weights_room, grouped_room.pixels_room)
    )
    return {**sizes, "m": room}, {**options, "groups": groups}


GROUPED = [
    _grouped((2, 5, 6, 4), (3, 3), (3, 4, 6), groups=2),
    _grouped((2, 5, 6, 5), (3, 2), (5, 6, 5), groups=5, before=(1, 1)),
    _grouped((1, 4, 4, 3), (2, 2), (4, 3, 9), groups=3, before=(1, 0)),
    _grouped((3, 9, 7, 2), (3, 2), (3, 6, 3), (2, 1), (2, 1), before=(1, 0)),
    _grouped((2, 6, 8, 3), (1, 4), (6, 2, 17), (1, 3)),
    _grouped((2, 7, 7, 20), (3, 3), (3, 3, 20), (2, 2), (2, 2), 20, (1, 1)),
    _grouped((1, 3, 3, 1), (2, 2), (5, 5, 1), (1, 1), (3, 3), before=(2, 2)),
    _grouped((2, 4, 4, 34), (3, 3), (4, 4, 36), groups=2, before=(1, 1)),
    _grouped((0, 4, 4, 2), (2, 2), (2, 2, 2), dilation=(2, 2), groups=2),
    # groups of few channels: all side by side, in whole vectors and part of one
    _grouped((3, 7, 9, 32), (3, 3), (7, 9, 32), groups=8, before=(1, 1)),
    _grouped((2, 6, 5, 20), (3, 3), (3, 3, 20), (2, 2), groups=10, before=(1, 1)),
    _grouped((2, 5, 5, 24), (2, 3), (4, 5, 24), groups=3, before=(0, 1)),
    _grouped((2, 5, 6, 9), (3, 3), (5, 6, 6), groups=3, before=(1, 1)),
    _grouped((2, 5, 6, 40), (5, 5), (5, 6, 40), groups=40, before=(2, 2)),
    _grouped((2, 6, 8, 20), (5, 4), (5, 7, 20), groups=20, before=(1, 1)),
    _grouped((2, 9, 7, 18), (3, 3), (5, 7, 18), (2, 1), groups=18, before=(1, 1)),
    _grouped((1, 8, 17, 6), (3, 6), (4, 12, 6), dilation=(2, 1), groups=3),
    # depthwise ones whose numbers are read where they lie: few reads of a pixel, many channels
    _grouped((2, 7, 6, 68), (3, 3), (4, 3, 68), (2, 2), groups=68, before=(1, 0)),
    _grouped((2, 6, 5, 64), (2, 2), (2, 5, 64), (3, 1), groups=64, before=(0, 1)),
    _grouped((3, 6, 7, 131), (3, 3), (6, 7, 131), groups=131, before=(1, 1)),
    _grouped((2, 5, 9, 129), (3, 2), (7, 4, 129), (1, 2), (4, 3), 129, (5, 2)),
    _grouped((0, 5, 5, 128), (3, 3), (3, 3, 128), groups=128),
    # four pixels beside each other and the rest; two or three places of the kernel and one
    _grouped((2, 5, 11, 67), (3, 3), (5, 11, 67), groups=67, before=(1, 1)),
    _grouped((2, 4, 15, 80), (2, 5), (4, 15, 80), groups=80, before=(0, 2)),
    _grouped((1, 4, 13, 112), (3, 7), (4, 13, 112), groups=112, before=(1, 3)),
    _grouped((2, 5, 21, 64), (3, 4), (3, 10, 64), (2, 2), groups=64, before=(1, 1)),
    _grouped((2, 4, 23, 97), (2, 3), (4, 8, 97), (1, 3), (2, 1), 97, (1, 1)),
    _grouped((1, 5, 19, 72), (3, 3), (5, 19, 72), (1, 1), (2, 4), 72, (2, 4)),
    _grouped((1, 4, 25, 64), (2, 3), (4, 12, 64), (1, 2), (1, 4), 64, (0, 4)),
    _grouped((1, 3, 17, 65), (1, 2), (3, 9, 65), (1, 2), groups=65, before=(0, 1)),
    # kernels larger than the picture, by which few answers or none see anything
    _grouped((2, 3, 4, 70), (5, 9), (3, 4, 70), groups=70, before=(2, 4)),
    _grouped((1, 3, 6, 64), (2, 2), (3, 6, 64), (1, 1), (3, 7), 64, (1, 3)),
    _grouped((1, 2, 5, 66), (1, 3), (2, 12, 66), groups=66, before=(0, 5)),
    # groups of many, and a group that leaves one channel
    _grouped((2, 5, 5, 36), (3, 3), (3, 3, 54), (2, 2), groups=2, before=(1, 1)),
    _grouped((2, 4, 5, 20), (2, 2), (3, 4, 2), groups=2),
    # a stride and a dilation with a common divisor, and with none; a stride larger than the kernel
    _grouped((2, 12, 13, 3), (3, 3), (4, 4, 5), (2, 2), (2, 2)),
    _grouped((2, 11, 12, 6), (3, 2), (5, 4, 6), (2, 3), (3, 2), 6, (2, 1)),
    _grouped((2, 9, 11, 4), (2, 1), (3, 3, 6), (4, 5), groups=2, before=(1, 0)),
    # rows of the kernel that see no image for some windows, or for any
    _grouped((3, 9, 8, 44), (3, 3), (9, 8, 18), dilation=(4, 4), before=(4, 4)),
    _grouped((2, 12, 12, 45), (3, 3), (12, 12, 5), dilation=(13, 6), before=(13, 6)),
    _grouped((2, 13, 16, 90), (4, 3), (7, 16, 34), (2, 1), (3, 1), 2, (5, 1)),
    # images in blocks, and a row of the kernel with which tiles of weights do not end
    _grouped((3, 12, 13, 9), (3, 3), (12, 13, 18), dilation=(2, 2), before=(2, 2)),
    _grouped((3, 13, 12, 5), (2, 5), (13, 12, 41), dilation=(1, 3), before=(1, 6)),
    # a kernel larger than the picture, and padding larger than the kernel
    _grouped((2, 3, 2, 5), (7, 5), (3, 2, 5), groups=5, before=(3, 2)),
    _grouped((1, 2, 2, 3), (2, 2), (7, 7, 4), dilation=(1, 2), before=(3, 4)),
]


def _pool(
    n: int,
    image: tuple[int, int, int],
    out: tuple[int, int],
    size: int,
    stride: int,
    top: int = 0,
    left: int = 0,
) -> Any:
    h, w, c = image
    options = {"size_y": size, "size_x": size, "stride_y": stride, "stride_x": stride}
    sizes = {"n": n, "h": h, "w": w, "c": c, "p": out[0], "q": out[1]}
    return sizes, {**options, "top": top, "left": left}


POOLS = [
    _pool(2, (6, 8, 3), (3, 4), 2, 2),
    _pool(1, (5, 5, 1), (2, 2), 2, 2),
    _pool(3, (7, 5, 17), (3, 2), 3, 2),
    _pool(2, (5, 7, 4), (3, 4), 2, 2, 0, 0),
    _pool(2, (5, 5, 2), (5, 5), 3, 1, 1, 1),
    _pool(2, (6, 7, 35), (3, 3), 2, 2),
    _pool(1, (5, 4, 16), (3, 3), 2, 2, 1, 1),
    _pool(2, (8, 5, 3), (3, 2), 2, 3),
    _pool(2, (5, 5, 17), (2, 2), 3, 3),  # the last windows have two by two pixels
    _pool(0, (4, 4, 2), (2, 2), 2, 2),
]

UPSAMPLINGS = [
    (2, 3, 4, 3, 2, 2),
    (1, 1, 1, 1, 5, 4),
    (3, 5, 2, 17, 1, 3),
    (2, 2, 6, 1, 3, 1),
    (0, 4, 4, 2, 2, 2),
]

CASES: list[Case] = []
for sizes, options in CONVOLUTIONS:
    CASES += [
        Case("conv2d", sizes, options, only=("y",)),
        Case("conv2d_weight_gradient", sizes, options, only=("dw",)),
        Case("conv2d_input_gradient", sizes, options, only=("dx",)),
    ]

for sizes, options in GROUPED:
    CASES += [
        Case("conv2d_grouped", sizes, options, only=("y",)),
        Case("conv2d_grouped_weight_gradient", sizes, options, only=("dw",)),
        Case("conv2d_grouped_input_gradient", sizes, options, only=("dx",)),
    ]

for sizes, options in POOLS:
    CASES += [
        *(Case("max_pool2d", sizes, {**options, "rectified": p}) for p in (0, 1)),
        *(Case("max_pool2d", sizes, {**options, "rectified": p}, fix=_ties) for p in (0, 1)),
        Case("max_pool2d_gradient", sizes, options, fix=_winners(options["size_y"] ** 2)),
        Case("average_pool2d", sizes, options),
        Case("average_pool2d_gradient", sizes, options),
    ]

for n, h, w, c, down, across in UPSAMPLINGS:
    sizes = {"n": n, "h": h, "w": w, "c": c, "p": h * down, "q": w * across}
    CASES += [
        Case(f"upsample2d_{how}{direction}", sizes, {"factor_y": down, "factor_x": across})
        for how in ("nearest", "bilinear")
        for direction in ("", "_gradient")
    ]

CASES += [
    Case(
        "augment_images",
        {"n": 5, "h": h, "w": w, "c": c, "f": 4},
        {"flip": flip, "shift": shift, "crop": crop, "source": 3_000_000_000, "column": 2},
        fix=numbered,
    )
    for (h, w, c), flip, shift, crop in [
        ((6, 7, 3), 0, 0, 1.0),
        ((6, 7, 3), 1, 0, 1.0),
        ((6, 7, 1), 3, 2, 1.0),
        ((1, 5, 2), 2, 9, 1.0),
        ((6, 7, 3), 0, 0, 0.4),
        ((7, 6, 1), 3, 3, 0.7),
    ]
]

CASES += [
    Case(
        "augment_masks",
        {"n": 5, "f": planes * h * w + 2},
        {
            "height": h, "width": w, "flip": flip, "shift": shift, "crop": crop,
            "source": 3_000_000_000, "column": planes * h * w,
        },
        fix=_numbered_behind,
    )
    for (h, w, planes), flip, shift, crop in [
        ((6, 7, 1), 0, 0, 1.0),
        ((6, 7, 2), 3, 2, 1.0),
        ((1, 5, 1), 2, 9, 1.0),
        ((7, 6, 1), 3, 3, 0.7),
        ((4, 4, 2), 0, 0, 0.4),
    ]
]  # fmt: skip
