"""The layers that a preset may name: one file a family."""

from typing import Any

from tuidl.config import by_kind
from tuidl.layers import activations
from tuidl.layers.base import Layer
from tuidl.layers.bidirectional import Bidirectional
from tuidl.layers.conv1d import Conv1d
from tuidl.layers.conv2d import Conv2d
from tuidl.layers.dense import Dense
from tuidl.layers.dropout import Dropout
from tuidl.layers.embedding import Embedding
from tuidl.layers.gru import Gru
from tuidl.layers.lstm import Lstm
from tuidl.layers.merging import Add, Concatenate
from tuidl.layers.normalization import BatchNormalization, LayerNormalization
from tuidl.layers.pooling import (
    AveragePool1d,
    AveragePool2d,
    GlobalAveragePool1d,
    GlobalAveragePool2d,
    GlobalMaxPool1d,
    GlobalMaxPool2d,
    MaxPool1d,
    MaxPool2d,
)
from tuidl.layers.shaping import Flatten, Input, Reshape
from tuidl.layers.simple_rnn import SimpleRnn

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
