"""How the run folders here were made, by the code of commit 5d7bef1, in a checkout of it:

    PYTHONPATH=. python PATH/TO/tests/runs/old/make.py FOLDER [NAME...]

Beside each run NAME lies NAME.json: what that code said of it (``Said``). Paths in their presets
are relative, so that data lie in the run's own folder wherever that is. ``digits`` and ``gru`` are
stopped by SIGINT, so at another step each time.
"""

import json
import os
import runpy
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
import numpy as np
from tuidl.events import EpochEnded, Event

from tests.runs.edited import begun, never_interrupted
from tests.runs.kept import resume, start
from tuidl.preset import Preset

HERE = Path(__file__).parent
machine = runpy.run_path(str(HERE.parents[2] / "bench" / "bits.py"))["machine"]

TAKEN = 'weights={from="first.safetensors", layers=["dense_1"], frozen=["dense_1"]}'
SLOWER = ("--set", "optimizer.learning_rate=0.01")
XOR = ("mlp_xor", "training.epochs=60", "layers.0.units=4")
DIGITS = ("cnn_digits", "layers.0.filters=4", "layers.2.filters=6", "layers.5.units=10",
          "training.epochs=12", "training.batch_size=64")  # fmt: skip
GRU = ("gru_sine", "layers.0.units=5", "data.points=400", "data.window=10", "training.epochs=12")
EDITS = [((1, 20, 0), 0.1), ((1, 36, 0), 0.02)]

TOWNS = ("Ulm", "Graz", "Bern")

Made = tuple[Event | dict[str, Any], list[Any] | str]
"""The last event of the run that nothing interrupts, and inputs to predict from."""


def line(out: Path) -> Made:
    ended = start(shipped("linear_regression", "training.epochs=30"), out)
    return ended, [[-1.0], [0.0], [0.25], [2.0]]


def xor(out: Path) -> Made:
    """Two changes of the rate while it trained."""
    _, run = begun(shipped(*XOR), out, list(EDITS), 16)
    *_, ended = run
    return ended, [[0, 0], [0, 1], [1, 0], [1, 1]]


def killed(out: Path) -> Made:
    """The same one, killed with the second change in the log and not in a checkpoint."""
    editor, run = begun(shipped(*XOR), out.with_name("going"), list(EDITS), 16)
    for event in run:
        if isinstance(event, EpochEnded) and event.epoch == 40:
            assert not editor.plan
            shutil.copytree(out.with_name("going"), out)
            break
    run.close()
    return never_interrupted(shipped(*XOR), list(EDITS)), [[0, 0], [0, 1], [1, 0], [1, 1]]


def diverged(out: Path) -> Made:
    """Its end is that of one that was resumed at a lower rate; until then it has no weights."""
    preset = shipped("linear_regression", "training.epochs=60", "optimizer.learning_rate=1.6")
    start(preset, out, every=7)
    shutil.copytree(out, "lower")
    return last(tuidl("resume", "lower", "--no-ui", "--json", *SLOWER)), [[-1.0], [0.5]]


def digits(out: Path) -> Made:
    from sklearn.datasets import load_digits

    images = load_digits().images[:4, :, :, None] / 16
    return interrupted(out, 3, *DIGITS), images.tolist()


def gru(out: Path) -> Made:
    x = np.sin(np.arange(14) / 4).round(3)
    return interrupted(out, 4, *GRU), [x[i : i + 10, None].tolist() for i in range(4)]


def shares(out: Path) -> Made:
    random = np.random.default_rng(1)
    rows = ["rain,sun,soil,yield"]
    for rain, sun, soil in random.uniform(1, 9, (50, 3)).round(2):
        rows.append(f"{rain},{sun},{soil},{2 * rain - sun + 0.1 * soil * sun:.3f}")
    Path("table.csv").write_text("\n".join([*rows, ""]))
    return start(relative("shares", "table.csv"), out), "table.csv"


