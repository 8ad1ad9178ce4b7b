"""Cases of convolutions that mostly meet padding, place by place."""

from typing import Any

from tests.kernels.case import Case
from tuidl.core import places_room
from tuidl.core.convolution_room import LANES, MOST_PARTS
from tuidl.core.places_room import Places


def by_places(
    image: tuple[int, int, int, int], size: tuple[int, int], out: tuple[int, int, int],
    stride: tuple[int, int] = (1, 1), dilation: tuple[int, int] = (1, 1),
    before: tuple[int, int] = (0, 0), most: int = 1,
) -> Any:  # fmt: skip
    """Sizes and options of such a convolution's three kernels; ``most``: numbers of a block, by
    which images are worked on row by row where it is 1."""
    (n, h, w, c), (i, j), (p, q, f) = image, size, out
    shape = Places((i, j, c, f), (h, w), (p, q), stride, dilation, before)
    sizes = {"n": n, "h": h, "w": w, "c": c, "i": i, "j": j, "f": f, "p": p, "q": q}
    names = ("stride_y", "stride_x", "dilation_y", "dilation_x", "top", "left")
    options = dict(zip(names, (*stride, *dilation, *before), strict=True))
    rooms = (places_room.answers_room, places_room.weights_room, places_room.pixels_room)
    return {**sizes, "m": max(room(shape, n, most) for room in rooms)}, options


def by_parts(*of: Any, **options: Any) -> Any:
    """The same where lanes share out the columns: room for each of the most parts."""
    sizes, chosen = by_places(*of, **options)
    return {**sizes, "m": MOST_PARTS * (sizes["m"] + LANES)}, chosen


BLOCK = 4096
BY_PLACES = [
    by_places((3, 6, 6, 16), (5, 5), (6, 6, 17), before=(2, 2), most=BLOCK),
    by_places((5, 6, 7, 20), (3, 3), (6, 7, 18), dilation=(4, 5), before=(4, 5), most=BLOCK),
    by_places((2, 13, 12, 17), (5, 5), (13, 12, 33), dilation=(5, 5), before=(10, 10)),
    # asymmetric: a kernel, strides, dilations and padding, of which no two are the same
    by_places((3, 9, 11, 19), (4, 3), (5, 4, 16), (2, 3), (3, 4), (5, 2), most=BLOCK),
    by_places((2, 7, 10, 16), (2, 6), (8, 4, 20), (1, 2), (6, 3), (4, 7)),
    # strides with dilations that have a common divisor; phases that nothing sees
    by_places((2, 9, 9, 16), (3, 3), (5, 5, 50), (2, 2), (4, 4), (4, 4), most=BLOCK),
    by_places((4, 8, 8, 18), (3, 3), (3, 3, 16), (3, 3), (6, 6), (6, 6)),
    # kernels larger than the images; pixels that a stride passes over
    by_places((9, 3, 3, 24), (9, 9), (1, 1, 32), (3, 3), before=(3, 3), most=BLOCK),
    by_places((11, 1, 1, 17), (9, 9), (1, 1, 19), (3, 3), before=(4, 4), most=BLOCK),
    by_places((3, 2, 3, 16), (7, 5), (2, 3, 34), before=(3, 2)),
    # valid padding with a dilation, where every place is seen by all; and none that all see by
    by_places((3, 9, 10, 16), (3, 2), (3, 5, 16), dilation=(3, 5), most=BLOCK),
    by_places((2, 3, 4, 16), (2, 2), (11, 12, 18), dilation=(2, 3), before=(5, 5)),
    # series: causal, of one step, behind each other
    by_places((4, 1, 20, 32), (1, 3), (1, 20, 48), dilation=(1, 8), before=(0, 16), most=BLOCK),
    by_places((5, 1, 7, 16), (1, 2), (1, 7, 21), dilation=(1, 16), before=(0, 16), most=BLOCK),
    by_places((3, 1, 6, 25), (1, 11), (1, 6, 16), before=(0, 5)),
    by_places((2, 7, 1, 16), (9, 1), (7, 1, 16), before=(4, 0), most=BLOCK),
    # nothing sees anything; no examples; padding that takes pixels away
    by_places((2, 3, 3, 16), (1, 1), (2, 2, 16), before=(-3, 5)),
    by_places((0, 8, 8, 16), (7, 7), (8, 8, 16), before=(3, 3), most=BLOCK),
    by_places((2, 9, 8, 16), (3, 3), (6, 7, 20), dilation=(3, 2), before=(-1, 2)),
    # few channels, which the layer does not choose: dots, and slivers of one vector
    by_places((2, 5, 6, 3), (3, 3), (5, 6, 2), dilation=(3, 3), before=(3, 3), most=BLOCK),
    by_places((3, 7, 7, 2), (5, 5), (7, 7, 5), before=(2, 2), most=BLOCK),
]

CASES: list[Case] = []
for sizes, options in BY_PLACES:
    CASES += [
        Case("conv2d_places", sizes, options, only=("y",)),
        Case("conv2d_places_weight_gradient", sizes, options, only=("dw",)),
        Case("conv2d_places_input_gradient", sizes, options, only=("dx",)),
    ]

PARTED = [
    by_parts((5, 4, 3, 20), (3, 3), (4, 3, 97), before=(1, 1), most=BLOCK),
    by_parts((3, 5, 5, 130), (1, 2), (5, 5, 18), before=(0, 1), most=BLOCK),
    by_parts((2, 13, 12, 33), (3, 3), (13, 12, 64), dilation=(5, 5), before=(5, 5)),
    by_parts((9, 3, 3, 40), (9, 9), (1, 1, 35), (3, 3), before=(3, 3), most=BLOCK),
    by_parts((0, 5, 5, 32), (7, 7), (5, 5, 64), before=(3, 3)),
    # no place that all see by, and bands; fewer columns than a part has
    by_parts((2, 3, 4, 66), (2, 2), (11, 12, 128), dilation=(2, 3), before=(5, 5)),
    by_parts((3, 5, 5, 7), (5, 5), (5, 5, 9), before=(2, 2)),
]
for sizes, options in PARTED:
    for part, parts in [(0, 1), (1, 2), (2, 3), (7, 16), (3, 2)]:
        own = {**options, "part": part, "parts": parts}
        CASES += [
            Case("conv2d_places_tile", sizes, own, only=("y",)),
            Case("conv2d_places_weight_gradient_tile", sizes, own, only=("dw",)),
            Case("conv2d_places_input_gradient_tile", sizes, own, only=("dx",)),
        ]
