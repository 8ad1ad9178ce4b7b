"""Does a run survive? ``python -m bench.survival kills 300`` kills a run that saves every few steps
at random moments and resumes it; ``python -m bench.survival presets`` stops every preset at three
random steps and resumes it on another number of threads; ``python -m bench.survival edits 100``
kills runs whose learning rate is changed while they train."""

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from bench.edited import MOST_INTERRUPTIONS, Outcome, story
from tuidl.core.children import child_environment, module_command

PRESET = "cnn_digits"
SETTINGS = ["--set", "training.epochs=40", "--save-every", "3"]
TO_THE_END = 30
SHORTER = {"mnist_cnn": 2000, "simple_cnn": 2000, "lstm_rows": 2000, "mnist_mlp_dropout": 4000}
"""Training examples of the presets that would take hours otherwise; epochs are two."""


def command(*arguments: str) -> list[str]:
    return module_command("tuidl", *arguments)


def ended(*arguments: str) -> dict[str, object]:
    """The last event of a run to its end."""
    done = subprocess.run(
        command(*arguments), capture_output=True, text=True, check=False, env=child_environment()
    )
    if done.returncode:
        raise SystemExit(f"{arguments}: exit {done.returncode}\n{done.stderr}")
    last: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return last


def kill_after(seconds: float, *arguments: str) -> bool:
    """Start a run and kill it; whether it was still running."""
    with subprocess.Popen(
        command(*arguments), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        env=child_environment(),
    ) as process:  # fmt: skip
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            return True
    return False


def kills(count: int, place: Path) -> None:
    """Kill ``count`` times; every run is killed again after it was resumed, until it ends."""
    chance = random.Random(1)
    expected = ended(PRESET, "--no-ui", "--json", *SETTINGS, "--out", str(place / "whole"))
    started = time.monotonic()
    ended(PRESET, "--no-ui", "--json", *SETTINGS, "--out", str(place / "timed"))
    whole = time.monotonic() - started
    killed = resumed = same = finished = number = 0
    while killed < count:
        number += 1
        out = place / f"run-{number}"
        arguments = [PRESET, "--no-ui", *SETTINGS, "--out", str(out)]
        while killed < count:
            if not kill_after(chance.uniform(0.2 * whole, 0.8 * whole), *arguments):
                break
            killed += 1
            if not (out / "run.json").exists():
                shutil.rmtree(out, ignore_errors=True)  # it had not begun: it begins
                resumed += 1
                continue
            arguments = ["resume", str(out), "--no-ui", "--save-every", "3"]
            resumed += can_go_on(out)
        if finished < TO_THE_END and (out / "run.json").exists():
            last = ended("resume", str(out), "--no-ui", "--json") if not is_done(out) else None
            digest = last["weights_sha256"] if last else summary(out)["weights_sha256"]
            finished += 1
            same += digest == expected["weights_sha256"]
        print(f"{killed} killed, {resumed} can go on, {same} of {finished} ended alike", flush=True)
        shutil.rmtree(out, ignore_errors=True)


def can_go_on(out: Path) -> bool:
    """Whether a checkpoint can be read, or none was written yet."""
    from tuidl.core.errors import RunError
    from tuidl.storage.folder import RunFolder

    try:
        RunFolder(out).checkpoints.newest()
    except RunError as error:
        print(f"CANNOT GO ON: {error}", flush=True)
        return False
    return True


def summary(out: Path) -> dict[str, object]:
    found: dict[str, object] = json.loads((out / "summary.json").read_text())["ended"]
    return found


def is_done(out: Path) -> bool:
    return (out / "summary.json").exists() and summary(out)["reason"] == "completed"


def presets(place: Path) -> None:
    """Every shipped preset, stopped at three random steps."""
    from tuidl.preset.library import shipped

    chance = random.Random(2)
    for name in shipped():
        settings = ["--set", "training.epochs=2"]
        if name in SHORTER:
            settings += ["--set", f"data.examples={SHORTER[name]}"]
        expected = ended(name, "--no-ui", "--json", *settings, "--out", str(place / name))
        verdicts = []
        for _ in range(3):
            threads = chance.choice([1, 2])
            done = subprocess.run(
                command("verify", str(place / name), "--json", "--threads", str(threads)),
                capture_output=True, text=True, check=False, env=child_environment(),
            )  # fmt: skip
            verdict = json.loads(done.stdout)
            same = verdict["resumed"] == expected["weights_sha256"] == verdict["repeated"]
            verdicts.append(f"{verdict['cut']}/{verdict['steps']}: {'same' if same else 'OTHER'}")
        print(f"{name:<28} {'  '.join(verdicts)}", flush=True)
        shutil.rmtree(place / name)


def edits(count: int, place: Path) -> None:
    """Kill ``count`` times, each run up to three times."""
    chance = random.Random(3)
    outcomes: list[Outcome] = []
    while (left := count - sum(outcome.kills for outcome in outcomes)) > 0:
        runs = place / "runs"
        runs.mkdir()
        os.environ["TUIDL_RUNS_DIR"] = str(runs)
        interruptions = min(chance.randint(1, MOST_INTERRUPTIONS), left)
        outcomes.append(story(chance, runs, interruptions))
        shutil.rmtree(runs)
        totals = [sum(getattr(o, name) for o in outcomes) for name in ("kills", "edits", "lost")]
        doubled, unheard = (sum(getattr(o, name) for o in outcomes) for name in
                            ("doubled", "unheard"))  # fmt: skip
        same = sum(outcome.is_same for outcome in outcomes)
        print(
            f"{totals[0]} kills, {totals[1]} edits, {totals[2]} lost, {doubled} doubled ({unheard} "
            f"written down, their engine killed before it could say so), {same} of "
            f"{len(outcomes)} runs end as the one never killed",
            flush=True,
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["kills", "presets", "edits"])
    parser.add_argument("count", type=int, nargs="?", default=300)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        os.environ["TUIDL_RUNS_DIR"] = place
        if chosen.what == "kills":
            kills(chosen.count, Path(place))
        elif chosen.what == "edits":
            edits(chosen.count, Path(place))
        else:
            presets(Path(place))


if __name__ == "__main__":
    main()
