"""A described network in JAX, with nothing on top: each layer its parameters and a function.

A layer is ``(own, forward)``, ``forward(own, inputs, key) -> output``. Layouts are the preset's:
(n, height, width, channels) and (n, time, features).
"""

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

RANDOM = np.random.default_rng(0)
CONVOLUTIONS = {2: ("NHC", "HIO", "NHC"), 3: ("NHWC", "HWIO", "NHWC")}

ACTIVATIONS = {
    "linear": lambda x: x,
    "relu": jax.nn.relu,
    "leaky_relu": lambda x: jax.nn.leaky_relu(x, 0.2),
    "elu": jax.nn.elu,
    "gelu": lambda x: jax.nn.gelu(x, approximate=False),
    "gelu_tanh": jax.nn.gelu,
    "sigmoid": jax.nn.sigmoid,
    "tanh": jnp.tanh,
    "softmax": jax.nn.softmax,
}


def weights(*shape):
    return jnp.asarray(RANDOM.normal(size=shape) / np.sqrt(np.prod(shape[:-1])), jnp.float32)


def plain(function):
    """A layer with nothing to learn."""
    return {}, lambda own, inputs, key: function(*inputs)


def layer(fields, taken, given):
    """The layer that makes ``given`` of ``taken``, shapes of one example."""
    kind = fields["type"]
    if kind == "leaky_relu":
        return plain(lambda x: jax.nn.leaky_relu(x, fields["negative_slope"]))
    if kind in ACTIVATIONS:
        return plain(ACTIVATIONS[kind])
    match kind:
        case "input":
            return plain(lambda x: x)
        case "flatten" | "reshape":
            return plain(lambda x: x.reshape(len(x), *given))
        case "dense":
            return dense(fields, taken[-1], given[-1])
        case "conv1d" | "conv2d":
            return convolution(fields, taken, given)
        case "conv2d_transpose":
            return transposed(fields, taken, given)
        case "upsample2d":
            shape, method = given[:2], fields["interpolation"]
            return plain(lambda x: jax.image.resize(x, (len(x), *shape, x.shape[3]), method))
        case "embedding":
            table = {"table": weights(fields["input_dim"], fields["output_dim"])}
            return table, lambda own, inputs, key: own["table"][inputs[0].astype(jnp.int32)]
        case "dropout":
            return {}, dropout(fields["rate"])
        case "position_embedding":
            return {"table": weights(*taken)}, lambda own, inputs, key: inputs[0] + own["table"]
        case "tied_dense":  # it gets the parameters of the embedding
            return {}, lambda own, inputs, key: inputs[0] @ own["table"].T
        case "multi_head_attention":
            return attention(fields, taken[-1])
        case "rms_normalization":
            return rms_normalization(fields, taken[-1])
        case "batch_normalization" | "layer_normalization":
            return normalization(kind, fields, taken)
        case "add":
            return plain(lambda *inputs: sum(inputs[1:], inputs[0]))
        case "concatenate":
            return plain(lambda *inputs: jnp.concatenate(inputs, -1))
        case "simple_rnn" | "lstm" | "gru":
            return recurrent(fields, taken[-1])
        case "bidirectional":
            return bidirectional(fields, taken[-1])
    if kind.startswith("global_"):
        reduce, axes = (jnp.mean if "average" in kind else jnp.max), tuple(range(1, len(taken)))
        return plain(lambda x: reduce(x, axes))
    if "_pool" in kind:
        return plain(pooling(fields, taken, given))
    raise ValueError(f"no function for the layer {kind!r}")


def dense(fields, inputs, units):
    own = {"w": weights(inputs, units)}
    if fields["use_bias"]:
        own["b"] = jnp.zeros(units)
    after = ACTIVATIONS[fields["activation"]]
    return own, lambda own, inputs, key: after(inputs[0] @ own["w"] + own.get("b", 0))


