"""Networks of any size as presets, one function for each kind: what the grid's sizes are put into.

Examples are random: a small file of arrays gives their shape, so that the presets are presets like
all others and can be given to ``tuidl show`` as well.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

CLASSES = 10
FEATURES = 24
"""Numbers at each step of the sequences that recurrent layers read."""
CHANNELS = 3
RESNET_CHANNELS = (16, 32, 64)
RESNET_SIDE = 32
WORDS_READ = 48
"""Words in an example of those that embeddings read."""
ANSWER = f'{{type = "dense", units = {CLASSES}, activation = "softmax"}}'


@dataclass(frozen=True)
class Network:
    """Layers as TOML, and the shape of an example; ``words``: of its vocabulary, if it has one."""

    layers: tuple[str, ...]
    shape: tuple[int, ...]
    words: int = 0

    def toml(self, name: str, batch: int, arrays: Path) -> str:
        layers = ",\n".join(f"    {layer}" for layer in (*self.layers, ANSWER))
        return (
            f'name = "{name}"\ndata = {{source = "npz", path = "{arrays}"}}\n'
            'loss = {type = "cross_entropy"}\noptimizer = {type = "adam"}\n'
            f"training = {{batch_size = {batch}, epochs = 1}}\nlayers = [\n{layers},\n]\n"
        )


def mlp(inputs: int, width: int, depth: int) -> Network:
    """``depth`` hidden layers."""
    return Network(
        (f'{{type = "dense", units = {width}, activation = "relu"}}',) * depth, (inputs,)
    )


def recurrent(kind: str, units: int, length: int, layers: int) -> Network:
    inner = (f'{{type = "{kind}", units = {units}, return_sequences = true}}',) * (layers - 1)
    return Network((*inner, f'{{type = "{kind}", units = {units}}}'), (length, FEATURES))


def lstm(units: int, length: int, layers: int) -> Network:
    return recurrent("lstm", units, length, layers)


def gru(units: int, length: int, layers: int) -> Network:
    return recurrent("gru", units, length, layers)


def convolution(kernel: int, stride: int, channels: int, side: int, depth: int) -> Network:
    """``depth`` of one kind; all have the stride."""
    one = (
        f'{{type = "conv2d", filters = {channels}, kernel_size = {kernel}, stride = {stride}, '
        'padding = "same", activation = "relu"}'
    )
    pool = '{type = "global_average_pool2d"}'
    return Network((*(one,) * depth, pool), (side, side, CHANNELS))


def _after_stem(channels: int, side: int, *layers: str) -> Network:
    """On so many channels, made by a convolution of 1 x 1."""
    stem = f'{{type = "conv2d", filters = {channels}, kernel_size = 1, activation = "relu"}}'
    pool = '{type = "global_average_pool2d"}'
    return Network((stem, *layers, pool), (side, side, CHANNELS))


def grouped(kernel: int, stride: int, channels: int, each: int, side: int, depth: int) -> Network:
    """Groups of ``each`` channels: depthwise with 1, as in MobileNet; few, as in ResNeXt."""
    one = (
        f'{{type = "conv2d", filters = {channels}, kernel_size = {kernel}, stride = {stride}, '
        f'padding = "same", groups = {channels // each}, activation = "relu"}}'
    )
    return _after_stem(channels, side, *(one,) * depth)


def dilated(kernel: int, dilation: int, channels: int, side: int, depth: int) -> Network:
    one = (
        f'{{type = "conv2d", filters = {channels}, kernel_size = {kernel}, dilation = {dilation}, '
        'padding = "same", activation = "relu"}'
    )
    return _after_stem(channels, side, *(one,) * depth)


def oblong(tall: int, wide: int, channels: int, side: int, depth: int) -> Network:
    """Kernels that are not square, and the same turned round, in turns."""
    both = [
        f'{{type = "conv2d", filters = {channels}, kernel_size = [{i}, {j}], padding = "same", '
        'activation = "relu"}'
        for i, j in ((tall, wide), (wide, tall))
    ]
    return _after_stem(channels, side, *(both[number % 2] for number in range(depth)))


def transposed(kernel: int, stride: int, channels: int, side: int) -> Network:
    one = (
        f'{{type = "conv2d_transpose", filters = {channels}, kernel_size = {kernel}, '
        f'stride = {stride}, padding = "same", activation = "relu"}}'
    )
    return _after_stem(channels, side, one, one)


def resnet(layers: int) -> Network:
    """Of He et al. (2015), section 4.2: 6 n + 2 layers on images of 32 x 32."""
    stem = (
        f'{{type = "conv2d", name = "stem", filters = {RESNET_CHANNELS[0]}, padding = "same", '
        "use_bias = false}",
        '{type = "batch_normalization"}',
        '{type = "relu", name = "b0"}',
    )
    blocks, number = [], 0
    for stage, channels in enumerate(RESNET_CHANNELS):
        for i in range((layers - 2) // 6):
            blocks += _block(number, channels, stride=2 if stage and not i else 1)
            number += 1
    pool = '{type = "global_average_pool2d"}'
    return Network((*stem, *blocks, pool), (RESNET_SIDE, RESNET_SIDE, CHANNELS))


def _block(number: int, channels: int, stride: int) -> Iterator[str]:
    """Two convolutions, and a path round them that is projected where the size changes."""
    before, way = f"b{number}", f"b{number}"
    convolution = f'type = "conv2d", filters = {channels}, padding = "same", use_bias = false'
    if stride > 1:
        way = f"p{number}"
        yield (
            f'{{type = "conv2d", filters = {channels}, kernel_size = 1, stride = {stride}, '
            f'use_bias = false, inputs = ["{before}"]}}'
        )
        yield f'{{type = "batch_normalization", name = "{way}"}}'
    yield f'{{{convolution}, stride = {stride}, inputs = ["{before}"]}}'
    yield '{type = "batch_normalization"}'
    yield '{type = "relu"}'
    yield f"{{{convolution}}}"
    yield f'{{type = "batch_normalization", name = "n{number}"}}'
    yield f'{{type = "add", inputs = ["n{number}", "{way}"]}}'
    yield f'{{type = "relu", name = "b{number + 1}"}}'


def embedding(words: int, width: int) -> Network:
    """A mean of the words' vectors, so that nothing but the table counts."""
    table = f'{{type = "embedding", input_dim = {words}, output_dim = {width}}}'
    return Network((table, '{type = "global_average_pool1d"}'), (WORDS_READ,), words)


def embedding_lstm(words: int, width: int) -> Network:
    table = f'{{type = "embedding", input_dim = {words}, output_dim = {width}}}'
    return Network((table, f'{{type = "lstm", units = {width}}}'), (WORDS_READ,), words)


KINDS: dict[str, Callable[..., Network]] = {
    "mlp": mlp,
    "lstm": lstm,
    "gru": gru,
    "convolution": convolution,
    "grouped": grouped,
    "dilated": dilated,
    "oblong": oblong,
    "transposed": transposed,
    "resnet": resnet,
    "embedding": embedding,
    "embedding_lstm": embedding_lstm,
}