def people(out: Path) -> Made:
    random = np.random.default_rng(2)
    rows = ["age;town;plan;paid"]
    for i in range(60):
        age, town, plan = random.integers(18, 80), TOWNS[i % 3], "AB"[i // 7 % 2]
        paid = ["late", "never", "on time"][(int(age) // 20 + i) % 3]
        rows.append(f"{'' if i % 11 == 5 else age};{town};{'' if i % 13 == 6 else plan};{paid}")
    Path("table.csv").write_text("\n".join([*rows, ""]))
    return stopped(relative("people", "table.csv"), out, 27), "table.csv"


def tags(out: Path) -> Made:
    x = np.random.default_rng(3).standard_normal((48, 4)).astype(np.float32).round(2)
    y = np.stack([x[:, 0] > 0, x[:, 1] + x[:, 2] > 0, x[:, 3] > 0.5], axis=1).astype(np.float32)
    np.savez_compressed("table.npz", x=x, y=y)
    return start(relative("tags", "table.npz"), out), x[:4].tolist()


def soft(out: Path) -> Made:
    x = np.random.default_rng(4).standard_normal((48, 4)).astype(np.float32).round(2)
    y = np.exp(x[:, :3])
    np.savez_compressed("table.npz", x=x, y=(y / y.sum(axis=1, keepdims=True)).astype(np.float32))
    return stopped(relative("soft", "table.npz"), out, 25), x[:4].tolist()


def folds(out: Path) -> Made:
    """Stopped amid the second of three."""
    return stopped(own("folds"), out, 7, 2), [[-1.0], [0.5], [2.0]]


def norm(out: Path) -> Made:
    """Stopped twice."""
    start(own("norm"), out, stop_after=20, every=5)
    resume(out, stop_after=39)
    return start(own("norm"), Path("whole")), [[0.0, 0.5], [1.0, -0.5], [2.0, 0.25], [-1, 0]]


def residual(out: Path) -> Made:
    return stopped(own("residual"), out, 13), np.random.default_rng(6).uniform(
        0, 1, (3, 8, 8, 1)
    ).round(2).tolist()


def early(out: Path) -> Made:
    """It ended early, with the weights of its best epoch."""
    return start(own("early"), out), [[0.0, 0.5], [1.0, -0.5], [2.0, 0.25], [-1, 0]]


def images(out: Path) -> Made:
    from PIL import Image

    random = np.random.default_rng(5)
    for kind, shift in (("dark", 0), ("light", 120)):
        Path("pictures", kind).mkdir(parents=True)
        for i in range(10):
            pixels = (random.integers(0, 130, (6, 6)) + shift).astype(np.uint8)
            Image.fromarray(pixels).save(Path("pictures", kind, f"{i}.png"))
    return stopped(relative("images", "pictures"), out, 11), "pictures/light/3.png"


def warm(out: Path) -> Made:
    start(own("warm", "training.seed=5"), Path("first"))
    shutil.copy("first/weights.safetensors", "first.safetensors")
    preset = own("warm", TAKEN)
    assert preset.weights is not None
    weights = msgspec.structs.replace(preset.weights, source="first.safetensors")
    return stopped(msgspec.structs.replace(preset, weights=weights), out, 17), [[-1.0], [2.0]]


def numpy_line(out: Path) -> Made:
    """On the numpy backend, which is the one to go on with."""
    preset = shipped("linear_regression", "training.epochs=12", 'optimizer={type="adam"}')
    start(preset, out, stop_after=22, backend="numpy")
    return start(preset, Path("whole"), backend="numpy"), [[-1.0], [0.5], [2.0]]


RUNS: list[Callable[[Path], Made]] = [
    line, xor, killed, diverged, digits, gru, shares, people, tags, soft, folds, norm, warm,
    residual, early, images, numpy_line,
]  # fmt: skip


def shipped(name: str, *overrides: str) -> Preset:
    import tuidl

    return tuidl.load_preset(name, overrides)


def own(name: str, *overrides: str) -> Preset:
    return Preset.parse((HERE / "presets" / f"{name}.toml").read_text(), overrides=overrides)


def relative(name: str, path: str) -> Preset:
    """As a file would be read, but with the path of the data left as it is."""
    preset = own(name)
    return msgspec.structs.replace(preset, data=msgspec.structs.replace(preset.data, path=path))


def stopped(preset: Preset, out: Path, after: int, fold: int | None = None) -> Event:
    """Stop a run after so many steps; the end of one that is not."""
    start(preset, out, stop_after=after, fold=fold, every=5)
    return start(preset, Path("whole"))


def interrupted(out: Path, epochs: int, name: str, *overrides: str) -> dict[str, Any]:
    """Stop a run by SIGINT after so many epochs; the last event of one that is not."""
    words = [word for text in overrides for word in ("--set", text)]
    command = [sys.executable, "-m", "tuidl", name, "--no-ui", "--json", *words]
    with subprocess.Popen([*command, "--out", str(out)], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        for told in process.stdout:
            epochs -= b'"epoch_ended"' in told
            if not epochs:
                break
        process.send_signal(signal.SIGINT)
        process.stdout.read()
    assert process.returncode == 130, process.returncode
    return last(tuidl(*command[3:], "--no-keep"))


def tuidl(*arguments: str) -> str:
    command = [sys.executable, "-m", "tuidl", *arguments]
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout


def last(lines: str) -> dict[str, Any]:
    return dict(json.loads(lines.splitlines()[-1]))


def said(run: Path, ended: dict[str, Any], inputs: list[Any] | str) -> dict[str, Any]:
    """What there is to say of a run, in the words of the code of this commit."""
    given = run / inputs if isinstance(inputs, str) else Path("input.npy")
    if not isinstance(inputs, str):
        np.save(given, np.asarray(inputs, np.float32))
    (listed,) = [r for r in json.loads(tuidl("runs", "--json")) if r["run"] == run.name]
    told = {
        "machine": machine(),
        "listed": listed,
        "legends": [t for t in tuidl("view", str(run), "--no-ui").splitlines() if "━━" in t],
        "ended": ended,
        "inputs": inputs,
    }
    if listed["state"] != "failed":
        told["predicted"] = json.loads(tuidl("predict", str(run), str(given), "--json"))
        best = tuidl("predict", str(run), str(given), "--json", "--weights", "best")
        told["best"] = json.loads(best)
        told["exported"] = exported(run)
    if listed["state"] != "done":
        shutil.copytree(run, "again")
        rate = SLOWER if listed["state"] == "failed" else ()
        lines = tuidl("resume", "again", "--no-ui", "--json", *rate)
        assert last(lines)["weights_sha256"] == ended["weights_sha256"]
        told["place"] = json.loads(lines.splitlines()[0])["resumed"]
        told["resumed"] = json.loads(tuidl("predict", "again", str(given), "--json"))
    return told


def exported(run: Path) -> dict[str, Any]:
    """What an exported program says: ``outputs`` of the network to ``prepared`` inputs, and
    ``answers`` to ``inputs`` in the data's own units."""
    tuidl("export", str(run), "--to", "numpy", "--out", "exported")
    with np.load("exported/model_examples.npz") as file:
        prepared = file["x"][:4]
    program = runpy.run_path("exported/model.py")
    inputs = np.random.default_rng(0).uniform(0, 1, (4, *program["SHAPE"])).round(3)
    found = {
        "prepared": prepared,
        "outputs": program["predict"](prepared),
        "inputs": inputs,
        "answers": program["answers"](program["predict"](program["prepare"](inputs))),
    }
    return {name: values.tolist() for name, values in found.items()}


def main(folder: Path, *names: str) -> None:
    """Make all runs, or those of these names."""
    for make in RUNS:
        name = make.__name__
        if names and name not in names:
            continue
        with TemporaryDirectory() as place:
            os.chdir(place)
            os.environ["TUIDL_RUNS_DIR"] = place
            run = Path(place) / name
            ended, inputs = make(run)
            if not isinstance(ended, dict):
                ended = json.loads(msgspec.json.encode(ended))
            for file in Path(place).glob("table.*"):
                shutil.copy(file, run)
            if Path("pictures").exists():
                shutil.copytree("pictures", run / "pictures")
            told = said(run, ended, inputs)
            shutil.copytree(run, folder / name)
        (folder / f"{name}.json").write_text(json.dumps(told) + "\n")
        print(name, told["listed"]["state"], told["listed"]["epochs"])


if __name__ == "__main__":
    main(Path(sys.argv[1]).absolute(), *sys.argv[2:])
