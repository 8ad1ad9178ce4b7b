"""What must be 0 in the gradient of a convolution's weights is 0, not rounding."""

import numpy as np
import pytest

from tests.kernel_bench import Bench
from tests.kernel_cases import Case, convolution
from tuidl.kernels.blas import load
from tuidl.kernels.winograd import suits_winograd, suits_winograd_weights

Images = tuple[int, int, int]
LARGE, SMALL = (12, 12, 16), (8, 8, 16)


@pytest.fixture(scope="module", autouse=True)
def _loaded() -> None:
    load()


def _gradient(image: Images, view: str, dark: tuple[slice | int, ...]) -> np.ndarray:
    """The weights' gradient where part of the images, or of the answers' gradient, is 0."""
    sizes, options = convolution(3, 3, image, 17, block=4, stride=1, top=0, left=0)
    case = Case("conv2d_weight_gradient", sizes, options)
    bench = Bench(case, "float32")
    bench.views(bench.arena)[view][dark] = 0
    return bench.views(bench.by_kernel(case))["dw"]


def test_large_images_alone_go_by_winograd() -> None:
    for image, is_large in ((LARGE, True), (SMALL, False)):
        sizes, _ = convolution(3, 3, image, 17, block=4, stride=1, top=0, left=0)
        kernel, answers = (tuple(sizes[x] for x in letters) for letters in ("ijcf", "npqf"))
        room = sizes["m"] * sizes["z"]
        assert suits_winograd(kernel, 1, answers, room)
        assert suits_winograd_weights(kernel, 1, answers, room) == is_large


@pytest.mark.parametrize("image", [LARGE, SMALL], ids=str)
def test_channels_and_filters_that_are_dead_get_no_gradient(image: Images) -> None:
    every = slice(None)
    for view, axis in (("x", 2), ("dy", 3)):
        dw = np.moveaxis(_gradient(image, view, (every, every, every, 5)), axis, 0)
        assert not dw[5].any()
        assert np.delete(dw, 5, 0).all()


def test_a_dark_border_of_small_images_gives_no_gradient() -> None:
    """Adam would take the least rounding for a direction."""
    seen_by_first_row = slice(0, SMALL[0] - 2)
    dw = _gradient(SMALL, "x", (slice(None), seen_by_first_row))
    assert not dw[0].any()
    assert dw[1:].all()
