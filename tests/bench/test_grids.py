"""The grids of networks: their sizes, which cases are taken, and the map of ratios."""

import json
from collections import Counter
from pathlib import Path

import msgspec
import pytest

from bench import filling, grid, grids, heatmap
from bench.contenders import ROOT
from bench.grids import GRIDS, GridCase, cases, sample, spread
from bench.networks import KINDS
from bench.records import GridResult, GridRun, SystemResult, Timing
from tuidl.compiler.graph import Graph


@pytest.fixture(scope="module")
def of_open() -> list[GridCase]:
    return cases("open")


@pytest.mark.slow
def test_the_open_grid_has_the_sizes_that_were_asked_for(of_open: list[GridCase]) -> None:
    assert len(of_open) >= 80
    wide = [case for case in of_open if case.row == "wide"]
    assert {case.sizes["width"] for case in wide} == {192, 384, 768, 1536, 3072}
    assert {case.sizes["inputs"] for case in wide} == {64, 1024}
    assert {case.sizes["batch"] for case in wide} == {16, 64, 192, 512, 2048}
    assert {case.kind for case in of_open} == set(KINDS)


def test_the_other_grid_has_no_size_in_common() -> None:
    for mine, other in zip(GRIDS["open"], GRIDS["other"], strict=True):
        assert mine.kind == other.kind
        varied = [axis for axis in mine.axes if len(mine.axes[axis]) > 2]
        for axis in varied:
            common = set(mine.axes[axis]) & set(other.axes[axis])
            assert common <= ({3, 5} if axis == "kernel" else set()), (mine.name, axis)


def test_a_row_takes_every_size_about_equally_often(of_open: list[GridCase]) -> None:
    for name in ("wide", "conv"):
        found = [case.sizes for case in of_open if case.row == name]
        for axis in found[0]:
            seen = Counter(sizes[axis] for sizes in found)
            assert max(seen.values()) <= 2 * min(seen.values()), (name, axis, seen)


def test_cases_are_spread_without_repeating() -> None:
    line = [GridCase("row", "mlp", {"a": a, "b": b}) for a in range(4) for b in range(4)]
    taken = spread(line, 4)
    assert len({case.sizes["a"] for case in taken}) == 4
    assert len({case.sizes["b"] for case in taken}) == 4
    assert spread(line, 99) == line
    assert spread(line, 4) == taken


def test_a_sample_has_its_share_of_every_row(of_open: list[GridCase]) -> None:
    rows = Counter(case.row for case in of_open)
    taken = sample(of_open, 26)
    assert len(taken) == 26
    shares = Counter(case.row for case in taken)
    assert set(shares) == set(rows)
    for row, count in shares.items():
        assert abs(count - 26 * rows[row] / len(of_open)) <= 1
    assert len(sample(of_open, 12)) == 12


