"""Every GPU kernel, and whole stretches of training, in Numba's simulator."""

import pytest

from tests.gpu.children import CHILDREN, needs_numba_cuda
from tests.gpu.small import SMALL
from tuidl.compiler.graph import Graph
from tuidl.compiler.program import compile_program
from tuidl.preset.library import load_preset, shipped

pytestmark = needs_numba_cuda


@pytest.fixture(scope="module")
def by_case() -> dict[str, str]:
    return CHILDREN["simulated"]


@pytest.fixture(scope="module")
def by_stretch() -> dict[str, str]:
    return CHILDREN["stretches"]


@pytest.mark.parametrize("number", range(len(SMALL)), ids=lambda i: str(SMALL[i]))
def test_kernel_does_what_its_oracle_says(number: int, by_case: dict[str, str]) -> None:
    """On one block and on three, to the same bits."""
    if str(number) not in by_case:
        pytest.skip(f"{SMALL[number].kernel} is not there for GPUs")
    assert by_case[str(number)] == ""


def test_every_preset_runs_on_a_gpu(by_case: dict[str, str]) -> None:
    done = {SMALL[int(number)].kernel for number in by_case}
    programs = (
        compile_program(Graph.build(load_preset(name)), 8, tiles=False) for name in shipped()
    )
    assert {kernel for program in programs for kernel in program.kernels} <= done


STRETCHES = [
    "line, launches", "line, one block", "conv, launches", "conv, one block",
    "shards, launches", "shards, one block", "few examples, launches", "few examples, one block",
    "not finite", "stopped", "written between", "one instruction", "no float64",
    "too large", "a way fails", "two heads, launches", "two heads, one block",
    "two objectives, launches", "two objectives, one block", "a mask, launches",
    "a mask, one block",
]  # fmt: skip


@pytest.mark.parametrize("name", STRETCHES)
def test_a_stretch_of_training(name: str, by_stretch: dict[str, str]) -> None:
    assert by_stretch.keys() == set(STRETCHES)
    assert by_stretch[name] == ""
