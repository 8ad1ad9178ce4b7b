"""The cache of compiled kernels: warm, missing, damaged, not to be had."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tuidl.kernels import ahead
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


@pytest.fixture
def helper_that(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Have the helper be a process that runs some Python."""

    def replace(code: str) -> None:
        pipe, command = subprocess.PIPE, [sys.executable, "-c", code]
        monkeypatch.setattr(
            ahead,
            "_helper",
            lambda _: subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True),
        )

    return replace


def test_nobody_waits_for_a_helper_that_has_nothing(helper_that: Callable[[str], None]) -> None:
    helper_that("import time; print('a warning', flush=True); time.sleep(1000)")
    with shared_compilation(NAMES, np.dtype(np.float32)) as share:
        assert sorted(share.taken()) == sorted(NAMES)
        assert share.helped is None


def test_what_a_helper_took_and_did_not_do_is_no_longer_waited_for(
    helper_that: Callable[[str], None],
) -> None:
    helper_that("print('ready', flush=True); input()")
    with shared_compilation(NAMES, np.dtype(np.float32)) as share:
        share.wait()
        assert len(list(share.taken())) == len(NAMES) - 1


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
