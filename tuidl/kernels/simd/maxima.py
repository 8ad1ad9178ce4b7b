"""The largest of many numbers. LLVM makes no vectors of such a loop where NaN must stay visible."""

import math
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils

from tuidl.kernels.jit import inline_ir, intrinsic_for
from tuidl.kernels.simd.intrinsics import data_of
from tuidl.kernels.simd.vectors import Vectors


def _highest(data, count):
    known = data[:count]
    return known.dtype.type(np.max(known, where=~np.isnan(known), initial=-math.inf))


@intrinsic_for(_highest)
def _highest_intrinsic(typing_context, data, count):
    def codegen(context, builder, signature, arguments):
        data, count = arguments
        simd = Vectors(builder, context.get_value_type(signature.args[0].dtype))
        highest = cgutils.alloca_once_value(builder, simd.constant(-math.inf))

        def look(first: Any, mask: Any) -> None:
            """NaN is larger than nothing, and so never the highest."""
            old, values = builder.load(highest), simd.load(builder.gep(data, [first]), mask)
            is_higher = builder.fcmp_ordered(">", values, old)
            if mask is not None:
                is_higher = builder.and_(is_higher, mask.lanes)
            builder.store(builder.select(is_higher, values, old), highest)

        simd.for_each_vector(count, look)
        kind = ir.FunctionType(simd.scalar, [simd.vector_type])
        name = f"llvm.vector.reduce.fmax.v{simd.lanes}f{8 * simd.itemsize}"
        function = cgutils.get_or_insert_function(builder.module, kind, name)
        return builder.call(function, [builder.load(highest)], fastmath=("nnan",))

    return data.dtype(data, types.int64), codegen


@inline_ir
def highest_of(row):
    """The largest number of a contiguous vector but for NaN; minus infinity if there is none."""
    return _highest(data_of(row), row.shape[0])
