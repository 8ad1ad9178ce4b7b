"""The cache of compiled kernels: warm, missing, damaged, not to be had."""

import os
import subprocess
import sys
from pathlib import Path

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


def test_the_helper_process_fills_the_cache_and_ends_with_its_parent(tmp_path: Path) -> None:
    environment = {**os.environ, "TUIDL_CACHE_DIR": str(tmp_path)}
    helper = [sys.executable, "-m", "tuidl.kernels.ahead", "float32"]
    subprocess.run([*helper, str(os.getpid()), "relu", "copy"], env=environment, check=True)
    compiled = {file.name.split(".")[1].split("-")[0] for file in tmp_path.rglob("*.nbi")}
    assert compiled == {"relu", "copy", "tile_product"}
    orphan = [*helper, "1234567", "elu"]
    subprocess.run(orphan, env=environment, check=True)
    assert not list(tmp_path.rglob("*.elu-*"))
