"""The systems that are measured, as presets. Data is random, as in the peers: only shapes count."""

from dataclasses import dataclass

from tuidl.preset.library import shipped
from tuidl.preset.schema import Preset


@dataclass(frozen=True)
class System:
    """A network, its optimizer and the batch size at which it is compared.

    ``parameters``: how many it trains, as Keras counts them. PyTorch gives a recurrent layer a
    second bias, ``second_biases`` numbers in all, which only its sum with the first tells apart.
    """

    name: str
    toml: str
    parameters: int
    second_biases: int = 0

    @property
    def text(self) -> str:
        """The whole preset."""
        return f'name = "{self.name}"\n{self.toml}'

    def preset(self, *overrides: str) -> Preset:
        return Preset.parse(self.text, f"bench: {self.name}", overrides)


def _block(filters: int, padding: str = "valid", pool: bool = True) -> str:
    layer = f'{{type = "conv2d", filters = {filters}, padding = "{padding}", activation = "relu"}},'
    return layer + '{type = "max_pool2d"},' if pool else layer


def _classifier() -> str:
    return '{type = "flatten"}, {type = "dense", units = 64, activation = "relu"},' + _ANSWER


def _classes(source: str, layers: str, batch: int = 32) -> str:
    return _trained(f'{{source = "{source}"}}', layers, "cross_entropy", 'type = "adam"', batch)


def _values(source: str, layers: str, optimizer: str) -> str:
    return _trained(source, layers, "mse", optimizer, 32)


def _trained(data: str, layers: str, loss: str, optimizer: str, batch: int) -> str:
    return (
        f'layers = [{layers}]\ndata = {data}\nloss = {{type = "{loss}"}}\n'
        f"optimizer = {{{optimizer}}}\ntraining = {{batch_size = {batch}}}"
    )


def _gpt() -> str:
    """The setting for processors of nanoGPT's `shakespeare_char`: 65 characters, 4 blocks."""
    block = (
        '{type = "transformer_block", num_heads = 4, causal = true, use_bias = false,'
        "dropout = 0.0, epsilon = 1e-5},"
    )
    layers = (
        '{type = "embedding", name = "characters", output_dim = 128},{type = "position_embedding"},'
        f'{4 * block}{{type = "layer_normalization", epsilon = 1e-5}},'
        '{type = "tied_dense", to = "characters"}'
    )
    data = '{source = "python_help", window = 64, vocabulary = 65, validation = 0.1}'
    optimizer = 'type = "adamw", beta_2 = 0.99, weight_decay = 0.1'
    return _trained(data, layers, "cross_entropy", optimizer, batch=12)


def _char_rnn() -> str:
    """The preset of that name, of 96 characters and without clipping, which JAX here lacks."""
    layers = (
        '{type = "embedding", output_dim = 32},'
        '{type = "lstm", units = 128, return_sequences = true}, {type = "dense"}'
    )
    data = '{source = "python_help", window = 64, vocabulary = 96, validation = 0.1}'
    return _trained(data, layers, "cross_entropy", _ADAM, batch=32)


def _unet() -> str:
    """The preset ``segment_shapes``: two levels down and up, with a skip at each."""

    def convolution(filters: int, name: str = "") -> str:
        known = f'name = "{name}", ' if name else ""
        return (
            f'{{type = "conv2d", {known}filters = {filters}, kernel_size = 3, padding = "same", '
            'activation = "relu"},'
        )

    def joined(name: str, skip: str) -> str:
        return (
            f'{{type = "upsample2d", name = "{name}"}},'
            f'{{type = "concatenate", inputs = ["{name}", "{skip}"]}},'
        )

    pool = '{type = "max_pool2d"},'
    layers = (
        convolution(12) + convolution(12, "fine") + pool
        + convolution(24) + convolution(24, "middling") + pool
        + convolution(48) + convolution(24) + joined("up", "middling")
        + convolution(24) + joined("up_again", "fine")
        + convolution(12)
        + '{type = "conv2d", filters = 4, kernel_size = 1, activation = "softmax"}'
    )  # fmt: skip
    return _trained('{source = "shapes"}', layers, "cross_entropy", _ADAM, batch=16)


