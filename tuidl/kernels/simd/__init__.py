"""Vector code where LLVM makes none, or slow one, of plain loops; what kernels call.

    intrinsics, vectors     pointers in Numba's Python; SIMD vectors in LLVM's representation
    memory, padding         copying, clearing, transposing; images with zeros around them
    micro_kernel, gemm      the matrix product without packing (start with the drawing there)
    packed_kernel, packing,
    packed_gemm             the matrix product of packed factors, or of a part of the result
    recurrent               products with weights that are packed once for all steps
    gates, lstm_units,
    gru_units, simple_units what a step does to its units
    gemm_nt                 the product of few rows with a transposed matrix
    narrow_tiles,
    gemm_narrow             products over windows whose result has few columns
    transforms, winograd    convolution with kernels of 3 x 3
    rectangles, places      convolutions that mostly meet padding
    heads, exponentials     one head of attention; the exponentials of its scores
    windows, max_pool       max pooling and its gradient
    column_sums, sums       sums over rows, float64 beyond blocks of rows

Each piece of generated code stands below the plain Python function that it replaces in compiled
code (``intrinsic_for`` in ``kernels/jit.py``). That function says what it does, and runs where a
kernel is called from Python.
"""
