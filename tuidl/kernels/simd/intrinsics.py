"""Machine operations that Numba's Python does not spell, each with its plain Python twin.

A pointer is LLVM's in compiled code. In plain Python it is the contiguous NumPy vector that starts
there, so that ``pointer[i]`` means the same in both.
"""

import ctypes
import math
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.np.arrayobj import populate_array

from tuidl.kernels.jit import inline_ir, intrinsic_for

STACK_ELEMENTS = 1024
"""Elements that a kernel may keep on the stack."""
CACHE_LINE = 64
"""Bytes."""


def pointer_at(pointer, offset):
    """The address of element ``offset`` behind ``pointer``."""
    return pointer[offset:]


@intrinsic_for(pointer_at)
def _pointer_at(typing_context, pointer, offset):
    def codegen(context, builder, signature, arguments):
        return builder.gep(arguments[0], [arguments[1]])

    return pointer(pointer, types.int64), codegen


def array_at(pointer, shape):
    """The contiguous array of ``shape`` that starts at ``pointer``: a view."""
    return pointer[: math.prod(shape)].reshape(shape)


@intrinsic_for(array_at)
def _array_at(typing_context, pointer, shape):
    """As Numba's ``carray``, an overload: that would be compiled by itself for each rank."""
    kind = types.Array(pointer.dtype, len(shape), "C")

    def codegen(context, builder, signature, arguments):
        start, lengths = arguments[0], cgutils.unpack_tuple(builder, arguments[1])
        itemsize = context.get_abi_sizeof(context.get_value_type(kind.dtype))
        strides = [ir.Constant(lengths[0].type, itemsize)]
        for length in lengths[:0:-1]:
            strides.insert(0, builder.mul(strides[0], length, flags=["nsw"]))
        array = context.make_array(kind)(context, builder)
        populate_array(array, start, lengths, strides, itemsize, None)
        return array._getvalue()

    return kind(pointer, shape), codegen


def float_bits(bits):
    """The float64 whose bits the int64 ``bits`` holds."""
    return float(np.int64(bits).view(np.float64))


@intrinsic_for(float_bits)
def _float_bits(typing_context, bits):
    def codegen(context, builder, signature, arguments):
        return builder.bitcast(arguments[0], ir.DoubleType())

    return types.float64(types.int64), codegen


def bits_of(x):
    """The bits of the float64 ``x``, as an int64."""
    return int(np.float64(x).view(np.int64))


@intrinsic_for(bits_of)
def _bits_of(typing_context, x):
    def codegen(context, builder, signature, arguments):
        return builder.bitcast(arguments[0], ir.IntType(64))

    return types.int64(types.float64), codegen


def _frozen(builder, value):
    """``value`` by LLVM's ``freeze``, behind which it does not look for where it was read."""
    instruction = ir.Instruction(builder.block, value.type, "freeze", [value])
    builder._insert(instruction)
    return instruction


def choose(condition, a, b):
    """``a if condition else b``, both computed.

    Where one of them is what already stands where the answer goes, LLVM would write only the
    others, by a mask: a store that many processors with AVX2 take a number at a time.
    """
    return a if condition else b


@intrinsic_for(choose)
def _choose(typing_context, condition, a, b):
    def codegen(context, builder, signature, arguments):
        condition, a, b = arguments
        return builder.select(condition, _frozen(builder, a), _frozen(builder, b))

    kind = typing_context.unify_types(a, b)
    return kind(types.boolean, kind, kind), codegen


_KERNEL = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p)


def call_kernel(address: int, row: Any, arena: Any, step_state: Any) -> None:
    """Call the machine code of a kernel at ``address`` on one row of a program.

    The row and the memories: arrays, or pointers to where they start.
    """
    _KERNEL(int(address))(row.ctypes.data, arena.ctypes.data, step_state.ctypes.data)


@intrinsic_for(call_kernel)
def _call_kernel(typing_context, address, row, arena, step_state):
    def codegen(context, builder, signature, arguments):
        pointers = [
            context.make_array(kind)(context, builder, value).data
            if isinstance(kind, types.Array)
            else value
            for kind, value in zip(signature.args[1:], arguments[1:], strict=True)
        ]
        function_type = ir.FunctionType(ir.VoidType(), [pointer.type for pointer in pointers])
        target = builder.inttoptr(arguments[0], function_type.as_pointer())
        builder.call(target, pointers)
        return context.get_dummy_value()

    return types.void(types.int64, row, arena, step_state), codegen


def round_to_even(x):
    """``x`` rounded to the nearest whole number, as a float."""
    return np.rint(x)


@intrinsic_for(round_to_even)
def _round_to_even(typing_context, x):
    def codegen(context, builder, signature, arguments):
        function = builder.module.declare_intrinsic("llvm.rint", [arguments[0].type])
        return builder.call(function, arguments)

    return x(x), codegen


