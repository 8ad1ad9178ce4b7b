"""Shaped views of the arena inside of GPU kernels."""

from typing import Any

from tuidl.backends.cuda.target import SIMULATED


def _simulated(memory: Any, offset: int, shape: tuple[int, ...]) -> Any:
    count = 1
    for size in shape:
        count *= size
    return memory[offset : offset + count].reshape(shape)


def _compiled() -> Any:
    """An array structure over the same memory. ``reshape`` would call a C function on the GPU."""
    from numba.cuda import cgutils, types
    from numba.cuda.extending import intrinsic
    from numba.cuda.np.arrayobj import make_array, populate_array

    @intrinsic
    def shaped(typing_context: Any, memory: Any, offset: Any, shape: Any) -> Any:
        view_type = types.Array(memory.dtype, len(shape), "C")

        def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
            source = make_array(signature.args[0])(context, builder, values[0])
            sizes = cgutils.unpack_tuple(builder, values[2], len(shape))
            bytes_each = context.get_abi_sizeof(context.get_data_type(memory.dtype))
            strides = [context.get_constant(types.intp, bytes_each)]
            for size in reversed(sizes[1:]):
                strides.insert(0, builder.mul(strides[0], size))
            view = make_array(view_type)(context, builder)
            populate_array(
                view,
                data=builder.gep(source.data, [values[1]]),
                shape=sizes,
                strides=strides,
                itemsize=strides[-1],
                meminfo=None,
            )
            return view._getvalue()

        return view_type(memory, offset, shape), generate

    return shaped


shaped = _simulated if SIMULATED else _compiled()
"""``shaped(memory, offset, shape)``: a C-ordered view that starts ``offset`` elements into a
one-dimensional array. ``shape`` is a tuple of int64."""
