"""A described network in PyTorch, as one would write it by hand.

Images are (n, channels, height, width) from the start, recurrent layers read (n, time, features),
and recurrent layers that follow each other are one module with several layers.
"""

import torch
from torch import nn

from bench.peers.torch_modules import (
    RECURRENT,
    Attention,
    Halves,
    Merged,
    Padded,
    Paths,
    Positions,
    Recurrent,
    Reduced,
    Shaped,
    Tied,
    Turned,
    Words,
)

ACTIVATIONS = {
    "relu": nn.ReLU,
    "leaky_relu": lambda: nn.LeakyReLU(0.2),
    "elu": nn.ELU,
    "gelu": nn.GELU,
    "gelu_tanh": lambda: nn.GELU(approximate="tanh"),
    "sigmoid": nn.Sigmoid,
    "tanh": nn.Tanh,
    "softmax": lambda: nn.Softmax(dim=-1),
}
SIDES = ("kernel_size", "stride", "dilation")
"""Fields with a number for all axes, or one for each."""


def first(shape):
    """(height, width, channels) as (channels, height, width); other shapes as they are."""
    return (shape[-1], *shape[:-1]) if len(shape) == 3 else tuple(shape)


def build(work):
    """The network; a ``Sequential`` where each layer reads the one before.

    Its attribute ``places`` says of every layer which module it is in, and as which of its layers.
    """
    layers, shapes = work["layers"], work["shapes"]
    modules, inputs, number, places, i = [], [], {-1: -1}, {}, 0
    while i < len(layers):
        count = stacked(layers, i)
        last = i + count - 1
        if "lender" in layers[i]:
            made = Tied(places[layers[i]["lender"]][0].table)
        else:
            made = module(layers[last], shapes[i][0], shapes[last][1], count)
        if layers[last].get("activation", "linear") != "linear":
            made = nn.Sequential(made, ACTIVATIONS[layers[last]["activation"]]())
        inputs.append([number[read] for read in layers[i]["inputs"]])
        number[last] = len(modules)
        places |= {i + k: (made, k) for k in range(count)}
        modules.append(made)
        i += count
    is_chain = inputs == [[k - 1] for k in range(len(modules))]
    network = nn.Sequential(*modules) if is_chain else Paths(modules, inputs)
    network.places = places
    return network


def stacked(layers, start):
    """How many recurrent layers from ``start`` on are one of PyTorch's modules."""
    count, one = 1, layers[start]
    while one["type"] in RECURRENT and layers[start + count - 1]["return_sequences"]:
        following = start + count
        if following == len(layers) or readers(layers, following - 1) != 1:
            break
        after = layers[following]
        if (after["type"], after.get("units")) != (one["type"], one["units"]):
            break
        if after["inputs"] != [following - 1]:
            break
        count += 1
    return count


def readers(layers, number):
    return sum(layer["inputs"].count(number) for layer in layers)


def module(layer, taken, given, count=1):
    """The module of a layer that makes ``given`` of ``taken``, shapes as in the preset."""
    kind = layer["type"]
    if kind in ACTIVATIONS:
        return activation(layer)
    match kind:
        case "input" | "linear":
            return nn.Identity()
        case "flatten" | "reshape":
            return Shaped(first(given))
        case "dense":
            return within(nn.Linear(taken[-1], given[-1], bias=layer["use_bias"]), taken)
        case "conv1d" | "conv2d":
            return convolution(layer, taken, given)
        case "conv2d_transpose":
            return transposed(layer, taken, given)
        case "upsample2d":
            mode = layer["interpolation"]
            return nn.Upsample(scale_factor=layer["factor"], mode=mode)
        case "embedding":
            return Words(layer["input_dim"], layer["output_dim"])
        case "dropout":
            return nn.Dropout(layer["rate"])
        case "batch_normalization":
            return batch_normalization(layer, taken)
        case "layer_normalization":
            return within(nn.LayerNorm(taken[-1], eps=layer["epsilon"]), taken)
        case "rms_normalization":
            return within(nn.RMSNorm(taken[-1], eps=layer["epsilon"]), taken)
        case "position_embedding":
            return Positions(*taken)
        case "multi_head_attention":
            return Attention(layer, taken[-1])
        case "add" | "concatenate":
            return Merged(kind, 1 if len(given) == 3 else -1)
        case "simple_rnn" | "lstm" | "gru":
            return Recurrent(layer, taken[-1], count)
        case "bidirectional":
            both = Recurrent(layer["layer"], taken[-1], both=True)
            return nn.Sequential(both, Halves()) if layer["merge"] == "sum" else both
    if kind.startswith("global_"):
        return Reduced(kind, (2, 3) if len(taken) == 3 else 1)
    if "_pool" in kind:
        return pooling(layer, taken, given)
    raise ValueError(f"no module for the layer {kind!r}")


def activation(layer):
    kind = layer["type"]
    if kind == "leaky_relu":
        return nn.LeakyReLU(layer["negative_slope"])
    return nn.ELU(layer["alpha"]) if kind == "elu" else ACTIVATIONS[kind]()


def within(inner, shape):
    """A module that works on the last dimension; of images that is the channel."""
    return Turned(inner) if len(shape) == 3 else inner


def batch_normalization(layer, taken):
    options = {"eps": layer["epsilon"], "momentum": 1 - layer["momentum"]}
    if len(taken) == 3:
        return nn.BatchNorm2d(taken[-1], **options)
    inner = nn.BatchNorm1d(taken[-1], **options)
    return Turned(inner) if len(taken) == 2 else inner


