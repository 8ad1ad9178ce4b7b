"""The profile of a training step: every instruction is there, and the shares are shares."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests import helpers
from tuidl.cli.profile_table import duration, profile_lines
from tuidl.kernels.timing import MONOTONIC
from tuidl.preset.library import load_preset, shipped
from tuidl.training import profiling
from tuidl.training.profiling import Profile, RowTime, profile, random_feed

WORDS = """
name = "words"
data = {source = "digits"}
layers = [{type = "flatten"}, {type = "embedding", input_dim = 17, output_dim = 3},
          {type = "gru", units = 4}, {type = "dense"}]
loss = {type = "categorical_cross_entropy"}
optimizer = {type = "adam"}
training = {batch_size = 24}
"""


@pytest.fixture(autouse=True)
def brief(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(profiling, "ROUNDS", 2)
    monkeypatch.setattr(profiling, "SECONDS_OF_A_ROUND", 0.001)


@pytest.mark.parametrize("name", shipped())
def test_every_preset_without_its_data(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TUIDL_DATA_DIR", str(tmp_path))
    found = profile(load_preset(name), threads=2)
    program = helpers.Model(load_preset(name), batch=found.batch).program
    instructions = program.train.emitted.instructions
    first, *rows = found.rows
    assert (first.kernel, first.number, first.flops) == ("gather", None, 0)
    assert [row.kernel for row in rows] == [i.kernel for i in instructions]
    assert [row.number for row in rows] == list(range(len(instructions)))
    assert sum(map(found.share, found.rows)) == pytest.approx(1)
    assert min(row.seconds for row in found.rows) >= 0
    assert min(row.bytes for row in found.rows) > 0
    assert min(found.step, found.step_together, found.peak) > 0


@pytest.mark.parametrize("text", [helpers.RESIDUAL, helpers.SEQUENCE, WORDS])
def test_networks_of_other_shapes(text: str) -> None:
    found = profile(helpers.preset(text), threads=1)
    assert sum(map(found.share, found.rows)) == pytest.approx(1)


def test_costs_are_of_all_shards_together() -> None:
    costs = []
    for batch in (16, 64):
        setting = f"training.batch_size={batch}"
        found = profile(load_preset("mnist_cnn", [setting]), threads=1)
        costs.append({row.number: row.flops for row in found.rows if row.phase == "forward"})
    few, many = costs
    assert {number: 4 * flops for number, flops in few.items()} == many
    assert few[0] == 2 * 16 * 26 * 26 * 9 * 32


def test_a_profile_trains_as_the_loop_does() -> None:
    timed, plain = (helpers.model(helpers.CONV) for _ in range(2))
    feed = random_feed(plain, 96)
    for model in (timed, plain):
        model.require_prepared()
        batches = profiling.BatchPlan.of(model.program.train, 32, len(feed))
        if model is timed:
            timed.engine.time_rows(batches, feed, profiling.RATE, 3, MONOTONIC)
        else:
            profiling.seconds_of_steps(model, batches, feed, threads=1, steps=3)
    assert timed.weights_sha256 == plain.weights_sha256


def canned() -> Profile:
    rows = (
        RowTime(None, "gather", "examples", "gather", 1e-6, 0, 4000),
        RowTime(0, "dense", "dense_1", "forward", 6e-6, 60_000, 3000),
        RowTime(1, "adam", "optimizer", "update", 3e-6, 6000, 6000),
    )
    return Profile("small", 32, rows, 11e-6, 8e-6, 2, 2e10)


def test_the_table_in_program_order_and_sorted() -> None:
    lines = profile_lines(canned(), slowest_first=False, unicode=True)
    assert lines[0] == "small, batch 32: a training step on one core"
    assert [line.split()[0] for line in lines[3:6]] == ["gather", "0", "1"]
    assert lines[4].split() == ["0", "dense", "dense_1", "forward", "6.00", "µs", "60.0%",
                                "█" * 20, "10.00", "50%", "0.5"]  # fmt: skip
    assert lines[3].split()[-2:] == ["███", "4.0"]
    assert lines[7].startswith(
        "all rows 10.00 µs; a real step takes 11.00 µs of one core, and 8.00"
    )
    assert lines[8].startswith("0.066 MFLOP a step: 6 GFLOP/s on one core, 30% of the 20 of a")
    ordered = profile_lines(canned(), slowest_first=True, unicode=False)
    assert [line.split()[0] for line in ordered[3:6]] == ["0", "1", "gather"]
    assert "##########" in ordered[4]


def test_a_duration_has_the_unit_that_fits() -> None:
    assert (duration(1.234e-6), duration(0.0123)) == ("1.23 µs", "12.30 ms")


def show(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tuidl", "show", "linear_regression", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)


def test_on_the_command_line() -> None:
    found = show("--profile", "--sorted")
    assert found.returncode == 0, found.stderr
    lines = found.stdout.splitlines()[3:11]
    shares = [float(re.search(r"([\d.]+)%", line)[1]) for line in lines]
    assert shares == sorted(shares, reverse=True)
    alone = show("--sorted")
    assert alone.returncode == 2
    assert "--sorted goes with --profile" in alone.stderr
