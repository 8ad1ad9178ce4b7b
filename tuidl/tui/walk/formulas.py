"""What every layer, loss and optimizer computes, in a line of plain text each."""

SAME = "the same numbers, in another shape"
POOLED = "y = the largest of each patch", "dy goes to where the largest was"
AVERAGED = "y = the mean of each patch", "dy in equal shares to the patch"
NORMALIZED = "dx = dy, less what mean and deviation take back"
BACK_IN_TIME = "back in time, the last step first; dW, dU = sums over all steps"

LAYERS: dict[str, tuple[str, str]] = {
    "dense": ("y = x · W + b", "dW = xᵀ · dy   db = sum of dy   dx = dy · Wᵀ"),
    "conv2d": (
        "y at each place = sum of filter · patch, + b",
        "d filter = sum of patch · dy   dx = dy spread by the filter",
    ),
    "conv1d": (
        "y at each time = sum of filter · window, + b",
        "d filter = sum of window · dy   dx = dy spread by the filter",
    ),
    "simple_rnn": ("h = tanh(x · W + h before · U + b), time by time", BACK_IN_TIME),
    "gru": ("h = z · h before + (1 - z) · new,  gate z = sigmoid(x · W + h · U)", BACK_IN_TIME),
    "lstm": ("c = f · c before + i · new   h = o · tanh(c),  gates i, f, o", BACK_IN_TIME),
    "bidirectional": ("once forwards in time and once backwards", BACK_IN_TIME),
    "max_pool2d": POOLED,
    "max_pool1d": POOLED,
    "global_max_pool2d": POOLED,
    "global_max_pool1d": POOLED,
    "average_pool2d": AVERAGED,
    "average_pool1d": AVERAGED,
    "global_average_pool2d": AVERAGED,
    "global_average_pool1d": AVERAGED,
    "flatten": (SAME, SAME),
    "reshape": (SAME, SAME),
    "input": (SAME, SAME),
    "linear": ("y = x", "dx = dy"),
    "dropout": ("y = x / (1 - rate), or 0 by chance", "dx = dy / (1 - rate), or 0 as before"),
    "batch_normalization": (
        "y = gamma · (x - mean) / deviation + beta, over the batch",
        NORMALIZED,
    ),
    "layer_normalization": (
        "y = gamma · (x - mean) / deviation + beta, in each example",
        NORMALIZED,
    ),
    "embedding": ("y = row x of the table", "dy is added to row x of the table"),
    "add": ("y = a + b", "da = dy   db = dy"),
    "concatenate": ("y = a and b side by side", "each gets its part of dy"),
}
"""Forward and backward, by the layer's type. dy is short for d loss / d y."""

ACTIVATIONS: dict[str, tuple[str, str]] = {
    "relu": ("max(0, y)", "dy where y > 0, else 0"),
    "leaky_relu": ("y, a little of it below 0", "dy, a little of it where y < 0"),
    "elu": ("y, e^y - 1 below 0", "dy · slope"),
    "gelu": ("y · normal probability up to y", "dy · slope"),
    "sigmoid": ("1 / (1 + e^-y)", "dy · y · (1 - y), at most dy / 4"),
    "tanh": ("tanh(y)", "dy · (1 - y²)"),
    "softmax": ("e^y / sum of all e^y", "dy less its mean, weighted by y"),
}

LOSSES: dict[str, str] = {
    "mse": "loss = mean of (p - y)²",
    "mae": "loss = mean of |p - y|",
    "huber": "loss = mean of (p - y)² / 2, a straight line far off",
    "cross_entropy": "loss = mean of -ln(p of the true class)",
    "categorical_cross_entropy": "loss = mean of -ln(p of the true class)",
    "binary_cross_entropy": "loss = mean of -ln(p of what is true)",
}

GRADIENTS: dict[str, str] = {
    "mse": "dp = 2 · (p - y) / n",
    "mae": "dp = 1 / n where p > y, else -1 / n",
    "huber": "dp = (p - y) / n, at most 1 / n far off",
    "cross_entropy": "the last layer gets (p - 1 for the true class) / n",
    "categorical_cross_entropy": "the last layer gets (p - y) / n",
    "binary_cross_entropy": "the last layer gets (p - y) / n",
}
"""Of the losses, where the way back starts; n examples."""

OPTIMIZERS: dict[str, str] = {
    "sgd": "w = w - rate · g",
    "adam": "m = mean of g   v = mean of g²   w = w - rate · m / sqrt(v)",
    "adamw": "m = mean of g   v = mean of g²   w = w - rate · (m / sqrt(v) + decay · w)",
    "rmsprop": "s = mean of g²   w = w - rate · g / sqrt(s)",
    "adagrad": "s = sum of all g²   w = w - rate · g / sqrt(s)",
}


def forward_formula(kind: str, activation: str) -> str:
    """``y = x · W + b, then max(0, y)``."""
    own = LAYERS.get(kind, ACTIVATIONS.get(kind, ("", "")))[0]
    if kind in ACTIVATIONS or activation not in ACTIVATIONS or _is_recurrent(kind):
        return own
    return f"{own}, then {ACTIVATIONS[activation][0]}"


def backward_formula(kind: str, activation: str) -> str:
    """What the layer makes of the gradient of its output, its activation's part first."""
    own = LAYERS.get(kind, ACTIVATIONS.get(kind, ("", "")))[1]
    if kind in ACTIVATIONS or activation not in ACTIVATIONS or _is_recurrent(kind):
        return own
    return f"first {ACTIVATIONS[activation][1]}, then {own}"


def _is_recurrent(kind: str) -> bool:
    """Those have their activation in the formula already."""
    return LAYERS.get(kind, ("", ""))[1] == BACK_IN_TIME


def closing_formula(closing: str) -> str:
    """What makes the last layer's outputs predictions; empty where they are already."""
    return f"p = {ACTIVATIONS[closing][0]}" if closing in ACTIVATIONS else ""
