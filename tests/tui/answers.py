"""Answers to probes as the engine process gives them, small and made up."""

from typing import Any

import msgspec

from tuidl.protocol import probes
from tuidl.protocol.asking import Asked, AskForm
from tuidl.protocol.generated import Diffused
from tuidl.protocol.neurons import AtPoint, NeuronLayer, NeuronMap

Answer = probes.AnyAnswer
DIGITS = tuple(str(number) for number in range(10))


def _record(kind: type[Any], answer: dict[str, Any]) -> Any:
    """The answer as the screen gets it: through JSON."""
    answer["probe"] = kind.__struct_config__.tag
    return msgspec.json.decode(msgspec.json.encode(answer), type=kind)


def shares(sure: int, share: float = 0.91) -> list[float]:
    rest = (1 - share) / 9
    return [share if number == sure else rest for number in range(10)]


def predictions(
    *, wrong: int = 2, count: int = 5, asked: tuple[int | None, int | None] = (None, None)
) -> probes.Predictions:
    """Mistakes first: 9 not 3; the others are rightly read."""
    examples = [
        {
            "number": 40 + i,
            "x": [None if i == 4 and p == 0 else p / 64 for p in range(64)],
            "true": 3,
            "shares": shares(9 if i < wrong else 3),
        }
        for i in range(count)
    ]
    confusion = [[0] * 10 for _ in range(10)]
    confusion[3][9], confusion[3][3] = wrong, count - wrong
    return _record(probes.Predictions, {
        "part": "validation", "asked": list(asked), "shape": [8, 8, 1], "classes": list(DIGITS),
        "matching": count, "wrong": wrong, "total": count, "confusion": confusion,
        "examples": examples,
    })  # fmt: skip


def table() -> probes.Predictions:
    """Examples that are no images."""
    found = predictions()
    return _record(probes.Predictions, {
        **msgspec.to_builtins(found), "shape": [4], "classes": ["malignant", "benign"],
        "confusion": [[3, 1], [0, 2]],
        "examples": [
            {"number": i, "x": [0.5, -1.25, None, 3e-7], "true": i % 2, "shares": [0.2, 0.8]}
            for i in range(6)
        ],
    })  # fmt: skip


def places() -> probes.Places:
    """Classes of four places in two examples; one place does not count, one is a mistake."""
    return _record(probes.Places, {
        "part": "validation", "shape": [4], "classes": ["below", "above"], "wrong": 1, "total": 7,
        "examples": [{"number": 0, "true": [0, 1, 1, 0], "given": [0, 1, 0, 0]},
                     {"number": 1, "true": [1, 1, 0, 0], "given": [1, 1, 0, -1]}],
    })  # fmt: skip


def curve(*, broken: bool = False) -> probes.Curve:
    line = [[x / 10, None if broken else 2 * x / 10 + 1] for x in range(-10, 11)]
    return _record(
        probes.Curve,
        {
            "points": [[x, 2 * x + 1.1] for x in (-1, 0, 1)],
            "line": line,
            "best_line": [2.0, 1.1],
            "equation": [None, None] if broken else [1.5, -0.25],
        },
    )


def plane(classes: int = 2) -> probes.Plane:
    return _record(probes.Plane, {
        "points": [[0, 0, 0], [1, 1, 1], [0.5, 0.2, 1]],
        "held_out": [False, True, False],
        "classes": list(DIGITS[:classes]),
        "low": [-1, -1], "high": [2, 2],
        "shares": [[0.1, 0.9, None], [0.4, 0.6, 0.5]] if classes == 2 else [[0, 1, 2]],
    })  # fmt: skip


def generated(*, critic: bool = True) -> probes.Generated:
    return _record(probes.Generated, {
        "updates": 120, "part": "validation",
        "real": [[0, 0], [1, 1], [0.5, 0.2]], "made": [[0.1, 0.1], [None, 1], [5, -5]],
        "low": [-1, -1], "high": [2, 2],
        "lattice": [[[0, 0], [1, 0.5], [1.5, None]], [[0, 1], [1, 1.5], [2, 2]]],
        "critic": "judge" if critic else "",
        "shares": [[0.4, 0.5, None], [0.45, 0.6, 0.5]] if critic else [],
        "arrows": [[0.1, 0.1, 1, 0], [None, 1, 0, 0]] if critic else [],
        "distance": 0.125, "of": 1000, "covered": 3 if critic else None, "clouds": 8,
    })  # fmt: skip


