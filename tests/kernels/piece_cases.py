"""Cases of convolutions by Winograd's tiles, piece by piece."""

from typing import Any

from tests.kernels.case import Case
from tuidl.core import grouped_room, winograd_room
from tuidl.core.grouped_room import Grouped
from tuidl.core.winograd_room import Large


def by_pieces(
    n: int, kernel: tuple[int, int], image: tuple[int, int, int], filters: int, block: int, **o: int
) -> Any:
    """Sizes and options of such a convolution's three kernels, with room for ``block`` examples."""
    (h, w, c), (i, j), s, d = image, kernel, o["stride"], o["dilation"]
    p = (h + 2 * o["top"] - (i - 1) * d - 1) // s + 1
    q = (w + 2 * o["left"] - (j - 1) * d - 1) // s + 1
    sizes = {"n": n, "h": h, "w": w, "c": c, "i": i, "j": j, "f": filters, "p": p, "q": q}
    large = Large((i, j, c, filters), (h, w), (p, q), s, d)
    rooms = (winograd_room.answers_room(large), winograd_room.pixels_room(large))
    fallen_back = grouped_room.weights_room(
        Grouped((h, w), (p, q), c, filters, 1, kernel, (s, s), (d, d), (o["top"], o["left"])),
        max(n, 1),
    )
    return {**sizes, "m": max(fallen_back, *(fixed + block * each for fixed, each in rooms))}, o


BY_PIECES = [  # so many terms that float32 keeps to the usual tolerance
    by_pieces(3, (5, 5), (9, 12, 16), 18, block=1, stride=1, dilation=1, top=2, left=2),
    by_pieces(3, (7, 4), (11, 10, 16), 17, block=2, stride=1, dilation=1, top=3, left=1),
    by_pieces(2, (2, 5), (9, 11, 17), 50, block=1, stride=1, dilation=1, top=1, left=3),
    by_pieces(2, (3, 4), (6, 7, 35), 33, block=2, stride=1, dilation=1, top=0, left=0),
    by_pieces(2, (3, 3), (11, 13, 16), 20, block=1, stride=1, dilation=2, top=2, left=2),
    by_pieces(2, (5, 3), (13, 9, 18), 16, block=2, stride=1, dilation=3, top=6, left=3),
    by_pieces(3, (5, 5), (12, 15, 16), 16, block=2, stride=2, dilation=1, top=2, left=2),
    by_pieces(2, (7, 5), (13, 14, 16), 17, block=1, stride=2, dilation=1, top=3, left=2),
    by_pieces(2, (4, 7), (10, 10, 16), 34, block=2, stride=2, dilation=1, top=1, left=2),
    by_pieces(2, (4, 2), (8, 9, 50), 16, block=1, stride=1, dilation=1, top=0, left=1),
    by_pieces(2, (6, 7), (13, 16, 16), 16, block=1, stride=3, dilation=1, top=2, left=3),
    # few channels and small images, for the GPU's simulator
    by_pieces(1, (2, 3), (4, 5, 3), 2, block=1, stride=1, dilation=1, top=0, left=1),
    by_pieces(2, (3, 3), (6, 5, 2), 3, block=1, stride=1, dilation=2, top=2, left=2),
    by_pieces(1, (4, 5), (7, 6, 2), 3, block=1, stride=2, dilation=1, top=1, left=2),
    by_pieces(0, (5, 5), (9, 9, 16), 16, block=1, stride=1, dilation=1, top=2, left=2),
]

CASES: list[Case] = []
for sizes, options in BY_PIECES:
    CASES += [
        Case("conv2d_winograd", sizes, options, only=("y",)),
        Case("conv2d_winograd_weight_gradient", sizes, options, only=("dw",)),
        Case("conv2d_winograd_input_gradient", sizes, options, only=("dx",)),
    ]
