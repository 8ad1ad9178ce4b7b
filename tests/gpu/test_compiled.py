"""Every GPU kernel compiles for the GPUs of 2020 and of 2022, without one at hand: types fit."""

import pytest

from tests.gpu.children import CHILDREN, FRAMES, PERSISTENT, needs_numba_cuda
from tuidl.kernels import KERNELS
from tuidl.preset.library import shipped

pytestmark = needs_numba_cuda


@pytest.mark.parametrize("capability", ["8.0", "9.0"])
@pytest.mark.parametrize("name", [*KERNELS, *FRAMES])
def test_every_kernel_compiles(name: str, capability: str) -> None:
    """What stands in no preset need not be there for GPUs."""
    problems = CHILDREN[capability]
    if name not in problems:
        pytest.skip(f"{name} is not there for GPUs")
    assert problems[name] == ""


def test_the_persistent_kernels_compile() -> None:
    """Of a small and of a large network; ``python -m tests.gpu.compiled 9.0`` does all presets."""
    assert all(name.partition(",")[0] in shipped() for name in PERSISTENT)
    assert CHILDREN["persistent"] == dict.fromkeys(PERSISTENT, "")
