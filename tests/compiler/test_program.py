"""Shards, memory and rows of compiled programs."""

from math import prod

import numpy as np
import pytest

from tests import helpers
from tuidl.compiler.division import MOST_SHARDS, shards_for
from tuidl.compiler.graph import Graph
from tuidl.compiler.memory_plan import PAGE
from tuidl.compiler.printer import listing
from tuidl.compiler.program import Program, compile_program
from tuidl.compiler.routine import Routine
from tuidl.ir.buffers import Region
from tuidl.ir.shapes import shapes_of
from tuidl.kernels import KERNELS
from tuidl.kernels.simd.winograd_choice import suits_winograd

TEXTS = [helpers.CONV, helpers.LINE, helpers.SEQUENCE]


def compiled(text: str, batch: int = 32, *overrides: str) -> Program:
    return compile_program(Graph.build(helpers.preset(text, *overrides)), batch)


def test_parameters_come_first_and_in_order() -> None:
    program = compiled(helpers.CONV)
    names = [slot.name for slot in program.parameters]
    assert names == ["conv2d_1.kernel", "conv2d_1.bias", "dense_1.kernel", "dense_1.bias"]
    assert program.parameters[0].offset == 0
    offsets = [slot.offset for slot in program.parameters]
    assert offsets == sorted(offsets)
    assert program.parameters[-1].offset + program.parameters[-1].size <= program.span


def test_parameter_counts_are_those_of_the_formulas() -> None:
    graph = Graph.build(helpers.preset(helpers.CONV))
    assert [node.parameter_count for node in graph.nodes] == [3 * 3 * 5 + 5, 0, 0, 80 * 10 + 10]
    gru = Graph.build(helpers.preset(helpers.SEQUENCE)).nodes[0]
    assert gru.parameter_count == 3 * 7 * (1 + 7 + 2)
    assert [node.shape for node in graph.nodes] == [(8, 8, 5), (4, 4, 5), (80,), (10,)]


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("batch", [1, 5, 64])
def test_buffers_that_live_together_never_overlap(text: str, batch: int) -> None:
    program = compiled(text, batch)
    for routine in program.routines:
        spans = _spans_of_life(routine)
        for i, (first, last, start, end) in enumerate(spans):
            assert end <= program.size
            for other_first, other_last, other_start, other_end in spans[:i]:
                if first <= other_last and other_first <= last:
                    assert end <= other_start or other_end <= start


def _spans_of_life(routine: Routine) -> list[tuple[int, int, int, int]]:
    """First and last use, start and end of every buffer of every shard (and all that is shared)."""
    uses: dict = {}
    emitted = routine.emitted
    for i, instruction in enumerate(emitted.instructions):
        for view in instruction.operands:
            uses.setdefault(view.buffer, []).append(i)
    for buffer in emitted.pinned:
        uses[buffer] = [0, len(emitted.instructions)]
    spans = []
    largest = routine.examples_of(0, routine.capacity)
    for buffer, used in uses.items():
        if buffer.region is not Region.WORKSPACE:
            continue
        for lane in range(routine.shards):
            start = routine.address(buffer.view, lane, routine.capacity)
            spans.append((used[0], used[-1], start, start + buffer.elements(largest)))
    return spans