def multiply_add(a, b, c):
    """``a * b + c``, rounded once where the processor can."""
    return a * b + c


@intrinsic_for(multiply_add)
def _multiply_add(typing_context, a, b, c):
    def codegen(context, builder, signature, arguments):
        number = arguments[0].type
        kind = ir.FunctionType(number, [number] * 3)
        name = f"llvm.fmuladd.f{a.bitwidth}"
        function = cgutils.get_or_insert_function(builder.module, kind, name)
        return builder.call(function, arguments)

    return a(a, b, c), codegen


def power_of_two(n):
    """2**n for a whole float32 ``n`` in -127..127, from its exponent bits (-127 gives 0)."""
    return np.uint32((int(n) + 127) << 23).view(np.float32)


@intrinsic_for(power_of_two)
def _power_of_two(typing_context, n):
    def codegen(context, builder, signature, arguments):
        integer = ir.IntType(32)
        biased = builder.add(builder.fptosi(arguments[0], integer), ir.Constant(integer, 127))
        return builder.bitcast(builder.shl(biased, ir.Constant(integer, 23)), ir.FloatType())

    return types.float32(types.float32), codegen


def data_of(array):
    """The address of a contiguous array's first element."""
    return array.reshape(-1)


@intrinsic_for(data_of)
def _data_of(typing_context, array):
    def codegen(context, builder, signature, arguments):
        return context.make_array(signature.args[0])(context, builder, arguments[0]).data

    return types.CPointer(array.dtype)(array), codegen


@inline_ir
def flat(array):
    """A contiguous array as a vector. Numba's ``reshape`` first checks whether that can be: for a
    few numbers this takes longer than what is done with them."""
    return array_at(data_of(array), (array.size,))


def _bytes(context, builder, pointer, count):
    """The size of ``count`` elements behind a pointer."""
    size = context.get_abi_sizeof(context.get_value_type(pointer.dtype))
    return builder.mul(count, ir.Constant(count.type, size))


def copy_elements(target, source, count):
    """Copy ``count`` elements from pointer to pointer; they do not overlap."""
    target[:count] = source[:count]


@intrinsic_for(copy_elements)
def _copy_elements(typing_context, target, source, count):
    def codegen(context, builder, signature, arguments):
        to, source, count = arguments
        size = _bytes(context, builder, signature.args[0], count)
        cgutils.raw_memcpy(builder, to, source, size, 1)
        return context.get_dummy_value()

    return types.void(target, source, types.int64), codegen


def clear_elements(target, count):
    """``count`` zeros behind a pointer."""
    target[:count] = 0


@intrinsic_for(clear_elements)
def _clear_elements(typing_context, target, count):
    def codegen(context, builder, signature, arguments):
        size = _bytes(context, builder, signature.args[0], arguments[1])
        cgutils.memset(builder, arguments[0], size, 0)
        return context.get_dummy_value()

    return types.void(target, types.int64), codegen


def stack_workspace(array):
    """A pointer to STACK_ELEMENTS elements on the stack, of the dtype of ``array``."""
    return np.empty(STACK_ELEMENTS, array.dtype)


@intrinsic_for(stack_workspace)
def _stack_workspace(typing_context, array):
    def codegen(context, builder, signature, arguments):
        scalar = context.get_value_type(signature.args[0].dtype)
        with builder.goto_entry_block():  # cgutils.alloca_once would fill it with zeros each time
            workspace = builder.alloca(ir.ArrayType(scalar, STACK_ELEMENTS))
        return builder.bitcast(workspace, scalar.as_pointer())

    return types.CPointer(array.dtype)(array), codegen


def stack_of(size: int) -> Any:
    """A function that gives a kernel ``size`` bytes on the stack, from a line of the cache on."""

    def stack_numbers(pointer):
        """The bytes as a pointer to numbers of the kind behind ``pointer``."""
        return np.empty(size // pointer.itemsize, pointer.dtype)

    @intrinsic_for(stack_numbers)
    def _stack_numbers(typing_context, pointer):
        def codegen(context, builder, signature, arguments):
            with builder.goto_entry_block():
                place = builder.alloca(ir.ArrayType(ir.IntType(8), size))
            place.align = CACHE_LINE
            return builder.bitcast(place, arguments[0].type)

        return pointer(pointer), codegen

    return stack_numbers


def stack_for(pointer, count):
    """``count`` numbers of the kind behind ``pointer``, on the stack, from a line of the cache on.

    They stay until the function returns: not to be asked for in a loop.
    """
    return np.empty(count, pointer.dtype)


@intrinsic_for(stack_for)
def _stack_for(typing_context, pointer, count):
    def codegen(context, builder, signature, arguments):
        place = builder.alloca(arguments[0].type.pointee, arguments[1])
        place.align = CACHE_LINE
        return place

    return pointer(pointer, types.int64), codegen
