"""Every GPU kernel compiles for the GPUs of 2020 and of 2022, without one at hand: types fit."""

import importlib.util
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.gpu.children import answers
from tuidl.kernels import KERNELS
from tuidl.library import shipped

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("numba_cuda") is None, reason="needs the extra 'cuda' (numba-cuda)"
)
FRAMES = ("begin", "gather", "collect")
PERSISTENT = ("linear_regression, one block: True", "cnn_digits, one block: False")


NAMES = [*KERNELS, *FRAMES]
"""What stands in no preset need not be there for GPUs."""
CAPABILITIES = ("8.0", "9.0")


@pytest.fixture(scope="module")
def problems() -> dict[str, dict[str, str]]:
    """Of every kernel, by what it was compiled for: two compilers at work at the same time."""

    def compiled(capability: str) -> dict[str, str]:
        return answers("tests.gpu.compiled", capability, "kernels", *FRAMES)

    with ThreadPoolExecutor() as pool:
        return dict(zip(CAPABILITIES, pool.map(compiled, CAPABILITIES), strict=True))


@pytest.mark.parametrize("capability", CAPABILITIES)
@pytest.mark.parametrize("name", NAMES)
def test_every_kernel_compiles(
    name: str, capability: str, problems: dict[str, dict[str, str]]
) -> None:
    if name not in problems[capability]:
        pytest.skip(f"{name} is not there for GPUs")
    assert problems[capability][name] == ""


def test_the_persistent_kernels_compile() -> None:
    """Of a small and of a large network; ``python -m tests.gpu.compiled 9.0`` does all presets."""
    assert all(name.partition(",")[0] in shipped() for name in PERSISTENT)
    answered = answers("tests.gpu.compiled", "9.0", *PERSISTENT)
    assert answered == dict.fromkeys(PERSISTENT, "")
