"""What the GPU runs for each instruction; a file holds what the file of that name in
``tuidl.kernels`` has for the CPU."""

from tuidl.backends.cuda.kernels import (
    activations,
    batch_normalization,
    clipping,
    conv2d,
    dense,
    dropout,
    embedding,
    gru,
    gru_reset_before,
    layer_normalization,
    losses,
    lstm,
    metrics,
    moving,
    noise,
    optimizers,
    pooling,
    simple_rnn,
    weighted_losses,
)
from tuidl.backends.cuda.registry import CUDA_KERNELS

__all__ = [
    "CUDA_KERNELS",
    "activations",
    "batch_normalization",
    "clipping",
    "conv2d",
    "dense",
    "dropout",
    "embedding",
    "gru",
    "gru_reset_before",
    "layer_normalization",
    "losses",
    "lstm",
    "metrics",
    "moving",
    "noise",
    "optimizers",
    "pooling",
    "simple_rnn",
    "weighted_losses",
]
