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
    words: int = 0
    """Not 0: the inputs are whole numbers below it."""
    shares: bool = False
    """Whether the targets are shares of several classes that add up to one."""

    def __str__(self) -> str:
        return self.name


POINT, IMAGE, SEQUENCE = (5,), (7, 6, 3), (6, 3)
FLAT: Table = {"type": "flatten"}
LAST: Table = {"type": "dense", "units": 4}
WIDE: Table = {"type": "dense", "units": 8}


def _layer(kind: str, **options: Any) -> Table:
    return {"type": kind, **options}


def _label(kind: str, options: Table) -> str:
    parts = [kind]
    for key, value in options.items():
        inner = {**value} if isinstance(value, dict) else None
        parts.append(f"({_label(inner.pop('type'), inner)})" if inner else f"{key}={value}")
    return " ".join(parts)


def _image(kind: str, **options: Any) -> Case:
    return Case(f"{_label(kind, options)} of images", IMAGE, [_layer(kind, **options), FLAT, LAST])


def _sequence(kind: str, **options: Any) -> Case:
    layers = [_layer(kind, **options), FLAT, LAST]
    return Case(f"{_label(kind, options)} of sequences", SEQUENCE, layers)


def _point(kind: str, **options: Any) -> Case:
    return Case(_label(kind, options), POINT, [WIDE, _layer(kind, **options), LAST])


def _loss(
    kind: str, classes: int = 0, outputs: int = 4, shares: bool = False, **options: Any
) -> Case:
    layers = [WIDE, _layer("tanh"), _layer("dense", units=outputs)]
    name = f"loss {_label(kind, options)} of {'shares' if shares else classes or 'numbers'}"
    return Case(name, POINT, layers, outputs, classes, _layer(kind, **options), shares=shares)


def _words(name: str, *layers: Table) -> Case:
    words = _layer("embedding", input_dim=6, output_dim=4, name="words")
    return Case(name, (5,), [words, *layers, FLAT, LAST], words=6)


