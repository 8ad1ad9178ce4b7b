"""Every instruction a program can hold, written once for Numba, a file for each operation.

A kernel is a plain function over arrays. ``@kernel("nk kf f -> nf")`` states the shapes of its
operands, one word an operand and one letter a dimension; the operands before the arrow are read,
those behind it are written (a written one may be read as well). The letters, everywhere alike:

    n  examples (or any count of rows)     k  inputs of a product          f  outputs, filters
    h w c  height, width, channels in      p q  height, width out          i j  kernel height, width
    m z  rows and columns of a workspace (or two)                          e  elements of anything
    t  time steps      u  t + 1            d  hidden units                 g  gates * d    b  2 d
    s  shards          v  all parameters   a  statistics of one loss or metric

Parameters behind the operands are the kernel's options: whole numbers, or floats where annotated.
A last parameter called ``step_state`` gets the step counter and the learning rate (see
``step_state.py``).

Every file of this folder is imported, in the order of names: a new one needs no list.
"""

from tuidl.core.discovery import modules_of
from tuidl.core.errors import TuidlError
from tuidl.core.extensions import Extension, subscribe
from tuidl.kernels.oracles import ORACLES
from tuidl.kernels.registry import KERNELS, Kernel
from tuidl.kernels.signature import Signature

modules_of(__name__, __path__)

NAMES = list(KERNELS)
"""Kernels' names by opcode."""


def _adopt(extension: Extension) -> None:
    """Take what a plugin brings. Raises TuidlError for a name that is taken."""
    name, known = extension.name, KERNELS.get(extension.name)
    if not extension.shapes:
        if known is None or not known.foreign:
            raise TuidlError(f"an oracle for {name!r}, which is no kernel of a plugin")
        ORACLES[name] = extension.function
        return
    if known is not None:
        raise TuidlError(f"a plugin's kernel is called {name!r}: that name is taken")
    signature = Signature.of(extension.function, extension.shapes, extension.cost)
    KERNELS[name] = Kernel(name, len(KERNELS), extension.function, signature, foreign=True)
    NAMES.append(name)


def _drop(extension: Extension) -> None:
    """Take back what was adopted last."""
    name, function = extension.name, extension.function
    if ORACLES.get(name) is function:
        del ORACLES[name]
    if extension.shapes and name in KERNELS and KERNELS[name].function is function:
        del KERNELS[name]
        NAMES.remove(name)


subscribe(_adopt, _drop)

__all__ = ["KERNELS", "NAMES", "Kernel"]
