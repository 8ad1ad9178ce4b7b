"""One row or more for every layer and option: a network in which its gradient is checked.

A dense layer or a convolution stands before it wherever the layer itself would come first, so
that the gradient of its input is checked through that layer's parameters as well.
"""

from dataclasses import dataclass

IMAGES = 'data = {source = "digits"}\nloss = {type = "cross_entropy"}\n'
SEQUENCES = 'data = {source = "sine", points = 60, window = 6}\nloss = {type = "mse"}\n'
POINTS = 'data = {source = "linear", points = 20}\nloss = {type = "mse"}\n'
END = 'optimizer = {type = "sgd"}\n'
FLAT, LAST = '{type = "flatten"}', '{type = "dense"}'
WIDE = '{type = "dense", units = 6}'


@dataclass(frozen=True)
class Case:
    name: str
    data: str
    layers: str

    @property
    def toml(self) -> str:
        return f'name = "{self.name}"\n{self.data}{END}layers = [{self.layers}]\n'

    def __str__(self) -> str:
        return self.name


def _image(name: str, *layers: str) -> Case:
    return Case(name, IMAGES, ", ".join([*layers, FLAT, LAST]))


def _sequence(name: str, *layers: str) -> Case:
    return Case(name, SEQUENCES, ", ".join([*layers, LAST]))


def _point(name: str, *layers: str) -> Case:
    return Case(name, POINTS, ", ".join(layers))


CONV = '{type = "conv2d", filters = 3}'
RECURRENT = [
    case
    for kind in ("simple_rnn", "lstm")
    for case in (
        _sequence(kind, f'{{type = "{kind}", units = 4}}'),
        _sequence(
            f"{kind} of sequences",
            f'{{type = "{kind}", units = 3, return_sequences = true}}',
            f'{{type = "{kind}", units = 4}}',
        ),
        _sequence(f"{kind} on features", WIDE, f'{{type = "{kind}", units = 2}}'),
    )
]
CASES = [
    _point("dense", WIDE, LAST),
    _point("dense without bias", '{type = "dense", units = 4, use_bias = false}', LAST),
    _image("dense on the last dimension", '{type = "dense", units = 3}'),
    _image("input and reshape", '{type = "input", shape = [8, 8, 1]}', WIDE,
           '{type = "reshape", shape = [4, 96]}', '{type = "dense", units = 2}'),
    _image("linear as a layer", CONV, '{type = "linear"}'),
    *(_image(f"conv2d {padding} size {size} stride {stride}", CONV,
             f'{{type = "conv2d", filters = 2, kernel_size = {size}, stride = {stride}, '
             f'padding = "{padding}"}}')
      for padding in ("valid", "same") for size in (1, 2, 3, 5) for stride in (1, 2)),
    _image("conv2d without bias", CONV, '{type = "conv2d", filters = 2, use_bias = false}'),
    *(_image(f"{kind} {padding} size {size} stride {stride}", CONV,
             f'{{type = "{kind}", pool_size = {size}, stride = {stride}, padding = "{padding}"}}')
      for kind in ("max_pool2d", "average_pool2d")
      for padding in ("valid", "same") for size, stride in ((2, 2), (3, 2), (2, 1), (3, 3))),
    _sequence("gru", '{type = "gru", units = 4}'),
    _sequence("gru of sequences", '{type = "gru", units = 3, return_sequences = true}',
              '{type = "gru", units = 4}'),
    _sequence("gru on features", '{type = "dense", units = 3}', '{type = "gru", units = 2}'),
    _point("dropout", WIDE, '{type = "dropout", rate = 0.4}', LAST),
    _image("dropout of images", CONV, '{type = "dropout", rate = 0.2}'),
    *RECURRENT,
    *(_point(f"activation {name}", f'{{type = "dense", units = 6, activation = "{name}"}}', LAST)
      for name in ("linear", "relu", "leaky_relu", "elu", "gelu", "sigmoid", "tanh", "softmax")),
    *(_point(f"{name} as a layer", WIDE, f'{{type = "{name}"}}', LAST)
      for name in ("relu", "gelu", "sigmoid", "tanh", "softmax")),
    _point("leaky_relu as a layer", WIDE, '{type = "leaky_relu", negative_slope = 0.4}', LAST),
    _point("elu as a layer", WIDE, '{type = "elu", alpha = 0.7}', LAST),
    Case("closing softmax layer", IMAGES, f'{FLAT}, {LAST}, {{type = "softmax"}}'),
    Case("closing softmax activation", IMAGES,
         f'{FLAT}, {{type = "dense", activation = "softmax"}}'),
]  # fmt: skip
