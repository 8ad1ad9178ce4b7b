"""One row or more for every layer and option: a network in which its gradient is checked.

A dense layer or a convolution stands before it wherever the layer itself would come first, so
that the gradient of its input is checked through that layer's parameters as well.
"""

import re
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
        return f"name = '{self.name}'\n{self.data}{END}layers = [{self.layers}]\n"

    def __str__(self) -> str:
        return self.name


def kinds_of(case: Case) -> set[str]:
    """The types of its layers."""
    return set(re.findall(r'type = "(\w+)"', case.layers))


def _image(name: str, *layers: str) -> Case:
    return Case(name, IMAGES, ", ".join([*layers, FLAT, LAST]))


def _sequence(name: str, *layers: str) -> Case:
    return Case(name, SEQUENCES, ", ".join([*layers, LAST]))


def _point(name: str, *layers: str) -> Case:
    return Case(name, POINTS, ", ".join(layers))


PAIRS = 'data = {source = "pairs"}\n'
SHARES = 'data = {source = "shares"}\n'
CLASSES = 'data = {source = "digits"}\n'
NUMBERS = 'data = {source = "linear", points = 20}\n'


def _loss(name: str, data: str, loss: str, *layers: str) -> Case:
    return Case(name, f"{data}loss = {{{loss}}}\n", ", ".join(layers))


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
    *(_image(f"conv2d by Winograd {padding}", '{type = "conv2d", filters = 16}',
             f'{{type = "conv2d", filters = 17, padding = "{padding}"}}')
      for padding in ("valid", "same")),
    *(_image(f"conv2d by Winograd on a large image {padding}", '{type = "dense", units = 40}',
             '{type = "reshape", shape = [10, 16, 16]}',
             f'{{type = "conv2d", filters = 17, padding = "{padding}"}}')
      for padding in ("valid", "same")),
    *(_image(f"conv2d by pieces {options}", f'{{type = "dense", units = {units}}}',
             f'{{type = "reshape", shape = [{side}, 16, {channels}]}}',
             f'{{type = "conv2d", filters = {channels}, padding = "same", {options}}}',
             '{type = "global_average_pool2d"}')
      for options, units, side, channels in (("kernel_size = 7", 160, 16, 40),
                                             ("kernel_size = [5, 7]", 220, 16, 55))),
    *(_image(f"conv2d by places {options}", '{type = "conv2d", filters = 16, kernel_size = 1}',
             f'{{type = "conv2d", filters = 9, padding = "same", {options}}}')
      for options in ("kernel_size = 5, dilation = 3", "kernel_size = [11, 15], stride = [1, 3]",
                      "kernel_size = 3, dilation = [4, 6], stride = 2")),
    _image("conv2d without bias", CONV, '{type = "conv2d", filters = 2, use_bias = false}'),
    *(_image(f"conv2d {options}", '{type = "conv2d", filters = 4}',
             f'{{type = "conv2d", filters = 4, {options}}}')
      for options in ("groups = 2", "groups = 4, padding = 1", "dilation = 2, stride = 2",
                      "kernel_size = [2, 3], stride = [1, 2], padding = [1, 0, 2, 1]",
                      "kernel_size = [1, 4], padding = [0, 2], use_bias = false",
                      'dilation = [1, 2], padding = "same"',
                      "groups = 4, kernel_size = 7, padding = 3, stride = 2",
                      "dilation = [3, 2], stride = [2, 3], padding = [3, 2]",
                      "stride = [3, 2], kernel_size = [2, 1], padding = 1, groups = 2")),
    _image("conv2d with two filters for each channel", '{type = "conv2d", filters = 3}',
           '{type = "conv2d", filters = 6, groups = 3}'),
    *(_image(f"conv2d_transpose {options}", '{type = "conv2d", filters = 4, kernel_size = 5}',
             f'{{type = "conv2d_transpose", filters = 2, {options}}}')
      for options in ("stride = 1", 'stride = 2, padding = "same"',
                      'kernel_size = 2, stride = 3, padding = "same"',
                      "stride = 2, padding = 1, output_padding = 1, use_bias = false",
                      "kernel_size = [2, 3], stride = [2, 1], padding = [0, 1, 2, 1]",
                      "groups = 2, stride = 2", "dilation = 2, stride = 3, padding = [3, 0, 0, 2]",
                      'kernel_size = 4, stride = 2, padding = "same", activation = "relu"')),
    _image("conv2d_transpose by channels", '{type = "conv2d", filters = 4, kernel_size = 5}',
           '{type = "conv2d_transpose", filters = 4, groups = 4, stride = 2}'),
    *(_image(f"{kind} {padding} size {size} stride {stride}", CONV,
             f'{{type = "{kind}", pool_size = {size}, stride = {stride}, padding = "{padding}"}}')
      for kind in ("max_pool2d", "average_pool2d")
      for padding in ("valid", "same") for size, stride in ((2, 2), (3, 2), (2, 1), (3, 3))),
    *(_image(f"upsample2d {how} factor {factor}", CONV,
             f'{{type = "upsample2d", factor = {factor}, interpolation = "{how}"}}')
      for how in ("nearest", "bilinear") for factor in (1, 2, "[3, 2]")),
    _sequence("gru", '{type = "gru", units = 4}'),
    _sequence("gru of sequences", '{type = "gru", units = 3, return_sequences = true}',
              '{type = "gru", units = 4}'),
    _sequence("gru on features", '{type = "dense", units = 3}', '{type = "gru", units = 2}'),
    _point("dropout", WIDE, '{type = "dropout", rate = 0.4}', LAST),
    _point("sample_normal", WIDE, '{type = "sample_normal"}', LAST),
    _image("dropout of images", CONV, '{type = "dropout", rate = 0.2}'),
    *RECURRENT,
    *(_point(f"activation {name}", f'{{type = "dense", units = 6, activation = "{name}"}}', LAST)
      for name in ("linear", "relu", "leaky_relu", "elu", "gelu", "gelu_tanh", "swish",
                   "sigmoid", "tanh",
                   "softmax")),
    *(_point(f"{name} as a layer", WIDE, f'{{type = "{name}"}}', LAST)
      for name in ("relu", "gelu", "gelu_tanh", "swish", "sigmoid", "tanh", "softmax")),
    _point("prelu", WIDE, '{type = "prelu"}', LAST),
    _image("prelu of images", CONV, '{type = "prelu"}'),
    _point("dot of branches", '{type = "dense", units = 3, name = "left"}',
           '{type = "dense", units = 3, name = "right", inputs = ["input"]}',
           '{type = "dot", inputs = ["right", "left"]}', LAST),
    _image("dot of images", '{type = "conv2d", filters = 2, name = "a"}',
           '{type = "dot", inputs = ["a", "a"]}'),
    *(_point(f"diffuse {schedule}", '{type = "dense", units = 3, name = "x"}',
             '{type = "dense", units = 3, name = "noise", inputs = ["input"]}',
             '{type = "dense", units = 1, activation = "sigmoid", name = "step", '
             'inputs = ["input"]}',
             f'{{type = "diffuse", inputs = ["x", "noise", "step"], schedule = "{schedule}"}}',
             LAST)
      for schedule in ("linear", "cosine")),
    _image("diffuse of images", '{type = "conv2d", filters = 2, name = "a"}',
           '{type = "flatten"}', '{type = "dense", units = 1, activation = "sigmoid", name = "s"}',
           '{type = "diffuse", inputs = ["a", "a", "s"]}'),
    _point("sine_encoding", '{type = "dense", units = 1}',
           '{type = "sine_encoding", units = 5, scale = 3}', LAST),
    _point("leaky_relu as a layer", WIDE, '{type = "leaky_relu", negative_slope = 0.4}', LAST),
    _point("elu as a layer", WIDE, '{type = "elu", alpha = 0.7}', LAST),
    _sequence("gru with the reset in front", '{type = "gru", units = 4, reset_after = false}'),
    _sequence("gru of sequences with the reset in front", WIDE,
              '{type = "gru", units = 3, reset_after = false, return_sequences = true}',
              '{type = "gru", units = 2, reset_after = false}'),
    *(_sequence(f"bidirectional {kind} {merge} {sequences}", WIDE,
                f'{{type = "bidirectional", merge = "{merge}", layer = '
                f'{{type = "{kind}", units = 3, return_sequences = {sequences}}}}}', FLAT)
      for kind in ("simple_rnn", "lstm", "gru") for merge in ("concatenate", "sum")
      for sequences in ("true", "false")),
    *(_sequence(f"conv1d {padding} size {size} stride {stride}", WIDE,
                f'{{type = "conv1d", filters = 2, kernel_size = {size}, stride = {stride}, '
                f'padding = "{padding}"}}', FLAT)
      for padding in ("valid", "same", "causal") for size in (1, 2, 3) for stride in (1, 2)),
    *(_sequence(f"conv1d {options}", WIDE, f'{{type = "conv1d", filters = 6, {options}}}', FLAT)
      for options in ("groups = 3", 'groups = 6, padding = "same"',
                      'dilation = 2, padding = "causal"', "dilation = 2, stride = 2",
                      'groups = 2, dilation = 3, stride = 2, padding = "causal"',
                      'groups = 6, dilation = 2, padding = "causal", use_bias = false',
                      'groups = 3, stride = 3, kernel_size = 2, padding = "same"')),
    _sequence("conv1d with two filters for each feature", WIDE,
              '{type = "conv1d", filters = 12, groups = 6, kernel_size = 2}', FLAT),
    _sequence("conv1d by places", '{type = "conv1d", filters = 20, kernel_size = 1}',
              '{type = "conv1d", filters = 17, dilation = 5, padding = "causal"}', FLAT),
    _sequence("conv1d without bias", '{type = "conv1d", filters = 2, use_bias = false}', FLAT),
    *(_sequence(f"{kind} {padding} size {size} stride {stride}", WIDE,
                f'{{type = "{kind}", pool_size = {size}, stride = {stride}, '
                f'padding = "{padding}"}}', FLAT)
      for kind in ("max_pool1d", "average_pool1d")
      for padding in ("valid", "same") for size, stride in ((2, 2), (3, 2), (2, 1))),
    *(_sequence(kind, WIDE, f'{{type = "{kind}"}}')
      for kind in ("global_max_pool1d", "global_average_pool1d")),
    *(Case(f"masked {kind}", 'data = {source = "words"}\nloss = {type = "mse"}\n',
           '{type = "embedding", input_dim = 7, output_dim = 4, name = "words"}, '
           f'{{type = "{kind}", mask = "input", padding = 3}}, {LAST}')
      for kind in ("global_max_pool1d", "global_average_pool1d")),
    *(_sequence(f"{kind} masked by a layer", '{type = "dense", units = 4, name = "a"}',
                '{type = "dense", units = 1, activation = "sigmoid", inputs = ["input"], '
                f'name = "b"}}, {{type = "{kind}", inputs = ["a"], mask = "b"}}')
      for kind in ("global_max_pool1d", "global_average_pool1d")),
    *(_image(kind, CONV, f'{{type = "{kind}"}}')
      for kind in ("global_max_pool2d", "global_average_pool2d")),
    *(_image(f"{kind} of images", CONV, f'{{type = "{kind}"}}', '{type = "tanh"}')
      for kind in ("batch_normalization", "layer_normalization", "rms_normalization")),
    *(_sequence(f"{kind} of sequences", WIDE, f'{{type = "{kind}", epsilon = 0.1}}', FLAT)
      for kind in ("batch_normalization", "layer_normalization", "rms_normalization")),
    *(_sequence(kind, WIDE, f'{{type = "{kind}"}}', FLAT)
      for kind in ("position_embedding", "sine_position_encoding")),
    _sequence("batch_normalization with its own momentum", WIDE,
              '{type = "batch_normalization", momentum = 0.5}', FLAT),
    _point("layer_normalization of points", WIDE, '{type = "layer_normalization"}', LAST),
    _sequence("add", '{type = "dense", units = 4, name = "a"}',
              '{type = "dense", units = 4, activation = "tanh", name = "b"}',
              '{type = "add", inputs = ["a", "b", "a"]}', FLAT),
    _image("add of the input itself", '{type = "conv2d", filters = 1, padding = "same"}',
           '{type = "add", inputs = ["conv2d_1", "input"]}'),
    _image("concatenate", '{type = "conv2d", filters = 2, name = "a", padding = "same"}',
           '{type = "concatenate", inputs = ["input", "a"]}', CONV),
    _point("concatenate of branches", '{type = "dense", units = 3, name = "left"}',
           '{type = "dense", units = 2, name = "right", inputs = ["input"]}',
           '{type = "concatenate", inputs = ["right", "left", "right"]}', LAST),
    _sequence("a reshaped value with several readers", WIDE, '{type = "flatten", name = "flat"}',
              '{type = "dense", units = 3, name = "a"}',
              '{type = "dense", units = 3, inputs = ["flat"], name = "b"}',
              '{type = "concatenate", inputs = ["a", "flat", "b"]}'),
    _sequence("attention", WIDE, '{type = "multi_head_attention", num_heads = 3}', FLAT),
    _sequence("causal attention", WIDE, '{type = "multi_head_attention", num_heads = 2, '
              'key_dim = 5, causal = true, use_bias = false, l2 = 0.1, dropout = 0.3}', FLAT),
    _sequence("masked attention", '{type = "dense", units = 4, name = "a"}',
              '{type = "multi_head_attention", num_heads = 2, mask = "input"}', FLAT),
    *(Case(f"attention to words {how}", 'data = {source = "words"}\nloss = {type = "mse"}\n',
           '{type = "embedding", input_dim = 7, output_dim = 4}, {type = "multi_head_attention", '
           f'num_heads = 2, mask = "input", padding = 3, {how}}}, {FLAT}, {LAST}')
      for how in ("causal = false", "causal = true, dropout = 0.2")),
    *(_sequence(f"transformer block {how}", '{type = "dense", units = 4}',
                f'{{type = "transformer_block", num_heads = 2, {how}}}', FLAT)
      for how in ("intermediate_dim = 6, dropout = 0.2, causal = true",
                  'normalize_first = false, normalization = "rms_normalization", mask = "input"')),
    _sequence("transformer block that looks at another sequence",
              '{type = "dense", units = 4, name = "a"}',
              '{type = "max_pool1d", pool_size = 2, inputs = ["a"], name = "b"}',
              '{type = "transformer_block", num_heads = 2, inputs = ["a", "b"], causal = true, '
              'use_bias = false, activation = "relu"}', FLAT),
    Case("tied to an embedding", 'data = {source = "words"}\nloss = {type = "mse"}\n',
         '{type = "embedding", input_dim = 7, output_dim = 3, name = "words"}, '
         '{type = "dense", units = 3, activation = "tanh"}, '
         f'{{type = "tied_dense", to = "words"}}, {FLAT}, {LAST}'),
    _sequence("attention to another sequence", '{type = "dense", units = 4, name = "a"}',
              '{type = "max_pool1d", pool_size = 2, inputs = ["a"], name = "b"}',
              '{type = "multi_head_attention", num_heads = 2, inputs = ["a", "b"]}', FLAT),
    *(_point(f"{penalty} penalty", f'{{type = "dense", units = 4, {penalty} = 0.1}}', LAST)
      for penalty in ("l1", "l2")),
    _image("penalties on a convolution", '{type = "conv2d", filters = 2, l1 = 0.01, l2 = 0.1}'),
    _sequence("penalties on recurrent weights", '{type = "lstm", units = 3, l1 = 0.01, l2 = 0.1}'),
    _sequence("penalties on both directions",
              '{type = "bidirectional", layer = {type = "gru", units = 2, l2 = 0.1}}'),
    Case("embedding", 'data = {source = "words"}\nloss = {type = "mse"}\n',
         f'{{type = "embedding", input_dim = 7, output_dim = 3, l2 = 0.1}}, {FLAT}, {LAST}'),
    Case("embedding, what is read held down", 'data = {source = "words"}\nloss = {type = "mse"}\n',
         '{type = "embedding", input_dim = 7, output_dim = 3, activity_l2 = 0.1, name = "words"}, '
         f'{{type = "add", inputs = ["words", "words"]}}, {FLAT}, {LAST}'),
    _point("centers", WIDE, '{type = "centers", count = 4}', LAST),
    _point("centers drawn", WIDE, '{type = "centers", count = 3, initializer = "glorot_normal"}',
           LAST),
    *(_loss(f"loss {loss}", NUMBERS, loss, WIDE, LAST)
      for loss in ('type = "mae"', 'type = "huber"', 'type = "huber", delta = 0.3')),
    _loss("loss of boxes", 'data = {source = "blobs", features = 4, targets = "inputs"}\n',
          'type = "giou"', WIDE, LAST),
    *(_loss(f"given back {loss}", 'data = {source = "blobs", targets = "inputs"}\n',
            f'{loss}, reduction = "sum"', WIDE, LAST)
      for loss in ('type = "mse"', 'type = "huber"', 'type = "binary_cross_entropy"')),
    *(_loss(f"loss {loss}", CLASSES, loss, FLAT, LAST)
      for loss in ('type = "categorical_cross_entropy"',
                   'type = "categorical_cross_entropy", label_smoothing = 0.1',
                   'type = "cross_entropy", label_smoothing = 0.1',
                   'type = "cross_entropy", from_logits = true')),
    _loss("loss of probabilities", CLASSES, 'type = "cross_entropy", from_logits = false',
          FLAT, '{type = "dense", activation = "softmax"}'),
    *(_loss(f"loss {loss}", PAIRS, loss, WIDE, LAST)
      for loss in ('type = "binary_cross_entropy"',
                   'type = "binary_cross_entropy", label_smoothing = 0.1',
                   'type = "binary_cross_entropy", from_logits = true')),
    _loss("binary loss of probabilities", PAIRS,
          'type = "binary_cross_entropy", from_logits = false',
          WIDE, '{type = "dense", activation = "sigmoid"}'),
    *(_loss(f"shares {loss}", SHARES, loss, WIDE, LAST)
      for loss in ('type = "binary_cross_entropy"', 'type = "categorical_cross_entropy"',
                   'type = "categorical_cross_entropy", label_smoothing = 0.2')),
    Case("closing softmax layer", IMAGES, f'{FLAT}, {LAST}, {{type = "softmax"}}'),
    Case("closing softmax activation", IMAGES,
         f'{FLAT}, {{type = "dense", activation = "softmax"}}'),
]  # fmt: skip
