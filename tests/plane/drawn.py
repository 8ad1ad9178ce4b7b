"""States of the playground drawn from a seed."""

import random
from typing import Any

from tuidl.data.plane import FEATURES, SHAPES
from tuidl.data.plane_points import placed, put_text
from tuidl.plane.state import ACTIVATIONS, OPTIMIZERS, PENALTIES, PlaneState


def drawn_state(seed: int) -> PlaneState:
    """Any state that can be trained; the same for the same ``seed``."""
    draw = random.Random(seed)
    count = draw.choice([0, 0, 1, 5])
    shape = draw.choice(SHAPES)
    count = max(count, 4) if shape == "own" else count
    values: dict[str, Any] = {
        "shape": shape,
        "points": draw.choice([10, 37, 200, 300]),
        "noise": round(draw.uniform(0, 1), 2),
        "validation": round(draw.uniform(0, 0.8), 2),
        "draw": draw.randrange(1000),
        "put": put_text(tuple(_point(draw) for _ in range(count))),
        "features": tuple(sorted(draw.sample(FEATURES, draw.randint(1, 7)), key=FEATURES.index)),
        "hidden": tuple(draw.randint(1, 8) for _ in range(draw.randint(0, 4))),
        "activation": draw.choice(ACTIVATIONS),
        "optimizer": draw.choice(OPTIMIZERS),
        "rate": draw.choice([0.001, 0.01, 0.03]),
        "penalty": draw.choice(PENALTIES),
        "strength": draw.choice([0.0001, 0.01]),
        "batch": draw.choice([1, 10, 32, 400]),
        "seed": draw.randrange(2**32),
    }
    return PlaneState().with_(**values)


def _point(draw: random.Random) -> Any:
    return placed(draw.uniform(-6, 6), draw.uniform(-6, 6), draw.randrange(2))
