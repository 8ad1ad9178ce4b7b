"""From a row of a program to a call of its kernel, on the GPU."""

from functools import cache
from typing import Any

from tuidl.backends.cuda.kernels import CUDA_KERNELS
from tuidl.backends.cuda.target import device
from tuidl.backends.cuda.views import shaped
from tuidl.kernels import KERNELS


@cache
def row_function(name: str) -> Any:
    """A device function that runs the kernel ``name``:
    ``(row, numbers, arena, step_state, block_group)``.

    ``row`` (width,) int64 as the program has it; ``numbers`` the same bytes as float64, for
    options that are no whole numbers; ``arena`` (elements,) float32; ``step_state`` float64.
    """
    signature = KERNELS[name].signature
    first_letter = 1 + len(signature.operands)
    first_option = first_letter + len(signature.letters)
    lines = [f"def {name}(row, numbers, arena, step_state, block_group):"]
    for i, letter in enumerate(signature.letters):
        lines.append(f"    {letter} = row[{first_letter + i}]")
    arguments = [
        f"shaped(arena, row[{i + 1}], ({', '.join(operand.letters)},))"
        for i, operand in enumerate(signature.operands)
    ]
    for i, option in enumerate(signature.options):
        arguments.append(f"{'numbers' if option.is_float else 'row'}[{first_option + i}]")
    if signature.uses_step_state:
        arguments.append("step_state")
    lines.append(f"    function({', '.join(arguments)}, block_group)")
    scope = {"__name__": __name__, "shaped": shaped, "function": CUDA_KERNELS[name]}
    exec(compile("\n".join(lines), __file__, "exec"), scope)
    return device(scope[name])
