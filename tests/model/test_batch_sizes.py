"""An example's answer beside more and fewer other examples: docs/accuracy.md says what differs."""

from typing import Any

import numpy as np
import pytest

from tests.judges.networks import Stated, preset, shape_after
from tuidl.model.model import Model

EXAMPLES = 70
BATCHES = (1, 2, 3, 5, 16, 33, 64)
NEAR = 2e-6
"""Of the largest answer."""
Layer = dict[str, Any]


def of(kind: str, **options: Any) -> Layer:
    return {"type": kind, **options}


def answers(layers: list[Layer], shape: tuple[int, ...]) -> tuple[np.ndarray, list[np.ndarray]]:
    """To all examples in one call, and in calls of so many."""
    layers = [*layers, of("flatten")]
    (outputs,) = shape_after(layers, shape)
    model = Model(preset(layers, Stated(shape=shape, outputs=outputs)), batch=EXAMPLES)
    x = np.random.default_rng(3).standard_normal((EXAMPLES, *shape)).astype(np.float32)
    parts = [range(0, EXAMPLES, batch) for batch in BATCHES]
    return model.predict(x), [
        np.concatenate([model.predict(x[start : start + batch]) for start in part])
        for part, batch in zip(parts, BATCHES, strict=True)
    ]


@pytest.mark.parametrize(
    ("layers", "shape"),
    [
        ([of("dense", units=33, activation="gelu"), of("dense", units=10)], (64,)),
        ([of("dense", units=8, activation="tanh"), of("dense", units=5)], (3,)),
        ([of("conv2d", filters=8), of("max_pool2d"), of("conv2d", filters=16)], (9, 8, 3)),
        ([of("conv2d", filters=16, padding="same"), of("conv2d", filters=16)], (12, 12, 16)),
        ([of("lstm", units=12, return_sequences=True), of("dense", units=6)], (5, 3)),
        ([of("gru", units=7), of("dense", units=6)], (5, 3)),
        ([of("multi_head_attention", num_heads=2), of("layer_normalization")], (6, 8)),
        ([of("conv1d", filters=8), of("rms_normalization"), of("softmax")], (9, 4)),
    ],
    ids=lambda value: " ".join(layer["type"] for layer in value if isinstance(layer, dict)),
)
def test_layers_of_many_units_answer_with_the_same_bits(
    layers: list[Layer], shape: tuple[int, ...]
) -> None:
    whole, parts = answers(layers, shape)
    for part in parts:
        np.testing.assert_array_equal(part, whole)


@pytest.mark.parametrize(
    ("layers", "shape"),
    [
        ([of("conv2d", filters=1)], (6, 7, 8)),
        ([of("conv2d", filters=3, kernel_size=5, padding="same")], (3, 3, 4)),
        ([of("dense", units=1)], (1344,)),
        ([of("dense", units=257)], (128,)),
    ],
)
def test_others_answer_so_but_for_rounding(layers: list[Layer], shape: tuple[int, ...]) -> None:
    whole, parts = answers(layers, shape)
    for part in parts:
        np.testing.assert_allclose(part, whole, rtol=0, atol=NEAR * np.abs(whole).max())
