"""What is compiled with a kernel, and which process compiles what: nothing twice."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tuidl.kernels import KERNELS
from tuidl.kernels.ahead import Share, with_routines
from tuidl.kernels.callees import callees, code_size
from tuidl.kernels.jobs import LOOP, SCAN, TURNS, job
from tuidl.kernels.simd.routines import ROUTINES

CONVOLUTIONS = ["conv2d", "conv2d_weight_gradient", "conv2d_input_gradient"]


@pytest.mark.parametrize("name", [LOOP, TURNS, SCAN, *ROUTINES, *KERNELS])
def test_everything_that_is_compiled_has_a_size(name: str) -> None:
    assert job(name).function in callees(name).sizes
    assert code_size(name) > 0


def test_routines_are_found_through_overrides_and_intrinsics() -> None:
    assert set(callees("dense").routines) == {"dots_of_rows", "macro_kernel", "packed_gemm"}
    assert "indexed_kernel" in callees("conv2d").routines
    assert "rows_kernel" in callees("conv2d_weight_gradient").routines
    assert not callees("relu").routines
    assert with_routines(["relu", "dense", "dense"])[:2] == ["relu", "dense"]
    assert len(with_routines(["relu", "dense", *ROUTINES])) == 2 + len(ROUTINES)


def test_kernels_that_share_functions_are_compiled_by_one_process() -> None:
    share = Share([*CONVOLUTIONS, "softmax", "adam", LOOP])
    first = share._best_for("one")
    assert first == "conv2d_input_gradient", "the longest"
    assert [share._best_for("two") for _ in range(2)] == [LOOP, "softmax"]
    assert {share._best_for("one"), share._best_for("one")} < set(CONVOLUTIONS)
    assert share.left == 1


def test_each_name_is_given_once_whoever_asks() -> None:
    names = list(KERNELS)[:40]
    share = Share(names)
    given = [share._best_for(i % 3) for i in range(len(names))]
    assert sorted(given) == sorted(names)


MAKE = """
import numpy as np
from llvmlite import binding
from tuidl.kernels import KERNELS, blas
from tuidl.kernels.jobs import job
kind, symbol = np.dtype("float32"), "tuidl_macro_kernel_32"
for _ in range(2):
    job("dense").make(kind)
assert not binding.address_of_symbol(symbol), "made, not loaded"
blas.load()
assert KERNELS["dense"].compile(kind)[1] is False, "made here"
assert binding.address_of_symbol(symbol)
"""


@pytest.mark.slow
@pytest.mark.parametrize("is_writable", [True, False])
def test_loading_provides_what_was_not_there_when_a_kernel_was_compiled(
    is_writable: bool, tmp_path: Path
) -> None:
    (blocked := tmp_path / "file").write_text("")
    cache = tmp_path / "cache" if is_writable else blocked / "below"
    environment = {**os.environ, "TUIDL_CACHE_DIR": str(cache), "TUIDL_PREBUILT": "0"}
    done = subprocess.run(
        [sys.executable, "-c", MAKE], env=environment, capture_output=True, text=True, check=True
    )
    assert ("cannot keep" in done.stderr) is not is_writable
    made = {file.name.split("-")[0] for file in tmp_path.rglob("*.code")}
    needed = {"dense", "dots_of_rows", "macro_kernel", "packed_gemm"}
    assert made == (needed if is_writable else set())
