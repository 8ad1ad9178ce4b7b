"""The layers that a preset may name: one file a family."""

from typing import Any

from tuidl.core.config import by_kind
from tuidl.nn.layers import activations
from tuidl.nn.layers.base import Layer
from tuidl.nn.layers.bidirectional import Bidirectional
from tuidl.nn.layers.conv1d import Conv1d
from tuidl.nn.layers.conv2d import Conv2d
from tuidl.nn.layers.dense import Dense
from tuidl.nn.layers.dropout import Dropout
from tuidl.nn.layers.embedding import Embedding
from tuidl.nn.layers.gru import Gru
from tuidl.nn.layers.lstm import Lstm
from tuidl.nn.layers.merging import Add, Concatenate
from tuidl.nn.layers.normalization import BatchNormalization, LayerNormalization
from tuidl.nn.layers.pooling import (
    AveragePool1d,
    AveragePool2d,
    GlobalAveragePool1d,
    GlobalAveragePool2d,
    GlobalMaxPool1d,
    GlobalMaxPool2d,
    MaxPool1d,
    MaxPool2d,
)
from tuidl.nn.layers.shaping import Flatten, Input, Reshape
from tuidl.nn.layers.simple_rnn import SimpleRnn

LAYERS: dict[str, type[Any]] = by_kind(
    [
        Input,
        Reshape,
        Flatten,
        Dense,
        Embedding,
        Conv1d,
        Conv2d,
        MaxPool1d,
        MaxPool2d,
        AveragePool1d,
        AveragePool2d,
        GlobalMaxPool1d,
        GlobalMaxPool2d,
        GlobalAveragePool1d,
        GlobalAveragePool2d,
        Dropout,
        BatchNormalization,
        LayerNormalization,
        Add,
        Concatenate,
        SimpleRnn,
        Lstm,
        Gru,
        Bidirectional,
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
