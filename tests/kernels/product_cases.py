"""Cases of dense layers: whole products and tiles of them."""

from tests.kernels.case import Case

PRODUCTS = [(1, 1, 1), (5, 3, 7), (32, 64, 10), (17, 129, 33), (0, 4, 3), (40, 1, 96), (3, 300, 2)]

PRODUCTS += [(16, 96, 40), (8, 64, 64)]  # few rows by a matrix turned round
PRODUCTS += [(33, 7, 1), (9, 40, 1), (64, 2, 1), (0, 5, 1), (6, 0, 1), (1, 16, 1)]  # one unit
PRODUCTS += [(50, 7, n) for n in (2, 8, 12, 20)]  # rests of vectors, copied for many rows

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