def _shipped(name: str) -> str:
    """The preset of that name as it is, without its name, which is the first line."""
    return shipped()[name].read_text(encoding="utf-8").partition("\n")[2]


def _autoencoder() -> str:
    """The preset ``autoencoder_mnist``, as one network."""

    def convolution(filters: int, rest: str = "") -> str:
        return (
            f'{{type = "conv2d", filters = {filters}, kernel_size = 3, padding = "same", '
            f'activation = "relu"{rest}}},'
        )

    up = '{type = "upsample2d", factor = 2},'
    layers = (
        convolution(16, ", stride = 2") + convolution(32, ", stride = 2")
        + '{type = "flatten"}, {type = "dense", units = 16},'
        + '{type = "dense", units = 1568, activation = "relu"},'
        + '{type = "reshape", shape = [7, 7, 32]},'
        + up + convolution(16) + up
        + '{type = "conv2d", filters = 1, kernel_size = 3, padding = "same", '
        'activation = "sigmoid"}'
    )  # fmt: skip
    data = '{source = "mnist", targets = "inputs"}'
    return _trained(data, layers, "binary_cross_entropy", _ADAM, batch=64)


def _word_vectors() -> str:
    """The preset of that name: skip-gram with a softmax over all words."""
    layers = '{type = "embedding", output_dim = 32}, {type = "flatten"}, {type = "dense"}'
    data = (
        '{source = "python_help", tokens = "words", lowercase = true, vocabulary = 1500,'
        'predict = "context", window = 2, validation = 0.1}'
    )
    return _trained(data, layers, "cross_entropy", _ADAM, batch=512)


_ANSWER = '{type = "dense", activation = "softmax"}'
_SGD, _ADAM = 'type = "sgd", learning_rate = 0.01', 'type = "adam"'

SYSTEMS = {
    system.name: system
    for system in (
        System(
            "linear_regression",
            _values('{source = "linear"}', '{type = "dense"}', _SGD),
            parameters=2,
        ),
        System(
            "mnist_mlp",
            _classes(
                "mnist",
                '{type = "flatten"}, {type = "dense", units = 32, activation = "relu"},'
                '{type = "dropout", rate = 0.2},' + _ANSWER,
            ),
            parameters=25_450,
        ),
        System(
            "digits_cnn",
            _classes("digits", _block(16, "same") + _block(32, "same") + _classifier()),
            parameters=13_706,
        ),
        System(
            "mnist_cnn",
            _classes("mnist", _block(32) + _block(64) + _block(64, pool=False) + _classifier(), 64),
            parameters=93_322,
        ),
        System(
            "cifar_cnn",
            _classes("cifar10", _block(32) + _block(64) + _classifier()),
            parameters=167_562,
        ),
        System(
            "rnn_sine",
            _values(
                '{source = "sine", window = 2}',
                '{type = "simple_rnn", units = 1}, {type = "dense"}',
                _SGD,
            ),
            parameters=5,
            second_biases=1,
        ),
        System(
            "gru_sine",
            _values(
                '{source = "sine", window = 32}',
                '{type = "gru", units = 32}, {type = "dense"}',
                _ADAM,
            ),
            parameters=3_393,
        ),
        System(
            "lstm_rows",
            _classes(
                "mnist",
                '{type = "reshape", shape = [28, 28]},'
                '{type = "lstm", units = 64, return_sequences = true}, {type = "lstm", units = 64},'
                + _ANSWER,
            ),
            parameters=57_482,
            second_biases=2 * 4 * 64,
        ),
        System("tiny_gpt", _gpt(), parameters=805_248),
        System("char_rnn", _char_rnn(), parameters=97_888, second_biases=4 * 128),
        System("word_vectors", _word_vectors(), parameters=97_500),
        System("unet_shapes", _unet(), parameters=44_404),
        System("gan_points", _shipped("gan_points"), parameters=8_899),
        System("vae_mnist", _shipped("vae_mnist"), parameters=631_188),
        System("autoencoder_mnist", _autoencoder(), parameters=61_329),
    )
}
