"""What must be 0 in the gradient of a convolution's weights is 0, not rounding."""

from typing import Any

import numpy as np
import pytest
from numba import njit

from tests.kernels.case import Case
from tests.kernels.image_cases import convolution
from tests.kernels.kernel_bench import Bench
from tests.kernels.piece_cases import by_pieces
from tuidl.kernels.blas import load
from tuidl.kernels.simd.winograd_choice import (
    _has,
    suits_winograd,
    suits_winograd_weights,
    winograd_workspace,
)

Images = tuple[int, int, int]
LARGE, SMALL = (12, 13, 32), (8, 8, 32)
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
    sizes, options = convolution(3, 3, image, 33, block=4, stride=1, top=0, left=0)
    return Case("conv2d_weight_gradient", sizes, options)


def _is_taken(bench: Bench) -> bool:
    views = bench.views(bench.arena)
    x, dy, dw, workspace = (views[name] for name in ("x", "dy", "dw", "workspace"))
    assert suits_winograd(dw.shape, 1, dy.shape, workspace.size)
    return suits_winograd_weights(x, dy, dw.shape, 1, workspace.size)


@pytest.mark.parametrize(
    ("image", "taken"), [(LARGE, True), ((12, 12, 32), True), ((11, 13, 32), False), (SMALL, False)]
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


@pytest.mark.parametrize("contrast", [0.0, 1e2, 1e4, 1e6])
@pytest.mark.parametrize("blind", [False, True], ids=["all weights", "none on the right"])
def test_the_error_is_that_of_the_brightest_pixel_an_answer_sees(
    contrast: float, blind: bool
) -> None:
    """Also where the kernel has no weight there: the definition would not lose those digits."""
    sizes, options = convolution(3, 3, (16, 16, 32), 34, block=24, stride=1, top=0, left=0)
    case = Case("conv2d", sizes, options)
    bench = Bench(case, "float32")
    x, w, b, workspace = (bench.views(bench.arena)[name] for name in ("x", "w", "b", "workspace"))
    x[:, :, 7:] += contrast
    w[:, 1:] *= 0 if blind else 1
    y = bench.views(bench.by_kernel(case))["y"].astype(np.float64)
    assert suits_winograd(w.shape, 1, y.shape, workspace.size)
    windows = np.lib.stride_tricks.sliding_window_view(x, (3, 3), axis=(1, 2))
    exact = np.einsum("npqcij,ijcf->npqf", *(a.astype(np.float64) for a in (windows, w))) + b
    brightest = np.abs(windows).max(axis=(3, 4, 5))[..., None]
    bound = 3e-7 * brightest * np.abs(w).sum(axis=(0, 1, 2)) + 1e-6
    assert (np.abs(y - exact) < bound).all()


@pytest.mark.parametrize("size", [4, 5, 7])
@pytest.mark.parametrize("stride", [1, 2])
def test_the_error_of_pieces_is_small_beside_what_is_added_up(size: int, stride: int) -> None:
    image = (22, 20, 40)
    sizes, options = by_pieces(
        2, (size, size), image, 40, block=1, stride=stride, dilation=1, top=0, left=0
    )
    case = Case("conv2d_winograd", sizes, options)
    bench = Bench(case, "float32")
    x, w = (bench.views(bench.arena)[name].astype(np.float64) for name in ("x", "w"))
    y, exact = (
        bench.views(arena)["y"].astype(np.float64)
        for arena in (bench.by_kernel(case), bench.by_oracle(case))
    )
    added = np.abs(x).max() * np.abs(w).sum(axis=(0, 1, 2))
    assert (np.abs(y - exact) < 3e-7 * added).all()


@pytest.mark.slow
def test_a_dark_image_has_weights_gradients_by_the_definition() -> None:
    sizes, options = by_pieces(
        2, (5, 5), (14, 13, 17), 18, block=1, stride=1, dilation=1, top=2, left=2
    )
    case = Case("conv2d_winograd_weight_gradient", sizes, options)
    bench = Bench(case, "float32")
    bench.views(bench.arena)["x"][:, :13] = 0
    exact = bench.views(bench.by_oracle(case))["dw"] == 0
    assert exact.any()
    np.testing.assert_array_equal(bench.views(bench.by_kernel(case))["dw"] == 0, exact)


@njit
def _compiled_has(values: Any, enough: int) -> Any:
    return _has(values, enough)


@pytest.mark.parametrize("size", [5, 16, 37])
def test_what_is_not_0_is_counted_alike_by_plain_python_and_machine_code(size: int) -> None:
    values = np.tile(np.array([0, -0.0, 1e-40, np.nan, np.inf, 3], np.float32), 10)[:size]
    count = int(np.count_nonzero(values))
    for enough in (count, count + 1):
        assert _has(values, enough) == _compiled_has(values, enough) == (enough <= count)


WIDE = [
    (2, (12, 10, 150), 140, {"top": 1, "left": 1}),
    (0, (12, 12, 144), 144, {"top": 1, "left": 1}),
    (3, (13, 14, 131), 157, {"top": 0, "left": 1}),
]
"""Examples, image and filters: so many that factors are packed."""
MOST = (1, (16, 17, 258), 257, {"top": 1, "left": 1})
"""With more pairs of them than smaller images may have."""
NAMES = {"conv2d": "y", "conv2d_weight_gradient": "dw", "conv2d_input_gradient": "dx"}
ACCURACY = {"float32": 4e-6, "float64": 1e-14}
"""As a part of the greatest number."""


@pytest.mark.parametrize("dtype", ["float32", pytest.param("float64", marks=pytest.mark.slow)])
@pytest.mark.parametrize("kernel", NAMES)
@pytest.mark.parametrize("lines", [3, 40])
def test_many_channels(kernel: str, lines: int, dtype: str) -> None:
    """In blocks of few tiles and of many."""
    most = [MOST] if lines == 3 and dtype == "float32" else []
    for n, image, filters, ends in [*WIDE, *most]:
        sizes, options = convolution(n, 3, image, filters, block=1, stride=1, **ends)
        fixed, line = winograd_workspace(sizes["p"], sizes["q"], image[2], filters)
        sizes["m"] = max(sizes["m"], fixed + lines * line)
        case = Case(kernel, sizes, options)
        bench = Bench(case, dtype)
        views = bench.views(bench.arena)
        shape = (3, 3, image[2], filters)
        answers = (n, sizes["p"], sizes["q"], filters)
        assert suits_winograd(shape, 1, answers, views["workspace"].size)
        expected = bench.views(bench.by_oracle(case))[NAMES[kernel]]
        found = bench.views(bench.by_kernel(case))[NAMES[kernel]]
        error = np.abs(found - expected).max(initial=0)
        assert error <= ACCURACY[dtype] * np.abs(expected).max(initial=0)
