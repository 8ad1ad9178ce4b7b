"""What the bench finds inside our own training: bits, errors of float32, growth."""

import json
import math
from pathlib import Path

import pytest

from bench import agreement, exponents, float_losses, inside, looking, steady
from bench.cases import Case, named, preset_file
from bench.exponents import SERIES, Growth, exponent
from bench.grids import GridCase
from bench.networks import KINDS
from bench.records import Timing
from tests.bench.test_peers import tiny, work_of
from tuidl.preset.library import load_preset


@pytest.mark.parametrize("name", ["strided", "stacked", "words"])
def test_weights_are_hashed_for_every_number_of_threads(name: str) -> None:
    found = agreement.look(tiny(name), work_of(tiny(name)), threads=(1, 2))
    assert found["same"]
    assert list(found["weights_sha256"]) == [1, 2]
    other = Case(name, toml=tiny(name).toml, overrides=("training.seed=1",))
    assert (
        agreement.look(other, work_of(other), (1,))["weights_sha256"][1]
        != (found["weights_sha256"][1])
    )


@pytest.mark.parametrize("name", ["time", "stacked", "mixed", "both", "words", "tied", "attention"])
def test_pytorch_begins_where_we_begin(name: str) -> None:
    """In float64 both have the same first loss; later PyTorch's second biases may lead away."""
    pytest.importorskip("torch")
    begins_alike(tiny(name))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["char_rnn", "word_vectors", "tiny_gpt"])
def test_pytorch_begins_where_we_begin_with_text(name: str) -> None:
    pytest.importorskip("torch")
    begins_alike(named(name, 4))


@pytest.mark.parametrize("kernel", [1, 2, 3, 5])
def test_pytorch_sees_the_same_images(kernel: int, tmp_path: Path) -> None:
    pytest.importorskip("torch")
    sizes = {"kernel": kernel, "stride": 1, "channels": 4, "side": 6, "depth": 2, "batch": 3}
    begins_alike(GridCase("conv", "convolution", sizes).write(tmp_path), steps=3)


def begins_alike(case: Case, steps: int = 1) -> None:
    found = float_losses.look(case, work_of(case), steps)
    assert found["apart"] < 1e-12
    assert 0 <= found["ours"] < 1e-5
    assert 0 <= found["torch"] < 1e-5


def test_a_long_training_is_timed_at_both_ends() -> None:
    found = steady.look(tiny("words"), work_of(tiny("words")), steps=12, chunk=3)
    assert found["steps"] == 12
    assert found["first"] > 0
    assert found["last"] > 0


@pytest.mark.slow
def test_records_come_from_a_process_of_their_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert looking.tell("agreement", [tiny("words"), tiny("mixed")], tmp_path, 7, as_json=False)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "words: the same on 1, 2, 3, 4, 7 threads"
    assert lines[2] == "2 of 2 cases have the same bits on every number of threads"
    assert list(inside.MODES) == list(looking.WORDS)


def test_a_process_that_fails_is_reported(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="--nothing ended with 1"):
        list(inside.look_into("nothing", [tiny("words")], tmp_path, 1))


def test_bits_that_differ_are_told() -> None:
    records = [
        {"case": "a", "same": True, "weights_sha256": {"1": "x", "2": "x"}},
        {"case": "b", "same": False, "weights_sha256": {"1": "x" * 64, "2": "y" * 64}},
    ]
    text, summary = looking.WORDS["agreement"]
    assert text(records[1]) == f"b: DIFFERENT on 1: {'x' * 12}, 2: {'y' * 12}"
    assert summary(records) == ("1 of 2 cases have the same bits on every number of threads", False)
    assert summary(records[:1])[1]


