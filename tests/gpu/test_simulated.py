"""Every GPU kernel, and whole stretches of training, in Numba's simulator."""

import pytest

from tests.gpu.children import answers
from tests.gpu.small import SMALL
from tuidl.kernels import KERNELS

SIMULATED = {"NUMBA_ENABLE_CUDASIM": "1"}


@pytest.fixture(scope="module")
def by_case() -> dict[str, str]:
    return answers("tests.gpu.simulated", **SIMULATED)


@pytest.fixture(scope="module")
def by_stretch() -> dict[str, str]:
    return answers("tests.gpu.stretches", **SIMULATED)


@pytest.mark.parametrize("number", range(len(SMALL)), ids=lambda i: str(SMALL[i]))
def test_kernel_does_what_its_oracle_says(number: int, by_case: dict[str, str]) -> None:
    """On one block and on three, to the same bits."""
    assert by_case[str(number)] == ""


def test_every_kernel_has_one_for_the_gpu(by_case: dict[str, str]) -> None:
    done = {SMALL[int(number)].kernel for number in by_case}
    assert done == set(KERNELS)


STRETCHES = [
    "line, launches", "line, one block", "conv, launches", "conv, one block",
    "shards, launches", "shards, one block",
    "not finite", "stopped", "written between", "one instruction", "no float64",
    "too large", "a way fails",
]  # fmt: skip


@pytest.mark.parametrize("name", STRETCHES)
def test_a_stretch_of_training(name: str, by_stretch: dict[str, str]) -> None:
    assert by_stretch.keys() == set(STRETCHES)
    assert by_stretch[name] == ""
