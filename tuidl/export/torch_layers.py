"""How each layer is said in PyTorch."""

from collections.abc import Callable
from typing import Any

from tuidl.export.draft import Code, Draft
from tuidl.export.steps import Step
from tuidl.export.torch_recurrent import bidirectional, recurrent
from tuidl.export.windows import Pair, paddings
from tuidl.nn.layers.activations import ACTIVATIONS

Writer = Callable[[Draft, Step], Code]

FUNCTIONS = {"relu": "F.relu", "leaky_relu": "F.leaky_relu", "elu": "F.elu", "gelu": "F.gelu",
             "sigmoid": "torch.sigmoid", "tanh": "torch.tanh",
             "softmax": "torch.softmax"}  # fmt: skip


def _activated(expression: str, name: str, first: bool, options: dict[str, float]) -> str:
    if name == "linear":
        return expression
    arguments = [expression, *map(str, options.values())]
    if name == "softmax":
        arguments.append(f"dim={1 if first else -1}")
    return f"{FUNCTIONS[name]}({', '.join(arguments)})"


def _with_activation(step: Step, expression: str, first: bool) -> Code:
    """A layer's output within the activation that it ends in."""
    name = getattr(step.layer, "activation", "linear")
    options = {} if name == "linear" else ACTIVATIONS[name].options
    return Code(_activated(expression, name, first, options), first)


def _activation(draft: Draft, step: Step) -> Code:
    layer: Any = step.layer
    first = step.x in draft.first
    return Code(_activated(step.x, layer.activation, first, layer.options()), first)


def _same(draft: Draft, step: Step) -> Code:
    return Code(step.x, step.x in draft.first)


def _dropout(draft: Draft, step: Step) -> Code:
    layer: Any = step.layer
    call = draft.module(step, f"nn.Dropout({layer.rate})")
    return Code(f"{call}({step.x})", step.x in draft.first, remark="acts only in training")


def _reshape(draft: Draft, step: Step) -> Code:
    sizes = ", ".join(map(str, (-1, *step.node.shape)))
    return Code(f"{draft.turned(step.x, first=False)}.reshape({sizes})")


def _flatten(draft: Draft, step: Step) -> Code:
    return Code(f"{draft.turned(step.x, first=False)}.flatten(1)")


def _dense(draft: Draft, step: Step) -> Code:
    layer: Any = step.layer
    sizes = f"{step.node.input_shape[-1]}, {step.node.shape[-1]}"
    call = draft.module(step, f"nn.Linear({sizes}{'' if layer.use_bias else ', bias=False'})")
    return _with_activation(step, f"{call}({draft.turned(step.x, first=False)})", first=False)


def _embedding(draft: Draft, step: Step) -> Code:
    layer: Any = step.layer
    call = draft.module(step, f"nn.Embedding({layer.input_dim}, {layer.output_dim})")
    return Code(f"{call}(torch.floor({draft.turned(step.x, first=False)} + 0.5).long())")


def _convolution(draft: Draft, step: Step) -> Code:
    layer: Any = step.layer
    x, pads = draft.turned(step.x, first=True), paddings(step.node)
    options = {"kernel_size": layer.kernel_size}
    if layer.stride != 1:
        options["stride"] = layer.stride
    if any(map(any, pads)) and _even(pads):
        options["padding"] = _amounts(pads)
    elif any(map(any, pads)):
        x = f"F.pad({x}, {_ends(pads)})"
    listed = "".join(f", {key}={value}" for key, value in options.items())
    sizes = f"{step.node.input_shape[-1]}, {layer.filters}"
    bias = "" if layer.use_bias else ", bias=False"
    call = draft.module(step, f"nn.Conv{len(pads)}d({sizes}{listed}{bias})")
    return _with_activation(step, f"{call}({x})", first=True)


def _max_pool(draft: Draft, step: Step) -> Code:
    x, sizes, pads = _window(draft, step)
    function = f"F.max_pool{len(pads)}d"
    if not any(map(any, pads)):
        return Code(f"{function}({x}, {sizes})", first=True)
    if _even(pads):
        return Code(f"{function}({x}, {sizes}, padding={_amounts(pads)})", first=True)
    padded = f'F.pad({x}, {_ends(pads)}, value=float("-inf"))'
    return Code(f"{function}({padded}, {sizes})", first=True)


