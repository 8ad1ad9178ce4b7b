"""float32 sums over a million values beside float64, and PyTorch's beside them.

    python -m bench.accuracy [VALUES]

Prints a table: for each quantity and each kind of values the error of this engine and that of
PyTorch in float32. Errors of sums and means are relative to the sum or mean of the terms' sizes,
all others to the exact number; the largest over the columns counts.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]
Draw = Callable[[np.random.Generator, tuple[int, ...]], Array]

VALUES = 1_000_000
COLUMNS = 4
CLASSES = 10
EPSILON = 1e-3

KINDS: dict[str, Draw] = {
    "normal": lambda random, shape: random.standard_normal(shape),
    "1e3 + normal": lambda random, shape: 1e3 + random.standard_normal(shape),
    "1e4 + normal": lambda random, shape: 1e4 + random.standard_normal(shape),
    "1e-3 to 1e3": lambda random, shape: 10 ** random.uniform(-3, 3, shape),
    "all 0.1": lambda random, shape: np.full(shape, 0.1),
}
"""How values are drawn."""


@dataclass(frozen=True)
class Case:
    """``ours`` and ``torch`` compute in float32 what ``exact`` does in float64, from ``x`` (rows,
    COLUMNS) and ``d``, normal numbers of the same shape; ``scale`` is what errors are relative to.
    """

    name: str
    ours: Callable[[Array, Array], Array]
    torch: Callable[[Any, Any], Any]
    exact: Callable[[Array, Array], Array]
    scale: Callable[[Array, Array], Array]


def run_kernel(
    name: str, operands: dict[str, Array], step_state: tuple[float, ...] = (), **options: float
) -> dict[str, Array]:
    """Run a compiled float32 kernel on copies of the operands; returns all of them afterwards.

    ``step_state``: its first numbers, the step and the learning rate.
    """
    from tuidl.kernels import KERNELS, blas
    from tuidl.kernels.simd.intrinsics import call_kernel
    from tuidl.kernels.step_state import STEP_STATE_SIZE

    blas.load()
    kernel = KERNELS[name]
    arrays = [operands[operand.name] for operand in kernel.signature.operands]
    offsets = np.cumsum([0, *(-(-array.size // 16) * 16 for array in arrays)]).tolist()
    arena = np.zeros(offsets[-1] + 16, np.float32)
    views = {}
    for operand, array, start in zip(kernel.signature.operands, arrays, offsets, strict=False):
        views[operand.name] = arena[start : start + array.size].reshape(array.shape)
        views[operand.name][...] = array
    sizes = kernel.signature.bind([array.shape for array in arrays])
    row = np.array(kernel.signature.encode(kernel.opcode, offsets[:-1], sizes, options), np.int64)
    address, _ = kernel.compile(arena.dtype)
    known = np.zeros(STEP_STATE_SIZE)
    known[: len(step_state)] = step_state
    call_kernel(address, row, arena, known)
    return views


def _moments(x: Array) -> tuple[Array, Array]:
    shape = (1, x.shape[1])
    written = {name: np.zeros(shape) for name in ("means", "rests", "distances")}
    found = run_kernel("batch_moments", {"x": x, **written, "counts": np.zeros(1)}, lane=0)
    return found["means"][0], found["distances"][0] / len(x)


def _loss(name: str, x: Array, d: Array, **options: float) -> Array:
    prediction = "logits" if "entropy" in name else "prediction"
    operands = {prediction: x, "target": d, "d": np.zeros_like(x), "statistics": np.zeros(1)}
    found = run_kernel(name, operands, batch=len(x), **options)
    return found["statistics"] / len(x)


def _class_loss(x: Array, d: Array) -> Array:
    logits = x.reshape(-1, CLASSES)
    label = np.arange(len(logits)) % CLASSES
    operands = {"logits": logits, "label": label, "d": logits, "statistics": np.zeros(1)}
    return run_kernel("softmax_cross_entropy", operands, batch=len(x))["statistics"] / len(logits)


def _exact_class_loss(x: Array, d: Array) -> Array:
    from scipy.special import logsumexp

    logits = x.reshape(-1, CLASSES)
    label = np.arange(len(logits)) % CLASSES
    return np.mean(logsumexp(logits, axis=1) - logits[np.arange(len(logits)), label], keepdims=True)


def _torch_class_loss(x: Any, d: Any) -> Any:
    import torch

    logits = x.reshape(-1, CLASSES)
    return torch.nn.functional.cross_entropy(logits, torch.arange(len(logits)) % CLASSES)


def _torch(name: str) -> Callable[[Any, Any], Any]:
    def loss(x: Any, d: Any) -> Any:
        import torch

        return getattr(torch.nn.functional, name)(x, d)

    return loss


def _pooled(x: Array, d: Array) -> Array:
    image = x.reshape(1, len(x), 1, COLUMNS)
    operands = {"x": image, "y": np.zeros((1, 1, 1, COLUMNS))}
    size = {"size_y": len(x), "size_x": 1, "stride_y": len(x), "stride_x": 1, "top": 0, "left": 0}
    return run_kernel("average_pool2d", operands, **size)["y"].reshape(-1)


def _norm(x: Array, d: Array) -> Array:
    from tuidl.kernels.clipping import SCALE

    operands = {"gradients": x.reshape(1, -1), "lengths": np.zeros(1)}
    found = run_kernel("sum_shards", operands, start=0, stop=x.size, lane=0, limit=0.0)
    return found["lengths"] / np.float32(SCALE)


def _sums(x: Array, d: Array) -> Array:
    mean, inverse = _statistics(x)
    columns = np.zeros((1, COLUMNS))
    written = {"products": columns, "sums": columns, "d_gamma": columns[0], "d_beta": columns[0]}
    scales = {"gamma": np.ones(COLUMNS), "beta": np.zeros(COLUMNS)}
    known = {"x": x, "dy": d, **scales, "mean": mean, "inverse": inverse, **written}
    return run_kernel("batch_normalization_sums", known, lane=0, rectified=0)["d_gamma"]


def _exact_sums(x: Array, d: Array) -> Array:
    return (d * _normal(x)).sum(axis=0)


def _statistics(x: Array) -> tuple[Array, Array]:
    """Mean and inverse deviation, float32 and the same for all sides."""
    wide = x.astype(np.float64)
    mean, inverse = wide.mean(axis=0), 1 / np.sqrt(wide.var(axis=0) + EPSILON)
    return mean.astype(np.float32), inverse.astype(np.float32)


def _normal(x: Array) -> Array:
    mean, inverse = _statistics(x)
    return (x - mean) * inverse


def _torch_sums(x: Any, d: Any) -> Any:
    import torch

    mean, inverse = map(torch.tensor, _statistics(x.numpy()))
    return (d * ((x - mean) * inverse)).sum(0)


def _row_moments(x: Array, d: Array) -> Array:
    row, ones = x.reshape(1, -1), np.ones(x.size)
    operands = {"x": row, "gamma": ones, "beta": 0 * ones, "y": 0 * row, "means": np.zeros(1),
                "inverses": np.zeros(1)}  # fmt: skip
    return run_kernel("layer_normalization", operands, epsilon=EPSILON)["inverses"] ** -2 - EPSILON


CASES = [
    Case(
        "sum over rows (bias gradient)",
        lambda x, d: run_kernel("bias_gradient", {"dy": x, "db": np.zeros(COLUMNS)})["db"],
        lambda x, d: x.sum(0),
        lambda x, d: x.sum(axis=0),
        lambda x, d: np.abs(x).sum(axis=0),
    ),
    Case(
        "batch mean",
        lambda x, d: _moments(x)[0],
        lambda x, d: x.mean(0),
        lambda x, d: x.mean(axis=0),
        lambda x, d: np.abs(x).mean(axis=0),
    ),
    Case(
        "batch variance",
        lambda x, d: _moments(x)[1],
        lambda x, d: x.var(0, unbiased=False),
        lambda x, d: x.var(axis=0),
        lambda x, d: np.maximum(x.var(axis=0), np.finfo(np.float32).eps ** 2),
    ),
    Case(
        "gradient of gamma",
        _sums,
        _torch_sums,
        _exact_sums,
        lambda x, d: np.abs(d * _normal(x)).sum(axis=0),
    ),
    Case(
        "layer variance, one row",
        _row_moments,
        lambda x, d: x.var(unbiased=False),
        lambda x, d: x.var(keepdims=True),
        lambda x, d: x.var(keepdims=True) + EPSILON,
    ),
    Case(
        "global average pooling",
        _pooled,
        lambda x, d: x.reshape(1, -1, 1, COLUMNS).mean((1, 2)),
        lambda x, d: x.mean(axis=0),
        lambda x, d: np.abs(x).mean(axis=0),
    ),
    Case(
        "mean squared error",
        lambda x, d: _loss("mean_squared_error", x, d),
        _torch("mse_loss"),
        lambda x, d: ((x - d) ** 2).mean(keepdims=True),
        lambda x, d: ((x - d) ** 2).mean(keepdims=True),
    ),
    Case(
        "mean absolute error",
        lambda x, d: _loss("mean_absolute_error", x, d),
        _torch("l1_loss"),
        lambda x, d: np.abs(x - d).mean(keepdims=True),
        lambda x, d: np.abs(x - d).mean(keepdims=True),
    ),
    Case(
        "Huber loss",
        lambda x, d: _loss("huber", x, d, delta=1.0),
        _torch("huber_loss"),
        lambda x, d: _huber(np.abs(x - d)).mean(keepdims=True),
        lambda x, d: _huber(np.abs(x - d)).mean(keepdims=True),
    ),
    Case(
        "binary cross-entropy",
        lambda x, d: _loss("binary_cross_entropy", x, d > 0, smoothing=0.0),
        lambda x, d: _torch("binary_cross_entropy_with_logits")(x, (d > 0).float()),
        lambda x, d: (np.logaddexp(0, x) - x * (d > 0)).mean(keepdims=True),
        lambda x, d: (np.logaddexp(0, x) - x * (d > 0)).mean(keepdims=True),
    ),
    Case("cross-entropy, 10 classes", _class_loss, _torch_class_loss, _exact_class_loss,
         _exact_class_loss),
    Case(
        "length of a gradient",
        _norm,
        lambda x, d: x.norm(),
        lambda x, d: np.sqrt((x**2).sum(keepdims=True)).reshape(-1),
        lambda x, d: np.sqrt((x**2).sum(keepdims=True)).reshape(-1),
    ),
    Case(
        "weight gradient of a dense layer",
        lambda x, d: run_kernel(
            "dense_weight_gradient", {"x": x, "dy": d, "dw": np.zeros((COLUMNS, COLUMNS))}
        )["dw"].reshape(-1),
        lambda x, d: (x.T @ d).reshape(-1),
        lambda x, d: (x.T @ d).reshape(-1),
        lambda x, d: (np.abs(x).T @ np.abs(d)).reshape(-1),
    ),
    Case(
        "gradient of one embedded word",
        lambda x, d: run_kernel(
            "embedding_gradient",
            {"x": np.zeros(len(x)), "dy": x, "d_table": np.zeros((1, COLUMNS))},
        )["d_table"][0],
        lambda x, d: _torch_embedded(x),
        lambda x, d: x.sum(axis=0),
        lambda x, d: np.abs(x).sum(axis=0),
    ),
]  # fmt: skip
"""What is measured."""


def _huber(size: Array) -> Array:
    return np.where(size > 1, size - 0.5, size**2 / 2)


def _torch_embedded(x: Any) -> Any:
    import torch

    table = torch.zeros(1, x.shape[1], requires_grad=True)
    torch.nn.functional.embedding(torch.zeros(len(x), dtype=torch.int64), table).backward(x)
    return table.grad[0]


def drawn(kind: str, values: int = VALUES) -> tuple[Array, Array]:
    """``x`` of a kind and normal ``d`` (rows, COLUMNS), as float32 holds them."""
    random, shape = np.random.default_rng(0), (values // COLUMNS, COLUMNS)
    x, d = KINDS[kind](random, shape), random.standard_normal(shape)
    return x.astype(np.float32), d.astype(np.float32)


def error_of(case: Case, found: Any, x: Array, d: Array) -> float:
    """The largest error of ``found``, relative to the case's scale."""
    wide = x.astype(np.float64), d.astype(np.float64)
    gap = np.abs(np.asarray(found, np.float64).reshape(-1) - case.exact(*wide))
    return float((gap / np.maximum(case.scale(*wide), np.finfo(np.float32).tiny)).max())


def main(values: int = VALUES) -> None:
    """Print the table."""
    import torch

    print("| float32 over", f"{values:,} values |", " | ".join(KINDS), "|")
    print("|---" * (len(KINDS) + 1), "|", sep="")
    for case in CASES:
        cells = []
        for kind in KINDS:
            x, d = drawn(kind, values)
            ours = error_of(case, case.ours(x, d), x, d)
            theirs = error_of(case, case.torch(torch.tensor(x), torch.tensor(d)), x, d)
            cells.append(f"{ours:.0e} / {theirs:.0e}")
        print(f"| {case.name} |", " | ".join(cells), "|", flush=True)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