def test_what_is_too_much_work_is_left_out(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(grids, "MOST_FLOPS", 1e8)
    left = cases("open", "wide", everything=True)
    assert 0 < len(left) < 50
    assert all(grids.flops(case, tmp_path) <= 1e8 for case in left)


def test_a_case_is_a_preset_that_can_be_read(tmp_path: Path) -> None:
    sizes = {"inputs": 5, "depth": 2, "width": 7, "batch": 3}
    case = GridCase("wide", "mlp", sizes).write(tmp_path)
    preset = case.load()
    graph = Graph.build(preset)
    assert graph.parameter_count == 5 * 7 + 7 + 7 * 7 + 7 + 7 * 10 + 10
    assert preset.training.batch_size == 3
    assert Path(case.preset).parent == tmp_path


@pytest.mark.parametrize(("layers", "parameters"), [(8, 78_714), (20, 274_042)])
def test_residual_networks_are_those_of_the_paper(
    layers: int, parameters: int, tmp_path: Path
) -> None:
    """Projected paths and four numbers for each channel that is normalised, as Keras counts."""
    case = GridCase("resnet", "resnet", {"layers": layers, "batch": 2}).write(tmp_path)
    graph = Graph.build(case.load())
    weighted = [n for n in graph.nodes if n.layer.kind() in ("conv2d", "dense")]
    projections = [n for n in weighted if getattr(n.layer, "kernel_size", 0) == 1]
    assert len(weighted) - len(projections) == layers
    assert len(projections) == 2
    assert graph.parameter_count == parameters


def measured(case: str, ours: float, theirs: float, batch: int, memory: int = 100) -> GridResult:
    def timing(version: str, wall: float, memory: int) -> Timing:
        return Timing(version, 9, memory, {"way": [wall] * 3}, processor={"way": [2 * wall] * 3})

    timings = {"tuidl": timing("tuidl 1", ours, 100), "torch": timing("P 2", theirs, memory)}
    sizes = {"width": int(case), "depth": 2, "batch": batch}
    return GridResult("wide", "mlp", sizes, SystemResult(batch, 1_000, timings))


def canned() -> GridRun:
    found = [
        measured("192", 10, 25, 16),
        measured("192", 10, 4, 64, memory=50),
        measured("384", 10, 15, 16),
        GridResult("lstm", "lstm", {"units": 8, "batch": 16}, error="one\nit broke"),
    ]
    return GridRun("2026-01-01", "python -m bench --grid", "a machine", 2, "open", 4e9, found)


def test_the_map_has_a_line_for_each_network_and_a_column_for_each_batch() -> None:
    wide, lstm = heatmap.blocks(canned())
    assert wide.title == "wide (depth 2)"
    assert wide.header == ("width", "batch 16", "batch 64")
    assert wide.lines == (
        (("192", None), ("2.50 2.50 ▲", 2.5), ("0.40 0.40 ▼▼", 0.4)),
        (("384", None), ("1.50 1.50 =", 1.5), ("", None)),
    )
    assert lstm.lines == ((("failed", 0.0),),)


@pytest.mark.parametrize(
    ("ratio", "mark"), [(0.49, "▼▼"), (0.5, "▼"), (1.0, "="), (2.0, "▲"), (4.0, "▲▲"), (900, "▲▲")]
)
def test_marks_say_the_level_without_colours(ratio: float, mark: str) -> None:
    assert heatmap.cell(ratio, 1000).split()[-1] == mark
    assert heatmap.cell(1000, ratio).split()[-1] == mark


def test_colours_change_nothing_of_the_text() -> None:
    plain, painted = heatmap.screen(canned(), False), heatmap.screen(canned(), True)
    assert "\x1b" not in plain
    assert "\x1b[48;5;52;97m0.40 0.40 ▼▼\x1b[0m" in painted
    bare = painted
    for level in heatmap.LEVELS:
        bare = bare.replace(f"\x1b[{level[2]}m", "")
    assert bare.replace("\x1b[0m", "") == plain


def test_the_summary_counts_what_is_behind() -> None:
    table, worst = heatmap.summaries(canned())
    assert table.rows == (
        ("wide", "3", "1", "1.50", "1.50", "0.40", "1"),
        ("all", "3", "1", "1.50", "1.50", "0.40", "1"),
    )
    assert worst.rows[0] == ("wide width=192 depth=2 batch=64", "torch", "0.40 0.40 ▼▼", "0.50")
    assert len(worst.rows) == 3


def test_the_document_has_the_cells_of_the_map() -> None:
    text = heatmap.document(canned())
    assert "| 192 | 2.50 2.50 ▲ | 0.40 0.40 ▼▼ |" in text
    assert "`python -m bench --grid` on 2026-01-01: a machine, 2 threads" in text


def test_the_map_is_put_between_its_marks() -> None:
    marks = "<!-- grid: open -->", "<!-- end of grid: open -->"
    text = f"before\n{marks[0]}\nold\n{marks[1]}\nafter\n"
    once = filling.filled(text, canned())
    assert "old" not in once
    assert once.startswith("before\n")
    assert once.endswith("\nafter\n")
    assert heatmap.document(canned()) in once
    assert filling.filled(once, canned()) == once
    with pytest.raises(ValueError, match="no place for the map"):
        filling.filled("nothing here", canned())
    document = (ROOT / "docs" / "grid.md").read_text(encoding="utf-8")
    assert heatmap.document(canned()) in filling.filled(document, canned())


def test_a_line_of_json_says_times_and_ratios() -> None:
    found = canned()
    known = json.loads(json.dumps(grid.line(found.cases[1], found.peak)))
    assert known["ratios"] == {"wall": 0.4, "processor": 0.4, "memory": 0.5}
    assert known["tuidl"]["wall"] == 10
    assert known["tuidl"]["processor"] == 20
    assert known["share_of_peak"] == pytest.approx(1_000 / 10e-6 / 4e9)
    assert grid.line(found.cases[3], found.peak)["error"] == "one\nit broke"


def test_saved_grids_come_back_the_same() -> None:
    found = canned()
    again = msgspec.json.decode(msgspec.json.encode(found), type=GridRun)
    assert msgspec.to_builtins(again) == msgspec.to_builtins(found)


@pytest.mark.slow
def test_a_grid_is_measured_from_its_presets_to_its_files(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tiny = [
        GridCase("wide", "mlp", {"inputs": 3, "depth": 1, "width": 4, "batch": 8}),
        GridCase("wide", "mlp", {"inputs": 3, "depth": 1, "width": 4, "batch": 16}),
    ]
    found = grid.run("open", tiny, {}, 1, 2, seconds=0.01, save=tmp_path, as_json=True)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["batch"] for line in lines] == [8, 16]
    assert all(line["tuidl"]["wall"] > 0 for line in lines)
    assert found.measured == [], "there is no peer"
    saved = msgspec.json.decode((tmp_path / "grid-open.json").read_bytes(), type=GridRun)
    assert len(saved.cases) == 2
    assert "no peer" in (tmp_path / "grid-open.md").read_text()
