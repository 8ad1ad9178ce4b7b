"""``tuidl show``: a preset's layers and the program that they compile to."""

from tuidl.graph import Graph
from tuidl.layers.base import describe
from tuidl.preset import Preset
from tuidl.program import compile_program
from tuidl.program.listing import readable


def description(preset: Preset) -> str:
    """The network as a table, then the program's memory and instructions. Raises PresetError."""
    graph = Graph.build(preset)
    batch = preset.training.batch_for(len(preset.data.split().train))
    program = compile_program(graph, batch)
    return "\n".join([*_heading(preset), "", *layer_table(graph), "", str(program)])


def layer_table(graph: Graph) -> list[str]:
    """One line a layer: output shape, parameters, operations and bytes of one example."""
    widths = (20, 16, 18, 12, 10, 10)
    header = ("layer", "type", "output", "parameters", "flops", "memory")
    lines = [_row(header, widths), _row(("input", "", describe(graph.spec.shape)), widths)]
    for node in graph.nodes:
        activation = getattr(node.layer, "activation", "linear")
        suffix = f" {activation}" if activation not in ("linear", node.layer.kind()) else ""
        cells = (
            node.name,
            node.layer.kind() + suffix,
            describe(node.shape),
            f"{node.parameter_count:,}",
            readable(node.flops),
            readable(node.bytes, "B"),
        )
        lines.append(_row(cells, widths))
    total = sum(node.bytes for node in graph.nodes)
    cells = (
        "total", "", "", f"{graph.parameter_count:,}", readable(graph.flops), readable(total, "B")
    )  # fmt: skip
    return [*lines, _row(cells, widths)]


def _heading(preset: Preset) -> list[str]:
    training = preset.training
    rate = f"learning rate {preset.optimizer.learning_rate:g}"
    return [
        preset.name,
        preset.about.strip(),
        "",
        f"data {preset.data.kind()}, loss {preset.loss.kind()}, {preset.optimizer.kind()} with "
        f"{rate}, batch {training.batch_size}, {training.epochs} epochs, seed {training.seed}",
    ]


def _row(cells: tuple[str, ...], widths: tuple[int, ...]) -> str:
    texts = [
        f"{cell:<{width}}" if i < 3 else f"{cell:>{width}}"
        for i, (cell, width) in enumerate(zip(cells, widths, strict=False))
    ]
    return " ".join(texts).rstrip()
