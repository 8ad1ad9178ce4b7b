"""The memory that a training will take: what is counted, who checks it, and who shows it."""

import gc
import io
import json
import os
import re
import subprocess
import sys
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests import helpers
from tuidl.cli.show import description, memory_table
from tuidl.compiler.footprint import COMPILED, LOADING, TRAINING, Footprint, footprint
from tuidl.core import limits
from tuidl.core.errors import BackendError
from tuidl.core.limits import FLOAT_BYTES
from tuidl.core.memory import Bound
from tuidl.data.dataset import Source
from tuidl.data.memory import demand
from tuidl.model.model import Model
from tuidl.preset.schema import Preset
from tuidl.protocol import commands
from tuidl.protocol.events import RunEnded
from tuidl.training.start import trainer_for
from tuidl.training.trainer import Trainer
from tuidl.worker.process import Worker

MIB = 1 << 20
WIDE = """
name = "wide"
data = {source = "blobs", points = 400, features = 300, classes = 3}
loss = {type = "cross_entropy"}
optimizer = {type = "adam"}
training = {epochs = 2, batch_size = 32}
layers = [{type = "dense", units = 2000, activation = "relu"}, {type = "dense", units = 3}]
"""
TEXTS = [helpers.LINE, helpers.CONV, helpers.SEQUENCE, WIDE]


def sizes(needed: Footprint, moment: str = TRAINING) -> dict[str, int]:
    return {part.name: part.at(moment) for part in needed.parts}


def only(monkeypatch: pytest.MonkeyPatch, free: int) -> None:
    """Have a machine with so much memory."""
    monkeypatch.setattr(limits, "memory_bound", lambda: Bound(2 * free, free, "the machine"))


