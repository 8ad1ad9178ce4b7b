"""How long a step is said to take: by sizes, threads and the machine's two figures."""

import pytest

from tests import helpers
from tuidl.cli.show import description, forecast_line
from tuidl.compiler.forecast import Machine, step_nanoseconds
from tuidl.compiler.graph import Graph
from tuidl.compiler.program import compile_program
from tuidl.training.machine import this_machine

SLOW, FAST = Machine(10.0, 2.0), Machine(100.0, 20.0)


def _program(units: int, batch: int = 64):
    dense = f'layers=[{{type="flatten"}}, {{type="dense", units={units}}}, {{type="dense"}}]'
    return compile_program(Graph.build(helpers.preset(helpers.CONV, dense)), batch)


def test_a_step_takes_longer_on_a_slower_machine_and_with_more_work() -> None:
    small, large = _program(100).train, _program(2000).train
    assert step_nanoseconds(large, FAST, 1) > 3 * step_nanoseconds(small, FAST, 1)
    assert step_nanoseconds(large, SLOW, 1) > 8 * step_nanoseconds(large, FAST, 1)


def test_arithmetic_bounds_products_and_memory_the_update() -> None:
    large = _program(2000).train
    more_operations = step_nanoseconds(large, Machine(1000.0, 2.0), 1)
    more_bytes = step_nanoseconds(large, Machine(10.0, 200.0), 1)
    both = step_nanoseconds(large, SLOW, 1)
    assert max(more_operations, more_bytes) < both


def test_products_by_padding_that_are_left_out_take_no_time() -> None:
    def network(dilation: int):
        layers = (
            'layers=[{type="conv2d", filters=48}, {type="conv2d", filters=48, kernel_size=5, '
            f'dilation={dilation}, padding="same"}}, '
            '{type="global_average_pool2d"}, {type="dense"}]'
        )
        return compile_program(Graph.build(helpers.preset(helpers.CONV, layers)), 64).train

    some, most = network(2), network(30)
    names = {instruction.kernel for instruction in most.emitted.instructions}
    assert {"conv2d_places", "conv2d_places_weight_gradient"} <= names
    # one place of the kernel's 25 sees an image
    assert step_nanoseconds(most, SLOW, 1) < 0.5 * step_nanoseconds(some, SLOW, 1)


def test_threads_share_a_step_but_for_what_one_lane_does() -> None:
    routine = _program(2000).train
    one, two, many = (step_nanoseconds(routine, SLOW, n) for n in (1, 2, 100))
    assert one / 2 <= two < one * 0.6
    assert many < two
    alone = helpers.model(helpers.LINE, backend="numpy").program.train
    assert step_nanoseconds(alone, SLOW, 1) == step_nanoseconds(alone, SLOW, 8)


@pytest.mark.parametrize("kind", ["lstm", "gru", "simple_rnn"])
def test_steps_of_few_examples_wait_for_weights_and_those_of_many_do_not(kind: str) -> None:
    def forecast(units: int, batch: int, machine: Machine) -> float:
        layer = f'layers=[{{type="{kind}", units={units}}}, {{type="dense"}}]'
        graph = Graph.build(helpers.preset(helpers.SEQUENCE, layer))
        return step_nanoseconds(compile_program(graph, batch).train, machine, 1)

    near, far = Machine(100.0, 20.0), Machine(100.0, 2.0)
    assert forecast(900, 1, far) > 5 * forecast(900, 1, near)
    assert forecast(900, 256, far) < 2 * forecast(900, 256, near)


@pytest.mark.parametrize("text", [helpers.CONV, helpers.SEQUENCE, helpers.LINE])
def test_show_has_a_forecast_and_says_how_layers_are_divided(text: str) -> None:
    preset = helpers.preset(text)
    shown = description(preset)
    assert forecast_line(compile_program(Graph.build(preset), preset.batch())) in shown
    assert "forecast of a step: " in shown
    assert "by examples" in shown
    assert "nan" not in shown


def test_the_machine_is_measured_once() -> None:
    machine = this_machine()
    assert machine is this_machine()
    assert machine.operations > 0
    assert machine.bytes > 0
