"""Cases of activations, noise, penalties, embeddings and distances: one number or row at a time."""

from tests.kernels.case import Case
from tests.kernels.operands import listed_words, numbered, shares, words

ELEMENTS = [1, 7, 1003]

CASES: list[Case] = []
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
            fix=numbered,
        ),
        Case("penalty", {"e": e, "a": 1}, {"l1": 0.1, "l2": 0.3, "examples": 7}),
        Case("penalty_gradient", {"e": e}, {"l1": 0.1, "l2": 0.3, "examples": 7, "batch": 20}),
        Case("embedding", {"e": e, "k": 5, "d": 3}, fix=words),
        Case("embedding_gradient", {"e": e, "k": 5, "d": 3}, fix=words),
        *(
            Case(
                "embedding_gradient_rows",
                {"e": e, "k": 5, "d": d, "m": 2, "z": 6},
                {"part": part, "parts": 2},
                fix=listed_words,
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
        Case("embedding_average", sizes, fix=words),
        Case("embedding_average_gradient", sizes, fix=words),
        Case(
            "embedding_average_gradient_rows",
            {**sizes, "m": 2, "z": 8}, own, fix=listed_words,
        ),
    ]  # fmt: skip

for e in (1, 7, 1001):
    place = {"source": 3_000_000_000, "first": 5, "width": 7}
    CASES += [Case("noise_step", {"e": e}, {**place, "steps": steps}) for steps in (1, 50)]

for n, f in ((1, 1), (7, 2), (3, 21)):
    CASES += [
        *(Case(name, {"n": n, "f": f}, {"schedule": schedule}, shares)
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
