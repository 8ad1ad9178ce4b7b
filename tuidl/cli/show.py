"""``tuidl show``: a preset's layers and the program that they compile to."""

from tuidl.compiler.footprint import MOMENTS, Footprint, footprint
from tuidl.compiler.forecast import step_nanoseconds
from tuidl.compiler.graph import Graph
from tuidl.compiler.printer import listing, readable
from tuidl.compiler.program import Program, compile_program
from tuidl.core.limits import available_memory, default_threads
from tuidl.core.memory import memory_bound
from tuidl.ir.instructions import Division
from tuidl.nn.layers.base import describe
from tuidl.nn.optimizers import Optimizer
from tuidl.preset.networks import LossTerm, Objective
from tuidl.preset.schema import Preset
from tuidl.protocol.formatting import columns
from tuidl.training.machine import this_machine


def description(preset: Preset) -> str:
    """The network as a table, then the program's memory and instructions. Raises PresetError."""
    graph = Graph.build(preset)
    program = compile_program(graph, preset.batch())
    memory = memory_table(footprint(preset))
    step = [*division_table(program), forecast_line(program)]
    parts = ([*_heading(preset)], layer_table(graph), memory, step, [listing(program)])
    return "\n\n".join("\n".join(lines) for lines in parts)


def division_table(program: Program) -> list[str]:
    """How each layer's products are shared out among lanes, and what each way would cost."""
    rows: list[tuple[str, ...]] = [("lanes", "divided", *(f"{d.value}, us" for d in Division))]
    for name, choice in program.portion.choices.items():
        costs = (choice.costs.get(division) for division in Division)
        cells = ("" if cost is None else f"{cost / 1000:,.0f}" for cost in costs)
        rows.append((name, choice.division.value, *cells))
    if len(rows) == 1:
        return []
    why = (
        f"{program.shards} shards of examples; a layer is divided as costs least by the bytes and "
        "operations of its sizes, on an ordinary core"
    )
    return [*columns(rows, aligned_left=(0, 1)), why, ""]


def forecast_line(program: Program) -> str:
    """How long steps will take here, from their sizes and two figures of this machine."""
    machine, most = this_machine(), default_threads()
    times = {
        threads: sum(step_nanoseconds(o.train, machine, threads) for o in program.objectives)
        for threads in sorted({1, most})
    }
    told = ", ".join(
        f"{nanoseconds / 1e6:.3g} ms on {threads} thread{'s' if threads > 1 else ''}"
        for threads, nanoseconds in times.items()
    )
    return (
        f"forecast of a step: {told} (give or take 30%; this machine multiplies at "
        f"{machine.operations:.0f} GFLOP/s and reads at {machine.bytes:.0f} GB/s)"
    )


def memory_table(needed: Footprint) -> list[str]:
    """What training will take, by part and moment, and what the machine can give."""
    rows: list[tuple[str, ...]] = [("memory", *MOMENTS)]
    for part in needed.parts:
        if any(part.sizes):
            rows.append((part.name, *map(_amount, part.sizes)))
    rows.append(("total", *(_amount(needed.total(moment)) for moment in MOMENTS)))
    return [*columns(rows, aligned_left=(0,)), _verdict(needed)]


def _amount(count: int) -> str:
    return readable(count, "B") if count else ""


def _verdict(needed: Footprint) -> str:
    bound = memory_bound()
    given, of = readable(available_memory(), "B"), readable(bound.limit, "B")
    more = f"; {needed.missing} kernels are compiled first" if needed.missing else ""
    return (
        f"peak {readable(needed.peak, 'B')}, of {given} that can be had now "
        f"({bound.name} has {of}){more}"
    )


def layer_table(graph: Graph) -> list[str]:
    """One line a layer: output shape, parameters, operations and bytes of one example; also what
    it reads, where that is not just the layer before."""
    header = ("layer", "type", "output", "reads", "parameters", "flops", "memory")
    rows: list[tuple[str, ...]] = [header]
    for data in graph.inputs:
        rows.append((data.name, data.noise, describe(data.shape), "", "", "", ""))
    rows += [_layer(graph, i) for i in range(len(graph.nodes))]
    total = readable(sum(node.bytes for node in graph.nodes), "B")
    counts = (f"{graph.parameter_count:,}", readable(graph.flops))
    rows.append(("total", "", "", "", *counts, total))
    reads = header.index("reads")
    if not any(row[reads] for row in rows[1:]):
        rows = [(*row[:reads], *row[reads + 1 :]) for row in rows]
    return columns(rows, aligned_left=tuple(range(len(rows[0]) - 3)))


def _layer(graph: Graph, index: int) -> tuple[str, ...]:
    node = graph.nodes[index]
    activation = getattr(node.layer, "activation", "linear")
    suffix = f" {activation}" if activation not in ("linear", node.layer.kind()) else ""
    names = [graph.name_of(i) for i in node.inputs]
    return (
        node.name,
        node.layer.kind() + suffix,
        describe(node.shape),
        ", ".join(names) if node.inputs != (index - 1,) else "",
        "shared" if node.owner else f"{node.parameter_count:,}",
        readable(node.flops),
        readable(node.bytes, "B"),
    )


def _heading(preset: Preset) -> list[str]:
    training = preset.training
    steps = f"batch {training.batch_size}, {training.epochs} epochs, seed {training.seed}"
    title = [preset.name, preset.about.strip(), ""]
    if preset.objectives:
        own = [line for objective in preset.objectives for line in _objective(objective)]
        return [*title, f"data {preset.data.kind()}, {steps}", *own]
    how = f"{preset.loss.kind()}, {_optimizer(preset.optimizer)}"
    return [*title, f"data {preset.data.kind()}, loss {how}, {steps}"]


def _objective(objective: Objective) -> list[str]:
    """What an objective trains and for how many steps, and its losses."""
    trains = ", ".join(objective.trains) if objective.trains else "all networks"
    steps = "1 step" if objective.steps == 1 else f"{objective.steps} steps"
    heading = (
        f"{objective.name}: {steps} in turn, trains {trains}, {_optimizer(objective.optimizer)}"
    )
    return [heading, *(f"    {_term(term)}" for term in objective.losses)]


def _term(term: LossTerm) -> str:
    weight = "" if term.weight == 1 else f"{term.weight:g} x "
    target = "" if term.target is None else f" against {term.target}"
    mask = f", masked by {term.mask}" if term.mask else ""
    return f"{weight}{term.loss.kind()} of {term.output}{target}{mask}"


def _optimizer(optimizer: Optimizer) -> str:
    return f"{optimizer.kind()} with learning rate {optimizer.learning_rate:g}"
