"""The systems that are measured, as presets. Data is random, as in the peers: only shapes count."""

from dataclasses import dataclass

from tuidl.preset import Preset

EXAMPLES = 2048


@dataclass(frozen=True)
class System:
    """A network, its optimizer and the batch size at which it is compared."""

    name: str
    toml: str

    def preset(self) -> Preset:
        return Preset.parse(f'name = "{self.name}"\n{self.toml}', f"bench: {self.name}")


def _conv(filters: int) -> str:
    return (
        f'{{type = "conv2d", filters = {filters}, padding = "same", activation = "relu"}},'
        '{type = "max_pool2d"},'
    )


SYSTEMS = {
    system.name: system
    for system in (
        System(
            "linear_regression",
            'layers = [{type = "dense"}]\ndata = {source = "linear"}\nloss = {type = "mse"}\n'
            'optimizer = {type = "sgd", learning_rate = 0.01}\ntraining = {batch_size = 32}',
        ),
        System(
            "digits_cnn",
            f'layers = [{_conv(16)}{_conv(32)}{{type = "flatten"}},'
            '{type = "dense", units = 64, activation = "relu"},'
            '{type = "dense", activation = "softmax"}]\n'
            'data = {source = "digits"}\nloss = {type = "cross_entropy"}\n'
            'optimizer = {type = "adam"}\ntraining = {batch_size = 32}',
        ),
        System(
            "gru_sine",
            'layers = [{type = "gru", units = 32}, {type = "dense"}]\n'
            'data = {source = "sine", window = 32}\nloss = {type = "mse"}\n'
            'optimizer = {type = "adam"}\ntraining = {batch_size = 32}',
        ),
    )
}
