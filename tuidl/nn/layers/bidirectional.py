"""Two recurrent layers on one sequence, one of them from its end to its start."""

from dataclasses import replace
from typing import Literal

from tuidl.ir.buffers import Batch, View
from tuidl.ir.instructions import Division, EmitContext
from tuidl.nn.layers.base import Layer, Parameter, Shape
from tuidl.nn.layers.gru import Gru
from tuidl.nn.layers.lstm import Lstm
from tuidl.nn.layers.simple_rnn import SimpleRnn
from tuidl.nn.regularizers import Regularizer

DIRECTIONS = ("forward", "backward")


def both_ways(layer, x, weights):
    """The states of one layer that reads forward and of one that reads backward, both in time."""
    ahead = {n.removeprefix("forward_"): w for n, w in weights.items() if n.startswith("f")}
    back = {n.removeprefix("backward_"): w for n, w in weights.items() if n.startswith("b")}
    return layer(x, **ahead), layer(x[:, ::-1], **back)[:, ::-1]


class Bidirectional(Layer, frozen=True, kw_only=True, tag="bidirectional"):
    """Reads a sequence both ways with a ``layer`` each, and lays the answers side by side, or adds
    them up (``merge = "sum"``)."""

    formula = "once forwards in time and once backwards"
    backward_formula = "back in time, the last step first; dW, dU = sums over all steps"

    layer: SimpleRnn | Lstm | Gru
    merge: Literal["concatenate", "sum"] = "concatenate"

    def __post_init__(self) -> None:
        for key in ("name", "inputs"):
            if getattr(self.layer, key) is not None:
                raise ValueError(f"layer.{key}: belongs to the bidirectional layer, not inside")

    def output_shape(self, shape: Shape) -> Shape:
        inner = self.layer.output_shape(shape)
        return inner if self.merge == "sum" else (*inner[:-1], 2 * inner[-1])

    def parameters(self, shape: Shape) -> tuple[Parameter, ...]:
        return tuple(
            replace(parameter, name=f"{direction}_{parameter.name}")
            for direction in DIRECTIONS
            for parameter in self.layer.parameters(shape)
        )

    def penalties(self) -> dict[str, Regularizer]:
        inner = self.layer.penalties()
        return {f"{d}_{name}": strength for d in DIRECTIONS for name, strength in inner.items()}

    @property
    def divisions(self) -> tuple[Division, ...]:  # type: ignore[override]  # of the layer inside
        return self.layer.divisions

    def readings(self, shape: Shape) -> int:
        return self.layer.readings(shape)

    def steps(self, shape: Shape) -> tuple[int, int]:
        count, flops = self.layer.steps(shape)
        return 2 * count, flops

    def flops(self, shape: Shape) -> int:
        return 2 * self.layer.flops(shape)

    def emit(self, context: EmitContext) -> None:
        shape = self.layer.output_shape(context.input_shape)
        reversed_x = context.buffer("reversed_x", *context.x.shape)
        context.forward("reverse_time", context.x, reversed_x)
        answers = [context.buffer(f"{d}_answer", Batch(), *shape) for d in DIRECTIONS]
        gradients = self._emit_gradient_parts(context, shape)
        d_reversed = context.dx and context.buffer("d_reversed_x", *context.x.shape)
        pairs = [(context.x, context.dx), (reversed_x, d_reversed)]
        for direction, (x, dx), y, dy in zip(DIRECTIONS, pairs, answers, gradients, strict=True):
            self.layer.emit(_part(context, direction, shape, x, dx, y, dy))
        self._emit_answer(context, shape, answers)
        if context.dx is not None and d_reversed is not None:
            back = context.buffer("d_x_backward", *context.x.shape)
            context.backward("reverse_time", d_reversed, back)
            context.backward("accumulate", back.flat, context.dx.flat)

    def _emit_answer(self, context: EmitContext, shape: Shape, answers: list[View]) -> None:
        forward, backward = answers[0], self._in_order(context, answers[1], "answer", back=False)
        if self.merge == "sum":
            context.forward("copy", forward.flat, context.y.flat)
            context.forward("accumulate", backward.flat, context.y.flat)
            return
        for start, answer in ((0, forward), (shape[-1], backward)):
            context.forward("insert_columns", answer.rows, context.y.rows, start=start)

    def _emit_gradient_parts(self, context: EmitContext, shape: Shape) -> list[View | None]:
        """dL/dy of each direction, the second in the order in which its layer walks."""
        if context.dy is None:
            return [None, None]
        parts = [context.buffer(f"d_{d}_answer", Batch(), *shape) for d in DIRECTIONS]
        for start, part in zip((0, shape[-1]), parts, strict=True):
            if self.merge == "sum":
                context.backward("copy", context.dy.flat, part.flat)
            else:
                context.backward("extract_columns", context.dy.rows, part.rows, start=start)
        return [parts[0], self._in_order(context, parts[1], "d_answer", back=True)]

    def _in_order(self, context: EmitContext, view: View, name: str, back: bool) -> View:
        """A sequence of outputs reversed in time; a single output as it is."""
        if not self.layer.return_sequences:
            return view
        turned = context.buffer(f"turned_{name}", *view.shape)
        (context.backward if back else context.forward)("reverse_time", view, turned)
        return turned


def _part(
    context: EmitContext,
    direction: str,
    shape: Shape,
    x: View,
    dx: View | None,
    y: View,
    dy: View | None,
) -> EmitContext:
    """The scope of one direction's layer."""
    prefix = f"{direction}_"

    def own(views: dict[str, View]) -> dict[str, View]:
        return {n.removeprefix(prefix): v for n, v in views.items() if n.startswith(prefix)}

    return replace(
        context,
        shape=shape,
        inputs=(x,),
        d_inputs=(dx,),
        y=y,
        dy=dy,
        parameters=own(context.parameters),
        gradients=own(context.gradients),
    )
