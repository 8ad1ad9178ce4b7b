"""Networks whose memory is measured: small and large, each a process of its own.

``FOOTPRINTS`` maps a name to the arguments of ``tuidl``. The larger ones have presets and data
that ``prepare`` writes into a folder; MNIST must be there already (``tuidl download mnist``).
"""

from pathlib import Path

import numpy as np

SHORT = ("--set", "training.epochs=2")

DENSE = """
name = "wide dense"
data = {source = "blobs", points = 2000, features = 784, classes = 10}
loss = {type = "cross_entropy"}
optimizer = {type = "OPTIMIZER", learning_rate = 0.001}
training = {epochs = 2, batch_size = 64, seed = 1}
layers = [
    {type = "dense", units = 4096, activation = "relu"},
    {type = "dense", units = 4096, activation = "relu"},
    {type = "dense", units = 10},
]
"""

EMBEDDING = """
name = "large embedding"
data = {source = "npz", path = "words.npz"}
loss = {type = "binary_cross_entropy"}
optimizer = {type = "sgd", learning_rate = 0.1}
training = {epochs = 2, batch_size = 32, seed = 1}
layers = [
    {type = "embedding", input_dim = 1000000, output_dim = 64},
    {type = "flatten"},
    {type = "dense", units = 1},
]
"""

CONVOLUTION = """
name = "large images"
data = {source = "npz", path = "images.npz"}
loss = {type = "cross_entropy"}
optimizer = {type = "adam", learning_rate = 0.001}
training = {epochs = 1, batch_size = 16, seed = 1}
layers = [
    {type = "conv2d", filters = 32, kernel_size = 3, padding = "same", activation = "relu"},
    {type = "max_pool2d"},
    {type = "conv2d", filters = 64, kernel_size = 3, padding = "same", activation = "relu"},
    {type = "batch_normalization"},
    {type = "global_average_pool2d"},
    {type = "dense", units = 4},
]
"""

LSTM = """
name = "wide lstm"
data = {source = "sine", points = 2000, window = 32}
loss = {type = "mse"}
optimizer = {type = "adam", learning_rate = 0.001}
training = {epochs = 1, batch_size = 32, seed = 1}
layers = [{type = "lstm", units = 768}, {type = "dense", units = 1}]
"""

TABLE = """
name = "long table"
data = {source = "csv", path = "rows.csv", target = "t", normalize = "standard"}
loss = {type = "mse"}
optimizer = {type = "sgd", learning_rate = 0.01}
training = {epochs = 1, batch_size = 512, seed = 1}
layers = [{type = "dense", units = 16, activation = "relu"}, {type = "dense", units = 1}]
"""

STOPPING = "training.early_stopping={patience=2}"
PRESETS = {
    "dense_adam": DENSE.replace("OPTIMIZER", "adam"),
    "dense_sgd": DENSE.replace("OPTIMIZER", "sgd"),
    "embedding": EMBEDDING,
    "images": CONVOLUTION,
    "lstm_wide": LSTM,
    "table": TABLE,
}


def prepare(folder: Path) -> None:
    """Write presets and data."""
    random = np.random.default_rng(1)
    for name, text in PRESETS.items():
        (folder / f"{name}.toml").write_text(text)
    words = random.integers(0, 1_000_000, (4000, 20))
    np.savez(folder / "words.npz", x=words, y=(words.sum(axis=1) % 2)[:, None])
    images = random.random((300, 128, 128, 3), np.float32)
    np.savez(folder / "images.npz", x=images, y=random.integers(0, 4, 300))
    table = random.random((200_000, 8))
    header = ",".join("abcdefgt")
    np.savetxt(folder / "rows.csv", table, "%.4f", ",", header=header, comments="")


def footprints(folder: Path) -> dict[str, tuple[str, ...]]:
    """Name -> arguments of ``tuidl`` (``--no-ui`` is not among them)."""
    shipped = ("linear_regression", "mlp_xor", "cnn_digits", "mnist_mlp_dropout")
    few = ("--set", "data.examples=6400", "--set", "data.test_examples=1000")
    return {
        **{name: (name, *SHORT) for name in shipped},
        "mnist_cnn": ("mnist_cnn", *SHORT, *few),
        "lstm_rows": ("lstm_rows", *SHORT, *few),
        "mnist_folds": ("mnist_mlp_dropout", *SHORT, "--set", "training.folds=3",
                        "--set", "training.epochs=1"),
        **{name: (str(folder / f"{name}.toml"),) for name in PRESETS},
        "dense_best": (str(folder / "dense_adam.toml"), "--set", STOPPING),
    }  # fmt: skip
