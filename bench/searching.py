"""Ways to search settings against each other: random, TPE, and random with successive halving.

``python -m bench.searching`` trains three small presets with each, for several seeds, and prints
what the best trial came to and how many epochs all trials took. Everything of a sweep counts as it
is: the same coordinator and worker processes; only runs lie in a folder that is deleted again.
"""

import argparse
import json
import os
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

from tuidl.preset.library import find
from tuidl.sweeps.coordinator import Coordinator
from tuidl.sweeps.folder import Origin, create
from tuidl.sweeps.pool import Pool
from tuidl.sweeps.records import Trial, best_of
from tuidl.sweeps.spec import read

RATE = '"optimizer.learning_rate" = {{low = 1e-4, high = {high}, log = true}}'
PRESETS = {
    "overfitting": [
        RATE.format(high=0.3),
        '"layers.0.units" = {low = 4, high = 128, log = true}',
        '"training.batch_size" = [8, 16, 32, 60]',
    ],
    "linear_regression": [
        RATE.format(high=1.0),
        '"optimizer.momentum" = {low = 0.0, high = 0.95}',
        '"training.batch_size" = [4, 8, 16, 32, 64]',
    ],
    "logistic_regression": [
        RATE.format(high=3.0),
        '"optimizer.momentum" = {low = 0.0, high = 0.95}',
        '"training.batch_size" = [8, 16, 32, 64, 128]',
    ],
}
VALIDATION = {"linear_regression": 0.3}
"""Of presets that have none: without it there is nothing to judge settings by."""
HALVING = 'method = "random"\npruner = {{type = "halving", first = {first}, reduction = 3}}'
METHODS = {
    "random": ('method = "random"', 1),
    "TPE": ('method = "tpe"\nbatch = 3', 1),
    "halving": (HALVING, 1),
    "halving of three times as many": (HALVING, 3),
}
"""Lines of the sweep file, and how many times the trials: what halving ends early leaves epochs
for others."""
REFERENCE = "random"


@dataclass(frozen=True)
class Found:
    """One sweep: the smallest validation loss, and the epochs that all its trials took."""

    preset: str
    method: str
    seed: int
    best: float
    epochs: int
    seconds: float


def sweep_text(preset: str, method: str, seed: int, chosen: argparse.Namespace) -> str:
    """The sweep file."""
    lines, times = METHODS[method]
    lines = lines.format(first=chosen.first)
    head = f'preset = "{preset}"\n{lines}\ntrials = {times * chosen.trials}\nseed = {seed}\n'
    settings = f'[set]\n"training.epochs" = {chosen.epochs}\n'
    if preset in VALIDATION:
        settings += f'"data.validation" = {VALIDATION[preset]}\n'
    return head + settings + "[search]\n" + "\n".join(PRESETS[preset]) + "\n"


def carried_out(
    pool: Pool, preset: str, method: str, seed: int, chosen: argparse.Namespace
) -> Found:
    began = time.monotonic()
    path = find(preset)
    text = sweep_text(preset, method, seed, chosen)
    folder = create("bench", text, read(path), Origin(preset, str(path.parent)))
    coordinator = Coordinator(folder, pool)
    for _ in coordinator.run():
        pass
    return Found(preset, method, seed, *outcome(coordinator.table), time.monotonic() - began)


def outcome(table: list[Trial]) -> tuple[float, int]:
    """The best value, and the epochs of all trials."""
    best = best_of(table, minimizes=True)
    if best is None or best.value is None:
        raise SystemExit(f"no trial has a value: {table}")
    return best.value, sum(sum(trial.epochs) for trial in table)


def table(found: list[Found]) -> list[str]:
    """Lines of Markdown: by preset and method, medians and the spread over the seeds."""
    lines = [
        "| preset | method | best validation loss: median (smallest to largest) | epochs | "
        "as good as random search |",
        "|---|---|---|---|---|",
    ]
    for preset in PRESETS:
        random = {one.seed: one for one in found if (one.preset, one.method) == (preset, REFERENCE)}
        for method in METHODS:
            rows = [one for one in found if (one.preset, one.method) == (preset, method)]
            if not rows:
                continue
            best = [one.best for one in rows]
            share = median(one.epochs / random[one.seed].epochs for one in rows)
            as_good = sum(one.best <= random[one.seed].best for one in rows)
            lines.append(
                f"| `{preset}` | {method} | {median(best):.4g} ({min(best):.4g} to "
                f"{max(best):.4g}) | {median(one.epochs for one in rows):.0f} ({share:.0%}) | "
                f"{as_good} of {len(rows)} |"
            )
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--trials", type=int, default=27)
    parser.add_argument(
        "--epochs", type=int, default=27, help="Of a trial that is not ended early."
    )
    parser.add_argument(
        "--first", type=int, default=1, help="Epochs after which halving compares first."
    )
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--save", type=Path, help="A file for every sweep's result, as JSON.")
    chosen = parser.parse_args()
    found: list[Found] = []
    with tempfile.TemporaryDirectory() as runs, Pool(chosen.workers) as pool:
        os.environ["TUIDL_RUNS_DIR"] = runs
        for seed in range(chosen.seeds):
            for preset in PRESETS:
                for method in METHODS:
                    found.append(carried_out(pool, preset, method, seed, chosen))
                    print(found[-1], flush=True)
                    if chosen.save:
                        chosen.save.write_text(json.dumps([asdict(one) for one in found], indent=1))
        print("\n".join(table(found)), flush=True)  # deleting all runs may take a minute


if __name__ == "__main__":
    main()
