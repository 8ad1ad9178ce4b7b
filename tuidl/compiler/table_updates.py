"""The update of an objective's parameters: the vector of all, but for tables updated by rows."""

from collections.abc import Iterable, Iterator

from tuidl.compiler.lowering import Memory
from tuidl.compiler.tables import Table
from tuidl.ir.buffers import View
from tuidl.ir.instructions import PART, Instruction, InstructionBuilder, Options, Phase
from tuidl.nn.optimizers import Optimizer, RowKernels


def emit_update(builder: InstructionBuilder, optimizer: Optimizer, memory: Memory) -> None:
    """Write the update of a step."""
    gradients, parameters = memory.all_gradients.view, memory.all_parameters
    state = [buffer.view for buffer in memory.state.values()]
    tables = _by_rows(memory)
    if not tables:
        optimizer.emit(builder, gradients, parameters, state)
        return
    for start, size in _between(tables, memory.span):
        own = [view.part(start, size) for view in (parameters, *state)]
        optimizer.emit(builder, gradients.part(start, 1, size), own[0], own[1:])
    for table in tables:
        kernels = _kernels(optimizer)
        options = {**PART, **kernels.options, **kernels.update_options}
        operands = (table.records["lists"].view, memory.gradients[table.name].view)
        _write(builder, kernels.update, (*operands, *_vectors(table, memory)), options)


def refreshed(
    instructions: Iterable[Instruction], optimizer: Optimizer, memory: Memory
) -> Iterator[Instruction]:
    """The instructions, and before each that reads rows of a table what these rows missed."""
    tables = {table.name: table for table in _by_rows(memory) if "seen" in table.records}
    views = {memory.parameters[name]: table for name, table in tables.items()}
    for instruction in instructions:
        for operand in instruction.operands[1:2]:
            if table := views.get(operand.buffer):
                yield _refresh(instruction, table, optimizer, memory)
        yield instruction


def settling(optimizer: Optimizer, memory: Memory) -> list[Instruction]:
    """What brings all rows of all tables up to date."""
    builder = InstructionBuilder()
    for table in _by_rows(memory):
        if "seen" in table.records:
            kernels = _kernels(optimizer)
            options = {**PART, **kernels.options}
            _write(builder, kernels.settle, _vectors(table, memory), options)
    return builder.update


def _refresh(
    reader: Instruction, table: Table, optimizer: Optimizer, memory: Memory
) -> Instruction:
    kernels = _kernels(optimizer)
    operands = (reader.operands[0], *_vectors(table, memory))
    options = {**PART, **kernels.options}
    return Instruction(kernels.refresh, operands, options, reader.node, tiled=True)


def _kernels(optimizer: Optimizer) -> RowKernels:
    kernels = optimizer.row_kernels()
    assert kernels is not None
    return kernels


def _by_rows(memory: Memory) -> list[Table]:
    return [table for table in memory.tables.values() if table.by_rows]


def _vectors(table: Table, memory: Memory) -> tuple[View, ...]:
    """The weights, the optimizer's state for them, and what is kept of the rows' steps."""
    shape = (table.rows, table.width)
    state = [buffer.view.part(table.offset, *shape) for buffer in memory.state.values()]
    kept = [table.records[name].view for name in ("seen", "diary") if name in table.records]
    return (memory.parameters[table.name].view, *state, *kept)


def _between(tables: list[Table], span: int) -> Iterator[tuple[int, int]]:
    """Start and size of what lies between the tables."""
    reached = 0
    for table in tables:
        if table.offset > reached:
            yield reached, table.offset - reached
        reached = table.end
    if span > reached:
        yield reached, span - reached


def _write(
    builder: InstructionBuilder, kernel: str, operands: tuple[View, ...], options: Options
) -> None:
    phase = Phase.UPDATE
    builder.write(Instruction(kernel, operands, options, "optimizer", phase, tiled=True))
