"""Every GPU kernel compiles for the GPUs of 2020 and of 2022, without one at hand: types fit."""

import importlib.util

import pytest

from tests.gpu.children import answers
from tuidl.kernels import KERNELS
from tuidl.library import shipped

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("numba_cuda") is None, reason="needs the extra 'cuda' (numba-cuda)"
)
FRAMES = ("begin", "gather", "collect")
PERSISTENT = ("linear_regression, one block: True", "cnn_digits, one block: False")


@pytest.mark.parametrize("compute_capability", ["8.0", "9.0"])
def test_every_kernel_compiles(compute_capability: str) -> None:
    names = [*KERNELS, *FRAMES]
    problems = answers("tests.gpu.compiled", compute_capability, *names)
    assert problems == dict.fromkeys(names, "")


def test_the_persistent_kernels_compile() -> None:
    """Of a small and of a large network; ``python -m tests.gpu.compiled 9.0`` does all presets."""
    assert all(name.partition(",")[0] in shipped() for name in PERSISTENT)
    problems = answers("tests.gpu.compiled", "9.0", *PERSISTENT)
    assert problems == dict.fromkeys(PERSISTENT, "")
