"""Every compiled kernel against its plain NumPy definition, on odd shapes and every option."""

import math

import numpy as np
import pytest

from tests.kernel_cases import CASES, Case
from tuidl.backends.numpy import ORACLES
from tuidl.kernels import KERNELS, blas
from tuidl.kernels.clock import CLOCK_SIZE
from tuidl.kernels.jit import call_row

GUARD = 16
CANARY = 12345.0
TOLERANCE = {"float32": {"rtol": 2e-5, "atol": 2e-5}, "float64": {"rtol": 1e-11, "atol": 1e-11}}


class Bench:
    """A kernel's operands in one arena, with canaries between them."""

    def __init__(self, case: Case, dtype: str) -> None:
        kernel = KERNELS[case.kernel]
        self.signature = kernel.signature
        random = np.random.default_rng(len(str(case)))
        shapes = [tuple(case.sizes[x] for x in o.letters) for o in self.signature.operands]
        arrays = {
            operand.name: random.standard_normal(shape)
            for operand, shape in zip(self.signature.operands, shapes, strict=True)
        }
        if case.fix:
            case.fix(arrays)
        offsets, end = [], GUARD
        for shape in shapes:
            offsets.append(end)
            end += math.prod(shape) + GUARD
        self.arena = np.full(end, CANARY, dtype)
        for offset, values in zip(offsets, arrays.values(), strict=True):
            self.arena[offset : offset + values.size] = values.reshape(-1)
        self.spans = dict(zip(arrays, zip(offsets, shapes, strict=True), strict=True))
        sizes = self.signature.bind(shapes)
        self.row = np.array(
            self.signature.encode(kernel.opcode, offsets, sizes, case.options), np.int64
        )
        self.clock = np.zeros(CLOCK_SIZE)
        self.clock[:2] = case.clock

    def views(self, arena: np.ndarray) -> dict[str, np.ndarray]:
        return {
            name: arena[offset : offset + math.prod(shape)].reshape(shape)
            for name, (offset, shape) in self.spans.items()
        }

    def by_oracle(self, case: Case) -> np.ndarray:
        arena = self.arena.copy()
        extra = (self.clock,) if self.signature.uses_clock else ()
        options = [case.options[o.name] for o in self.signature.options]
        with np.errstate(all="ignore"):
            ORACLES[case.kernel](*self.views(arena).values(), *options, *extra)
        return arena

    def by_kernel(self, case: Case) -> np.ndarray:
        arena = self.arena.copy()
        address, _ = KERNELS[case.kernel].compile(arena.dtype)
        call_row(address, self.row, arena, self.clock)
        return arena


@pytest.fixture(scope="module", autouse=True)
def _blas() -> None:
    blas.load()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("case", CASES, ids=str)
def test_kernel_does_what_its_oracle_says(case: Case, dtype: str) -> None:
    bench = Bench(case, dtype)
    expected, actual = bench.by_oracle(case), bench.by_kernel(case)
    for operand in bench.signature.operands:
        compare = operand.written and (case.only is None or operand.name in case.only)
        if compare or not operand.written:
            np.testing.assert_allclose(
                bench.views(actual)[operand.name],
                bench.views(expected)[operand.name],
                **TOLERANCE[dtype],
                err_msg=operand.name,
            )
    inside = np.zeros(len(actual), bool)
    for offset, shape in bench.spans.values():
        inside[offset : offset + math.prod(shape)] = True
    assert (actual[~inside] == CANARY).all(), "wrote outside its operands"


def test_every_kernel_has_an_oracle_and_cases() -> None:
    assert set(ORACLES) == set(KERNELS)
    assert {case.kernel for case in CASES} == set(KERNELS)


@pytest.mark.parametrize("name", KERNELS)
def test_kernels_run_as_plain_python_for_debugging(name: str) -> None:
    case = next(c for c in CASES if c.kernel == name and 0 not in c.sizes.values())
    bench = Bench(case, "float64")
    arena = bench.arena.copy()
    options = [case.options[o.name] for o in bench.signature.options]
    extra = (bench.clock,) if bench.signature.uses_clock else ()
    with np.errstate(over="ignore"):  # dropout's hash wraps round
        KERNELS[name].function(*bench.views(arena).values(), *options, *extra)
    expected = bench.views(bench.by_oracle(case))
    for operand in bench.signature.operands:
        if operand.written and (case.only is None or operand.name in case.only):
            np.testing.assert_allclose(bench.views(arena)[operand.name], expected[operand.name])


@pytest.mark.parametrize("name", ["relu", "leaky_relu", "elu", "gelu", "activate_tanh", "softmax"])
def test_nan_stays_nan(name: str) -> None:
    case = next(c for c in CASES if c.kernel == name and sum(c.sizes.values()) > 6)
    bench = Bench(case, "float32")
    view = bench.views(bench.arena)["y"]
    view.reshape(-1)[-1] = np.nan
    assert np.isnan(bench.views(bench.by_kernel(case))["y"].reshape(-1)[-1])


def test_max_pool_lets_nan_win() -> None:
    case = next(c for c in CASES if c.kernel == "max_pool2d")
    for place in range(4):
        bench = Bench(case, "float32")
        bench.views(bench.arena)["x"][0, place // 2, place % 2, 0] = np.nan
        assert np.isnan(bench.views(bench.by_kernel(case))["y"][0, 0, 0, 0])
