"""Train the twin of a preset in Keras: ``python keras_twin.py DESCRIPTION.json ARRAYS.npz SEED...``

Runs in an environment of its own, with Keras and NumPy. Prints one JSON line with the versions of
libraries, then one for each seed.
"""

import json
import random
import sys
import time
from typing import Any

import numpy as np

LAYERS = {
    "input": "Identity",
    "linear": "Identity",
    "reshape": "Reshape",
    "flatten": "Flatten",
    "dense": "Dense",
    "conv1d": "Conv1D",
    "conv2d": "Conv2D",
    "conv2d_transpose": "Conv2DTranspose",
    "max_pool1d": "MaxPooling1D",
    "max_pool2d": "MaxPooling2D",
    "average_pool1d": "AveragePooling1D",
    "average_pool2d": "AveragePooling2D",
    "global_max_pool1d": "GlobalMaxPooling1D",
    "global_max_pool2d": "GlobalMaxPooling2D",
    "global_average_pool1d": "GlobalAveragePooling1D",
    "global_average_pool2d": "GlobalAveragePooling2D",
    "dropout": "Dropout",
    "batch_normalization": "BatchNormalization",
    "layer_normalization": "LayerNormalization",
    "upsample2d": "UpSampling2D",
    "add": "Add",
    "concatenate": "Concatenate",
    "simple_rnn": "SimpleRNN",
    "lstm": "LSTM",
    "gru": "GRU",
    "relu": "ReLU",
    "leaky_relu": "LeakyReLU",
    "elu": "ELU",
    "softmax": "Softmax",
    "embedding": "Embedding",
    "rms_normalization": "RMSNormalization",
}
"""Layers whose fields mean the same in Keras, but for the names below."""

LOSSES = {
    "mse": "MeanSquaredError",
    "mae": "MeanAbsoluteError",
    "huber": "Huber",
    "cross_entropy": "SparseCategoricalCrossentropy",
    "categorical_cross_entropy": "CategoricalCrossentropy",
    "binary_cross_entropy": "BinaryCrossentropy",
}
OPTIMIZERS = {
    "sgd": "SGD",
    "adam": "Adam",
    "adamw": "AdamW",
    "rmsprop": "RMSprop",
    "adagrad": "Adagrad",
}
RENAMED = {
    "dilation": "dilation_rate",
    "factor": "size",
    "stride": "strides",
    "shape": "target_shape",
    "clip_value": "clipvalue",
    "global_clip_norm": "global_clipnorm",
}
RECURRENT = ("simple_rnn", "lstm", "gru")
ACTIVATIONS = ("gelu", "sigmoid", "tanh")
PLACE = ("inputs", "name", "enabled", "l1", "l2", "pads", "crops")
"""Fields that say where a layer stands, that its regularizer has, or that its padding has named."""
UNSAID = {"mask": None, "padding": 0, "unknown": False, "activity_l2": 0.0, "output_padding": 0}
"""Fields that Keras has no words for, where they say nothing."""
FEW = 4
"""So many parameters are told one by one."""
EVALUATED_AT_ONCE = 256


def build(description: dict[str, Any]) -> Any:
    """The network, compiled. Raises ValueError where it has not the preset's parameters."""
    model = network(description)
    if model.count_params() != description["parameters"]:
        wanted = description["parameters"]
        raise ValueError(f"the twin has {model.count_params()} parameters, the preset {wanted}")
    model.compile(
        optimizer=optimizer(description["optimizer"]),
        loss=loss(description["loss"]),
        metrics=["accuracy"] if description["classes"] else [],
    )
    return model


def network(description: dict[str, Any]) -> Any:
    """The layers, with first weights of Keras's own."""
    import keras

    examples = keras.Input(description["shape"])
    outputs: list[Any] = []
    made: list[Any] = []
    for layer in description["layers"]:
        inputs = [examples if i < 0 else outputs[i] for i in layer["inputs"]]
        own = tied(made[layer["lender"]]) if "lender" in layer else _layer(layer)
        made.append(own)
        outputs.append(own(inputs if len(inputs) > 1 else inputs[0]))
    return keras.Model(examples, outputs[-1])


def optimizer(fields: dict[str, Any]) -> Any:
    import keras

    return _made(keras.optimizers, OPTIMIZERS, fields)


def loss(fields: dict[str, Any], targets: str = "") -> Any:
    """``targets``: what they are; of classes, no loss of Keras wants vectors."""
    import keras

    fields = dict(fields)
    if not fields.get("label_smoothing"):  # which not every loss of Keras knows
        fields.pop("label_smoothing", None)
    if not fields.get("class_weights"):
        fields.pop("class_weights", None)
    if targets == "classes" and fields["type"] == "categorical_cross_entropy":
        fields["type"] = "cross_entropy"
    return _made(keras.losses, LOSSES, fields)


