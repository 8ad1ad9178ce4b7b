"""Machine code that is kept and loaded: the same bytes whatever its way, never wrong ones."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tuidl import build as build_model
from tuidl import load_preset
from tuidl.core.children import child_environment
from tuidl.kernels import prebuilt
from tuidl.kernels.loop import compiled_loop
from tuidl.kernels.native import Header, _loaded
from tuidl.kernels.prebuild import COMMON, build
from tuidl.kernels.simd.vectors import FEATURES, IS_WIDE

LEVEL = "x86-64-v4" if IS_WIDE else "x86-64-v3"
COMPILE = """
import sys
from pathlib import Path
import numpy as np
from tuidl.kernels import KERNELS, cache, prebuilt
prebuilt.FOLDER, cache._SOURCES = Path(sys.argv[1]), sys.argv[2] or cache._SOURCES
print(KERNELS["relu"].compile(np.dtype("float32"))[1])
"""


HERE = """
import sys
from pathlib import Path
from tuidl.kernels.prebuild import build_here
build_here(Path(sys.argv[1]), ["relu"])
"""


def compiled(cache: Path, came: Path, sources: str = "", says: str = "", **more: str) -> bool:
    """Whether a process has found a kernel's code, with an empty cache."""
    environment = {**os.environ, "TUIDL_CACHE_DIR": str(cache), **more}
    command = [sys.executable, "-c", COMPILE, str(came), sources]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert says in done.stderr
    assert bool(says) is bool(done.stderr)
    return done.stdout.split() == ["True"]


@pytest.mark.slow
@pytest.mark.skipif(
    not set(prebuilt.features_of(LEVEL).split(",")) <= set(FEATURES), reason="needs AVX2"
)
def test_code_that_came_with_the_package_is_used_beside_its_own_sources_only(
    tmp_path: Path,
) -> None:
    came = tmp_path / "objects"
    build(came, ["relu"])
    for level in prebuilt.LEVELS:
        made = {file.name.split("-")[0] for file in (came / prebuilt.name_of(level)).iterdir()}
        assert made >= {"relu", "change_mode.code"}
    assert compiled(tmp_path / "1", came)
    assert not list((tmp_path / "1").rglob("*.code")), "nothing was compiled"
    assert not compiled(tmp_path / "2", came, sources="changed")
    assert not compiled(tmp_path / "3", came, TUIDL_PREBUILT="0")
    assert not compiled(tmp_path / "4", came, NUMBA_CPU_NAME="generic", NUMBA_CPU_FEATURES="+sse2")


def begin_here(folder: Path) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", HERE, str(folder)]
    return subprocess.Popen(command, stderr=subprocess.PIPE, text=True)


@pytest.mark.slow
def test_what_a_clone_compiles_for_its_own_processor_is_what_the_cache_would_have(
    tmp_path: Path,
) -> None:
    came = tmp_path / "objects"
    for other in ("0123456789abcdef", prebuilt.name_of(LEVEL), "mine"):
        (came / other).mkdir(parents=True)
    both = [begin_here(came) for _ in range(2)]
    assert [process.communicate()[1] for process in both] == [""] * 2
    made = came / prebuilt.name_of_machine()
    assert {folder.name for folder in came.iterdir()} == {
        "mine", prebuilt.name_of(LEVEL), made.name
    }  # fmt: skip
    assert {file.name for file in made.iterdir()} == {"relu-float32.code", "change_mode.code"}
    (came / prebuilt.name_of(LEVEL)).rmdir()
    assert compiled(tmp_path / "1", came)
    assert not list((tmp_path / "1").rglob("*.code")), "nothing was compiled"
    assert not compiled(tmp_path / "2", came, sources="changed")
    assert not compiled(tmp_path / "3", came, NUMBA_CPU_NAME="generic", NUMBA_CPU_FEATURES="+sse2")
    file = made / "relu-float32.code"
    kept = file.read_bytes()
    file.write_bytes(kept[:-9])
    assert not compiled(tmp_path / "4", came, says="damaged, cannot be used: compiling anew")
    assert next((tmp_path / "4").rglob("relu-*.code")).read_bytes() == kept


def test_what_a_clone_compiles_is_enough_for_its_first_run() -> None:
    model = build_model(load_preset("cnn_digits"))
    assert set(model.program.kernels) <= set(COMMON)


@pytest.mark.slow
def test_what_two_processes_compile_are_the_same_bytes(tmp_path: Path) -> None:
    for name in "ab":
        assert not compiled(tmp_path / name, tmp_path / "none")
    (first, second) = (next((tmp_path / name).rglob("relu-*.code")) for name in "ab")
    assert first.name == second.name
    assert first.read_bytes() == second.read_bytes()


def test_the_command_that_compiles_is_no_module_its_package_imports() -> None:
    """Python warns of a module that is loaded already when it is run as a program."""
    code = "import runpy\nrunpy.run_module('tuidl.kernels.prebuild', run_name='imported')"
    command = [sys.executable, "-W", "error::RuntimeWarning", "-c", code]
    done = subprocess.run(
        command, env=child_environment(), capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_code_that_needs_an_unknown_symbol_is_not_loaded() -> None:
    """LLVM would end the process."""
    assert _loaded(Header("f", ("tuidl_no_such_symbol",), ""), b"") is None


def test_the_loop_refuses_arrays_of_another_kind() -> None:
    loop, _ = compiled_loop(np.dtype(np.float32))
    wrong = [np.zeros(3), *(np.zeros((1, 1, 1, 1), np.int64),) * 16]
    with pytest.raises(TypeError, match="expected array"):
        loop(*wrong)
    with pytest.raises(TypeError, match="expected array"):
        loop(np.zeros(6, np.int64)[::2], *wrong[1:])
    with pytest.raises(ValueError, match="shorter"):
        loop(np.zeros(3, np.int64))
