"""Which backend is taken, and what people are told, where a GPU or its driver is broken."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import helpers
from tuidl import api
from tuidl.backends import choose, create_engine
from tuidl.backends.cuda import probing
from tuidl.backends.cuda.probe import problem_of
from tuidl.core.errors import BackendError

WORDS = {
    "hangs": ["did not answer within 1 s", "nvidia-smi"],
    "crashes": ["driver ended the process", "--backend cpu"],
    "fails": ["cannot allocate a context", "--backend cpu"],
    "says": ["sees no NVIDIA GPU"],
}


@pytest.fixture
def driver(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """A machine with numba-cuda, whose probe goes wrong as ``FAKE_DRIVER`` says."""
    monkeypatch.setattr(probing, "PROBE", "tests.gpu.broken_driver")
    monkeypatch.setattr(probing, "SECONDS", 300)  # a busy machine takes long to start a process
    monkeypatch.setattr(probing, "is_installed", lambda: True)
    probing.require_gpu.cache_clear()
    yield monkeypatch
    probing.require_gpu.cache_clear()


def break_it(driver: pytest.MonkeyPatch, way: str) -> None:
    driver.setenv("FAKE_DRIVER", way)
    if way == "hangs":
        driver.setattr(probing, "SECONDS", 1)


@pytest.mark.parametrize("way", WORDS)
def test_a_broken_driver_is_told_of_in_one_line(way: str, driver: pytest.MonkeyPatch) -> None:
    break_it(driver, way)
    with pytest.raises(BackendError) as error:
        api.build(helpers.preset(helpers.LINE), backend="cuda")
    assert "\n" not in str(error.value)
    assert all(word in str(error.value) for word in WORDS[way])


@pytest.mark.parametrize("way", WORDS)
def test_auto_takes_the_cpu_then_and_says_why(way: str, driver: pytest.MonkeyPatch) -> None:
    break_it(driver, way)
    choice = choose("auto")
    assert choice.name == "cpu"
    assert all(word in choice.note for word in [*WORDS[way], "auto", "cpu"])
    assert api.build(helpers.preset(helpers.LINE), backend="auto").backend == "cpu"


def test_auto_takes_a_gpu_that_works(driver: pytest.MonkeyPatch) -> None:
    driver.setenv("FAKE_DRIVER", "chatters")
    choice = choose("auto")
    assert choice.name == "cuda"
    assert "NVIDIA Test" in choice.note


def test_what_is_asked_for_is_taken_without_a_word() -> None:
    assert (choose("numpy").name, choose("numpy").note) == ("numpy", "")


def test_without_the_package_the_line_says_what_to_install(
    driver: pytest.MonkeyPatch,
) -> None:
    driver.setattr(probing, "is_installed", lambda: False)
    built = helpers.model(helpers.LINE)
    with pytest.raises(BackendError, match=r"numba-cuda: pip install 'tuidl\[cuda\]'"):
        create_engine("cuda", built.program, built.engine.dtype, None)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ImportError("CUDA driver library cannot be found.\nEnsure that"), "no NVIDIA driver"),
        (
            RuntimeError("[100] Call to cuInit results in CUDA_ERROR_NO_DEVICE"),
            "sees no NVIDIA GPU",
        ),
        (ImportError("libNVVM cannot be found"), "compiler is missing: pip install"),
        (TypeError("'NoneType' object\nis not callable"), "opening the GPU failed (TypeError:"),
        (ValueError(), "opening the GPU failed (ValueError"),
    ],
)
def test_errors_of_drivers_in_words(error: Exception, words: str) -> None:
    told = problem_of(error, "opening the GPU")
    assert told.startswith("--backend cuda: ")
    assert words in told
    assert "\n" not in told


def test_a_driver_that_is_no_library(tmp_path: Path) -> None:
    """The real probe, with a file in the driver's place."""
    fake = tmp_path / "libcuda.so"
    fake.write_text("not a library")
    environment = {**os.environ, "NUMBA_CUDA_DRIVER": str(fake)}
    command = [sys.executable, "-m", probing.PROBE]
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    problem = json.loads(done.stdout.splitlines()[-1])["problem"]
    assert problem.startswith("--backend cuda: ")


def test_the_command_line_ends_with_2(tmp_path: Path) -> None:
    """Whatever is missing here: the package, the driver, or the GPU."""
    environment = {**os.environ, "NUMBA_CUDA_DRIVER": "/nowhere/libcuda.so"}
    command = [sys.executable, "-m", "tuidl", "cnn_digits", "--no-ui", "--backend", "cuda"]
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    assert done.returncode == 2
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    assert "--backend cuda" in done.stderr
