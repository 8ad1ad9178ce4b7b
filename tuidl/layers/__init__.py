"""The layers that a preset may name: one file a family."""

from typing import Any

from tuidl.config import by_kind
from tuidl.layers import activations
from tuidl.layers.base import Layer
from tuidl.layers.conv2d import Conv2d
from tuidl.layers.dense import Dense
from tuidl.layers.dropout import Dropout
from tuidl.layers.gru import Gru
from tuidl.layers.lstm import Lstm
from tuidl.layers.pooling import AveragePool2d, MaxPool2d
from tuidl.layers.shaping import Flatten, Input, Reshape
from tuidl.layers.simple_rnn import SimpleRnn

LAYERS: dict[str, type[Any]] = by_kind(
    [
        Input,
        Reshape,
        Flatten,
        Dense,
        Conv2d,
        MaxPool2d,
        AveragePool2d,
        Dropout,
        SimpleRnn,
        Lstm,
        Gru,
        activations.Linear,
        activations.Relu,
        activations.LeakyRelu,
        activations.Elu,
        activations.Gelu,
        activations.Sigmoid,
        activations.Tanh,
        activations.Softmax,
    ]
)
"""Every layer by the ``type`` that names it in a preset."""

__all__ = ["LAYERS", "Layer"]
