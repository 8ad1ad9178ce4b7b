"""One row or more for every kernel: sizes of its letters, options, and what is special in it."""

from tests.kernels import (
    attention_cases,
    distinct_cases,
    element_cases,
    image_cases,
    loss_cases,
    masked_pooling_cases,
    piece_cases,
    places_cases,
    product_cases,
    sequence_cases,
    update_cases,
)
from tests.kernels.case import Case
from tuidl.kernels import KERNELS

ROOMS = (
    product_cases,
    image_cases,
    piece_cases,
    places_cases,
    sequence_cases,
    element_cases,
    loss_cases,
    update_cases,
    attention_cases,
    masked_pooling_cases,
    distinct_cases,
)
CASES: list[Case] = [case for room in ROOMS for case in room.CASES]


def of_layers(wanted: set[str]) -> list[Case]:
    """A case for each instruction of the ``wanted`` kernels in the networks of the layers' cases:
    a kernel that stands in no row above has those of its layer."""
    from tests.nn.layer_cases import CASES as LAYER_CASES
    from tuidl.compiler.graph import Graph
    from tuidl.compiler.program import compile_program
    from tuidl.kernels import NAMES
    from tuidl.preset.schema import Preset

    found: dict[str, Case] = {}
    if not wanted:
        return []
    for layer_case in LAYER_CASES:
        if any(f'"{source}"' in layer_case.data for source in ("pairs", "shares", "words")):
            continue  # sources of tests alone
        program = compile_program(Graph.build(Preset.parse(layer_case.toml)), batch=5)
        for row in [row for r in program.routines for row in r.rows_for(3).rows[:, 0]]:
            name = NAMES[row[0]]
            if name in wanted:
                case = _of_row(name, row.tolist())
                found[str(case)] = case
    return list(found.values())


def _of_row(name: str, row: list[int]) -> Case:
    signature = KERNELS[name].signature
    operands, values = signature.decode(row)
    sizes = signature.bind([shape for _, shape in operands])
    options = {o.name: value for o, value in zip(signature.options, values, strict=True)}
    return Case(name, sizes, options)


CASES += of_layers(set(KERNELS) - {case.kernel for case in CASES})