def test_errors_are_compared_by_the_median() -> None:
    pairs = [(1e-6, 2e-6), (3e-6, 1e-6), (1e-9, 1e-10)]
    records = [{"case": "c", "ours": ours, "torch": torch} for ours, torch in pairs]
    text, summary = looking.WORDS["accuracy"]
    assert text(records[1]) == "c: off by 3.0e-06, PyTorch 1.0e-06 (3.00)"
    said, is_well = summary(records)
    assert said == "our error over PyTorch's: 1.00 in the median of 3 cases, 0.50 to 3.00"
    assert is_well
    assert not summary([records[1]])[1]


def test_trainings_that_slow_down_are_counted() -> None:
    records = [
        {"case": "c", "steps": 5_000, "first": 100.0, "last": 104.0},
        {"case": "d", "steps": 5_000, "first": 100.0, "last": 500.0},
    ]
    text, summary = looking.WORDS["steady"]
    assert text(records[1]) == "d: 100 µs a step at first, 500 after 5,000 steps (5.00)"
    assert summary(records) == ("1 of 2 cases slow down; the worst by 5.00", False)
    assert summary(records[:1])[1]


def test_exponents_of_powers_are_found() -> None:
    sizes = (2, 4, 8, 32)
    assert exponent(sizes, tuple(3.0 * n**1.5 for n in sizes)) == pytest.approx(1.5)
    assert exponent(sizes, (7.0,) * 4) == 0
    assert exponent((1, 2, 3), (0.0, 4.0, 9.0)) == pytest.approx(2)
    assert math.isnan(exponent((1, 2), (0.0, 4.0)))


def test_growth_is_a_line_of_a_table() -> None:
    grown = Growth("mlp", "width", (1, 2, 4), (1, 4, 16), (10, 20, 40), (5, 20, 80), (8, 16, 32),
                   (1e8, 2e8, 3e8))  # fmt: skip
    table = exponents.table([grown])
    assert table.rows == (("mlp", "width", "1 to 4", "2.00", "1.00", "2.00", "1.00", "10 to 40",
                           "100 to 300"),)  # fmt: skip
    assert len(table.header) == len(table.rows[0])


def test_series_have_sizes_that_their_networks_take() -> None:
    assert {series.kind for series in SERIES} <= set(KINDS)
    for series in SERIES:
        assert {"width", "units", "channels", "layers"} & set(series.axes), series.name
        for axis in series.axes:
            for case in series.cases(axis):
                sizes = dict(case.sizes)
                assert sizes.pop("batch") > 0
                KINDS[series.kind](**sizes)


@pytest.mark.slow
def test_growth_is_measured_along_each_axis(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    base = {"inputs": 2, "depth": 1, "width": 2, "batch": 4}
    small = (exponents.Series("mlp", "mlp", base, {"width": (2, 4)}),)
    monkeypatch.setattr(exponents, "SERIES", small)
    (grown,) = exponents.measure("mlp", 1, 1, 0.01, as_json=True)
    line = json.loads(capsys.readouterr().out)
    assert line["sizes"] == [2, 4]
    assert set(line["exponents"]) == {"operations", "processor", "clock", "arena"}
    assert grown.flops[1] > grown.flops[0] > 0
    assert grown.arena[1] >= grown.arena[0] > 0
    with pytest.raises(ValueError, match="no kind 'x'"):
        exponents.measure("x", 1, 1)


def test_the_gain_of_threads_is_the_median_over_rounds() -> None:
    rounds = {"2 threads": [1.0, 2.0, 4.0], "1 thread": [2.0, 3.0, 4.0]}
    assert Timing("t", 1, rounds=rounds).threads_gain == 1.5
    assert Timing("t", 1, rounds={"1 thread": [2.0]}).threads_gain == 1


def test_a_system_is_written_for_tuidl_to_read() -> None:
    with preset_file(named("rnn_sine", 5)) as (path, overrides):
        assert load_preset(path, overrides).training.batch_size == 5
    with preset_file(named("mlp_xor")) as (name, overrides):
        assert (name, overrides) == ("mlp_xor", ())
