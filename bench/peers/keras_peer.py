"""Keras on TensorFlow on the measured systems: ``fit`` as it comes, with all steps of an epoch in
one execution, and so without XLA."""

import os

from protocol import EXAMPLES, Way, serve, started_as

SYSTEM, THREADS, _ = started_as()
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["KERAS_BACKEND"] = "tensorflow"

import keras  # noqa: E402  (the variables above come first)
import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402
from keras import layers  # noqa: E402

RATE = 1e-4


def block(filters, padding="valid", pool=True):
    convolution = layers.Conv2D(filters, 3, padding=padding, activation="relu")
    return [convolution, layers.MaxPooling2D()] if pool else [convolution]


def classifier():
    return [layers.Flatten(), layers.Dense(64, "relu"), layers.Dense(10)]


NETWORKS = {
    "linear_regression": ((1,), lambda: [layers.Dense(1)]),
    "mnist_mlp": (
        (784,),
        lambda: [layers.Dense(32, "relu"), layers.Dropout(0.2), layers.Dense(10)],
    ),
    "digits_cnn": (
        (8, 8, 1),
        lambda: [*block(16, "same"), *block(32, "same"), *classifier()],
    ),
    "mnist_cnn": (
        (28, 28, 1),
        lambda: [*block(32), *block(64), *block(64, pool=False), *classifier()],
    ),
    "cifar_cnn": ((32, 32, 3), lambda: [*block(32), *block(64), *classifier()]),
    "rnn_sine": ((2, 1), lambda: [layers.SimpleRNN(1), layers.Dense(1)]),
    "gru_sine": ((32, 1), lambda: [layers.GRU(32), layers.Dense(1)]),
    "lstm_rows": (
        (28, 28),
        lambda: [layers.LSTM(64, return_sequences=True), layers.LSTM(64), layers.Dense(10)],
    ),
}
REGRESSIONS = ("linear_regression", "rnn_sine", "gru_sine")
BY_SGD = ("linear_regression", "rnn_sine")
BATCH = 64 if SYSTEM == "mnist_cnn" else 32
STEPS = EXAMPLES // BATCH


def way(steps_at_once, jit):
    """The training of a new network; a unit is an epoch."""
    keras.utils.set_random_seed(0)
    random = np.random.default_rng(0)
    shape, build = NETWORKS[SYSTEM]
    x = random.normal(size=(EXAMPLES, *shape)).astype(np.float32)
    if SYSTEM in REGRESSIONS:
        y, loss = random.normal(size=(EXAMPLES, 1)).astype(np.float32), "mse"
    else:
        y = random.integers(0, 10, EXAMPLES)
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model = keras.Sequential([layers.Input(shape), *build()])
    optimizer = (keras.optimizers.SGD if SYSTEM in BY_SGD else keras.optimizers.Adam)(RATE)
    model.compile(optimizer, loss, steps_per_execution=steps_at_once, jit_compile=jit)

    def run(count):
        model.fit(x, y, batch_size=BATCH, epochs=count, verbose=0)

    return Way(run, STEPS), model.count_params()


if __name__ == "__main__":
    tf.config.threading.set_intra_op_parallelism_threads(THREADS)
    known = {
        "fit": way(1, "auto"),
        "fit, epoch at once": way(STEPS, "auto"),
        "fit, epoch at once, no XLA": way(STEPS, False),
    }
    parameters = next(iter(known.values()))[1]
    version = f"Keras {keras.__version__} on TensorFlow {tf.__version__}"
    serve(version, parameters, {name: w for name, (w, _) in known.items()})