def diffused() -> Diffused:
    return _record(Diffused, {
        "updates": 120, "part": "validation", "steps": 50,
        "real": [[0, 0], [1, 1], [0.5, 0.2]], "times": [50, 25, 0],
        "frames": [[[-2, 2], [None, 1]], [[0.4, 0.4], [1, 1]], [[0.1, 0], [1, 1.1]]],
        "left": [0.0002, 0.49, 1.0],
        "arrows": [[[-1, -1, 1, 1], [2, 2, -0.5, None]], [[0, 0, 0.5, 0]], []],
        "low": [-2.5, -2.5], "high": [2.5, 2.5],
    })  # fmt: skip


def generated_pictures() -> probes.GeneratedPictures:
    return _record(probes.GeneratedPictures, {
        "updates": 120, "part": "validation", "shape": [2, 3, 1],
        "made": [[0, 0.5, 1, 1.5, -1, None]] * 7, "real": [[0, 0.5, 1, 1, 0, 0.25]] * 5,
        "distance": None, "of": 1000,
    })  # fmt: skip


def forecast() -> probes.Forecast:
    true = [((i % 8) - 4) / 4 for i in range(24)]
    return _record(probes.Forecast, {
        "part": "validation", "window": 8, "start": 16, "true": true,
        "predicted": [value + 0.25 for value in true],
        "free": [value - 0.5 for value in true[16:22]] + [None, None],
    })  # fmt: skip


def values() -> probes.Values:
    return _record(
        probes.Values,
        {"part": "validation", "true": [1, 2, 3, 4], "predicted": [1.5, 2.5, None, 3.5]},
    )


def layers() -> probes.Layers:
    def layer(name: str, kind: str, activation: float | None, gradient: float | None,
              **more: float) -> dict[str, Any]:  # fmt: skip
        return {"name": name, "kind": kind, "activation": activation, "gradient": gradient,
                "weights": 1.0, "weight_gradient": 0.1, "dead": None, "saturated": None,
                **more}  # fmt: skip

    return _record(probes.Layers, {"loss": 2.3, "layers": [
        layer("conv2d_1", "conv2d", 0.2, 1.234e-5, dead=0.625),
        layer("max_pool2d_1", "max_pool2d", 0.3, 2e-4, weight_gradient=4e-5),
        layer("dense_1", "dense", 1.5, 0.5),
    ], "examples": 300, "of": 300})  # fmt: skip


def spread_layers(count: int = 0) -> probes.Layers:
    """With histograms of weights, one of them broken; or of so many layers."""
    spread = probes.Histogram(counts=[1, 0, 2, 4, 2], low=-0.5, high=0.5, mean=0.1, not_finite=0)
    broken = probes.Histogram(counts=[], low=None, high=None, mean=None, not_finite=3)
    if count:
        names = [f"dense_{number + 1}" for number in range(count)]
        made = [probes.LayerState(n, "dense", spread=spread, spread_of="kernel") for n in names]
        return msgspec.structs.replace(layers(), layers=tuple(made))
    first, second, third = layers().layers
    found = (
        msgspec.structs.replace(first, spread=spread, spread_of="kernel"),
        second,
        msgspec.structs.replace(third, spread=broken, spread_of="kernel"),
    )
    return msgspec.structs.replace(layers(), layers=found)


def health() -> probes.Health:
    sick = {
        "name": "dense_1",
        "kind": "dense",
        "update": 0.4,
        "dead": 0.75,
        "rank": 14.7,
        "most": 64,
    }
    well = {"name": "conv2d_1", "kind": "conv2d", "update": 2e-3, "dead": 0.1, "rank": 50.0,
            "most": 127}  # fmt: skip
    return _record(probes.Health, {
        "layers": [well, sick], "examples": 256, "of": 1438, "noise": 26.8, "batches": 8,
        "batch": 32, "trains_on": 32, "sharpness": 24.2, "sharp_on": 32, "limit": None,
        "optimizer": "adam", "rate": 0.001, "rate_key": "optimizer.learning_rate",
    })  # fmt: skip


