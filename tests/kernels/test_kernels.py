"""Every compiled kernel against its plain NumPy definition, on odd shapes and every option."""

import numpy as np
import pytest

from tests.kernels.kernel_bench import Bench
from tests.kernels.kernel_cases import CASES, Case
from tuidl.backends.numpy import ORACLES
from tuidl.kernels import KERNELS, blas


@pytest.fixture(scope="module", autouse=True)
def _blas() -> None:
    blas.load()


@pytest.mark.sample(60)
@pytest.mark.parametrize(
    "dtype", ["float32", pytest.param("float64", marks=pytest.mark.slow)], ids=str
)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_kernel_does_what_its_oracle_says(case: Case, dtype: str) -> None:
    bench = Bench(case, dtype)
    bench.compare(case, bench.by_kernel(case))


def test_every_kernel_has_an_oracle_and_cases() -> None:
    assert set(ORACLES) == set(KERNELS)
    assert {case.kernel for case in CASES} == set(KERNELS)


@pytest.mark.parametrize("name", ["relu", "leaky_relu", "elu", "gelu", "activate_tanh", "softmax"])
def test_nan_stays_nan(name: str) -> None:
    case = next(c for c in CASES if c.kernel == name and sum(c.sizes.values()) > 6)
    bench = Bench(case, "float32")
    view = bench.views(bench.arena)["y"]
    view.reshape(-1)[-1] = np.nan
    assert np.isnan(bench.views(bench.by_kernel(case))["y"].reshape(-1)[-1])


@pytest.mark.parametrize("name", ["swish", "gelu", "gelu_tanh"])
def test_with_its_slope_the_answer_has_the_same_bits(name: str) -> None:
    answers = []
    for kernel in (name, f"{name}_with_slope"):
        case = Case(kernel, {"e": 5003})
        bench = Bench(case, "float32")
        bench.views(bench.arena)["y"][:] = np.linspace(-110, 20, 5003)
        answers.append(bench.views(bench.by_kernel(case))["y"].tobytes())
    assert answers[0] == answers[1]


@pytest.mark.parametrize("rectified", [0, 1])
def test_max_pool_lets_nan_win(rectified: int) -> None:
    case = next(
        c for c in CASES if c.kernel == "max_pool2d" and c.options["rectified"] == rectified
    )
    for place in range(4):
        bench = Bench(case, "float32")
        bench.views(bench.arena)["x"][0, place // 2, place % 2, 0] = np.nan
        found = bench.views(bench.by_kernel(case))
        assert np.isnan(found["y"][0, 0, 0, 0])
        assert found["winner"][0, 0, 0, 0] == place
