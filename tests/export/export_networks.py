"""Networks that no single layer's row has, but that an export may stumble over."""

from tests.nn.layer_cases import FLAT, IMAGES, LAST, POINTS, SEQUENCES, WIDE, Case


def _case(name: str, data: str, *layers: str) -> Case:
    return Case(name, data, ", ".join([*layers, FLAT, LAST]))


PICTURES = 'data = {source = "digits", targets = "inputs"}\nloss = {type = "mse"}\n'
CHANNELS = '{type = "conv2d", filters = 1, padding = "same", activation = "tanh"}'

MIXED = [
    *(_case(f"bidirectional reset before, {merge} {sequences}", SEQUENCES, WIDE,
            f'{{type = "bidirectional", merge = "{merge}", layer = {{type = "gru", units = 3, '
            f'reset_after = false, return_sequences = {sequences}}}}}')
      for merge in ("concatenate", "sum") for sequences in ("true", "false")),
    _case("batch normalization of four dimensions", IMAGES,
          '{type = "reshape", shape = [2, 4, 4, 2]}', WIDE, '{type = "batch_normalization"}'),
    _case("softmax of channels", IMAGES,
          '{type = "conv2d", filters = 3, activation = "softmax"}',
          '{type = "max_pool2d"}', '{type = "softmax"}'),
    _case("both layouts meet", IMAGES,
          '{type = "conv2d", filters = 2, padding = "same", name = "a"}',
          '{type = "dense", units = 2, name = "b"}',
          '{type = "add", inputs = ["a", "b"], name = "c"}',
          '{type = "concatenate", inputs = ["c", "input", "a"], name = "d"}',
          '{type = "reshape", shape = [8, 40]}', '{type = "conv1d", filters = 2}',
          '{type = "global_average_pool1d", name = "e"}',
          '{type = "global_max_pool2d", inputs = ["d"], name = "f"}',
          '{type = "concatenate", inputs = ["e", "f"]}', '{type = "reshape", shape = [7, 1]}'),
    _case("a TCN", SEQUENCES, WIDE,
          '{type = "conv1d", filters = 6, groups = 6, padding = "causal", name = "a"}',
          '{type = "conv1d", filters = 6, dilation = 2, padding = "causal", activation = "relu"}',
          '{type = "conv1d", filters = 6, groups = 3, dilation = 4, kernel_size = 2, '
          'padding = "causal"}',
          '{type = "add", inputs = ["a", "conv1d_3"]}'),
    _case("pooling without convolution", IMAGES,
          '{type = "average_pool2d", padding = "same", pool_size = 3, stride = 1}',
          '{type = "global_average_pool2d"}'),
    _case("names that programs have themselves", POINTS,
          '{type = "dense", units = 3, name = "forward"}',
          '{type = "dense", units = 3, inputs = ["input"], name = "x"}',
          '{type = "add", inputs = ["x", "forward"], name = "relu"}',
          '{type = "dense", units = 3, name = "np"}',
          '{type = "dropout", rate = 0.5, name = "F"}',
          '{type = "add", inputs = ["relu", "np", "F"], name = "class"}',
          '{type = "dense", units = 3, name = "load_weights"}',
          '{type = "add", inputs = ["class", "load_weights"], name = "a-b"}',
          '{type = "dense", units = 3, name = "output"}',
          '{type = "add", inputs = ["output", "a-b"], name = "a_b"}'),
    *(Case(f"a picture at the end, {name}", PICTURES, ", ".join(layers)) for name, layers in {
        "convolution": [CHANNELS],
        "activation": [CHANNELS, '{type = "sigmoid"}'],
        "resizing": [CHANNELS, '{type = "max_pool2d"}', '{type = "upsample2d"}'],
        "dense": [CHANNELS, '{type = "dense", units = 1}'],
        "two ways": ['{type = "conv2d", filters = 1, padding = "same", name = "a"}',
                     '{type = "add", inputs = ["a", "input"]}'],
    }.items()),
    Case("only what does nothing at the end", POINTS,
         '{type = "dense", units = 1}, {type = "dropout", rate = 0.5}, {type = "linear"}'),
]  # fmt: skip
