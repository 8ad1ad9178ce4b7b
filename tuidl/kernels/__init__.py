"""Every instruction a program can hold, written once for Numba.

A kernel is a plain function over arrays. ``@kernel("nk kf f -> nf")`` states the shapes of its
operands, one word an operand and one letter a dimension; the operands before the arrow are read,
those behind it are written (a written one may be read as well). The letters, everywhere alike:

    n  examples (or any count of rows)     k  inputs of a product          f  outputs, filters
    h w c  height, width, channels in      p q  height, width out          i j  kernel height, width
    m z  rows and columns of a patch matrix                                e  elements of anything
    t  time steps      u  t + 1            d  hidden units                 g  gates * d    b  2 d
    s  shards          v  all parameters   a  statistics of one loss or metric

Parameters behind the operands are the kernel's options: whole numbers, or floats where annotated.
A last parameter called ``step_state`` gets the step counter and the learning rate (see
``step_state.py``).

Every file of this folder is imported, in the order of names: a new one needs no list.
"""

from tuidl.core.discovery import modules_of
from tuidl.kernels.registry import KERNELS, Kernel

modules_of(__name__, __path__)

NAMES = list(KERNELS)
"""Kernels' names by opcode."""

__all__ = ["KERNELS", "NAMES", "Kernel"]
