"""Keras on TensorFlow on a described network: ``fit`` as it comes, with all steps of an epoch in
one execution, and so without XLA."""

import os
from functools import partial

from protocol import Way, serve, started_as

CASE, THREADS, _ = started_as()
WORK = CASE["work"]
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["KERAS_BACKEND"] = "tensorflow"

import examples  # noqa: E402
import keras  # noqa: E402  (the variables above come first)
import tensorflow as tf  # noqa: E402

from bench.results import keras_twin  # noqa: E402

RATE = 1e-4
BATCH = WORK["batch"]
STEPS = WORK["examples"] // BATCH


def way(steps_at_once, jit):
    """The training of a new network, a unit is an epoch; and its parameters."""
    keras.utils.set_random_seed(0)
    x, y = examples.inputs(WORK), examples.targets(WORK)
    if WORK["words"]:
        x = x.astype("int32")
    model = keras_twin.network(WORK)
    loss = dict(WORK["loss"])
    if "from_logits" in loss:
        loss["from_logits"] = True
    model.compile(
        keras_twin.optimizer({**WORK["optimizer"], "learning_rate": RATE}),
        keras_twin.loss(loss, WORK["target"]["kind"]),
        steps_per_execution=steps_at_once,
        jit_compile=jit,
    )

    def run(count):
        model.fit(x, y, batch_size=BATCH, epochs=count, verbose=0)

    return Way(run, STEPS), sum(int(tf.size(v)) for v in model.trainable_weights)


if __name__ == "__main__":
    tf.config.threading.set_intra_op_parallelism_threads(THREADS)
    known = {
        "fit": partial(way, 1, "auto"),
        "fit, epoch at once": partial(way, STEPS, "auto"),
        "fit, epoch at once, no XLA": partial(way, STEPS, False),
    }
    serve(f"Keras {keras.__version__} on TensorFlow {tf.__version__}", known, CASE.get("seconds"))