def _layer(layer: dict[str, Any]) -> Any:
    import keras

    if layer["type"] in ACTIVATIONS:
        return keras.layers.Activation(layer["type"])
    if layer["type"] == "gelu_tanh":
        return keras.layers.Activation(gelu_tanh)
    if layer["type"] == "position_embedding":
        return positions()
    if layer["type"] == "multi_head_attention":
        return attention(layer)
    if layer["type"] == "bidirectional":
        merge = {"concatenate": "concat", "sum": "sum"}[layer["merge"]]
        return keras.layers.Bidirectional(_layer(layer["layer"]), merge_mode=merge)
    said = {k: v for k, v in layer.items() if k not in UNSAID or v != UNSAID[k]}
    fields = {key: value for key, value in said.items() if key not in PLACE}
    if layer["type"] in ("input", "linear"):
        fields = {"type": layer["type"]}
    if layer["type"] == "conv2d_transpose" and fields["groups"] == 1:
        del fields["groups"]  # which Keras has not here
    if fields.get("activation") == "gelu_tanh":
        fields["activation"] = gelu_tanh
    if layer.get("l1") or layer.get("l2"):
        penalty = keras.regularizers.L1L2(layer["l1"], layer["l2"])
        fields["kernel_regularizer"] = penalty
        if layer["type"] in RECURRENT:
            fields["recurrent_regularizer"] = penalty
    return _made(keras.layers, LAYERS, fields)


def gelu_tanh(x: Any) -> Any:
    import keras

    return keras.activations.gelu(x, approximate=True)


def positions() -> Any:
    """A learned vector for each place, added to what stands there."""
    import keras

    class Positions(keras.layers.Layer):
        def build(self, shape: Any) -> None:
            self.table = self.add_weight(shape=shape[1:], initializer="uniform")

        def call(self, x: Any) -> Any:
            return x + self.table

    return Positions()


def attention(fields: dict[str, Any]) -> Any:
    """Attention of a sequence to itself."""
    import keras

    def call(x: Any) -> Any:
        heads = fields["num_heads"]
        layer = keras.layers.MultiHeadAttention(
            heads,
            fields["key_dim"] or x.shape[-1] // heads,
            dropout=fields["dropout"],
            use_bias=fields["use_bias"],
        )
        return layer(x, x, use_causal_mask=fields["causal"])

    return call


def tied(embedding: Any) -> Any:
    """Scores by the table of an embedding."""
    import keras

    class Tied(keras.layers.Layer):
        def call(self, x: Any) -> Any:
            return keras.ops.matmul(x, keras.ops.transpose(embedding.embeddings))

    return Tied()


def _made(module: Any, names: dict[str, str], fields: dict[str, Any]) -> Any:
    """What Keras calls ``fields["type"]``, with the other fields as arguments."""
    arguments = {RENAMED.get(key, key): value for key, value in fields.items() if key != "type"}
    return getattr(module, names[fields["type"]])(**arguments)


def train(description: dict[str, Any], arrays: dict[str, Any], seed: int) -> dict[str, Any]:
    """One training from ``seed``, in Keras's own way, and what came of it.

    The seed decides the first weights and dropout. TensorFlow's own seed must stay unset: with it,
    ``fit`` shuffles the examples into the same order in every epoch.
    """
    import keras

    keras.backend.clear_session()
    random.seed(seed)  # from which Keras draws the seeds of initialisers and layers
    np.random.seed(seed)
    model = build(description)
    if "start_0" in arrays:
        model.set_weights([arrays[f"start_{i}"] for i in range(len(model.weights))])
    parts = {name: _part(description, arrays, name) for name in ("train", "validation", "test")}
    started = time.perf_counter()
    history = model.fit(
        *parts["train"],
        batch_size=description["batch_size"],
        epochs=description["epochs"],
        shuffle=description["shuffle"],
        validation_data=parts["validation"] if len(parts["validation"][0]) else None,
        callbacks=_callbacks(description["early_stopping"]),
        verbose=0,
    )
    seconds = time.perf_counter() - started
    count = model.count_params()
    weights = [value for array in model.get_weights() for value in array.ravel().tolist()]
    return {
        "seed": seed,
        "seconds": seconds,
        "epochs": len(history.history["loss"]),
        "scores": {name: _scores(model, part) for name, part in parts.items() if len(part[0])},
        "parameters": weights if count <= FEW else [],
    }


def _part(description: dict[str, Any], arrays: dict[str, Any], name: str) -> tuple[Any, Any]:
    """Inputs and targets; classes as one-hot vectors where the loss wants such."""
    import keras

    x, y = arrays[f"{name}_x"], arrays[f"{name}_y"]
    if description["loss"]["type"] == "categorical_cross_entropy" and description["classes"]:
        y = keras.utils.to_categorical(y[:, 0], description["classes"])
    return x, y


def _callbacks(stopping: dict[str, Any] | None) -> list[Any]:
    import keras

    if stopping is None:
        return []
    stop = keras.callbacks.EarlyStopping(
        monitor=f"val_{stopping['monitor']}",
        patience=stopping["patience"],
        min_delta=stopping["min_delta"],
        restore_best_weights=stopping["restore_best"],
    )
    return [stop]


def _scores(model: Any, part: tuple[Any, Any]) -> dict[str, float]:
    """Loss, without penalties on weights, and metrics."""
    scores = model.evaluate(*part, batch_size=EVALUATED_AT_ONCE, verbose=0, return_dict=True)
    penalties = sum(float(value) for value in model.losses)
    return {**scores, "loss": scores["loss"] - penalties}


def main() -> None:
    import keras

    description_file, arrays_file, *seeds = sys.argv[1:]
    with open(description_file, encoding="utf-8") as file:
        description = json.load(file)
    with np.load(arrays_file) as packed:
        arrays = {name: packed[name] for name in packed.files}
    backend = keras.backend.backend()
    versions = {name: sys.modules[name].__version__ for name in ("keras", backend)}
    print(json.dumps(versions), flush=True)
    for seed in seeds:
        print(json.dumps(train(description, arrays, int(seed))), flush=True)


if __name__ == "__main__":
    main()
