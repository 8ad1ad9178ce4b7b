"""A described network in PyTorch, as one would write it by hand.

Images are (n, channels, height, width) from the start, recurrent layers read (n, time, features),
and recurrent layers that follow each other are one module with several layers.
"""

import torch
from torch import nn
from torch.nn import functional

ACTIVATIONS = {
    "relu": nn.ReLU,
    "leaky_relu": lambda: nn.LeakyReLU(0.2),
    "elu": nn.ELU,
    "gelu": nn.GELU,
    "sigmoid": nn.Sigmoid,
    "tanh": nn.Tanh,
    "softmax": lambda: nn.Softmax(dim=-1),
}
RECURRENT = {"simple_rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}


class Recurrent(nn.Module):
    """``layers`` stacked ones; answers after each step, or after the last one."""

    def __init__(self, fields, features, layers=1, both=False):
        super().__init__()
        kind = RECURRENT[fields["type"]]
        self.states = kind(features, fields["units"], layers, batch_first=True, bidirectional=both)
        self.sequences, self.units = fields["return_sequences"], fields["units"]
        self.both = both

    def forward(self, x):
        states, _ = self.states(x)
        if self.sequences:
            return states
        if self.both:
            ahead, back = states[:, -1, : self.units], states[:, 0, self.units :]
            return torch.cat([ahead, back], -1)
        return states[:, -1]


class Halves(nn.Module):
    """The sum of both directions."""

    def forward(self, x):
        ahead, back = x.chunk(2, -1)
        return ahead + back


class Turned(nn.Module):
    """A module of sequences that wants (n, features, time), or one of images with channels last."""

    def __init__(self, inner):
        super().__init__()
        self.inner = inner

    def forward(self, x):
        return self.inner(x.movedim(1, -1)).movedim(-1, 1)


class Shaped(nn.Module):
    def __init__(self, shape):
        super().__init__()
        self.shape = shape

    def forward(self, x):
        return x.reshape(len(x), *self.shape)


class Words(nn.Module):
    def __init__(self, count, width):
        super().__init__()
        self.table = nn.Embedding(count, width)

    def forward(self, x):
        return self.table(x.long())


class Padded(nn.Module):
    """Padding that differs between the ends, then the module."""

    def __init__(self, pads, inner, value=0.0):
        super().__init__()
        self.pads, self.inner, self.value = pads, inner, value

    def forward(self, x):
        return self.inner(functional.pad(x, self.pads, value=self.value))


class Reduced(nn.Module):
    """Maximum or mean over the places of (n, channels, places...), or of a sequence's steps."""

    def __init__(self, kind, axes):
        super().__init__()
        self.reduce = torch.mean if "average" in kind else torch.amax
        self.axes = axes

    def forward(self, x):
        return self.reduce(x, self.axes)


class Merged(nn.Module):
    def __init__(self, kind, axis):
        super().__init__()
        self.kind, self.axis = kind, axis

    def forward(self, *inputs):
        if self.kind == "concatenate":
            return torch.cat(inputs, self.axis)
        first, *rest = inputs
        for each in rest:
            first = first + each
        return first


class Paths(nn.Module):
    """Layers that read others than the one before; each value is dropped after its last reader."""

    def __init__(self, modules, inputs):
        super().__init__()
        self.layers = nn.ModuleList(modules)
        last = {read: i for i, reads in enumerate(inputs) for read in reads}
        self.plan = [
            (i, reads, [read for read in set(reads) if last[read] == i])
            for i, reads in enumerate(inputs)
        ]

    def forward(self, x):
        known = {-1: x}
        for (i, reads, done), layer in zip(self.plan, self.layers, strict=True):
            known[i] = layer(*[known[read] for read in reads])
            for read in done:
                del known[read]
        return known[i]


def first(shape):
    """(height, width, channels) as (channels, height, width); other shapes as they are."""
    return (shape[-1], *shape[:-1]) if len(shape) == 3 else tuple(shape)


def build(work):
    """The network; a ``Sequential`` where each layer reads the one before."""
    layers, shapes = work["layers"], work["shapes"]
    modules, inputs, number, i = [], [], {-1: -1}, 0
    while i < len(layers):
        count = stacked(layers, i)
        last = i + count - 1
        made = module(layers[last], shapes[i][0], shapes[last][1], count)
        if layers[last].get("activation", "linear") != "linear":
            made = nn.Sequential(made, ACTIVATIONS[layers[last]["activation"]]())
        inputs.append([number[read] for read in layers[i]["inputs"]])
        number[last] = len(modules)
        modules.append(made)
        i += count
    if inputs == [[k - 1] for k in range(len(modules))]:
        return nn.Sequential(*modules)
    return Paths(modules, inputs)


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
        case "embedding":
            return Words(layer["input_dim"], layer["output_dim"])
        case "dropout":
            return nn.Dropout(layer["rate"])
        case "batch_normalization":
            return batch_normalization(layer, taken)
        case "layer_normalization":
            return within(nn.LayerNorm(taken[-1], eps=layer["epsilon"]), taken)
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
    made = {"conv1d": nn.Conv1d, "conv2d": nn.Conv2d}[layer["type"]]
    size, stride = layer["kernel_size"], layer["stride"]
    even, pads = paddings(layer, size, stride, taken[:-1], given[:-1])
    inner = made(taken[-1], given[-1], size, stride, padding=even, bias=layer["use_bias"])
    inner = Padded(pads, inner) if pads else inner
    return Turned(inner) if layer["type"] == "conv1d" else inner


def paddings(layer, size, stride, before, after):
    """The same padding at both ends wherever that gives as many windows; else (0, all ends)."""
    if layer["padding"] == "valid":
        return 0, None
    half = size // 2
    if layer["padding"] == "same" and all(
        (n + 2 * half - size) // stride + 1 == m for n, m in zip(before, after, strict=True)
    ):
        return half, None
    ends = []
    for n, m in zip(before[::-1], after[::-1], strict=True):
        needed = max((m - 1) * stride + size - n, 0)
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
    even, pads = paddings(layer, size, stride, taken[:-1], given[:-1])
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