def chain(**other: Any) -> probes.Chain:
    """To a weight of the first of two dense layers, of a batch of four examples."""

    def term(at: str, upstream: float, local: float, value: float, note: str = "") -> Any:
        return {"at": at, "upstream": upstream, "local": local, "value": value, "note": note}

    def link(title: str, kind: str, terms: list[Any], total: float, **more: Any) -> Any:
        known = {"rest": 0, "rest_sum": 0.0, **more}
        return {"title": title, "kind": kind, "terms": terms, "total": total, **known}

    return _record(probes.Chain, {
        "choices": [
            {"name": "dense_1.kernel", "shape": [2, 8]}, {"name": "dense_1.bias", "shape": [8]},
            {"name": "dense_1", "shape": [8], "is_neurons": True},
            {"name": "dense_2.kernel", "shape": [8, 1]}, {"name": "dense_2.bias", "shape": [1]},
        ],
        "chosen": 0, "index": [1, 0], "title": "dense_1.kernel[1, 0]", "value": -0.653276,
        "of": "mean over the batch that comes next, 4 examples", "example": None, "examples": 4,
        "tied": "", "followed": 2,
        "start": {"kind": "binary_cross_entropy", "loss": 0.680713, "title": "dense_2[0]",
                  "gradient": -0.132765, "rule": "(p - y) / 4", "numbers": "(0.468941 - 1) / 4"},
        "links": [
            link("dense_2[0]", "dense", [], -0.132765, from_loss=-0.132765),
            link("dense_1[0]", "dense",
                 [term("dense_2[0]", -0.132765, -0.540229, 0.0717234, "its weight")], 0.0717234),
            link("z of dense_1[0]", "tanh",
                 [term("dense_1[0]", 0.0717234, 0.709073, 0.0508571, "slope of tanh at z = -0.6")],
                 0.0508571),
        ],
        "last": link("dense_1.kernel", "dense", [
            term("example 2", 0.0508571, 1.0, 0.0508571),
            term("example 1", -0.0240739, 1.0, -0.0240739),
        ], 0.0267833, rest=1, rest_sum=1e-7, words="the input"),
        "penalty": 0.0, "analytic": 0.0267833, "engine": 0.0267833, "precision": "float32",
        "numeric": 0.0267833, "step": 1e-5, "error": 7.8e-11, "agrees": True, "is_kink": False,
        "left": 0.0267831, "right": 0.0267834, "reason": "", **other,
    })  # fmt: skip


def histograms(layer: str = "conv2d_1", *, broken: bool = False) -> probes.Histograms:
    one = {"counts": [1, 5, 2], "low": -1, "high": 2, "mean": 0.5, "not_finite": 0}
    bad = {"counts": [], "low": None, "high": None, "mean": None, "not_finite": 7}
    names = ("kernel", "gradient of kernel", "bias", "gradient of bias", "output")
    found = dict.fromkeys(names, bad if broken else one)
    return _record(probes.Histograms, {"layer": layer, "histograms": found})


def filters() -> probes.Filters:
    return _record(
        probes.Filters, {"layer": "conv2d_1", "filters": [[[i, -i, 0]] * 3 for i in range(5)]}
    )


def feature_maps() -> probes.FeatureMaps:
    maps = [[[x * y for x in range(8)] for y in range(8)] for _ in range(4)] + [[[None] * 8] * 8]
    return _record(probes.FeatureMaps, {
        "layer": "conv2d_1", "part": "validation", "example": 7, "shape": [8, 8, 1],
        "image": [p / 64 for p in range(64)], "true": [3], "maps": maps,
    })  # fmt: skip


def weights(gates: int = 1) -> probes.Weights:
    maps = [{"name": f"gate {i}", "values": [[1, -1], [0.5, None]]} for i in range(gates)]
    name = "recurrent_kernel" if gates > 1 else "kernel"
    return _record(
        probes.Weights,
        {"layer": "dense_1", "parameter": name, "shape": [2, 2 * gates], "maps": maps},
    )


