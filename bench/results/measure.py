"""One case after the other, first in tuidl, then in Keras on the same arrays."""

import json
import subprocess
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import msgspec
import numpy as np

from bench.results import ours
from bench.results.cases import Case
from bench.results.description import describe, export
from bench.results.records import Results, Row, Run
from tuidl import build
from tuidl.core.version import __version__
from tuidl.data.dataset import Split

TWIN = Path(__file__).with_name("keras_twin.py")
ONE_SEED = 1
"""What both start from where they are to do the same."""


def measured(
    case: Case, seeds: list[int], python: str, environment: dict[str, str], results: Results
) -> Iterator[str]:
    """Train a case from each seed with both; yields a line after each run that is in ``results``.

    ``python``: an interpreter that has Keras; ``environment``: of its process. A case of one start
    is trained only if ``ONE_SEED`` is among the seeds.
    """
    seeds = [seed for seed in seeds if seed == ONE_SEED or not case.one_start]
    if not seeds:
        return
    split = case.load(seeds[0]).data.split()
    _open_row(case, split, results)
    for seed in seeds:
        results.add(case.name, "tuidl", ours.train(case.load(seed), split))
        yield f"{case.name}, tuidl, seed {seed}"
    with tempfile.TemporaryDirectory() as folder:
        files = _written(case, seeds[0], split, Path(folder))
        command = [python, str(TWIN), *files, *map(str, seeds)]
        yield from _trained_in_keras(case.name, command, environment, results)


def _open_row(case: Case, split: Split, results: Results) -> None:
    parts = {"train": split.train, "validation": split.validation, "test": split.test}
    row = results.rows.setdefault(case.name, Row({}))
    row.examples = {name: len(part) for name, part in parts.items() if len(part)}
    row.best = ours.least_squares(case.load(ONE_SEED), split)
    results.date = date.today().isoformat()
    results.versions |= {"tuidl": __version__, "numpy": np.__version__}


def _written(case: Case, seed: int, split: Split, folder: Path) -> list[str]:
    """Description and arrays as files in ``folder``; returns their names."""
    preset = case.load(seed)
    description, arrays = folder / "description.json", folder / "arrays.npz"
    description.write_text(json.dumps(describe(preset, len(split.train))))
    export(split, arrays, build(preset).parameters.values() if case.one_start else ())
    return [str(description), str(arrays)]


def _trained_in_keras(
    case: str, command: list[str], environment: dict[str, str], results: Results
) -> Iterator[str]:
    quiet = {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": ""}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, env=quiet | environment)
    with process:
        assert process.stdout is not None
        results.versions |= json.loads(process.stdout.readline() or "{}")
        for line in process.stdout:
            run = msgspec.json.decode(line, type=Run)
            results.add(case, "keras", run)
            yield f"{case}, Keras, seed {run.seed}"
    if process.returncode:
        raise SystemExit(f"{case}: training in Keras failed with code {process.returncode}")
