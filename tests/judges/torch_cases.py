"""Small networks whose gradients PyTorch is asked for: every layer, loss and option."""

from dataclasses import dataclass, field
from typing import Any

from tests.judges.networks import MSE, Table


@dataclass(frozen=True)
class Case:
    """Layers on examples of ``shape``, ending in ``outputs`` numbers or scores of ``classes``."""

    name: str
    shape: tuple[int, ...]
    layers: list[Table]
    outputs: int = 4
    classes: int = 0
    loss: Table = field(default_factory=lambda: MSE)

    def __str__(self) -> str:
        return self.name


POINT, IMAGE, SEQUENCE = (5,), (7, 6, 3), (6, 3)
FLAT: Table = {"type": "flatten"}
LAST: Table = {"type": "dense", "units": 4}
WIDE: Table = {"type": "dense", "units": 8}
CROSS: Table = {"type": "cross_entropy"}


def _layer(kind: str, **options: Any) -> Table:
    return {"type": kind, **options}


def _label(kind: str, options: Table) -> str:
    return " ".join([kind, *(f"{key}={value}" for key, value in options.items())])


def _image(kind: str, **options: Any) -> Case:
    return Case(_label(kind, options), IMAGE, [_layer(kind, **options), FLAT, LAST])


def _sequence(kind: str, **options: Any) -> Case:
    layers = [_layer(kind, **options), FLAT, LAST]
    return Case(_label(kind, options), SEQUENCE, layers)


def _point(kind: str, **options: Any) -> Case:
    return Case(_label(kind, options), POINT, [WIDE, _layer(kind, **options), LAST])


PADDINGS = ("valid", "same")
CASES = [
    _point("dense", units=6),
    _point("dense", units=6, use_bias=False),
    Case("dense on the last dimension", IMAGE, [WIDE, FLAT, LAST]),
    Case("input and reshape", (6,), [_layer("input", shape=[6]), _layer("reshape", shape=[2, 3]),
                                     WIDE, FLAT, LAST]),
    *(_image("conv2d", filters=4, kernel_size=size, stride=stride, padding=padding)
      for padding in PADDINGS for size in (1, 2, 3, 5) for stride in (1, 2, 3)),
    _image("conv2d", filters=2, use_bias=False),
    *(_image(kind, pool_size=size, stride=stride, padding=padding)
      for kind in ("max_pool2d", "average_pool2d")
      for padding in PADDINGS for size, stride in ((2, 2), (3, 2), (2, 1), (3, 3))),
    *(_sequence(kind, units=5, return_sequences=whole)
      for kind in ("simple_rnn", "lstm", "gru") for whole in (False, True)),
    *(Case(f"{kind} twice", SEQUENCE, [_layer(kind, units=4, return_sequences=True),
                                       _layer(kind, units=3), LAST])
      for kind in ("simple_rnn", "lstm", "gru")),
    *(_point("dense", units=6, activation=name)
      for name in ("relu", "leaky_relu", "elu", "gelu", "sigmoid", "tanh", "softmax")),
    *(_point(name) for name in ("linear", "relu", "gelu", "sigmoid", "tanh", "softmax")),
    _point("leaky_relu", negative_slope=0.4),
    _point("elu", alpha=0.7),
    _image("conv2d", filters=3, activation="gelu"),
    _point("dropout", rate=0.0),
    Case("mse of one number", POINT, [WIDE, _layer("tanh"), _layer("dense", units=1)], outputs=1),
    Case("cross_entropy of scores", POINT, [WIDE, LAST], classes=4, loss=CROSS),
    Case("cross_entropy of a closing softmax", POINT,
         [_layer("dense", units=4, activation="softmax")], classes=4, loss=CROSS),
]  # fmt: skip
