"""One row or more for every kernel: sizes of its letters, options, and what is special in it."""

from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np

from tests.kernels import attention_cases, distinct_cases, masked_pooling_cases
from tests.kernels.case import Arrays, Case
from tuidl.core import grouped_room
from tuidl.core.convolution_room import (
    BLOCK,
    Convolution,
    answers_room,
    pixels_room,
    weights_room,
)
from tuidl.core.grouped_room import Grouped
from tuidl.kernels import KERNELS
from tuidl.kernels.simd.packed_gemm import packed_size
from tuidl.kernels.simd.recurrent import PACK, START


def _labels(arrays: Arrays) -> None:
    classes = next(a.shape[1] for a in arrays.values() if a.ndim == 2)
    label = arrays["label"]
    label[:] = np.arange(len(label)) % classes


def _equal_scores(arrays: Arrays) -> None:
    """Of equal scores the first class is taken for the higher one."""
    _labels(arrays)
    arrays["scores"][:] = 1.0


def _masked_labels(arrays: Arrays) -> None:
    """Some answers do not count."""
    _labels(arrays)
    arrays["label"][::3] = -1


def _mask(arrays: Arrays) -> None:
    """Weights of which some are 0, and their sums by shards."""
    arrays["weights"][:] = np.arange(len(arrays["weights"])) % 3
    if "sums" in arrays:
        arrays["sums"][:] = [arrays["weights"].sum(), 0, 4]


def _all_masked(arrays: Arrays) -> None:
    arrays["weights"][:] = 0
    arrays["sums"][:] = 0


def _far_apart(arrays: Arrays) -> None:
    """Boxes that do not touch, one without an area, one exactly right."""
    arrays["prediction"][:, :2] += 10
    arrays["prediction"][1:2, 2] = 0
    arrays["prediction"][2:3] = arrays["target"][2:3]


def _positive(name: str) -> Callable[[Arrays], None]:
    def fix(arrays: Arrays) -> None:
        arrays[name][:] = np.abs(arrays[name])

    return fix


def _wide_spread(arrays: Arrays) -> None:
    """Mean squares that are greater than the squared means."""
    arrays["mean_square"][:] = arrays["mean"] ** 2 + np.abs(arrays["mean_square"]) + 0.1


def _few_lengths(arrays: Arrays) -> None:
    """What no lane has written yet stays as it is."""
    arrays["lengths"][:] = 0


def _moments(arrays: Arrays) -> None:
    """What shards say of their rows; one of them has none."""
    if "distances" in arrays:
        arrays["distances"][:] = np.abs(arrays["distances"])
        arrays["distances"][1] = 0
    arrays["counts"][:] = [5, 0, 2]


def _shares(arrays: Arrays) -> None:
    """Steps from before the first to behind the last, both ends among them."""
    arrays["step"][:] = np.linspace(-0.25, 1.25, len(arrays["step"]))


def _words(arrays: Arrays) -> None:
    """Numbers of rows, one used twice, and one that is no row's."""
    x, table = arrays["x"].reshape(-1), arrays.get("table", arrays.get("d_table"))
    x[:] = np.arange(len(x)) % len(table)
    if len(x) > 3:
        x[-2:] = [x[0], len(table)]


def _weighed_answers(arrays: Arrays) -> None:
    """Every third answer does not count, and has targets that are none."""
    weights, target = arrays["weights"], arrays["target"]
    weights[:] = np.abs(weights)
    weights[::3] = 0
    target[::3] = np.nan


def _numbered(arrays: Arrays) -> None:
    """Examples with numbers of their own, in two parts, behind two targets."""
    targets = arrays["targets"]
    targets[:, 2], targets[:, 3] = 65535 - np.arange(len(targets)), np.arange(len(targets)) * 7


def _numbered_behind(arrays: Arrays) -> None:
    """The same in the last two columns."""
    targets = arrays["targets"]
    targets[:, -2], targets[:, -1] = 65535 - np.arange(len(targets)), np.arange(len(targets)) * 7


