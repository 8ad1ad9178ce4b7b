"""The cache of compiled kernels: warm, missing, damaged, not to be had."""

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from tuidl.kernels.ahead import shared_compilation

RUN = [sys.executable, "-m", "tuidl", "cnn_digits", "--no-ui", "--set", "training.epochs=1"]


def run(cache: Path) -> tuple[str, str]:
    environment = {**os.environ, "TUIDL_CACHE_DIR": str(cache)}
    result = subprocess.run(
        RUN, capture_output=True, text=True, timeout=120, env=environment, check=True
    )
    return result.stdout.splitlines()[-1], result.stderr


def test_cold_warm_damaged_and_unwritable(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    known, said = run(cache)
    assert "compiling kernels (once on this machine)" in said
    folder = next((cache / "kernels").iterdir())
    assert folder.stat().st_mode & 0o077 == 0
    again, said = run(cache)
    assert again == known
    assert "compil" not in said
    for file in folder.rglob("*.nbc"):
        file.write_bytes(file.read_bytes()[:100])
    again, said = run(cache)
    assert again == known
    assert "cannot be used" in said
    again, said = run(cache)
    assert again == known, "a wiped cache is filled again"
    blocked = tmp_path / "file"
    blocked.write_text("")
    again, said = run(blocked / "below")
    assert again == known
    assert "cannot keep compiled kernels" in said


def test_the_helper_process_fills_the_cache(tmp_path: Path) -> None:
    environment = {**os.environ, "TUIDL_CACHE_DIR": str(tmp_path)}
    helper = subprocess.run(
        [sys.executable, "-m", "tuidl.kernels.ahead", "float32"],
        input="relu\ncopy\n", capture_output=True, text=True, env=environment, check=True,
    )  # fmt: skip
    assert helper.stdout.split() == ["ready", "relu", "copy"]
    compiled = {file.name.split(".")[1].split("-")[0] for file in tmp_path.rglob("*.nbi")}
    assert compiled == {"relu", "copy", "tile_product"}


NAMES = ["relu", "copy", "elu", "conv2d", "relu_gradient"]


def test_two_processes_take_from_one_list() -> None:
    taken = []
    with shared_compilation(NAMES, np.dtype(np.float32)) as share:
        for name in share.taken():
            taken.append(name)
            end = time.monotonic() + 60
            while share.helped is None and len(taken) == 1 and time.monotonic() < end:
                time.sleep(0.01)
        share.wait()
    assert taken[0] == "conv2d", "the longest comes first"
    assert len(set(taken)) == len(taken) < len(NAMES)


def test_one_process_does_it_all_where_the_helper_dies(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with shared_compilation(NAMES, np.dtype(np.float32)) as share:
        taken = list(share.taken())
        share.wait()
    assert sorted(taken) == sorted(NAMES)


def test_what_other_versions_compiled_goes_when_nobody_uses_it(tmp_path: Path) -> None:
    kernels, month = tmp_path / "kernels", 31 * 24 * 3600
    for name in ("0123456789abcdef", "00000000deadbeef", "notes"):
        (kernels / name).mkdir(parents=True)
        (kernels / name / "file").write_text("")
        if name != "00000000deadbeef":
            os.utime(kernels / name, (time.time() - month,) * 2)
    environment = {**os.environ, "TUIDL_CACHE_DIR": str(tmp_path)}
    look = [sys.executable, "-c", "from tuidl.kernels.cache import cache_folder as f; print(f())"]
    done = subprocess.run(look, env=environment, capture_output=True, text=True, check=True)
    own = Path(done.stdout.strip()).name
    assert {folder.name for folder in kernels.iterdir()} == {own, "00000000deadbeef", "notes"}
