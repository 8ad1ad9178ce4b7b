"""Layers whose products are computed by tiles, or by examples: the same numbers, the same bits."""

import numpy as np
import pytest

from tests import helpers
from tuidl.compiler import costs as costs_of_work
from tuidl.compiler import division
from tuidl.compiler.division import Division, share_out
from tuidl.compiler.graph import Graph
from tuidl.compiler.memory_plan import joint_buffers
from tuidl.compiler.routine import Routine
from tuidl.compiler.stages import collide, defer_gradients
from tuidl.ir.buffers import Region
from tuidl.ir.instructions import Phase
from tuidl.kernels import KERNELS

DEEP = """
name = "deep"
layers = [
    {type = "conv2d", filters = 3, activation = "relu"},
    {type = "flatten"},
    {type = "dense", units = 40, activation = "relu", l2 = 0.01},
    {type = "layer_normalization"},
    {type = "dense", units = 33, activation = "tanh", use_bias = false, l1 = 0.01},
    {type = "dropout", rate = 0.3},
    {type = "dense", activation = "softmax"},
]
data = {source = "digits"}
loss = {type = "cross_entropy"}
optimizer = {type = "adam", global_clip_norm = 1.0}
"""
WAYS = [*Division, "mixed"]


@pytest.fixture(params=WAYS, ids=str)
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Division | str:
    """Every layer that can be is divided like this, or each in another way, in many shards."""
    chosen = request.param

    def costs(node, batch, shards):
        ways = list(node.layer.divisions)
        known = dict.fromkeys(ways, 1.0)
        best = ways[ord(node.name[-1]) % 3] if chosen == "mixed" else chosen
        return {**known, best: 0.0}

    for name in ("FLOPS_OF_A_SHARD", "EXAMPLES_OF_A_SHARD"):
        monkeypatch.setattr(division, name, 1)
    monkeypatch.setattr(costs_of_work, "LEAST_PART", 0.5)
    monkeypatch.setattr(division, "LEAST_GAIN", -1e30)
    monkeypatch.setattr(division, "_costs", costs)
    return chosen


def _divisions(model) -> set[Division]:
    return {choice.division for choice in share_out(model.program.graph, 23).choices.values()}


@pytest.mark.sample(1)
def test_every_way_agrees_with_the_oracle_whatever_the_memory_held(way: Division | str) -> None:
    cpu = helpers.model(DEEP, dtype="float64", batch=23)
    oracle = helpers.model(DEEP, dtype="float64", batch=23, backend="numpy")
    assert _divisions(cpu) == (set(Division) if way == "mixed" else {way})
    for model in (cpu, oracle):
        helpers.spoil_workspaces(model)
    np.testing.assert_allclose(helpers.train(cpu), helpers.train(oracle), rtol=1e-9)
    x, _ = helpers.examples(cpu, 37)
    np.testing.assert_allclose(cpu.predict(x), oracle.predict(x), rtol=1e-8)


def test_gradients_are_those_by_examples(way: Division | str) -> None:
    divided = helpers.model(DEEP, dtype="float64", batch=23)
    x, y = helpers.examples(divided, 17)
    loss, gradients = divided.loss_and_gradients(x, y)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(division, "_is_divisible", lambda graph, node: False)
        plain = helpers.model(DEEP, dtype="float64", batch=23)
    assert not plain.program.train.emitted.instructions[-1].tiled
    expected, expected_gradients = plain.loss_and_gradients(x, y)
    assert loss == pytest.approx(expected, rel=1e-12)
    for name, values in gradients.items():
        np.testing.assert_allclose(values, expected_gradients[name], rtol=1e-9, atol=1e-12)


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("batch", [1, 7, 64])
def test_the_same_bits_on_any_number_of_threads(batch: int) -> None:
    hashes = set()
    for threads in (1, 2):
        model = helpers.model(DEEP, threads=threads, batch=batch)
        losses = helpers.train(model)
        hashes.add((model.weights_sha256, losses.tobytes()))
    assert len(hashes) == 1


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("batch", [1, 5, 64])
def test_buffers_in_use_at_the_same_time_never_overlap(batch: int) -> None:
    program = helpers.model(DEEP, backend="numpy", batch=batch).program
    for routine in program.routines:
        spans = _spans(routine)
        for i, (begin, end, start, stop) in enumerate(spans):
            assert stop <= program.size
            for other_begin, other_end, other_start, other_stop in spans[:i]:
                if begin <= other_end and other_begin <= end:
                    assert stop <= other_start or other_stop <= start


def _spans(routine: Routine) -> list[tuple[int, int, int, int]]:
    """Of each buffer (and shard): first and last moment of use, and where it lies. Moments are
    stages for what lanes share, as no lane waits for another within one."""
    instructions = routine.emitted.instructions
    stage = {i: n for n, (a, b, _) in enumerate(routine.stages) for i in range(a, b)}
    joint = joint_buffers(instructions)
    uses: dict = {buffer: [0, len(instructions) - 1] for buffer in routine.emitted.pinned}
    for i, instruction in enumerate(instructions):
        for view in instruction.operands:
            if view.buffer.region is Region.WORKSPACE:
                uses.setdefault(view.buffer, []).append(i)
    spans = []
    for buffer, used in uses.items():
        begin, end = min(used), max(used)
        if buffer in joint:
            begin, end = stage[begin] * 1000, stage[end] * 1000 + 999
        else:
            begin, end = (stage[n] * 1000 + n - routine.stages[stage[n]][0] for n in (begin, end))
        for lane in range(1 if buffer in joint else routine.shards):
            start = routine.address(buffer.view, lane, routine.capacity)
            examples = (
                routine.capacity if buffer in joint else routine.examples_of(0, routine.capacity)
            )
            spans.append((begin, end, start, start + buffer.elements(examples)))
    return spans