def _tame(arrays: Arrays) -> None:
    """Recurrent weights under which errors do not grow from step to step."""
    for name in ("recurrent", "gate_weights", "weights"):
        if name in arrays:
            arrays[name] /= 2 * np.sqrt(len(arrays[name]))


def _gates(arrays: Arrays) -> None:
    """Gates z and r in (0, 1), candidates in (-1, 1), as the forward kernel leaves them."""
    _tame(arrays)
    gates = arrays["gates"]
    units = gates.shape[-1] // 3
    gates[..., : 2 * units] = 1 / (1 + np.exp(-gates[..., : 2 * units]))
    gates[..., 2 * units :] = np.tanh(gates[..., 2 * units :])


def _lstm_gates(arrays: Arrays) -> None:
    """Gates i, f and o in (0, 1), candidates in (-1, 1), as the forward kernel leaves them."""
    _tame(arrays)
    gates = arrays["gates"]
    units = gates.shape[-1] // 4
    candidates = np.tanh(gates[..., 2 * units : 3 * units])
    gates[:] = 1 / (1 + np.exp(-gates))
    gates[..., 2 * units : 3 * units] = candidates


def _rnn_states(arrays: Arrays) -> None:
    _tame(arrays)
    for name in ("states", "state"):
        if name in arrays:
            arrays[name][:] = np.tanh(arrays[name])


def _winners(size: int) -> Callable[[Arrays], None]:
    def fix(arrays: Arrays) -> None:
        winner = arrays["winner"]
        winner[:] = np.arange(winner.size).reshape(winner.shape) % (size + 1) - 1

    return fix


def _ties(arrays: Arrays) -> None:
    """Equal values in a window: the first wins, in every backend."""
    arrays["x"][:] = np.round(arrays["x"])


def _probabilities(arrays: Arrays) -> None:
    e = np.exp(arrays["y"])
    arrays["y"][:] = e / e.sum(axis=1, keepdims=True)


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
    # on images so large that the weights' gradient goes this way, too
    convolution(2, 3, (12, 10, 24), 23, block=4, stride=1, top=1, left=1),
    convolution(2, 3, (12, 11, 32), 33, block=2, stride=1, top=1, left=1),
    convolution(2, 3, (12, 13, 35), 34, block=2, stride=1, top=0, left=0),
    convolution(0, 3, (12, 12, 32), 32, block=2, stride=1, top=0, left=0),
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

PRODUCTS = [(1, 1, 1), (5, 3, 7), (32, 64, 10), (17, 129, 33), (0, 4, 3), (40, 1, 96), (3, 300, 2)]
PRODUCTS += [(16, 96, 40), (8, 64, 64)]  # few rows by a matrix turned round
ELEMENTS = [1, 7, 1003]
ROWS = [(1, 1), (5, 10), (33, 3), (0, 4)]
SEQUENCES = [(1, 1, 1), (3, 5, 4), (8, 32, 33), (0, 3, 2)]


def _listed_words(arrays: Arrays) -> None:
    """Two lanes' lists of rows; the place of a row in a list may be another one's."""
    arrays["lists"][:] = 0
    arrays["lists"][0, :3] = 2, 4, 0
    arrays["lists"][1, :2] = 1, 1
    if "places" in arrays:
        _words(arrays)
        arrays["d_table"][1:4] = 0
        arrays["places"][:] = np.arange(len(arrays["places"])) % 3
    if "accumulator" in arrays:
        np.abs(arrays["accumulator"], out=arrays["accumulator"])
    if "diary" in arrays:
        _behind(arrays)
        arrays["seen"][[4, 0, 1]] = 5