RECURRENT = (
    ("simple_rnn", {}),
    ("lstm", {}),
    ("gru", {}),
    ("gru", {"reset_after": False}),
)
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
    *(_image("conv2d", **options)
      for options in (
          {"filters": 6, "groups": 3}, {"filters": 3, "groups": 3, "padding": "same"},
          {"filters": 4, "dilation": 2, "stride": 2}, {"filters": 4, "dilation": [2, 1]},
          {"filters": 4, "kernel_size": [2, 3], "stride": [1, 2], "padding": [1, 0, 2, 1]},
          {"filters": 4, "kernel_size": [1, 4], "padding": [0, 2]},
          {"filters": 4, "padding": 2})),
    *(_image("conv2d_transpose", **options)
      for options in (
          {"filters": 4}, {"filters": 4, "stride": 2, "padding": "same"},
          {"filters": 4, "kernel_size": 2, "stride": 3, "padding": "same"},
          {"filters": 4, "stride": 2, "padding": 1, "output_padding": 1, "use_bias": False},
          {"filters": 3, "groups": 3, "stride": 2}, {"filters": 6, "groups": 3},
          {"filters": 4, "kernel_size": [2, 3], "stride": [2, 1], "padding": [0, 1, 2, 1]},
          {"filters": 4, "dilation": 2, "stride": 3, "padding": [3, 0, 0, 2]})),
    *(_image("upsample2d", factor=factor, interpolation=how)
      for how in ("nearest", "bilinear") for factor in (1, 2, 3, [3, 2])),
    *(_sequence("conv1d", filters=4, kernel_size=size, stride=stride, padding=padding)
      for padding in (*PADDINGS, "causal") for size in (1, 2, 3) for stride in (1, 2)),
    *(_sequence("conv1d", **options)
      for options in (
          {"filters": 6, "groups": 3}, {"filters": 3, "groups": 3, "padding": "causal"},
          {"filters": 4, "dilation": 2, "padding": "causal"}, {"filters": 4, "dilation": 2},
          {"filters": 4, "dilation": 2, "stride": 2, "padding": "same"},
          {"filters": 6, "groups": 3, "dilation": 3, "stride": 2, "padding": "causal"})),
    _sequence("conv1d", filters=2, use_bias=False),
    *(_sequence(kind, pool_size=size, stride=stride, padding=padding)
      for kind in ("max_pool1d", "average_pool1d")
      for padding in PADDINGS for size, stride in ((2, 2), (3, 2), (2, 1), (3, 3))),
    *(Case(kind, IMAGE, [_layer(kind), LAST])
      for kind in ("global_max_pool2d", "global_average_pool2d")),
    *(Case(kind, SEQUENCE, [_layer(kind), LAST])
      for kind in ("global_max_pool1d", "global_average_pool1d")),
    *(_sequence(kind, units=5, return_sequences=whole, **options)
      for kind, options in RECURRENT for whole in (False, True)),
    *(Case(f"{_label(kind, options)} twice", SEQUENCE,
           [_layer(kind, units=4, return_sequences=True, **options),
            _layer(kind, units=3, **options), LAST])
      for kind, options in RECURRENT),
    *(_sequence("bidirectional", merge=merge,
                layer=_layer(kind, units=3, return_sequences=whole, **options))
      for kind, options in RECURRENT for whole in (False, True)
      for merge in ("concatenate", "sum")),
    *(make(kind, epsilon=epsilon)
      for kind in ("batch_normalization", "layer_normalization", "rms_normalization")
      for make in (_point, _sequence, _image) for epsilon in (1e-3, 0.1)),
    Case("embedding", (5,), [_layer("embedding", input_dim=6, output_dim=3), FLAT, LAST], words=6),
    Case("add", POINT, [_layer("dense", units=6, name="a"),
                        _layer("dense", units=6, name="b", activation="tanh"),
                        _layer("add", inputs=["a", "b", "a"]), LAST]),
    Case("add of the examples", IMAGE, [_layer("conv2d", filters=3, padding="same", name="c"),
                                        _layer("add", inputs=["c", "input"]), FLAT, LAST]),
    Case("concatenate", IMAGE, [_layer("conv2d", filters=2, padding="same", name="c"),
                                _layer("concatenate", inputs=["input", "c"]), FLAT, LAST]),
    Case("concatenate of branches", POINT,
         [_layer("dense", units=3, name="left"),
          _layer("dense", units=2, name="right", inputs=["input"]),
          _layer("concatenate", inputs=["right", "left", "right"]), LAST]),
    *(_point("dense", units=6, l1=l1, l2=l2) for l1, l2 in ((0.1, 0.0), (0.0, 0.1), (0.2, 0.3))),
    _image("conv2d", filters=2, l1=0.01, l2=0.1),
    _sequence("conv1d", filters=2, l2=0.1),
    _sequence("lstm", units=3, l1=0.01, l2=0.1),
    _sequence("bidirectional", layer=_layer("gru", units=2, l1=0.1, l2=0.1)),
    Case("embedding l2=0.1", (5,),
         [_layer("embedding", input_dim=6, output_dim=3, l2=0.1), FLAT, LAST], words=6),
    Case("embedding activity_l2=0.1", (5,),
         [_layer("embedding", input_dim=6, output_dim=3, activity_l2=0.1), FLAT, LAST], words=6),
    *(_loss(kind) for kind in ("mse", "mae", "huber", "binary_cross_entropy")),
    _loss("giou"),
    *(_loss("huber", delta=delta) for delta in (0.1, 5.0)),
    *(_loss(kind, reduction="sum") for kind in ("mse", "mae", "huber")),
    _loss("binary_cross_entropy", shares=True, reduction="sum"),
    *(_loss(kind, classes=4, label_smoothing=smoothing)
      for kind in ("cross_entropy", "categorical_cross_entropy") for smoothing in (0.0, 0.1)),
    *(_loss(kind, shares=True, label_smoothing=smoothing)
      for kind in ("categorical_cross_entropy", "binary_cross_entropy")
      for smoothing in (0.0, 0.2)),
    *(_loss("binary_cross_entropy", classes=2, outputs=1, label_smoothing=smoothing)
      for smoothing in (0.0, 0.1)),
    *(Case(f"{kind} of a closing {activation}", POINT,
           [WIDE, _layer("dense", units=outputs, activation=activation)], outputs, classes,
           _layer(kind))
      for kind, activation, outputs, classes in (
          ("cross_entropy", "softmax", 4, 4), ("categorical_cross_entropy", "softmax", 4, 4),
          ("binary_cross_entropy", "sigmoid", 1, 2))),
    *(_point("dense", units=6, activation=name)
      for name in ("relu", "leaky_relu", "elu", "gelu", "gelu_tanh", "swish", "sigmoid", "tanh",
                   "softmax")),
    *(_point(name)
      for name in ("linear", "relu", "gelu", "gelu_tanh", "swish", "prelu", "sigmoid", "tanh",
                   "softmax")),
    _image("prelu"),
    _sequence("prelu"),
    Case("dot of branches", POINT,
         [_layer("dense", units=3, name="left"),
          _layer("dense", units=3, name="right", inputs=["input"]),
          _layer("dot", inputs=["right", "left"]), LAST]),
    *(Case(f"diffuse {schedule}", POINT,
           [_layer("dense", units=3, name="x"),
            _layer("dense", units=3, name="noise", inputs=["input"]),
            _layer("dense", units=1, activation="sigmoid", name="step", inputs=["input"]),
            _layer("diffuse", inputs=["x", "noise", "step"], schedule=schedule), LAST])
      for schedule in ("linear", "cosine")),
    Case("sine_encoding", POINT,
         [_layer("dense", units=1), _layer("sine_encoding", units=6, scale=5.0), LAST]),
    _point("leaky_relu", negative_slope=0.4),
    _point("elu", alpha=0.7),
    _image("conv2d", filters=3, activation="gelu"),
    _point("dropout", rate=0.0),
    *(_sequence(kind) for kind in ("position_embedding", "sine_position_encoding")),
    *(_sequence("multi_head_attention", **options)
      for options in ({"num_heads": 3}, {"num_heads": 2, "key_dim": 5, "causal": True},
                      {"num_heads": 1, "use_bias": False, "l2": 0.1})),
    *(_words(f"attention to words causal={causal}",
             _layer("multi_head_attention", num_heads=2, mask="input", padding=2, causal=causal))
      for causal in (False, True)),
    *(Case(f"{kind} to another sequence", SEQUENCE,
           [_layer("dense", units=4, name="a"),
            _layer("max_pool1d", pool_size=2, inputs=["a"], name="b"),
            _layer(kind, num_heads=2, inputs=["a", "b"]), FLAT, LAST])
      for kind in ("multi_head_attention", "transformer_block")),
    *(_words(_label("transformer_block", options),
             _layer("transformer_block", num_heads=2, mask="input", padding=1, **options))
      for options in ({"causal": True}, {"normalize_first": False, "activation": "relu"},
                      {"normalization": "rms_normalization", "use_bias": False})),
    _words("tied_dense", WIDE, _layer("dense", units=4), _layer("tied_dense", to="words")),
    Case("mse of one number", POINT, [WIDE, _layer("tanh"), _layer("dense", units=1)], outputs=1),
]  # fmt: skip
