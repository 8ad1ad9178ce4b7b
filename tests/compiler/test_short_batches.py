"""Small batches of prediction and evaluation are worked on in as few shards as they need."""

import pytest

from tests import helpers
from tuidl.compiler import division
from tuidl.compiler.graph import Graph
from tuidl.compiler.program import Program, compile_program
from tuidl.compiler.routine import Routine
from tuidl.compiler.stages import Stages

TEXTS = [helpers.CONV, helpers.RESIDUAL, helpers.SEQUENCE]


@pytest.fixture(autouse=True)
def shared_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small networks are worked on in shards of eight, as large ones are."""
    monkeypatch.setattr(division, "FLOPS_OF_A_SHARD", 1)


def compiled(text: str, batch: int = 200) -> Program:
    return compile_program(Graph.build(helpers.preset(text)), batch)


def alone(routine: Routine) -> Stages:
    return [(first, end, 1) for first, end, _ in routine.stages]


@pytest.mark.parametrize("text", TEXTS)
def test_one_example_is_the_work_of_one_lane(text: str) -> None:
    program = compiled(text)
    for routine in (program.predict, program.evaluate):
        assert routine.shards == division.MOST_SHARDS
        rows = routine.rows_for(1)
        assert [tuple(stage) for stage in rows.stages.tolist()] == alone(routine)
        assert rows.rows.shape[1] == 1, "others have no rows"
        assert (rows.examples.tolist(), rows.first.tolist()) == ([1], [0])


@pytest.mark.parametrize("text", TEXTS)
def test_a_full_batch_is_shared_out_among_all_lanes(text: str) -> None:
    routine = compiled(text).predict
    rows = routine.rows_for(routine.capacity)
    assert len(rows.examples) == routine.shards
    assert [tuple(stage) for stage in rows.stages.tolist()] == routine.stages


@pytest.mark.parametrize("capacity", [128, 130, 200, 1000])
def test_no_shard_gets_more_examples_than_it_has_room_for(capacity: int) -> None:
    routine = compiled(helpers.CONV, capacity).predict
    room = -(-capacity // routine.shards)
    before = 0
    for batch in range(capacity + 1):
        shards = routine.shards_of(batch)
        examples = [routine.examples_of(lane, batch) for lane in range(routine.shards)]
        first = [routine.first_of(lane, batch) for lane in range(routine.shards)]
        assert sum(examples) == batch
        assert max(examples) <= room
        assert first == [sum(examples[:lane]) for lane in range(routine.shards)]
        assert not any(examples[shards:])
        assert shards >= before
        before = shards


def test_batches_in_between_take_the_shards_that_their_work_is_worth() -> None:
    routine = compiled(helpers.CONV, 128).predict
    assert [routine.shards_of(batch) for batch in (0, 1, 8, 9, 16, 17, 64, 127)] == [
        1, 1, 1, 2, 2, 3, 8, 16,
    ]  # fmt: skip


@pytest.mark.parametrize("text", [helpers.CONV, helpers.RESIDUAL])
def test_shards_that_are_added_up_all_work(text: str) -> None:
    """Gradients and moments of shards without examples are zeros, and are read."""
    for routine in (compiled(text).train, compiled(text).inspect):
        assert not routine.narrows
        rows = routine.rows_for(1)
        assert rows.examples.tolist() == [1] + [0] * (routine.shards - 1)
        assert [tuple(stage) for stage in rows.stages.tolist()] == routine.stages


def test_rows_of_few_sizes_are_kept() -> None:
    routine = compiled(helpers.LINE, 300).predict
    for batch in range(1, 301):
        routine.rows_for(batch)
    assert len(routine._known_rows) <= 64
    assert routine.rows_for(300) is routine.rows_for(300)
