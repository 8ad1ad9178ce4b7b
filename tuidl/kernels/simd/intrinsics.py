"""The few machine operations that Numba's Python does not spell."""

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

STACK_ELEMENTS = 1024
"""What a kernel may keep on the stack."""


@intrinsic
def pointer_at(typing_context: Any, pointer: Any, offset: Any) -> Any:
    """The address of element ``offset`` behind ``pointer``."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.gep(arguments[0], [arguments[1]])

    return pointer(pointer, types.int64), codegen


@intrinsic
def float_bits(typing_context: Any, bits: Any) -> Any:
    """The float64 whose bits the int64 ``bits`` holds."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.bitcast(arguments[0], ir.DoubleType())

    return types.float64(types.int64), codegen


@intrinsic
def call_kernel(typing_context: Any, address: Any, row: Any, arena: Any, step_state: Any) -> Any:
    """Call the compiled kernel at ``address`` on one row of a program."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        pointers = [
            context.make_array(kind)(context, builder, array).data
            for kind, array in zip(signature.args[1:], arguments[1:], strict=True)
        ]
        function_type = ir.FunctionType(ir.VoidType(), [pointer.type for pointer in pointers])
        target = builder.inttoptr(arguments[0], function_type.as_pointer())
        builder.call(target, pointers)
        return context.get_dummy_value()

    return types.void(types.int64, row, arena, step_state), codegen


@intrinsic
def round_to_even(typing_context: Any, x: Any) -> Any:
    """``x`` rounded to the nearest whole number, as a float."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        function = builder.module.declare_intrinsic("llvm.rint", [arguments[0].type])
        return builder.call(function, arguments)

    return x(x), codegen


@intrinsic
def power_of_two(typing_context: Any, n: Any) -> Any:
    """2**n for a whole float32 ``n`` in -127..127, from its exponent bits (-127 gives 0)."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        integer = ir.IntType(32)
        biased = builder.add(builder.fptosi(arguments[0], integer), ir.Constant(integer, 127))
        return builder.bitcast(builder.shl(biased, ir.Constant(integer, 23)), ir.FloatType())

    return types.float32(types.float32), codegen


@intrinsic
def data_of(typing_context: Any, array: Any) -> Any:
    """The address of a contiguous array's first element."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return context.make_array(signature.args[0])(context, builder, arguments[0]).data

    return types.CPointer(array.dtype)(array), codegen


def _bytes(context: Any, builder: Any, pointer: Any, count: Any) -> Any:
    """The size of ``count`` numbers behind a pointer."""
    size = context.get_abi_sizeof(context.get_value_type(pointer.dtype))
    return builder.mul(count, ir.Constant(count.type, size))


@intrinsic
def copy_elements(typing_context: Any, target: Any, source: Any, count: Any) -> Any:
    """Copy ``count`` numbers from pointer to pointer; they do not overlap."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        to, source, count = arguments
        size = _bytes(context, builder, signature.args[0], count)
        cgutils.raw_memcpy(builder, to, source, size, 1)
        return context.get_dummy_value()

    return types.void(target, source, types.int64), codegen


@intrinsic
def clear_elements(typing_context: Any, target: Any, count: Any) -> Any:
    """``count`` zeros behind a pointer."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        size = _bytes(context, builder, signature.args[0], arguments[1])
        cgutils.memset(builder, arguments[0], size, 0)
        return context.get_dummy_value()

    return types.void(target, types.int64), codegen


@intrinsic
def stack_workspace(typing_context: Any, array: Any) -> Any:
    """A pointer to room for STACK_NUMBERS numbers of the kind that ``array`` holds."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        number = context.get_value_type(signature.args[0].dtype)
        with builder.goto_entry_block():  # cgutils.alloca_once would fill it with zeros each time
            workspace = builder.alloca(ir.ArrayType(number, STACK_ELEMENTS))
        return builder.bitcast(workspace, number.as_pointer())

    return types.CPointer(array.dtype)(array), codegen