def _behind(arrays: Arrays) -> None:
    """Rows that have done some of five noted steps; some have nothing left to do in them."""
    arrays["diary"][:] = np.abs(arrays["diary"]) / 10
    arrays["diary"][:, 0] = 5
    arrays["seen"][:] = np.arange(len(arrays["seen"])) % 6
    np.abs(arrays["second"], out=arrays["second"])
    arrays["first"][2] = arrays["second"][1] = arrays["first"][1] = 0
    if "x" in arrays:
        _words(arrays)


def _full(arrays: Arrays) -> None:
    """One more step, and all that can be noted is."""
    _listed_words(arrays)
    arrays["diary"][:, 0] = 63
    arrays["seen"][:] = 60
    arrays["seen"][[4, 0, 1]] = 63


SLICES = [(1, 5, 0, 5), (3, 40, 16, 37), (4, 1003, 0, 1003)]
UPDATES = {"beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-8, "weight_decay": 0.0}
DECAYING = {**UPDATES, "weight_decay": 0.1}
RMS = {"rho": 0.9, "epsilon": 1e-7}

ADAM = {"beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-8}

TILED_PRODUCTS = ("", "weight_gradient_", "input_gradient_")
CASES: list[Case] = []
for n, k, f in PRODUCTS:
    sizes = {"n": n, "k": k, "f": f}
    CASES += [Case(name, sizes) for name in ("dense", "dense_weight_gradient")]
    CASES += [Case("dense_input_gradient", sizes), Case("bias_gradient", {"n": n, "f": f})]
    CASES += [Case("add_bias", {"n": n, "f": f})]
for n, k, f in [(1, 1, 1), (5, 3, 70), (40, 33, 130), (3, 200, 9), (0, 40, 40)]:
    sizes = {"n": n, "k": k, "f": f}
    for part, parts in [(0, 1), (1, 2), (7, 16)]:
        own = {"part": part, "parts": parts}
        CASES += [
            *(Case(f"dense_{name}tile", sizes, own) for name in TILED_PRODUCTS),
            Case("bias_gradient_tile", {"n": n, "f": f}, own),
            Case("penalty_gradient_tile", {"e": n * f}, {**own, "l1": 0.1, "l2": 0.3}),
            Case("add_copies", {"s": 3, "v": k + f, "e": f}, {**own, "first": k}),
        ]
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
for n, d in [(1, 1), (3, 40), (17, 70), (0, 33)]:
    for (part, parts), moment in product([(0, 1), (1, 2), (7, 16)], (START, PACK)):
        own = {"part": part, "parts": parts, "moment": moment}
        rnn, gru, lstm = (
            {"n": n, "d": d, "g": k * d, "m": packed_size(k * d, d)} for k in (1, 3, 4)
        )
        CASES += [
            Case("lstm_step", lstm, own, _tame, only=("before", "old", "gates", "state", "cell")),
            Case("lstm_step_gradient", lstm, own, _lstm_gates,
                 only=("gates", "carry", "cell_carry")),
            Case("gru_step", gru, own, _tame, only=("before", "gates", "state", "candidates")),
            Case("gru_step_gradient", gru, own, _gates, only=("gates", "d_recurrent", "carry")),
            Case("simple_rnn_step", rnn, own, _tame, only=("before", "state")),
            Case("simple_rnn_step_gradient", rnn, own, _rnn_states, only=("d_inputs", "carry")),
        ]  # fmt: skip
for n, t, d in SEQUENCES:
    for part, parts in [(0, 1), (1, 2), (7, 16)]:
        own = {"part": part, "parts": parts}
        CASES += [
            Case("swap_time_tile", {"n": n, "t": t, "k": d}, own),
            Case("last_step_gradient_tile", {"n": n, "t": t, "d": d}, own),
            Case("copy_tile", {"e": n * t * d}, own),
        ]
    sizes = {"n": n, "t": t, "u": t + 1, "d": d}
    rnn, gru, lstm = ({**sizes, "g": k * d, "m": packed_size(k * d, d)} for k in (1, 3, 4))
    before = {**gru, "b": 2 * d, "m": packed_size(2 * d, d), "z": packed_size(d, d)}
    CASES += [
        Case("gru_gradient", gru, fix=_gates, only=("gates", "d_recurrent", "carry")),
        Case("lstm_gradient", lstm, fix=_lstm_gates, only=("gates", "carry", "cell_carry")),
        Case("simple_rnn_gradient", rnn, fix=_rnn_states, only=("d_inputs", "carry")),
        Case("gru_reset_before_gradient", before, fix=_gates,
             only=("gates", "d_gates", "d_candidates", "carry", "d_reset")),
        Case("reverse_time", {"n": n, "t": t, "k": d}),
        Case("insert_columns", {"n": n, "k": d, "f": 2 * d + t}, {"start": t}),
        Case("extract_columns", {"n": n, "k": d, "f": 2 * d + t}, {"start": t}),
        Case("swap_time", {"n": n, "t": t, "k": d}),
        Case("last_step_gradient", {"n": n, "t": t, "d": d}),
    ]  # fmt: skip
    for is_packed in (False, True):
        rnn, gru, lstm = (
            {**sizes, "g": k * d, "m": packed_size(d, k * d) if is_packed else 1} for k in (1, 3, 4)
        )
        before = {**gru, "b": 2 * d, "z": packed_size(d, d) if is_packed else 1}
        CASES += [
            Case("gru", gru, fix=_tame, only=("gates", "states", "candidates")),
            Case("lstm", lstm, fix=_tame, only=("gates", "states", "cells")),
            Case("simple_rnn", rnn, fix=_tame, only=("states",)),
            Case("gru_reset_before", before, fix=_tame, only=("gates", "states", "resets")),
        ]
for part, d in [(0, 3), (0, 33), (1, 33)]:
    sizes = {"k": 5, "d": d, "m": 2}
    own, diary = {"part": part, "parts": 2}, {"a": 208}
    listed = {**sizes, "z": 6}
    CASES += [
        Case("sgd_rows", listed, own, fix=_listed_words),
        Case("adagrad_rows", listed, {**own, "epsilon": 1e-7}, fix=_listed_words),
        Case("adam_settle", {**sizes, **diary}, {**own, **ADAM}, fix=_behind),
        *(
            Case("adam_refresh", {**sizes, **diary, "e": e}, {**own, **ADAM}, fix=_behind)
            for e in (1, 7)
        ),
        *(
            Case(
                "adam_rows",
                {**listed, **diary},
                {**own, **ADAM, "weight_decay": decay},
                fix,
                step_state=(5.0, 0.01),
            )
            for fix, decay in [(_listed_words, 0.0), (_listed_words, 0.1), (_full, 0.1)]
        ),
    ]
CASES += [
    Case(
        "augment_images",
        {"n": 5, "h": h, "w": w, "c": c, "f": 4},
        {"flip": flip, "shift": shift, "crop": crop, "source": 3_000_000_000, "column": 2},
        fix=_numbered,
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
for e in ELEMENTS:
    for name in ("relu", "gelu", "gelu_tanh", "swish", "activate_sigmoid", "activate_tanh"):
        CASES.append(Case(name, {"e": e}))
    for name in ("copy", "accumulate"):
        CASES.append(Case(name, {"e": e}))
    for name in (
        "relu_gradient",
        "gelu_with_slope",
        "gelu_tanh_with_slope",
        "swish_with_slope",
        "times_slope",
        "activate_sigmoid_gradient",
        "activate_tanh_gradient",
    ):
        CASES.append(Case(name, {"e": e}))
    CASES += [
        Case("clear", {"e": e}),
        Case("fill", {"e": e}, {"value": 0.3}),
        Case("scale", {"e": e}, {"factor": 0.3}),
        Case("add_weighted", {"a": e}, {"factor": 0.3}),
        Case("noise_uniform", {"e": e}, {"source": 3_000_000_000, "first": 5, "width": 7}),
        Case("noise_normal", {"e": e}, {"source": 3_000_000_000, "first": 5, "width": 7}),
        Case(
            "add_noise",
            {"n": 3, "k": e, "f": 4},
            {"deviation": 0.3, "source": 3_000_000_000, "column": 2},
            fix=_numbered,
        ),
        Case("penalty", {"e": e, "a": 1}, {"l1": 0.1, "l2": 0.3, "examples": 7}),
        Case("penalty_gradient", {"e": e}, {"l1": 0.1, "l2": 0.3, "examples": 7, "batch": 20}),
        Case("embedding", {"e": e, "k": 5, "d": 3}, fix=_words),
        Case("embedding_gradient", {"e": e, "k": 5, "d": 3}, fix=_words),
        *(
            Case(
                "embedding_gradient_rows",
                {"e": e, "k": 5, "d": d, "m": 2, "z": 6},
                {"part": part, "parts": 2},
                fix=_listed_words,
            )
            for part, d in [(0, 3), (0, 33), (1, 33)]
        ),
    ]
    for name in ("leaky_relu", "leaky_relu_gradient"):
        CASES.append(Case(name, {"e": e}, {"negative_slope": 0.3}))
    for name in ("elu", "elu_gradient"):
        CASES.append(Case(name, {"e": e}, {"alpha": 1.7}))
    for rate in (0.0, 0.2, 0.75):
        place = {"layer": 3_000_000_000, "first": 5, "width": 7}
        CASES.append(Case("dropout", {"e": e}, {"rate": rate, **place}))
for n, t, d in ((1, 1, 1), (3, 5, 20), (2, 64, 33), (3, 70, 8), (2, 65, 300)):
    sizes, own = {"n": n, "t": t, "k": 7, "d": d}, {"part": 1, "parts": 2}
    CASES += [
        Case("embedding_average", sizes, fix=_words),
        Case("embedding_average_gradient", sizes, fix=_words),
        Case(
            "embedding_average_gradient_rows",
            {**sizes, "m": 2, "z": 8}, own, fix=_listed_words,
        ),
    ]  # fmt: skip
for e in (1, 7, 1001):
    place = {"source": 3_000_000_000, "first": 5, "width": 7}
    CASES += [Case("noise_step", {"e": e}, {**place, "steps": steps}) for steps in (1, 50)]
for n, f in ((1, 1), (7, 2), (3, 21)):
    CASES += [
        *(Case(name, {"n": n, "f": f}, {"schedule": schedule}, _shares)
          for name in ("diffuse", "diffuse_gradient") for schedule in (0, 1)),
        *(Case(name, {"n": n, "f": f}, {"scale": 7.5})
          for name in ("sine_encoding", "sine_encoding_gradient")),
    ]  # fmt: skip
for n, k, f in ((1, 1, 1), (7, 2, 3), (20, 10, 33)):
    around = {"n": n, "k": k, "f": f}
    CASES += [
        *(Case(name, around) for name in (
            "squared_distances", "squared_distances_gradient", "centers_gradient"
        )),
        Case("nearest_center", {"n": n, "f": f, "a": 1}, {"batch": 2 * n}),
    ]  # fmt: skip
for n, d in ((1, 1), (3, 2), (7, 20)):
    code, place = {"n": n, "d": d, "b": 2 * d}, {"source": 3_000_000_000, "first": 5}
    CASES += [
        Case("sample_normal", code, place),
        Case("sample_normal_gradient", code, place),
        Case("normal_kl_divergence", {"n": n, "b": 2 * d, "a": 1}, {"batch": 2 * n}),
    ]
for n, f in ((700, 3), (2, 1500), (40, 65)):  # more than are added up at once, or too wide
    sizes, batch = {"n": n, "f": f, "a": 1}, {"batch": 2 * n}
    CASES += [
        Case("softmax_cross_entropy", sizes, batch, fix=_labels),
        Case("binary_cross_entropy", sizes, {**batch, "smoothing": 0.2}),
    ]
for n, f in ROWS:
    sizes = {"n": n, "f": f}
    CASES += [
        Case("softmax", sizes),
        Case("softmax_gradient", sizes, fix=_probabilities),
        Case("mean_squared_error", {**sizes, "a": 1}, {"batch": 2 * n}),
        Case("softmax_cross_entropy", {**sizes, "a": 1}, {"batch": 2 * n}, fix=_labels),
        Case("mean_absolute_error", {**sizes, "a": 1}, {"batch": 2 * n}),
        Case("huber", {**sizes, "a": 1}, {"batch": 2 * n, "delta": 0.7}),
        *(
            Case("binary_cross_entropy", {**sizes, "a": 1}, {"batch": 2 * n, "smoothing": share})
            for share in (0.0, 0.2)
        ),
        Case("one_hot", sizes, {"smoothing": 0.1}, fix=_labels),
        Case("smooth_targets", sizes, {"smoothing": 0.1}),
        Case("categorical_cross_entropy", {**sizes, "a": 1}, {"batch": 2 * n}),
        Case("mean_squared_error_rows", sizes),
        Case("mean_absolute_error_rows", sizes),
        Case("huber_rows", sizes, {"delta": 0.7}),
        Case("binary_cross_entropy_rows", sizes, {"smoothing": 0.2}),
        Case("categorical_cross_entropy_rows", sizes),
        Case("weigh_rows", {**sizes, "s": 3, "a": 1, "e": 2}, {"batch": 2 * n}, fix=_mask),
        Case("weigh_rows", {**sizes, "s": 3, "a": 1, "e": 2}, {"batch": 2 * n}, fix=_all_masked),
        Case("sum_weights", {"n": n, "s": 3}, {"lane": 1}),
        Case("mask_labels", {"n": n}, fix=_mask),
        Case("count_in_top", {**sizes, "a": 1}, {"k": 2}, fix=_masked_labels),
        Case("count_correct", {**sizes, "a": 1}, {"threshold": 0.0}, fix=_masked_labels),
        Case(
            "count_confusions",
            {**sizes, "a": max(f, 2) ** 2},
            {"threshold": 0.5},
            fix=_masked_labels,
        ),
        Case("largest", sizes),
        *(Case(name, sizes) for name in ("prelu", "prelu_gradient", "prelu_shares")),
        *(Case(name, {"n": n, "k": f}) for name in ("dot", "dot_gradient")),
        *(
            Case("count_correct", {**sizes, "a": 1}, {"threshold": t}, fix=_labels)
            for t in (0.0, 0.5)
        ),
        *(Case("count_in_top", {**sizes, "a": 1}, {"k": k}, fix=_labels) for k in (1, 2)),
        Case("count_in_top", {**sizes, "a": 1}, {"k": 2}, fix=_equal_scores),
        Case("count_confusions", {**sizes, "a": max(f, 2) ** 2}, {"threshold": 0.5}, fix=_labels),
        Case("sum_absolute_error", sizes),
        Case("sum_squared_error", sizes),
        Case("sum_weighted_absolute_error", {**sizes, "k": 1}, fix=_weighed_answers),
        Case("sum_weighted_squared_error", {**sizes, "k": sizes["f"]}, fix=_weighed_answers),
    ]
for n, f in ((1, 4), (3, 4), (70, 4), (5, 12)):
    sizes = {"n": n, "f": f}
    CASES += [
        Case("generalized_iou", {**sizes, "a": 1}, {"batch": 2 * n}),
        Case("generalized_iou", {**sizes, "a": 1}, {"batch": 2 * n}, fix=_far_apart),
        Case("generalized_iou_rows", sizes),
        Case("sum_box_iou", {**sizes, "a": 1}),
        Case("sum_weighted_box_iou", {**sizes, "k": f // 4, "a": 1}, fix=_weighed_answers),
    ]
for s, v, start, stop in SLICES:
    sizes, part = {"s": s, "v": v}, {"start": start, "stop": stop}
    CASES += [
        Case("sgd", sizes, part, only=("parameters",)),
        *(
            Case("sgd_momentum", sizes, {**part, "momentum": 0.9, "nesterov": look},
                 only=("parameters", "velocity"))
            for look in (0, 1)
        ),
        *(
            Case("adam", sizes, {**part, **constants}, _positive("second"), (step, 0.01),
                 ("parameters", "first", "second"))
            for step in (1.0, 1000.0) for constants in (UPDATES, DECAYING)
        ),
        *(
            Case("rmsprop", sizes, {**part, **RMS, "momentum": momentum, "centered": centered},
                 _wide_spread, only=("parameters", "mean_square", "mean", "velocity"))
            for momentum in (0.0, 0.9) for centered in (0, 1)
        ),
        Case("adagrad", sizes, {**part, "epsilon": 1e-7}, _positive("accumulator"),
             only=("parameters", "accumulator")),
        *(
            Case("sum_shards", {**sizes, "a": s}, {**part, "lane": s - 1, "limit": limit},
                 _few_lengths, only=("lengths",))
            for limit in (0.0, 0.5)
        ),
        *(
            Case("clip_norm", {**sizes, "a": s}, {**part, "lanes": s, "limit": limit},
                 _positive("lengths"))
            for limit in (0.1, 1e6)
        ),
    ]  # fmt: skip
for n, f in [(1, 1), (5, 10), (33, 3), (0, 4), (7, 40)]:
    sizes, scale = {"n": n, "f": f, "s": 3}, {"epsilon": 1e-3}
    CASES += [
        Case("batch_moments", sizes, {"lane": 1}),
        Case("batch_normalization", sizes, scale, _moments),
        Case("batch_normalization_sums", sizes, {"lane": 2}),
        Case("batch_normalization_input_gradient", sizes, fix=_moments),
        *(
            Case("move_averages", sizes, {"momentum": 0.9, "lane": lane}, _moments,
                 only=("moving_mean", "moving_variance"))
            for lane in (0, 1)
        ),
        Case("normalize", sizes, scale, _positive("variance")),
        Case("layer_normalization", sizes, scale),
        Case("layer_normalization_gradient", sizes),
        Case("rms_normalization", sizes, scale),
        Case("rms_normalization_gradient", sizes),
    ]  # fmt: skip


CASES += attention_cases.CASES
CASES += masked_pooling_cases.CASES
CASES += distinct_cases.CASES


def of_layers(wanted: set[str]) -> list[Case]:
    """A case for each instruction of the ``wanted`` kernels in the networks of the layers' cases:
    a kernel that stands in no row above has those of its layer."""
    from tests.nn.layer_cases import CASES as LAYER_CASES
    from tuidl.compiler.graph import Graph
    from tuidl.compiler.program import compile_program
    from tuidl.kernels import NAMES
    from tuidl.preset.schema import Preset

    found: dict[str, Case] = {}
    if not wanted:
        return []
    for layer_case in LAYER_CASES:
        if any(f'"{source}"' in layer_case.data for source in ("pairs", "shares", "words")):
            continue  # sources of tests alone
        program = compile_program(Graph.build(Preset.parse(layer_case.toml)), batch=5)
        for row in [row for r in program.routines for row in r.rows_for(3).rows[:, 0]]:
            name = NAMES[row[0]]
            if name in wanted:
                case = _of_row(name, row.tolist())
                found[str(case)] = case
    return list(found.values())


def _of_row(name: str, row: list[int]) -> Case:
    signature = KERNELS[name].signature
    operands, values = signature.decode(row)
    sizes = signature.bind([shape for _, shape in operands])
    options = {o.name: value for o, value in zip(signature.options, values, strict=True)}
    return Case(name, sizes, options)


CASES += of_layers(set(KERNELS) - {case.kernel for case in CASES})
