"""Exported programs of networks that answer to noise take that noise, not what the data is like."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.model.test_diffusion import Counted, documented, model_of
from tuidl.export import export
from tuidl.model.model import Model
from tuidl.model.sampling import generated, latents
from tuidl.preset.library import load_preset


def scope_of(path: Path) -> dict[str, Any]:
    """The names of a program that is not run."""
    scope: dict[str, Any] = {"__file__": str(path), "__name__": "program"}
    exec(compile(path.read_text(), path, "exec"), scope)
    return scope


def test_the_documented_steps_back_make_what_tuidl_makes(tmp_path: Path) -> None:
    model = model_of()
    export(model.preset, model.parameters, "numpy", tmp_path)
    text = (tmp_path / "model.py").read_text()
    assert "random numbers, of each example 'noise' (n, 2) and, behind it, 'step'" in text
    assert "docs/generating.md" in text
    predict = scope_of(tmp_path / "model.py")["predict"]
    made = documented()["generate"](predict, 200, Counted(3, 12))  # type: ignore[operator]
    np.testing.assert_allclose(made, generated(model, 200, seed=3), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", ["diffusion_points", "gan_digits"])
def test_a_program_answers_to_rows_of_noise(name: str, tmp_path: Path) -> None:
    model = Model(load_preset(name), batch=8, threads=1)
    export(model.preset, model.parameters, "numpy", tmp_path)
    given = latents(model.program.graph, 3)
    np.save(tmp_path / "inputs.npy", given)
    done = subprocess.run(
        [sys.executable, "model.py", "inputs.npy"],
        cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = [[float(number) for number in line.split()] for line in done.stdout.splitlines()]
    expected = model.predict(given.astype(np.float32)).reshape(3, -1)
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)