def convolution(fields, taken, given):
    rank, groups = len(taken) - 1, fields.get("groups", 1)
    size, stride, gap = (
        sides(fields.get(k, 1), rank) for k in ("kernel_size", "stride", "dilation")
    )
    own = {"w": weights(*size, taken[-1] // groups, given[-1])}
    if fields["use_bias"]:
        own["b"] = jnp.zeros(given[-1])
    padding = fields["padding"]
    if padding == "causal":
        padding = [((size[0] - 1) * gap[0], 0)]
    elif not isinstance(padding, str):
        padding = fields["pads"]
    else:
        padding = padding.upper()
    after = ACTIVATIONS[fields["activation"]]

    def forward(own, inputs, key):
        y = lax.conv_general_dilated(
            inputs[0], own["w"], stride, padding, rhs_dilation=gap, feature_group_count=groups,
            dimension_numbers=CONVOLUTIONS[rank + 1],
        )  # fmt: skip
        return after(y + own.get("b", 0))

    return own, forward


def transposed(fields, taken, given):
    """As a convolution over pixels with zeros between them."""
    size, stride, gap = (sides(fields[k], 2) for k in ("kernel_size", "stride", "dilation"))
    groups = fields["groups"]
    own = {"w": weights(*size, taken[-1] // groups, given[-1])}
    if fields["use_bias"]:
        own["b"] = jnp.zeros(given[-1])
    padding = [
        tuple((n - 1) * d - cut for cut in cuts)
        for n, d, cuts in zip(size, gap, fields["crops"], strict=True)
    ]
    after = ACTIVATIONS[fields["activation"]]

    def forward(own, inputs, key):
        y = lax.conv_general_dilated(
            inputs[0], own["w"], (1, 1), padding, stride, gap, CONVOLUTIONS[3], groups
        )
        return after(y + own.get("b", 0))

    return own, forward


def sides(value, rank):
    """One number for all axes, or one for each."""
    return (value,) * rank if isinstance(value, int) else tuple(value)


def pooling(fields, taken, given):
    rank, size = len(taken) - 1, fields["pool_size"]
    stride, largest = fields["stride"] or size, fields["type"].startswith("max")
    if stride == size and fields["padding"] == "valid":
        return tiles(size, taken, given, jnp.max if largest else jnp.mean)
    window, apart = (1, *(size,) * rank, 1), (1, *(stride,) * rank, 1)
    padding = fields["padding"].upper()

    def sums(x):
        return lax.reduce_window(x, 0.0, lax.add, window, apart, padding)

    if largest:
        return lambda x: lax.reduce_window(x, -jnp.inf, lax.max, window, apart, padding)
    return lambda x: sums(x) / sums(jnp.ones_like(x))


def tiles(size, taken, given, reduce):
    """Windows that tile the input, as a reshape: its gradient is far cheaper here."""
    whole = tuple(slice(0, n * size) for n in given[:-1])
    split = [length for n in given[:-1] for length in (n, size)]
    axes = tuple(range(2, 2 * len(given) - 1, 2))

    def forward(x):
        return reduce(x[(slice(None), *whole)].reshape(len(x), *split, given[-1]), axes)

    return forward


def dropout(rate):
    def forward(own, inputs, key):
        (x,) = inputs
        return jnp.where(jax.random.bernoulli(key, 1 - rate, x.shape), x / (1 - rate), 0)

    return forward


def normalization(kind, fields, taken):
    """By the batch's own moments, or each place's; moving averages are left out, which is less."""
    own = {"gamma": jnp.ones(taken[-1]), "beta": jnp.zeros(taken[-1])}
    axes = -1 if kind.startswith("layer") else tuple(range(len(taken)))

    def forward(own, inputs, key):
        (x,) = inputs
        mean, variance = x.mean(axes, keepdims=True), x.var(axes, keepdims=True)
        normal = (x - mean) * lax.rsqrt(variance + fields["epsilon"])
        return normal * own["gamma"] + own["beta"]

    return own, forward


def rms_normalization(fields, width):
    def forward(own, inputs, key):
        (x,) = inputs
        square = (x * x).mean(-1, keepdims=True)
        return x * lax.rsqrt(square + fields["epsilon"]) * own["gamma"]

    return {"gamma": jnp.ones(width)}, forward


def attention(fields, width):
    """Of a sequence to itself, one product for queries, keys and values."""
    heads = fields["num_heads"]
    own_width = fields["key_dim"] or width // heads
    sizes = {"w": (width, 3 * heads * own_width), "o": (heads * own_width, width)}
    own = {name: weights(*size) for name, size in sizes.items()}
    if fields["use_bias"]:
        own |= {f"{name}b": jnp.zeros(size[1]) for name, size in sizes.items()}

    def forward(own, inputs, key):
        (x,) = inputs
        every = x @ own["w"] + own.get("wb", 0)
        q, k, v = jnp.split(every.reshape(*x.shape[:2], 3 * heads, own_width), 3, axis=2)
        y = jax.nn.dot_product_attention(q, k, v, is_causal=fields["causal"])
        return y.reshape(*x.shape[:2], -1) @ own["o"] + own.get("ob", 0)

    return own, forward


def recurrent(fields, features, reverse=False):
    """The products with the inputs of all steps at once, then a scan over the steps."""
    units, (cell, gates) = fields["units"], CELLS[fields["type"]]
    own = {"w": weights(features, gates * units), "b": jnp.zeros(gates * units)}
    own["u"] = weights(units, gates * units)
    if fields.get("reset_after"):
        own["c"] = jnp.zeros(gates * units)

    def forward(own, inputs, key):
        (x,) = inputs
        projected = jnp.swapaxes(x, 0, 1) @ own["w"] + own["b"]
        start = jnp.zeros((len(x), units))
        _, states = lax.scan(
            lambda state, now: cell(own, state, now), (start, start), projected, reverse=reverse
        )
        last = states[0] if reverse else states[-1]
        return jnp.swapaxes(states, 0, 1) if fields["return_sequences"] else last

    return own, forward


def bidirectional(fields, features):
    (ahead, forwards), (back, backwards) = (
        recurrent(fields["layer"], features, reverse) for reverse in (False, True)
    )

    def forward(own, inputs, key):
        both = [forwards(own["ahead"], inputs, key), backwards(own["back"], inputs, key)]
        return sum(both) if fields["merge"] == "sum" else jnp.concatenate(both, -1)

    return {"ahead": ahead, "back": back}, forward


def simple_cell(own, state, now):
    h = jnp.tanh(now + state[0] @ own["u"])
    return (h, h), h


def gru_cell(own, state, now):
    h = state[0]
    from_state = h @ own["u"] + own.get("c", 0)
    (z, r, n), (hz, hr, hn) = jnp.split(now, 3, axis=1), jnp.split(from_state, 3, axis=1)
    z, r = jax.nn.sigmoid(z + hz), jax.nn.sigmoid(r + hr)
    h = z * h + (1 - z) * jnp.tanh(n + r * hn)
    return (h, h), h


def lstm_cell(own, state, now):
    h, c = state
    i, f, g, o = jnp.split(now + h @ own["u"], 4, axis=1)
    c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
    h = jax.nn.sigmoid(o) * jnp.tanh(c)
    return (h, c), h


CELLS = {"simple_rnn": (simple_cell, 1), "gru": (gru_cell, 3), "lstm": (lstm_cell, 4)}


def build(work):
    """Parameters, a list of dicts, and the function ``(parameters, x, key) -> logits``."""
    made = [
        layer(fields, *shapes)
        for fields, shapes in zip(work["layers"], work["shapes"], strict=True)
    ]
    reads = [fields["inputs"] for fields in work["layers"]]
    lenders = {i: f["lender"] for i, f in enumerate(work["layers"]) if "lender" in f}

    def network(parameters, x, key):
        known = {-1: x}
        for i, (_, forward) in enumerate(made):
            own = parameters[lenders.get(i, i)]
            known[i] = forward(own, [known[read] for read in reads[i]], key)
        return known[len(made) - 1]

    return [own for own, _ in made], network


def loss_of(work):
    """A function of logits and targets."""
    kind, target, fields = work["loss"]["type"], work["target"], work["loss"]
    if kind == "mse":
        return lambda x, y: ((x - y) ** 2).mean()
    if kind == "mae":
        return lambda x, y: jnp.abs(x - y).mean()
    if kind == "huber":
        return lambda x, y: huber(jnp.abs(x - y), fields["delta"]).mean()
    if kind == "binary_cross_entropy":
        return lambda x, y: (jax.nn.softplus(x) - x * y.reshape(x.shape)).mean()
    if target["kind"] == "shares":
        return lambda x, y: -(jax.nn.log_softmax(x) * y).sum(-1).mean()
    return lambda x, y: -jnp.take_along_axis(jax.nn.log_softmax(x), y[..., None], -1).mean()


def huber(size, delta):
    return jnp.where(size > delta, delta * (size - delta / 2), size**2 / 2)