def _average_pool(draft: Draft, step: Step) -> Code:
    x, sizes, pads = _window(draft, step)
    function = f"avg_pool{len(pads)}d"
    if not any(map(any, pads)):
        return Code(f"F.{function}({x}, {sizes})", first=True)
    if _even(pads):
        options = f"padding={_amounts(pads)}, count_include_pad=False"
        return Code(f"F.{function}({x}, {sizes}, {options})", first=True)
    return Code(f"average_pool{len(pads)}d({x}, {sizes}, pad={_ends(pads)})", first=True)


def _window(draft: Draft, step: Step) -> tuple[str, str, tuple[Pair, ...]]:
    """The variable, size and stride as arguments, and the padding."""
    layer: Any = step.layer
    sizes = f"{layer.pool_size}, stride={layer.stride or layer.pool_size}"
    return draft.turned(step.x, first=True), sizes, paddings(step.node)


def _even(pads: tuple[Pair, ...]) -> bool:
    """Whether as much is added before as after."""
    return all(before == after for before, after in pads)


def _amounts(pads: tuple[Pair, ...]) -> str:
    amounts = tuple(before for before, _ in pads)
    return str(amounts[0] if len(set(amounts)) == 1 else amounts)


def _ends(pads: tuple[Pair, ...]) -> str:
    """As F.pad takes them: the last dimension first."""
    return str(tuple(amount for pair in reversed(pads) for amount in pair))


def _global_pool(method: str) -> Writer:
    def write(draft: Draft, step: Step) -> Code:
        rank = len(step.node.input_shape)
        start = 2 if step.x in draft.first else 1
        axes = tuple(range(start, start + rank - 1))
        return Code(f"{step.x}.{method}({axes[0] if len(axes) == 1 else axes})")

    return write


def _batch_normalization(draft: Draft, step: Step) -> Code:
    """PyTorch moves its averages by 1 - momentum."""
    layer: Any = step.layer
    shape, width = step.node.shape, step.node.shape[-1]
    kind = f"nn.BatchNorm{2 if len(shape) == 3 else 1}d"
    momentum = round(1 - layer.momentum, 12)
    call = draft.module(step, f"{kind}({width}, eps={layer.epsilon}, momentum={momentum})")
    if len(shape) <= 3:
        first = len(shape) > 1
        return Code(f"{call}({draft.turned(step.x, first)})", first)
    x = draft.turned(step.x, first=False)
    return Code(f"{call}({x}.reshape(-1, {width})).reshape({x}.shape)")


def _layer_normalization(draft: Draft, step: Step) -> Code:
    layer: Any = step.layer
    call = draft.module(step, f"nn.LayerNorm({step.node.shape[-1]}, eps={layer.epsilon})")
    return Code(f"{call}({draft.turned(step.x, first=False)})")


def _add(draft: Draft, step: Step) -> Code:
    first = draft.alike(step.reads)
    return Code(" + ".join(step.reads), first)


def _concatenate(draft: Draft, step: Step) -> Code:
    first = draft.alike(step.reads)
    return Code(f"torch.cat([{', '.join(step.reads)}], dim={1 if first else -1})", first)


LAYERS: dict[str, Writer] = {
    **dict.fromkeys(("input", "linear"), _same),
    "dropout": _dropout,
    "reshape": _reshape,
    "flatten": _flatten,
    "dense": _dense,
    "embedding": _embedding,
    **dict.fromkeys(("conv1d", "conv2d"), _convolution),
    **dict.fromkeys(("max_pool1d", "max_pool2d"), _max_pool),
    **dict.fromkeys(("average_pool1d", "average_pool2d"), _average_pool),
    **dict.fromkeys(("global_max_pool1d", "global_max_pool2d"), _global_pool("amax")),
    **dict.fromkeys(("global_average_pool1d", "global_average_pool2d"), _global_pool("mean")),
    "batch_normalization": _batch_normalization,
    "layer_normalization": _layer_normalization,
    "add": _add,
    "concatenate": _concatenate,
    **dict.fromkeys(("simple_rnn", "lstm", "gru"), recurrent),
    "bidirectional": bidirectional,
    **dict.fromkeys(FUNCTIONS, _activation),
}
"""How each layer is said in PyTorch."""