def step_trace(*, weight: float = 1.5, gradient: float | None = -0.25) -> probes.StepTrace:
    """One neuron's step on a line."""
    return _record(probes.StepTrace, {
        "batch": 4, "of": 100, "examples": [12, 7], "shape": [1], "classes": [],
        "inputs": [[0.5], [-1.0]], "targets": [[2.0], [-1.0]],
        "input": [0.5], "target": [2.0], "predicted": [[1.0], [-1.25]],
        "forward": [{"name": "dense_1", "kind": "dense", "activation": "linear",
                     "input_shape": [1], "shape": [1], "values": [1.0, -1.25, 0.1, 0.2]}],
        "closing": "linear", "loss": 0.53125, "losses": [1.0, 0.0625], "loss_kind": "mse",
        "backward": [{"name": "dense_1", "values": [-0.5, -0.125], "length": 0.52}],
        "update": [
            {"name": "dense_1.kernel", "shape": [1, 1], "values": [weight], "gradient": [gradient]},
            {"name": "dense_1.bias", "shape": [1], "values": [0.25], "gradient": [0.5]},
        ],
        "optimizer": "sgd", "learning_rate": 0.1,
    })  # fmt: skip


def step_trace_of_images() -> probes.StepTrace:
    """A convolution's step on digits; the last gradient is not finite."""
    layer = {"kind": "conv2d", "activation": "relu", "input_shape": [8, 8, 1], "shape": [8, 8, 5]}
    last = {"kind": "dense", "activation": "linear", "input_shape": [80], "shape": [10]}
    return _record(probes.StepTrace, {
        **msgspec.to_builtins(step_trace(gradient=None)),
        "shape": [8, 8, 1], "classes": list(DIGITS), "inputs": [[0.5] * 64, [None] * 64],
        "targets": [[3], [9]], "predicted": [shares(3), shares(4)], "losses": None,
        "forward": [{"name": "conv2d_1", "values": [0.1] * 12, **layer},
                    {"name": "dense_1", "values": [0.1] * 12, **last}],
        "closing": "softmax", "loss_kind": "cross_entropy", "optimizer": "adam",
        "backward": [{"name": "dense_1", "values": [0.1] * 12, "length": 0.5},
                     {"name": "conv2d_1", "values": [None] * 12, "length": None}],
    })  # fmt: skip


def neurons() -> probes.Neurons:
    """A network of two layers, one neuron each, on two by one fields."""
    tile = {"most": 0.5, "levels": b"\x7f\x81"}
    layer = {"maps": [tile], "kernel": [[0.5], [None]], "bias": [0.1]}
    return probes.Neurons(
        updates=7, about="2d:xor", columns=2, rows=1, wide=2, high=1,
        layers=msgspec.convert(
            [{"name": "hidden_1", "activation": "tanh", **layer},
             {"name": "output", "activation": "sigmoid", **layer}],
            tuple[NeuronLayer, ...],
        ),
        output=NeuronMap(**tile),  # type: ignore[arg-type]
        scores={"training": {"loss": None}}, points={"training": 3},
        at=AtPoint(x=1.0, y=-1.0, values=[[0.1], [0.5]], shares=[[0.2]], answer=0.5),
    )  # fmt: skip


def ask_form(**others: Any) -> AskForm:
    """Of a network that reads pictures of 8 x 8 pixels, with an example to begin with."""
    form = AskForm(
        takes="picture", shape=(8, 8, 1), part="validation", of=9, example=2, true="3",
        values=[i % 8 / 8 for i in range(64)],
    )  # fmt: skip
    return msgspec.structs.replace(form, **others)


def asked(number: int = 1, **others: Any) -> Asked:
    """An answer in ten classes."""
    shares = [0.01] * 10
    shares[7] = 0.91
    lines = ["example  class  probability  else", "1        7            91.0%  0 1.0%, 1 1.0%"]
    names = tuple(map(str, range(10)))
    found = Asked(number=number, names=names, values=shares, is_share=True, lines=lines, says="7")
    return msgspec.structs.replace(found, **others)
