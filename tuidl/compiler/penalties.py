"""Penalties on weights and on what layers hand on, in a loss and on the way back."""

from tuidl.compiler.graph import Graph
from tuidl.compiler.lowering import GraphLowering
from tuidl.compiler.nodes import Target
from tuidl.ir.buffers import View
from tuidl.ir.instructions import Instruction, InstructionBuilder
from tuidl.nn.regularizers import emit_output_penalty, emit_penalty, emit_penalty_gradient


def emit_penalties(graph: Graph, network: GraphLowering, objective: Target, place: View) -> None:
    """Add them to the loss at ``place``."""
    for node, name, strength in graph.penalties(objective):
        emit_penalty(network.builder, node, strength, network.weights(node, name)[0], place)
    for node, strength in graph.output_penalties(objective):
        emit_output_penalty(network.builder, node, strength, network.outputs[node], place)


def emit_penalty_gradients(
    graph: Graph, network: GraphLowering, objective: Target
) -> list[Instruction]:
    """Of penalties on weights; those on outputs are part of the way back of their nodes."""
    builder = InstructionBuilder()
    builder.begin()
    for node, name, strength in graph.penalties(objective):
        weights, tiled = network.weights(node, name), network.portion.is_tiled(node)
        emit_penalty_gradient(builder, node, strength, *weights, tiled=tiled)
    return builder.backward