@pytest.mark.usefixtures("way")
def test_no_lane_reads_in_a_stage_what_another_writes() -> None:
    program = helpers.model(DEEP, backend="numpy", batch=64).program
    for routine in program.routines:
        for first, end, _ in routine.stages:
            stage = routine.emitted.instructions[first:end]
            assert len({(i.tiled, i.shared) for i in stage}) <= 1
            if stage and stage[0].tiled:
                pairs = [(a, b) for n, b in enumerate(stage) for a in stage[:n]]
                assert not any(collide(a, b) for a, b in pairs)


def test_late_gradients_wait_for_the_update_and_keep_their_order(way: Division | str) -> None:
    program = helpers.model(DEEP, backend="numpy", batch=64).program
    inspected = program.inspect.emitted.instructions
    moved = defer_gradients(inspected)
    assert sorted(map(id, moved)) == sorted(map(id, inspected))
    if way is Division.GRADIENTS:
        backward = [i for i in moved if i.phase is Phase.BACKWARD]
        late = [n for n, i in enumerate(backward) if i.late]
        assert late == list(range(late[0], late[-1] + 1)), "one stage for all of them"


def test_wide_layers_are_computed_by_tiles_and_small_networks_as_before() -> None:
    def found(units: int, layers: int, batch: int) -> set[Division]:
        dense = f'{{type = "dense", units = {units}, activation = "relu"}},' * layers
        text = (
            DEEP[: DEEP.index("layers")]
            + f"""
layers = [{{type = "flatten"}}, {dense} {{type = "dense", activation = "softmax"}}]
data = {{source = "digits"}}
optimizer = {{type = "adam"}}
loss = {{type = "cross_entropy"}}
"""
        )
        graph = Graph.build(helpers.preset(text))
        return {choice.division for choice in share_out(graph, batch).choices.values()}

    assert found(1000, 2, 128) >= {Division.TILES}
    assert found(1000, 2, 1) >= {Division.TILES}
    assert found(32, 1, 32) == {Division.EXAMPLES}
    assert found(100, 30, 128) >= {Division.GRADIENTS}
    assert share_out(Graph.build(helpers.preset(DEEP)), 64, tiles=False).choices == {}


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("batch", [1, 9, 64])
def test_each_part_is_done_by_one_lane_and_small_ones_are_spread(batch: int) -> None:
    routine = helpers.model(DEEP, backend="numpy", batch=64).program.train
    rows = routine.rows_for(batch)
    for first, end, lanes in routine.stages:
        busy = np.zeros(lanes, int)
        for number in range(first, end):
            instruction = routine.emitted.instructions[number]
            if not instruction.tiled:
                continue
            signature = KERNELS[instruction.kernel].signature
            names = [option.name for option in signature.options]
            found = []
            for lane in range(lanes):
                own = dict(zip(names, signature.decode(rows.rows[number, lane])[1], strict=True))
                parts = own["parts"]
                if own["part"] < parts:
                    found.append(own["part"])
                    busy[lane] += 1
            assert sorted(found) == list(range(parts))
        assert busy.max() - busy.min() <= 1


@pytest.mark.usefixtures("way")
def test_for_one_thread_outputs_are_computed_in_one_piece() -> None:
    """But for what lanes keep from step to step; the bits are compared above."""
    routine = helpers.model(DEEP, batch=64).program.train
    rows, whole = routine.rows_for(64), routine.rows_for(64, threads=1)
    for number, instruction in enumerate(routine.emitted.instructions):
        if instruction.tiled:
            signature = KERNELS[instruction.kernel].signature
            _, values = signature.decode(whole.rows[number, 0])
            assert values[[o.name for o in signature.options].index("parts")] == 1
    assert whole.rows.shape[1] <= rows.rows.shape[1]
    assert routine.rows_for(64) is rows


@pytest.mark.usefixtures("way")
def test_for_two_threads_outputs_are_computed_in_two_pieces_one_on_each() -> None:
    routine = helpers.model(DEEP, batch=64).program.train
    rows = routine.rows_for(64, threads=2)
    for number, instruction in enumerate(routine.emitted.instructions):
        if instruction.tiled:
            signature = KERNELS[instruction.kernel].signature
            names = [option.name for option in signature.options]
            lanes = range(rows.lanes_of(number))
            values = [signature.decode(rows.rows[number, lane])[1] for lane in lanes]
            parts = values[0][names.index("parts")]
            assert parts <= 2
            own = sorted(one[names.index("part")] for one in values)
            assert own[:parts] == list(range(parts))
