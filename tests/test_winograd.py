"""What must be 0 in the gradient of a convolution's weights is 0, not rounding."""

from typing import Any

import numpy as np
import pytest

from tests.kernel_bench import Bench
from tests.kernel_cases import Case, convolution
from tuidl.kernels.blas import load
from tuidl.kernels.winograd import suits_winograd, suits_winograd_weights

Images = tuple[int, int, int]
LARGE, SMALL = (12, 13, 16), (8, 8, 16)
ALL = slice(None)
DARK = {
    "a border": [("x", (ALL, slice(0, 10)))],
    "few answers with a gradient": [("dy", (ALL, slice(0, 9))), ("x", (ALL, slice(11, 12)))],
}
"""What is 0 in the images, or in the answers' gradient."""


@pytest.fixture(scope="module", autouse=True)
def _loaded() -> None:
    load()


def _case(image: Images) -> Case:
    sizes, options = convolution(3, 3, image, 17, block=4, stride=1, top=0, left=0)
    return Case("conv2d_weight_gradient", sizes, options)


def _is_taken(bench: Bench) -> bool:
    views = bench.views(bench.arena)
    x, dy, dw, patches = (views[name] for name in ("x", "dy", "dw", "patches"))
    assert suits_winograd(dw.shape, 1, dy.shape, patches.size)
    return suits_winograd_weights(x, dy, dw.shape, 1, patches.size)


@pytest.mark.parametrize(
    ("image", "taken"), [(LARGE, True), ((12, 12, 16), True), ((11, 13, 16), False), (SMALL, False)]
)
def test_large_images_alone_go_by_winograd(image: Images, taken: bool) -> None:
    assert _is_taken(Bench(_case(image), "float32")) == taken


@pytest.mark.parametrize("dark", DARK.values(), ids=DARK)
def test_what_must_be_0_is_0_where_little_else_is_added(dark: list[tuple[str, Any]]) -> None:
    """Adam would take the least rounding for a direction."""
    case = _case(LARGE)
    bench = Bench(case, "float32")
    for name, part in dark:
        bench.views(bench.arena)[name][part] = 0
    assert not _is_taken(bench)
    exact = bench.views(bench.by_oracle(case))["dw"] == 0
    assert exact.any()
    np.testing.assert_array_equal(bench.views(bench.by_kernel(case))["dw"] == 0, exact)


@pytest.mark.parametrize("image", [LARGE, SMALL], ids=str)
def test_channels_and_filters_that_are_dead_get_no_gradient(image: Images) -> None:
    for name, axis in (("x", 2), ("dy", 3)):
        case = _case(image)
        bench = Bench(case, "float32")
        bench.views(bench.arena)[name][..., 5] = 0
        dw = np.moveaxis(bench.views(bench.by_kernel(case))["dw"], axis, 0)
        assert not dw[5].any()
        assert np.delete(dw, 5, 0).all()