def convolution(layer, taken, given):
    rank = len(taken) - 1
    made = {1: nn.Conv1d, 2: nn.Conv2d}[rank]
    size, stride, gap = (
        sides(layer.get(k, 1), rank) for k in ("kernel_size", "stride", "dilation")
    )
    spans = [(n - 1) * d + 1 for n, d in zip(size, gap, strict=True)]
    even, pads = paddings(layer, spans, stride, taken[:-1], given[:-1])
    options = {"dilation": gap, "groups": layer.get("groups", 1), "bias": layer["use_bias"]}
    inner = made(taken[-1], given[-1], size, stride, padding=even, **options)
    inner = Padded(pads, inner) if pads else inner
    return Turned(inner) if rank == 1 else inner


def transposed(layer, taken, given):
    """What its low ends cut off is PyTorch's padding, and what the high ones cut off less is its
    ``output_padding``; of other cuts there is no module."""
    size, stride, gap = (sides(layer[field], 2) for field in SIDES)
    low, high = zip(*layer["crops"], strict=True)
    more = tuple(a - b for a, b in zip(low, high, strict=True))
    if min(low) < 0 or any(
        not 0 <= n < max(s, d) for n, s, d in zip(more, stride, gap, strict=True)
    ):
        raise ValueError(f"no module for a transposed convolution that cuts off {layer['crops']}")
    options = {"groups": layer["groups"], "bias": layer["use_bias"], "dilation": gap}
    made = nn.ConvTranspose2d
    return made(taken[-1], given[-1], size, stride, low, more, **options)


def sides(value, rank):
    """One number for all axes, or one for each."""
    return (value,) * rank if isinstance(value, int) else tuple(value)


def paddings(layer, spans, strides, before, after):
    """The same padding at both ends wherever that gives as many windows; else (0, all ends).
    ``spans``: of a window, along each axis."""
    if layer["padding"] == "valid":
        return 0, None
    sizes = list(zip(spans, strides, before, after, strict=True))
    halves = tuple(span // 2 for span in spans)
    if layer["padding"] == "same" and all(
        (n + 2 * (span // 2) - span) // stride + 1 == m for span, stride, n, m in sizes
    ):
        return halves, None
    if not isinstance(layer["padding"], str):
        (top, bottom), (left, right) = layer["pads"]
        if (top, left) == (bottom, right):
            return (top, left), None
        return 0, [left, right, top, bottom]
    ends = []
    for span, stride, n, m in reversed(sizes):
        needed = max((m - 1) * stride + span - n, 0)
        low = needed if layer["padding"] == "causal" else needed // 2
        ends += [low, needed - low]
    return 0, ends


def pooling(layer, taken, given):
    rank = len(taken) - 1
    size, stride = layer["pool_size"], layer["stride"] or layer["pool_size"]
    largest = layer["type"].startswith("max")
    if rank == 2:
        made = nn.MaxPool2d if largest else nn.AvgPool2d
    else:
        made = nn.MaxPool1d if largest else nn.AvgPool1d
    even, pads = paddings(layer, (size,) * rank, (stride,) * rank, taken[:-1], given[:-1])
    options = {} if largest else {"count_include_pad": False}
    inner = made(size, stride, padding=even, **options)
    if pads:
        inner = Padded(pads, made(size, stride), float("-inf") if largest else 0.0)
    return Turned(inner) if rank == 1 else inner


def loss_of(work):
    """A function of logits and targets."""
    loss, target = work["loss"], work["target"]
    match loss["type"]:
        case "mse":
            return nn.MSELoss()
        case "mae":
            return nn.L1Loss()
        case "huber":
            return nn.HuberLoss(delta=loss["delta"])
        case "binary_cross_entropy":
            entropy = nn.BCEWithLogitsLoss()
            return lambda x, y: entropy(x, y.reshape(x.shape).float())
    entropy = nn.CrossEntropyLoss(label_smoothing=loss["label_smoothing"])
    if target["kind"] == "shares":
        return entropy
    if len(target["shape"]) == 2:  # a class a pixel: (n, classes, height, width)
        return entropy
    return lambda x, y: entropy(x.reshape(-1, x.shape[-1]), y.reshape(-1))


def optimizer_of(work, parameters, rate, fused, capturable=False):
    """With the preset's own settings; ``fused`` where PyTorch has it so."""
    fields, options = work["optimizer"], {"lr": rate}
    kind = fields["type"]
    if kind == "rmsprop":
        names = {"alpha": "rho", "eps": "epsilon", "momentum": "momentum", "centered": "centered"}
        options |= {name: fields[field] for name, field in names.items()}
        return torch.optim.RMSprop(parameters, **options)
    options["fused"] = fused or None
    if kind == "sgd":
        options |= {"momentum": fields["momentum"], "nesterov": fields["nesterov"]}
        return torch.optim.SGD(parameters, **options)
    if kind == "adagrad":
        start = fields["initial_accumulator_value"]
        options |= {"eps": fields["epsilon"], "initial_accumulator_value": start}
        return torch.optim.Adagrad(parameters, **options)
    options |= {"betas": (fields["beta_1"], fields["beta_2"]), "eps": fields["epsilon"]}
    if capturable:
        options["capturable"] = True
    if kind == "adamw":
        return torch.optim.AdamW(parameters, weight_decay=fields["weight_decay"], **options)
    return torch.optim.Adam(parameters, **options)
