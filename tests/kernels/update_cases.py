"""Cases of optimizers, by all numbers and by rows, and of normalizations, which keep averages."""

import numpy as np

from tests.kernels.case import Arrays, Case
from tests.kernels.operands import behind, listed_words, positive


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


def _full(arrays: Arrays) -> None:
    """One more step, and all that can be noted is."""
    listed_words(arrays)
    arrays["diary"][:, 0] = 63
    arrays["seen"][:] = 60
    arrays["seen"][[4, 0, 1]] = 63


SLICES = [(1, 5, 0, 5), (3, 40, 16, 37), (4, 1003, 0, 1003)]

UPDATES = {"beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-8, "weight_decay": 0.0}

DECAYING = {**UPDATES, "weight_decay": 0.1}

RMS = {"rho": 0.9, "epsilon": 1e-7}

ADAM = {"beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-8}

CASES: list[Case] = []
for part, d in [(0, 3), (0, 33), (1, 33)]:
    sizes = {"k": 5, "d": d, "m": 2}
    own, diary = {"part": part, "parts": 2}, {"a": 208}
    listed = {**sizes, "z": 6}
    CASES += [
        Case("sgd_rows", listed, own, fix=listed_words),
        Case("adagrad_rows", listed, {**own, "epsilon": 1e-7}, fix=listed_words),
        Case("adam_settle", {**sizes, **diary}, {**own, **ADAM}, fix=behind),
        *(
            Case("adam_refresh", {**sizes, **diary, "e": e}, {**own, **ADAM}, fix=behind)
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
            for fix, decay in [(listed_words, 0.0), (listed_words, 0.1), (_full, 0.1)]
        ),
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
            Case("adam", sizes, {**part, **constants}, positive("second"), (step, 0.01),
                 ("parameters", "first", "second"))
            for step in (1.0, 1000.0) for constants in (UPDATES, DECAYING)
        ),
        *(
            Case("rmsprop", sizes, {**part, **RMS, "momentum": momentum, "centered": centered},
                 _wide_spread, only=("parameters", "mean_square", "mean", "velocity"))
            for momentum in (0.0, 0.9) for centered in (0, 1)
        ),
        Case("adagrad", sizes, {**part, "epsilon": 1e-7}, positive("accumulator"),
             only=("parameters", "accumulator")),
        *(
            Case("sum_shards", {**sizes, "a": s}, {**part, "lane": s - 1, "limit": limit},
                 _few_lengths, only=("lengths",))
            for limit in (0.0, 0.5)
        ),
        *(
            Case("clip_norm", {**sizes, "a": s}, {**part, "lanes": s, "limit": limit},
                 positive("lengths"))
            for limit in (0.1, 1e6)
        ),
    ]  # fmt: skip

for n, f in [(1, 1), (5, 10), (33, 3), (0, 4), (7, 40), (130, 17)]:
    sizes, scale = {"n": n, "f": f, "s": 3}, {"epsilon": 1e-3}
    CASES += [
        Case("batch_moments", sizes, {"lane": 1}),
        *(
            case for rectified in ({"rectified": 0}, {"rectified": 1}) for case in (
                Case("batch_normalization", sizes, {**scale, **rectified}, _moments),
                Case("batch_normalization_sums", sizes, {"lane": 2, **rectified}),
                Case("batch_normalization_input_gradient", sizes, rectified, _moments),
            )
        ),
        *(
            Case("move_averages", sizes, {"momentum": 0.9, "lane": lane}, _moments,
                 only=("moving_mean", "moving_variance"))
            for lane in (0, 1)
        ),
        Case("normalize", sizes, scale, positive("variance")),
        Case("layer_normalization", sizes, scale),
        Case("layer_normalization_gradient", sizes),
        Case("rms_normalization", sizes, scale),
        Case("rms_normalization_gradient", sizes),
    ]  # fmt: skip