def test_buffers_that_do_not_live_together_share_their_place() -> None:
    known = compiled(helpers.CONV, 32).predict.layout.places
    places = [known[b].start for b in known if b.region is Region.WORKSPACE]
    assert len(set(places)) < len(places)


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("batch", [0, 1, 3, 32])
def test_every_row_decodes_to_what_was_emitted(text: str, batch: int) -> None:
    routine = compiled(text).train
    rows = routine.rows_for(batch)
    assert rows.examples.sum() == batch
    for number, instruction in enumerate(routine.emitted.instructions):
        for lane in range(routine.shards):
            row = rows.rows[number, lane]
            kernel = KERNELS[instruction.kernel]
            assert row[0] == kernel.opcode
            operands, _ = kernel.signature.decode(row)
            count = routine.examples_of(lane, batch)
            assert [shape for _, shape in operands] == shapes_of(instruction.operands, count)


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize("filters", [32, 64])
@pytest.mark.parametrize("batch", [1, 32])
def test_layers_give_winograd_the_room_that_it_divides(
    filters: int, padding: str, batch: int
) -> None:
    layer = f'{{type = "conv2d", filters = {filters}, padding = "{padding}"}}'
    program = compiled(
        helpers.CONV, batch, f"layers=[{layer}, {layer}, {{type = 'flatten'}}, {{type = 'dense'}}]"
    )
    sizes = [
        shapes_of(i.operands, program.train.capacity // program.shards)
        for i in program.train.emitted.instructions
        if i.kernel == "conv2d"
    ]
    assert len(sizes) == 2
    (_, _, _, _, first), (_, kernel, _, answers, room) = sizes
    assert not suits_winograd(sizes[0][1], 1, sizes[0][3], prod(first)), "one channel"
    assert suits_winograd(kernel, 1, answers, prod(room))


def test_a_padded_image_has_room_however_far_kernels_step() -> None:
    layer = '{type = "conv2d", filters = 2, kernel_size = 2, stride = 7, padding = "same"}'
    program = compiled(
        helpers.CONV, 32, f"layers=[{layer}, {{type = 'flatten'}}, {{type = 'dense'}}]"
    )
    room = next(
        shapes_of(i.operands, 1)[-1]
        for i in program.train.emitted.instructions
        if i.kernel == "conv2d"
    )
    assert prod(room) >= 9 * 9, "two steps of 7 over 8 pixels reach the ninth"


def test_a_batch_over_the_capacity_is_refused() -> None:
    with pytest.raises(ValueError, match="capacity"):
        compiled(helpers.LINE).train.rows_for(33)


def test_shards_follow_from_the_work_alone() -> None:
    assert shards_for(flops=6, batch=32) == 1
    assert shards_for(flops=10**9, batch=1) == 1
    assert shards_for(flops=10**9, batch=64) == 8
    assert shards_for(flops=10**9, batch=10**6) == MOST_SHARDS
    assert all(shards_for(f, b).bit_count() == 1 for f in (1, 10**5, 10**7) for b in range(1, 99))


def test_convolutions_have_shards_enough_for_four_threads_but_no_heap_of_gradients() -> None:
    assert [shards_for(10**9, batch, many_rows=True) for batch in (1, 3, 4, 8, 16, 64)] == [
        *(1, 1, 2, 4, 4, 8)
    ]
    layer = '{{type = "conv2d", filters = {}, kernel_size = {}, padding = "same"}}'
    end = "{type = 'flatten'}, {type = 'dense'}"
    light, heavy = (layer.format(*sizes) for sizes in ((64, 3), (128, 7)))
    shards = {
        (batch, name): compiled(helpers.CONV, batch, f"layers=[{text}, {text}, {end}]").shards
        for name, text in (("light", light), ("heavy", heavy))
        for batch in (8, 256)
    }
    expected = {(8, "light"): 4, (8, "heavy"): 4, (256, "light"): 16, (256, "heavy"): 4}
    assert shards == expected


def test_update_slices_cover_every_parameter_once() -> None:
    program = compiled(helpers.CONV.replace("filters = 5", "filters = 300"), 64)
    routine = program.train
    assert routine.update_lanes > 1
    rows = routine.rows_for(64)
    covered = np.zeros(program.span, int)
    for lane in range(routine.update_lanes):
        signature = KERNELS["adam"].signature
        _, options = signature.decode(rows.rows[-1, lane])
        covered[options[0] : options[1]] += 1
    assert (covered == 1).all()


def test_the_lanes_of_an_update_have_no_workspace() -> None:
    """They may be more than the shards, each of which has one."""
    wide = '{type = "flatten"}, {type = "batch_normalization"}, {type = "dense", units = 4000}'
    routine = compiled(helpers.CONV, 8, f'layers=[{wide}, {{type = "dense"}}]').train
    assert routine.update_lanes > routine.shards
    updates = [i for i in routine.emitted.instructions if i.shared]
    assert "move_averages" in {i.kernel for i in updates}
    touched = {view.buffer for i in updates for view in i.operands}
    assert not [buffer.name for buffer in touched if buffer.region is Region.WORKSPACE]


def test_shards_are_pages_apart() -> None:
    routine = compiled(helpers.CONV.replace("filters = 5", "filters = 300"), 64).train
    starts = [routine.address(routine.emitted.x.view, lane, 0) for lane in (0, 1)]
    assert (starts[1] - starts[0]) % PAGE == 0


def test_the_listing_names_every_instruction() -> None:
    program = compiled(helpers.CONV)
    text = listing(program)
    for instruction in program.train.emitted.instructions:
        assert instruction.kernel in text
    assert "stage 2" in text
    assert "32x8x8x1" in text


def test_kernel_signatures_refuse_shapes_that_do_not_fit() -> None:
    signature = KERNELS["dense"].signature
    assert signature.bind([(4, 3), (3, 2), (2,), (4, 2)]) == {"n": 4, "k": 3, "f": 2}
    with pytest.raises(ValueError, match="k is 3 before"):
        signature.bind([(4, 3), (5, 2), (2,), (4, 2)])
    with pytest.raises(ValueError, match="operand b"):
        signature.bind([(4, 3), (3, 2), (2, 1), (4, 2)])
    with pytest.raises(KeyError):
        signature.encode(0, [0, 0, 0, 0], {"n": 1, "k": 1, "f": 1}, {"stride": 1})
