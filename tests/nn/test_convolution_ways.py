"""By which kernels a convolution's three products are computed: by its sizes alone."""

import pytest

from tests import helpers
from tuidl.compiler.graph import Graph
from tuidl.compiler.program import compile_program
from tuidl.nn.layers import convolution_frame


def _kernels(layers: str, batch: int) -> tuple[str, str, str]:
    """The convolution's, the weights' gradient's, the pixels' gradient's: of the last one."""
    preset = helpers.preset(helpers.CONV, f"layers=[{layers}]")
    instructions = compile_program(Graph.build(preset), batch).train.emitted.instructions
    names = [i.kernel.removesuffix("_tile") for i in instructions if "conv2d" in i.kernel]
    forward = [name for name in names if "gradient" not in name]
    backward = [name for name in names if "gradient" in name]
    weights = next(name for name in backward if name.endswith("_weight_gradient"))
    pixels = next(name for name in backward if name.endswith("_input_gradient"))
    return forward[-1], weights, pixels


def _conv(filters: int, options: str) -> str:
    return f'{{type = "conv2d", filters = {filters}, padding = "same", {options}}}'


@pytest.mark.parametrize(
    ("options", "channels", "expected"),
    [
        ("kernel_size = 1", 320, True),
        ("kernel_size = 8", 64, True),
        ('kernel_size = 8, padding = "same"', 64, False),
        ("kernel_size = 1, stride = 2", 320, False),
        ("kernel_size = 1, padding = 1", 320, False),
        ("kernel_size = 1, groups = 2", 320, False),
        ("kernel_size = 1", 200, False),
        ("kernel_size = 7", 64, False),
    ],
)
def test_products_of_large_matrices_are_those_of_dense_layers(
    options: str, channels: int, expected: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    conv = f'{{type = "conv2d", filters = {channels}'
    layers = f"layers=[{conv}, kernel_size = 1}}, {conv}, {options}}}, {END}]"
    direct = helpers.model(helpers.CONV, layers, dtype="float64", batch=10)
    names = [i.kernel for i in direct.program.train.emitted.instructions if i.node == "conv2d_2"]
    assert all("conv2d" not in name for name in names) == expected
    assert any("conv2d" not in name and "weight" in name for name in names) == expected
    if not expected:
        return
    monkeypatch.setattr(convolution_frame, "LEAST_WEIGHTS", 10**9)
    by_windows = helpers.model(helpers.CONV, layers, dtype="float64", batch=10, backend="numpy")
    kernels = {i.kernel for i in by_windows.program.train.emitted.instructions}
    assert any(kernel.startswith("conv2d") and "weight" in kernel for kernel in kernels)
    x, y = helpers.examples(direct, 9)
    helpers.assert_same_gradients(direct, by_windows, x, y, loss=1e-12, rtol=1e-8, atol=1e-11)


END = '{type = "global_average_pool2d"}, {type = "dense"}'


@pytest.mark.parametrize(
    ("options", "way"),
    [
        ("kernel_size = 1", ""),
        ("kernel_size = 3, stride = 2, groups = 4", "_grouped"),
        ("kernel_size = 5, dilation = 4", "_places"),
        ("kernel_size = 9, stride = 3", "_places"),
        ("kernel_size = [1, 15]", "_places"),
        ("kernel_size = 5, dilation = 4, groups = 2", "_grouped"),
    ],
)
@pytest.mark.parametrize("batch", [1, 20])
def test_all_products_go_one_way(options: str, way: str, batch: int) -> None:
    layers = f"{_conv(64, 'kernel_size = 1')}, {_conv(64, options)}, {END}"
    name = f"conv2d{way}"
    expected = (name, f"{name}_weight_gradient", f"{name}_input_gradient")
    assert _kernels(layers, batch) == expected


def test_only_the_weights_gradient_does_where_tiles_of_winograd_serve_the_others() -> None:
    small = f"{_conv(64, 'kernel_size = 1, stride = 2')}, {_conv(64, 'kernel_size = 3')}, {END}"
    expected = ("conv2d", "conv2d_places_weight_gradient", "conv2d_input_gradient")
    assert _kernels(small, 20) == expected
    large = f"{_conv(64, 'kernel_size = 1')}, {_conv(64, 'kernel_size = 3')}, {END}"
    assert _kernels(large, 20)[1] == "conv2d_weight_gradient"