@pytest.mark.parametrize("text", TEXTS)
def test_what_is_counted_of_the_arena_is_what_training_writes(text: str) -> None:
    """Lanes are filled with a number that no kernel writes; what is changed was counted."""
    preset = helpers.preset(text)
    trainer = Trainer(preset)
    program, arena = trainer.state.program, trainer.state.engine.arena
    fixed = -(-program.fixed // 1024) * 1024
    mark = np.float32(1.2345e33)
    arena[fixed:] = mark
    for _ in trainer.run():
        pass
    held_out = max(map(len, trainer.state.held_out.values()))
    counted = program.workspace(program.batch, held_out)
    written = int((arena[fixed:] != mark).sum())
    assert 0 < written <= program.size - fixed
    assert written <= counted <= 1.2 * written


def test_a_short_batch_reaches_less_than_a_whole_one() -> None:
    program = Model(helpers.preset(helpers.CONV), batch=32).program
    assert 0 < program.workspace(0, 3) < program.workspace(0, 128)
    assert program.workspace(0, 10_000) == program.workspace(0, 128)
    assert program.workspace(0, 0) == 0
    assert program.workspace(0, 3) < program.workspace(0, 3, page=1 << 19) <= 1 << 19
    assert program.workspace(0, 128) <= program.workspace(32, 128)


def test_the_optimizers_vectors_and_each_shards_gradients_count() -> None:
    adam, sgd = (
        sizes(footprint(helpers.preset(WIDE, f'optimizer.type="{name}"')))
        for name in ("adam", "sgd")
    )
    weights = FLOAT_BYTES * (300 * 2000 + 2000 + 2000 * 3 + 3)
    assert adam["weights and gradients"] - sgd["weights and gradients"] == pytest.approx(
        2 * weights, rel=0.01
    )
    assert adam["best epoch"] == weights


def test_probes_work_on_a_batch_of_their_own() -> None:
    preset = helpers.preset(helpers.CONV)
    plain, looked_into = (footprint(preset, looked_into=is_so) for is_so in (False, True))
    assert sizes(looked_into)["work on a batch"] >= sizes(plain)["work on a batch"]
    assert sizes(looked_into, LOADING)["process"] > sizes(plain, LOADING)["process"]


def test_first_weights_of_another_run_count(tmp_path: Path) -> None:
    preset = helpers.preset(WIDE, 'weights={from="of another run"}')
    assert sizes(footprint(preset))["first weights"] == sizes(footprint(preset))["best epoch"]


def _held(source: Source) -> tuple[int, int]:
    """Bytes that a split takes at its height and afterwards, as NumPy asks for them."""
    import tracemalloc

    source.split()  # imports and caches
    gc.collect()
    tracemalloc.start()
    try:
        split = source.split()
        kept, height = tracemalloc.get_traced_memory()
        del split
    finally:
        tracemalloc.stop()
    return height, kept


def _csv(folder: Path) -> dict[str, Any]:
    table = np.random.default_rng(0).random((20_000, 6))
    np.savetxt(folder / "t.csv", table, "%.3f", ",", header="a,b,c,d,e,f", comments="")
    return {"source": "csv", "path": "t.csv", "target": "f"}


def _npz(folder: Path) -> dict[str, Any]:
    random = np.random.default_rng(0)
    np.savez(folder / "t.npz", x=random.random((4000, 8, 8, 3)), y=random.integers(0, 3, 4000))
    return {"source": "npz", "path": "t.npz"}


def _blobs(folder: Path) -> dict[str, Any]:
    return {"source": "blobs", "points": 20_000, "features": 30}


def _images(folder: Path) -> dict[str, Any]:
    from PIL import Image

    for name in ("a", "b"):
        (folder / "pictures" / name).mkdir(parents=True)
        for i in range(20):
            Image.new("RGB", (64, 64), (i, i, i)).save(folder / "pictures" / name / f"{i}.png")
    return {"source": "images", "path": "pictures", "size": [96, 96]}


@pytest.mark.parametrize("normalize", ["none", "standard"])
@pytest.mark.parametrize("write", [_csv, _npz, _blobs, _images])
def test_data_takes_what_was_predicted(
    write: Callable[[Path], dict[str, Any]], normalize: str, tmp_path: Path
) -> None:
    table = {**write(tmp_path), "normalize": normalize, "validation": 0.3}
    layers = [{"type": "flatten"}, {"type": "dense"}]
    import tomli_w

    text = tomli_w.dumps(
        {"name": "x", "data": table, "layers": layers, "optimizer": {"type": "sgd"},
         "loss": {"type": "mse" if write is _csv else "cross_entropy"}}
    )  # fmt: skip
    source = Preset.parse(text, folder=tmp_path).data
    height, kept = _held(source)
    predicted = demand(source)
    remembered = source.bytes_remembered()  # what was read before is in the cache already
    assert kept == pytest.approx(predicted.kept - remembered, rel=0.2)
    assert height <= 1.2 * predicted.height
    assert predicted.height <= 2 * (height + remembered)


def test_it_is_refused_before_anything_is_allocated(monkeypatch: pytest.MonkeyPatch) -> None:
    only(monkeypatch, 150 * MIB)

    def loaded(self: Any) -> Any:
        raise AssertionError("the data was loaded")

    monkeypatch.setattr(Source, "read", loaded)
    for preset in (helpers.preset(WIDE), helpers.preset(WIDE, "training.folds=3")):
        with pytest.raises(BackendError) as caught:
            trainer_for(preset)
        found = re.fullmatch(
            r"the run needs (\S+) GiB, this machine can give 0\.12 GiB now \(the machine has 0\.29 "
            r"GiB\): most of it: .+ \(\S+ GiB\), while .+; .+",
            str(caught.value),
        )
        assert found, str(caught.value)


def test_the_engine_of_the_screen_refuses_in_the_same_way(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TUIDL_RUNS_DIR", str(tmp_path / "runs"))
    only(monkeypatch, 150 * MIB)
    out = io.BytesIO()
    Worker(out)._load(commands.Load(preset=WIDE))
    told = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [event["event"] for event in told] == ["refused"]
    assert told[0]["error"].startswith("the run needs ")
    assert not list(tmp_path.rglob("*.safetensors"))


@pytest.mark.parametrize(
    ("text", "override", "words"),
    [
        (WIDE, "layers.0.units=400000", r"weights and gradients \(.+\), while it trains; smaller"),
        (WIDE, "data.points=4000000", r"examples \(.+\), while the data is read; fewer or smaller"),
        (helpers.SEQUENCE, "layers.1.units=6000", r"at hand \(.+\), .* other than orthogonal"),
    ],
)
def test_the_advice_is_for_what_takes_most(
    text: str, override: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    only(monkeypatch, 1 << 30)
    footprint(helpers.preset(text)).check()
    with pytest.raises(BackendError, match=words):
        trainer_for(helpers.preset(text, override))


def test_a_limit_below_the_process_itself_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    only(monkeypatch, 100 * MIB)
    with pytest.raises(BackendError, match=r"most of it: process \(0\.\d+ GiB\), .* nothing in"):
        trainer_for(helpers.preset(helpers.LINE))


@pytest.mark.skipif(sys.platform != "linux", reason="ulimit -v is a limit under Linux")
def test_under_ulimit_the_command_refuses_with_2(tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_text(WIDE.replace("units = 2000", "units = 1000000"))
    command = f"ulimit -v 1500000; exec {sys.executable} -P -m tuidl {tmp_path}/x.toml --no-ui"
    done = subprocess.run(
        ["sh", "-c", command], capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 2, done.stderr
    assert "ulimit -v has 1.4 GiB" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_show_prints_it_by_part_and_moment() -> None:
    text = description(helpers.preset(WIDE))
    needed = footprint(helpers.preset(WIDE))
    lines = memory_table(needed)
    assert "\n".join(lines[:-1]) in text
    assert re.match(r"memory +loading +first weights +.*training", lines[0])
    for name in ("process", "examples", "weights and gradients", "work on a batch", "best epoch"):
        assert any(line.startswith(name) for line in lines), name
    last = r"peak \S+ MB, of \S+ .B that can be had now \(.+ has .+\)"
    assert re.search(last, lines[-1])
    assert re.search(last, text), "what can be had changes between two readings"


def test_compiling_counts_where_kernels_are_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    preset = helpers.preset(helpers.LINE)
    for _ in Trainer(preset).run():
        pass
    warm = footprint(preset)
    assert warm.missing == 0
    assert "compiled" not in memory_table(warm)[-1]
    code = (
        "from tests import helpers\nfrom tuidl.compiler.footprint import footprint\n"
        "found = footprint(helpers.preset(helpers.LINE))\nprint(found.missing, found.peak)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=300,
        cwd=Path(__file__).parents[2],
        env={**os.environ, "TUIDL_CACHE_DIR": str(tmp_path), "TUIDL_PREBUILT": "0"},
    )  # fmt: skip
    missing, peak = map(int, done.stdout.split())
    assert missing > 5
    assert peak == warm.peak + COMPILED * missing
    cold = Footprint(warm.parts, missing)
    assert f"; {missing} kernels are compiled first" in memory_table(cold)[-1]


def test_a_fold_gets_the_memory_of_the_one_before(monkeypatch: pytest.MonkeyPatch) -> None:
    arenas: list[weakref.ref[Any]] = []
    alive: list[int] = []
    init = Trainer.__init__

    def watched(self: Trainer, *arguments: Any, **options: Any) -> None:
        alive.append(sum(arena() is not None for arena in arenas))
        init(self, *arguments, **options)
        base = self.state.engine.arena.base
        assert base is not None
        arenas.append(weakref.ref(base))

    monkeypatch.setattr(Trainer, "__init__", watched)
    gc.disable()  # nothing waits for the collector
    try:
        for _ in trainer_for(helpers.preset(helpers.LINE, "training.folds=3")).run():
            pass
    finally:
        gc.enable()
    assert alive == [0, 0, 0]


def test_the_best_epoch_is_copied_into_the_place_of_the_last_one() -> None:
    stopping = "training.early_stopping={restore_best = true}"
    trainer = Trainer(helpers.preset(helpers.LINE, "training.epochs=5", stopping))
    seen: set[int] = set()
    for _ in trainer.run():
        if best := trainer.state.stopper.best:
            seen |= {values.ctypes.data for values in best.parameters.values()}
    assert len(seen) == len(trainer.model.parameters)


@pytest.mark.parametrize(("restores", "copied"), [("true", True), ("false", False)])
def test_the_best_epoch_is_kept_where_something_asks_for_it(restores: str, copied: bool) -> None:
    """A training that is not saved needs it only to go back to it."""
    stopping = f"training.early_stopping={{restore_best = {restores}}}"
    preset = helpers.preset(helpers.LINE, stopping)
    trainer = Trainer(preset)
    *_, last = trainer.run()
    best = trainer.state.stopper.best
    assert best is not None
    assert bool(best.parameters) is copied
    assert (sizes(footprint(preset, is_saved=False))["best epoch"] > 0) is copied
    assert sizes(footprint(preset))["best epoch"] > 0
    assert isinstance(last, RunEnded)
