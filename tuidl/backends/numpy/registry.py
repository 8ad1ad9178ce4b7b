"""Where the NumPy backend finds the definition of a kernel: with the kernel, or in a layer."""

from collections.abc import Callable

from tuidl.core.lazy import Array
from tuidl.kernels import KERNELS
from tuidl.kernels.oracles import ORACLES
from tuidl.kernels.signature import Signature
from tuidl.nn.layers import LAYERS


def oracle_of(name: str) -> Callable[..., None]:
    """The definition of the kernel ``name``: its own, or the ``reference`` of the layer whose
    ``forward_kernel`` it is. Raises KeyError where it has none."""
    if name not in ORACLES:
        for layer in LAYERS.values():
            if layer.reference is not None and name == (layer.forward_kernel or layer.kind()):
                ORACLES[name] = _of_reference(KERNELS[name].signature, layer.reference)
    return ORACLES[name]


def _of_reference(signature: Signature, reference: Callable[..., Array]) -> Callable[..., None]:
    """A kernel that writes what the reference makes of its operands and options.

    One that reads no operand works in place.
    """
    count = len(signature.operands)
    (y,) = (i for i, operand in enumerate(signature.operands) if operand.written)
    read = [i for i, operand in enumerate(signature.operands) if not operand.written] or [y]

    def oracle(*given: Array, **options: float) -> None:
        given[y][...] = reference(*(given[i] for i in read), *given[count:], **options)

    return oracle


for _name in KERNELS:
    oracle_of(_name)
