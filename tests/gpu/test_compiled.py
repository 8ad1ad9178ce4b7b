"""Every GPU kernel compiles for the GPUs of 2020 and of 2022, without one at hand: types fit."""

import pytest

from tests.gpu.children import CHILDREN, FRAMES, PERSISTENT, VERSIONS, needs_numba_cuda
from tuidl.kernels import KERNELS
from tuidl.preset.library import shipped

pytestmark = needs_numba_cuda


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", [*KERNELS, *FRAMES])
def test_every_kernel_compiles(name: str, version: str) -> None:
    """What stands in no preset need not be there for GPUs."""
    problems = CHILDREN["compiled"]
    if f"{version} {name}" not in problems:
        pytest.skip(f"{name} is not there for GPUs")
    assert problems[f"{version} {name}"] == ""


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", PERSISTENT)
def test_the_persistent_kernels_compile(name: str, version: str) -> None:
    """Of a small and of a large network; ``python -m tests.gpu.compiled 9.0`` does all presets."""
    assert name.partition(",")[0] in shipped()
    assert CHILDREN["compiled"][f"{version} {name}"] == ""
