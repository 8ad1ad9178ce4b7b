"""Subnormal numbers count as zero while kernels run.

Numbers below the smallest normal one (1.2e-38 in float32, 2.2e-308 in float64) take processors up
to a hundred times as long as others, and training makes more and more of them: gradients that fade
through time, an optimizer's moments of weights that have no gradient any longer. A processor treats
them as zeros, read or computed, where the thread's control register says so: bits FTZ and DAZ of
MXCSR on x86 (Intel's manual, volume 1, 10.2.3), FZ of FPCR on 64-bit ARM. Other processors compute
with them.

The register belongs to a thread. Each that runs kernels sets it, and restores what it found.
"""

import ctypes
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from llvmlite import ir
from numba import types
from numba.core.registry import cpu_target

from tuidl.kernels.jit import intrinsic_for
from tuidl.kernels.native import native

X86_FLUSHES = 1 << 15 | 1 << 6
ARM64_FLUSHES = 1 << 24

_PROCESSOR = cpu_target.target_context.codegen().magic_tuple()[0].split("-")[0]
IS_X86 = _PROCESSOR in ("x86_64", "amd64", "i386", "i686")
IS_ARM64 = _PROCESSOR in ("aarch64", "arm64")
FLUSHES = X86_FLUSHES if IS_X86 else ARM64_FLUSHES if IS_ARM64 else 0
"""The bits of the control register that make subnormal numbers zero; 0 where we know of none."""

_MODE = ir.IntType(64)


def flush_subnormals():
    """Have this thread treat subnormal numbers as zeros; returns the mode that it had before."""
    return _of_python()(1, 0)


def restore_mode(mode):
    """Give this thread the mode that ``flush_subnormals`` returned."""
    _of_python()(0, mode)


@contextmanager
def subnormals_flushed() -> Iterator[None]:
    """The calling thread treats subnormal numbers as zeros in the block, however it ends."""
    mode = flush_subnormals()
    try:
        yield
    finally:
        restore_mode(mode)


def _read(builder: Any) -> Any:
    """The code that reads the control register, as 64 bits."""
    if IS_ARM64:
        return builder.asm(ir.FunctionType(_MODE, []), "mrs $0, fpcr", "=r", [], side_effect=True)
    if not IS_X86:
        return _MODE(0)
    word = _word(builder)
    _x86(builder, "llvm.x86.sse.stmxcsr", word)
    return builder.zext(builder.load(word), _MODE)


def _write(builder: Any, mode: Any) -> None:
    """The code that writes it."""
    if IS_ARM64:
        kind = ir.FunctionType(ir.VoidType(), [_MODE])
        builder.asm(kind, "msr fpcr, $0", "r", [mode], side_effect=True)
    elif IS_X86:
        word = _word(builder)
        builder.store(builder.trunc(mode, ir.IntType(32)), word)
        _x86(builder, "llvm.x86.sse.ldmxcsr", word)


def _word(builder: Any) -> Any:
    """32 bits on the stack."""
    with builder.goto_entry_block():
        return builder.alloca(ir.IntType(32))


def _x86(builder: Any, name: str, word: Any) -> None:
    pointer = ir.IntType(8).as_pointer()
    kind = ir.FunctionType(ir.VoidType(), [pointer])
    function = builder.module.declare_intrinsic(name, fnty=kind)
    builder.call(function, [builder.bitcast(word, pointer)])


@intrinsic_for(flush_subnormals)
def _flush_subnormals(typing_context):
    def codegen(context, builder, signature, arguments):
        mode = _read(builder)
        flushing = builder.or_(mode, _MODE(FLUSHES))
        with builder.if_then(builder.icmp_unsigned("!=", mode, flushing), likely=False):
            _write(builder, flushing)  # takes longer than to look
        return mode

    return types.int64(), codegen


@intrinsic_for(restore_mode)
def _restore_mode(typing_context, mode):
    def codegen(context, builder, signature, arguments):
        _write(builder, arguments[0])
        return context.get_dummy_value()

    return types.void(types.int64), codegen


def change_mode(flushes, mode):
    """``flush_subnormals`` where ``flushes`` is 1, else ``restore_mode``."""
    if flushes == 1:
        return flush_subnormals()
    restore_mode(mode)
    return mode


@cache
def _of_python() -> Callable[[int, int], int]:
    """``change_mode``, compiled for Python to call."""
    kind = types.int64(types.int64, types.int64)
    compiled = native("change_mode", change_mode, kind)
    return ctypes.PYFUNCTYPE(ctypes.c_int64, ctypes.c_int64, ctypes.c_int64)(compiled.address)
