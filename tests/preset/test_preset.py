"""Presets: reading, writing, overriding, and the message for every way to get one wrong."""

from pathlib import Path
from typing import get_args

import msgspec
import pytest

from tests import helpers
from tuidl.compiler.graph import Graph
from tuidl.core.errors import PresetError
from tuidl.data import SOURCES
from tuidl.data.paths import FilePath
from tuidl.nn.layers import LAYERS
from tuidl.nn.losses import LOSSES
from tuidl.nn.metrics import METRICS, has_places
from tuidl.nn.optimizers import OPTIMIZERS
from tuidl.preset.decoding import OTHERWISE, PATHS
from tuidl.preset.library import load_preset, shipped
from tuidl.preset.schema import LARGEST_FILE, Preset

SOURCE_NAMES = ", ".join(sorted(SOURCES))
LAYER_NAMES = ", ".join(sorted(LAYERS))
METRIC_NAMES = ", ".join(sorted(METRICS))
CLASS_METRICS = ", ".join(
    m.name for m in METRICS.values() if m.of_classes and m.fits is not has_places
)
LOSS_NAMES = ", ".join(sorted(LOSSES))
OPTIMIZER_NAMES = ", ".join(sorted(OPTIMIZERS))
LSTM_KEYS = (
    "enabled, inputs, kernel_initializer, l1, l2, name, recurrent_initializer, "
    "return_sequences, type, unit_forget_bias, units"
)
ADAM_KEYS = "beta_1, beta_2, clip_value, epsilon, global_clip_norm, learning_rate, schedule, type"
TRAINING_KEYS = "batch_size, early_stopping, epochs, folds, metrics, sampling, seed, shuffle"
CONV_KEYS = (
    "activation, dilation, enabled, filters, groups, inputs, kernel_initializer, kernel_size, l1, "
    "l2, name, padding, stride, type, use_bias"
)

WRONG = [
    # what to override in a good preset, and the exact message
    ("training.epochs='many'", "training.epochs: expected a whole number, got 'many'"),
    ("training.epochs=0", "training.epochs: expected a whole number >= 1, got 0"),
    ("training.epochs=2.5", "training.epochs: expected a whole number, got 2.5"),
    ("training.epochs=true", "training.epochs: expected a whole number, got true"),
    ("training.epoch=3", "training.epoch: unknown key; did you mean 'epochs'? "
                         f"(valid: {TRAINING_KEYS})"),
    ("training.batch_size=0", "training.batch_size: expected a whole number >= 1, got 0"),
    ("training.batch_size='ful'", "training.batch_size: no 'ful'; did you mean 'full'? "
                                  "(valid: full)"),
    ("training.batch_size=[1]", "training.batch_size: expected a whole number or text, got [1] "
                                "(valid: full)"),
    ("training.seed=-1", "training.seed: expected a whole number >= 0, got -1"),
    ("training.seed=4294967296", "training.seed: expected a whole number <= 4294967295, "
                                 "got 4294967296"),
    ("training.metrics='accuracy'", "training.metrics: expected a list, got 'accuracy'"),
    ("training.metrics=['acuracy']", "training.metrics[0]: no 'acuracy'; did you mean "
                                     f"'accuracy'? (valid: {METRIC_NAMES})"),
    ("training.metrics=['accuracy', 'r2']", "training.metrics[1]: 'r2' does not fit targets that "
                                            f"are classes (fitting: {CLASS_METRICS})"),
    ("training.metrics=['accuracy', 'accuracy']", "training.metrics[1]: 'accuracy' is named "
                                                  "twice"),
    ("training.shuffle='yes'", "training.shuffle: expected true or false, got 'yes'"),
    ("training=5", "training: expected a table, got 5"),
    ("data.source='digit'", "data.source: no 'digit'; did you mean 'digits'? "
                            f"(valid: {SOURCE_NAMES})"),
    ("data={validation=0.1}", f"data.source: missing (valid: {SOURCE_NAMES})"),
    ("data.validation=1.0", "data.validation: expected a number < 1.0, got 1.0"),
    ("data.validation=-0.1", "data.validation: expected a number >= 0.0, got -0.1"),
    ("data.validation=0.95", "data.validation: validation and test together leave nothing to "
                             "train on"),
    ("data.points=9", "data.points: unknown key; blobs, circles, linear and 6 more have it "
                      "(valid: augment, corruption, neighbors, normalize, "
                      "positive, seed, source, split, targets, test, validation)"),
    ("data.normalise='standard'", "data.normalise: unknown key; did you mean 'normalize'? "
                                  "(valid: augment, corruption, neighbors, normalize, "
                      "positive, seed, source, split, targets, test, validation)"),
    ("data.normalize='minmax'", "data.normalize: no 'minmax'; did you mean 'min_max'? "
                                "(valid: min_max, none, standard)"),
    ("data.validation='test'", "data.validation: expected a number, got 'test'"),
    ("data={source='sine', window=5000}", "data.window: 5000 values of a series of 2000 points"),
    ("data={source='plane', features=[]}", "data.features: at least one of x, y, x2, y2, xy, sinx, "
                                           "siny"),
    ("data={source='plane', put='here'}", "data.put: expected points as A+1.2-0.5B-3+4, got "
                                          "'here'"),
    ("data={source='npz', path=\"a\\tb\"}", "data.path: expected a path without control "
                                            "characters, got 'a\\tb'"),
    ("data={source='csv', path='a', target='b', delimiter='\"'}",
     "data.delimiter: expected one character, no quote and no end of a line, got '\"'"),
    ("layers.0.name='a b'", "layers[0].name: expected text of 1 to 64 letters, digits, _ and -, "
                            "got 'a b'"),
    ("layers.0={type='bidirectional', layer={type='gru', units=2, name='a'}}",
     "layers[0].layer.name: belongs to the bidirectional layer, not inside"),
    ("alerts={not_finite={limit=1}}", "alerts.not_finite.limit: unknown key"),
    ("layers=[]", "layers: expected 1 to 512 [[layers]] tables"),
    ("layers='dense'", "layers: expected 1 to 512 [[layers]] tables"),
    ("layers.0=3", "layers[0]: expected a table, got 3"),
    ("layers.0={filters=3}", f"layers[0].type: missing (valid: {LAYER_NAMES})"),
    ("layers.0.type='conv2'", "layers[0].type: no 'conv2'; did you mean 'conv2d'? "
                              f"(valid: {LAYER_NAMES})"),
    ("layers.0.type=7", f"layers[0].type: expected text, got 7 (valid: {LAYER_NAMES})"),
    ("layers.0.type=inf", f"layers[0].type: expected text, got inf (valid: {LAYER_NAMES})"),
    ("layers.0.filter=3", "layers[0].filter: unknown key; did you mean 'filters'? "
                          f"(valid: {CONV_KEYS})"),
    ("layers.0={type='conv2d'}", "layers[0].filters: missing: it has no default"),
    ("layers.0.filters=0", "layers[0].filters: expected a whole number >= 1, got 0"),
    ("layers.0.padding=-1", "layers[0].padding: expected a whole number >= 0, got -1"),
    ("layers.0={type='upsample2d', factor=[2, 0]}", "layers[0].factor[1]: expected a whole number "
        ">= 1, got 0"),
    ("layers.0.filters=99999999999", "layers[0].filters: expected a whole number <= 1000000, "
                                     "got 99999999999"),
    ("layers.0.padding='sam'", "layers[0].padding: no 'sam'; did you mean 'same'? "
                               "(valid: same, valid)"),
    ("layers.0.activation='rellu'", "layers[0].activation: no 'rellu'; did you mean 'relu'? "
        "(valid: elu, gelu, gelu_tanh, leaky_relu, linear, relu, sigmoid, softmax, swish, tanh)"),
    ("layers.0.kernel_initializer='he'", "layers[0].kernel_initializer: no 'he' "
        "(valid: glorot_normal, glorot_uniform, he_normal, he_uniform, ones, orthogonal, "
        "uniform, zeros)"),
    ("optimizer.type='adm'", "optimizer.type: no 'adm'; did you mean 'adam'? "
                              f"(valid: {OPTIMIZER_NAMES})"),
    ("optimizer.learning_rate=0", "optimizer.learning_rate: expected a number > 0.0, got 0"),
    ("name=inf", "name: expected text, got inf"),
    ("training.epochs=inf", "training.epochs: expected a whole number, got inf"),
    ("training.metrics=inf", "training.metrics: expected a list, got inf"),
    ("weights.frozen=[nan]", "weights.frozen[0]: expected text, got nan"),
    ("data={source='csv', path='a', columns={b={unit=inf}}}", "data.columns.b.unit: expected "
                                                              "text, got inf"),
    ("data={source='csv', path='a', columns={b={missing=inf}}}", "data.columns.b.missing: "
                                                                 "expected a finite number, "
                                                                 "got inf"),
    ("loss.class_weights={a=inf}", "loss.class_weights.a: expected a finite number, got inf"),
    ("optimizer.learning_rate=nan", "optimizer.learning_rate: expected a finite number, got nan"),
    ("optimizer.learning_rate=-inf", "optimizer.learning_rate: expected a finite number, got "
                                     "-inf"),
    ("optimizer.beta_1=1.0", "optimizer.beta_1: expected a number < 1.0, got 1.0"),
    ("optimizer.momentum=0.9", "optimizer.momentum: unknown key; rmsprop and sgd have it "
                               f"(valid: {ADAM_KEYS})"),
    ("loss.type='crossentropy'", "loss.type: no 'crossentropy'; did you mean 'cross_entropy'? "
                                 f"(valid: {LOSS_NAMES})"),
    ("loss={}", f"loss.type: missing (valid: {LOSS_NAMES})"),
    ("loss={type='categorical_cross_entropy', label_smoothing=1.0}",
     "loss.label_smoothing: expected a number < 1.0, got 1.0"),
    ("optimizer.schedule={type='cosin'}", "optimizer.schedule.type: no 'cosin'; did you mean "
     "'cosine'? (valid: constant, cosine, exponential, reduce_on_plateau, step)"),
    ("optimizer.schedule={type='step', evry=3}", "optimizer.schedule.evry: unknown key; did you "
     "mean 'every'? (valid: every, multiplier, type, warmup_epochs)"),
    ("optimizer.schedule={type='reduce_on_plateau', monitor='f1'}", "optimizer.schedule.monitor: "
     "'f1' is not among training.metrics (known: loss, accuracy)"),
    ("optimizer.schedule=3", "optimizer.schedule: expected a table, got 3"),
    ("optimizer.clip_value=0", "optimizer.clip_value: expected a number > 0.0, got 0"),
    ("training.early_stopping={patience=0}", "training.early_stopping.patience: expected a whole "
     "number >= 1, got 0"),
    ("training.early_stopping={monitor='r2'}", "training.early_stopping.monitor: 'r2' is not "
     "among training.metrics (known: loss, accuracy)"),
    ("training.folds=1", "training.folds: expected a whole number >= 2, got 1"),
    ("layers.0={type='add'}", "layers[0].inputs: missing: it has no default"),
    ("layers.0={type='bidirectional', layer={type='lst', units=3}}", "layers[0].layer.type: no "
     "'lst'; did you mean 'lstm'? (valid: gru, lstm, simple_rnn)"),
    ("layers.0={type='bidirectional', layer={type='lstm', unit=3}}", "layers[0].layer.unit: "
     f"unknown key; did you mean 'units'? (valid: {LSTM_KEYS})"),
    ("name=3", "name: expected text, got 3"),
    ("name=''", "name: expected text of length >= 1, got ''"),
    ("optimiser={}", "optimiser: unknown key; did you mean 'optimizer'? "
                     "(valid: about, alerts, data, inputs, layers, loss, name, networks, "
                     "objectives, optimizer, outputs, plugins, predicts, training, weights)"),
]  # fmt: skip

DOES_NOT_FIT = [
    ("loss.type='mse'", "loss.type: 'mse' compares numbers, but the targets are classes; use "
                        "'cross_entropy'"),
    ("layers.2={type='relu'}", "loss.type: 'cross_entropy' needs 10 scores, one a class; the "
        "network ends in 4 x 4 x 10; is a 'flatten' layer missing?"),
    ("layers.3.units=9", "loss.type: 'cross_entropy' needs 10 scores, one a class; the "
        "network ends in 9"),
    ("layers.2={type='dense'}", "layers[2] (dense): needs 'units': only the last dense layer "
                                "takes them from the data"),
    ("layers.0={type='gru', units=4}", "layers[0] (gru): needs a sequence (time, features), got "
                                       "8 x 8 x 1"),
    ("layers.0.kernel_size=9", None),
    ("layers.0={type='conv2d', filters=2, kernel_size=9}", "layers[0] (conv2d): a window of 9 x 9 "
        "does not fit an image of 8 x 8 x 1"),
    ("layers.2={type='conv2d', filters=2, kernel_size=5}", "layers[2] (conv2d): a window of 5 x 5 "
        "does not fit an image of 4 x 4 x 5"),
    ("layers.0={type='conv2d', filters=2, dilation=4}", "layers[0] (conv2d): a window of 9 x 9 "
        "does not fit an image of 8 x 8 x 1"),
    ("layers.0.groups=5", "layers[0] (conv2d): groups: expected a number that divides 1 channels "
        "and 5 filters, got 5"),
    ("layers.0.padding=[1, 2, 3]", "layers[0] (conv2d): padding: expected one number, two, [down, "
        "across], or four, [top, bottom, left, right]; got [1, 2, 3]"),
    ("layers.0={type='conv2d_transpose', filters=2, stride=2, output_padding=2}", "layers[0] "
        "(conv2d_transpose): output_padding: expected less than the stride, got 2 with a stride "
        "of 2"),
    ("layers.0={type='conv2d_transpose', filters=2, padding=6}", "layers[0] (conv2d_transpose): "
        "makes an image of -2 x -2 of 8 x 8 x 1; expected sides from 1 to 4096"),
    ("layers.1={type='dot', inputs=['input', 'conv2d_1']}", "layers[1] (dot): needs two inputs of "
        "one shape, got 8 x 8 x 1, 8 x 8 x 5"),
    ("layers.0={type='flatten'}", "layers[1] (max_pool2d): needs an image (height, width, "
                                  "channels), got 64"),
    ("layers.0={type='input', shape=[28, 28]}", "layers[0] (input): is made for examples of "
                                                "28 x 28, got 8 x 8 x 1"),
    ("layers.0={type='reshape', shape=[7, 9]}", "layers[0] (reshape): cannot turn 8 x 8 x 1 (64 "
                                                "numbers) into 7 x 9 (63)"),
    ("layers.3.name='conv2d_1'", "layers[3].name: 'conv2d_1' is taken by an earlier layer"),
    ("layers.3.name='input'", "layers[3].name: 'input' is taken by the examples"),
    ("layers.1.inputs=['conv2d_2']", "layers[1].inputs[0]: no earlier layer 'conv2d_2'; did you "
        "mean 'conv2d_1'? (valid: conv2d_1, input)"),
    ("layers.1.inputs=['input']", "layers: nothing reads the output of 'conv2d_1'"),
    ("layers.1.inputs=['input', 'conv2d_1']", "layers[1] (max_pool2d): takes one input, got 2; "
        "'add' and 'concatenate' merge"),
    ("layers.1={type='add', inputs=['input', 'conv2d_1']}", "layers[1] (add): needs inputs of "
        "one shape, got 8 x 8 x 1, 8 x 8 x 5"),
    ("loss.from_logits=true", "loss.from_logits: 'cross_entropy' is told to take logits, but the "
        "network ends in softmax: leave one of the two out"),
    ("layers.3.activation='linear'", None),
    ("loss={type='binary_cross_entropy'}", "loss.type: 'binary_cross_entropy' is for two classes, "
        "the data has 10; use 'cross_entropy'"),
    ("loss={type='huber'}", "loss.type: 'huber' compares numbers, but the targets are classes; "
        "use 'cross_entropy'"),
    ("layers=[{type='flatten'}]", "layers: nothing to learn: no layer has parameters"),
]  # fmt: skip


@pytest.mark.parametrize(("override", "message"), WRONG, ids=[w[0] for w in WRONG])
def test_a_wrong_preset_is_refused_with_this_message(override: str, message: str) -> None:
    with pytest.raises(PresetError) as caught:
        helpers.preset(helpers.CONV, override)
    assert str(caught.value) == f"test: {message}"


@pytest.mark.parametrize(("override", "message"), DOES_NOT_FIT, ids=[w[0] for w in DOES_NOT_FIT])
def test_shapes_that_do_not_fit_are_refused_with_this_message(
    override: str, message: str | None
) -> None:
    preset = helpers.preset(helpers.CONV, override)
    if message is None:
        assert Graph.build(preset).nodes
        return
    with pytest.raises(PresetError) as caught:
        Graph.build(preset)
    assert str(caught.value) == message


@pytest.mark.parametrize("key", ["name", "data", "layers", "loss", "optimizer"])
def test_a_missing_part_is_named(key: str) -> None:
    import tomllib

    import tomli_w

    table = tomllib.loads(helpers.CONV)
    del table[key]
    with pytest.raises(PresetError, match=f"^test: {key}: missing: every preset needs it$"):
        Preset.parse(tomli_w.dumps(table), "test")


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("training.epochs", "--set training.epochs: expected KEY=VALUE, KEY like training.epochs"),
        ("=3", "--set =3: expected KEY=VALUE, KEY like training.epochs"),
        ("layers.9.units=3", "--set layers.9.units=3: expected a number from 0 to 3, got '9'"),
        ("layers.x.units=3", "--set layers.x.units=3: expected a number from 0 to 3, got 'x'"),
        (
            "layers[9].units=3",
            "--set layers[9].units=3: expected a number from 0 to 3, got '9'",
        ),
        ("name.x=3", "--set name.x=3: name holds no table"),
        ("name.x.y=3", "--set name.x.y=3: name.x is not a table or a list"),
    ],
)
def test_wrong_overrides_are_refused_with_this_message(override: str, message: str) -> None:
    with pytest.raises(PresetError) as caught:
        helpers.preset(helpers.CONV, override)
    assert str(caught.value) == message


def test_places_of_a_list_go_as_errors_write_them() -> None:
    layers = helpers.preset(helpers.CONV, "layers[0].filters=5").layers
    assert layers == helpers.preset(helpers.CONV, "layers.0.filters=5").layers


def test_a_list_that_is_no_toml_is_no_text() -> None:
    with pytest.raises(PresetError, match=r"with quotes around texts: .\"accuracy\""):
        helpers.preset(helpers.CONV, "training.metrics=[accuracy]")


def test_tables_of_a_list_go_by_their_names_too() -> None:
    steps = ("objectives.generator.steps=2", "objectives.0.steps=3")
    found = load_preset("gan_points", list(steps)).objectives
    assert [(one.name, one.steps) for one in found] == [("discriminator", 3), ("generator", 2)]
    with pytest.raises(PresetError, match=r"from 0 to 1, or a name \(discriminator, generator\)"):
        load_preset("gan_points", ["objectives.nobody.steps=2"])


def test_files_that_are_no_presets(tmp_path: Path) -> None:
    cases = {
        "a.toml": (b"name = ", "not TOML"),
        "b.toml": (b"\xff\xfe\x00", "not UTF-8 text (byte 0)"),
        "c.toml": (b"#" * (LARGEST_FILE + 1), "a preset has at most"),
        "d.toml": (b"", "name: missing: every preset needs it"),
        "e.toml": (b"x = 1\nx = 2\n", "not TOML"),
        "f.csv": (b"a,b\n1,2\n", "f.csv --target COLUMN makes a preset"),
    }
    for name, (content, message) in cases.items():
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(PresetError) as caught:
            Preset.load(path)
        assert str(path) in str(caught.value)
        assert message in str(caught.value)
    with pytest.raises(PresetError, match="No such file"):
        Preset.load(tmp_path / "none.toml")
    with pytest.raises(PresetError, match="Is a directory"):
        Preset.load(tmp_path)


@pytest.mark.parametrize(
    "text",
    ["x = " + "[" * 5000 + "]" * 5000, "a." * 5000 + "b = 1", "x = " + "9" * 5000,
     "seed = 0x" + "f" * 50000, "name = 1979-05-27", 'name = "a\\nb"', 'name = "a\\u001b[2J"'],
    ids=["lists", "keys", "digits", "hexadecimal", "date", "text", "escape"],
)  # fmt: skip
def test_hostile_texts_are_refused_without_a_crash(text: str) -> None:
    with pytest.raises(PresetError):
        Preset.parse(text, "test")
    with pytest.raises(PresetError):
        Preset.parse(helpers.CONV.replace('name = "tiny CNN"', text), "test")


@pytest.mark.parametrize(
    "override",
    ["training.epochs=" + "9" * 5000, "layers." + "9" * 5000 + "=1", "name=" + "[" * 5000,
     "training.epochs=3\nepochs=4", "layers.0.name='two words'", "name='\x1b[2J'"],
)  # fmt: skip
def test_hostile_overrides_are_refused_without_a_crash(override: str) -> None:
    with pytest.raises(PresetError):
        helpers.preset(helpers.CONV, override)


def test_a_byte_order_mark_is_no_obstacle(tmp_path: Path) -> None:
    path = tmp_path / "notepad.toml"
    path.write_text(helpers.LINE, encoding="utf-8-sig")
    assert Preset.load(path).name == "line"


def test_a_preset_must_be_a_file(tmp_path: Path) -> None:
    import os

    os.mkfifo(tmp_path / "pipe.toml")
    for path in (tmp_path / "pipe.toml", Path("/dev/zero")):
        with pytest.raises(PresetError, match="not a file"):
            Preset.load(path)


@pytest.mark.parametrize("end", ["{type='linear'}", "{type='reshape', shape=[10]}"])
@pytest.mark.parametrize("softmax", ["{type='softmax'}", None])
def test_a_closing_softmax_is_taken_over_by_the_loss_wherever_it_stands(
    end: str, softmax: str | None
) -> None:
    dense = "{type='dense', units=10}" if softmax else "{type='dense', activation='softmax'}"
    layers = ["{type='flatten'}", dense, softmax, end]
    override = f"layers=[{', '.join(filter(None, layers))}]"
    nodes = Graph.build(helpers.preset(helpers.CONV, override)).nodes_for_loss
    assert not any(node.layer.kind() == "softmax" for node in nodes)
    assert all(getattr(node.layer, "activation", "") != "softmax" for node in nodes)


def test_overrides_are_read_as_toml_or_text() -> None:
    preset = helpers.preset(
        helpers.CONV, "training.epochs=3", "name=some words", "layers.0.filters = 9",
        "training.metrics=[]", "optimizer.learning_rate=1",
    )  # fmt: skip
    assert (preset.training.epochs, preset.name) == (3, "some words")
    assert preset.layers[0].filters == 9
    assert preset.training.metrics == ()
    assert preset.optimizer.learning_rate == 1.0


def test_paths_in_overrides_of_a_shipped_preset_start_at_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a b.txt").write_text("to be or not to be\n" * 50)
    (tmp_path / "old.safetensors").write_bytes(b"")
    text = ("data.source=text", "data.path=a b.txt")
    preset = load_preset("char_rnn", (*text, "weights.from=old.safetensors"))
    assert preset.data.path == str(tmp_path / "a b.txt")  # type: ignore[attr-defined]
    assert preset.weights is not None
    assert preset.weights.source == str(tmp_path / "old.safetensors")
    (tmp_path / "a_run").mkdir()
    weights = load_preset("char_rnn", (*text, "weights.from=a_run")).weights
    assert weights is not None
    assert weights.source == "a_run"


def test_every_path_of_a_source_is_known_as_one() -> None:
    paths, others = set(), set()
    for source in SOURCES.values():
        for field in msgspec.structs.fields(source):
            is_path = FilePath in (field.type, *get_args(field.type))
            (paths if is_path else others).add(f"data.{field.name}")
    assert paths - others == set(PATHS)
    assert {*(paths & others), "weights.from"} == set(OTHERWISE)


@pytest.mark.parametrize("name", shipped())
def test_shipped_presets_load_and_survive_writing(name: str) -> None:
    preset = load_preset(name)
    assert Preset.parse(preset.to_toml()) == preset
    assert Graph.build(preset).parameter_count > 0
    assert len(preset.about) > 80, "a preset teaches"


@pytest.mark.parametrize("text", [helpers.CONV, helpers.LINE, helpers.SEQUENCE])
def test_presets_survive_writing(text: str) -> None:
    preset = helpers.preset(text)
    assert Preset.parse(preset.to_toml()) == preset


def test_names_and_paths_find_presets(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(helpers.LINE)
    assert load_preset(path).name == "line"
    assert load_preset("cnn_digits").name == "CNN digits"
    with pytest.raises(PresetError, match="did you mean 'cnn_digits'"):
        load_preset("cnn_digit")


def test_the_last_dense_layer_takes_its_width_from_the_data() -> None:
    assert Graph.build(helpers.preset(helpers.CONV)).nodes[-1].shape == (10,)
    assert Graph.build(helpers.preset(helpers.LINE)).nodes[-1].shape == (1,)


@pytest.mark.parametrize(
    "overrides",
    [
        (),
        ("training.batch_size='full'",),
        ("training.batch_size=1400",),
        ("training.batch_size=5000", "data.validation=0.5"),
    ],
)
def test_the_batch_is_known_without_training(overrides: tuple[str, ...]) -> None:
    preset = helpers.preset(helpers.CONV, *overrides)
    assert preset.batch() == preset.training.batch_for(len(preset.data.split().train))


def test_a_layer_that_is_switched_off_passes_its_input_on() -> None:
    off = 'type = "max_pool2d"\nenabled = false'
    text = helpers.CONV.replace('type = "max_pool2d"', off)
    graph = Graph.build(helpers.preset(text))
    assert [node.name for node in graph.nodes] == ["conv2d_1", "flatten_1", "dense_1"]
    assert graph.nodes[1].shape == (8 * 8 * 5,)
    named = "layers.2={type='add', inputs=['conv2d_1', 'max_pool2d_1']}"
    pooled = "layers.3={type='global_average_pool2d'}"
    graph = Graph.build(helpers.preset(text, named, pooled, "layers.0.filters=10"))
    assert graph.nodes[1].inputs == (0, 0)


@pytest.mark.sample(4)
@pytest.mark.parametrize(
    ("override", "said"),
    [
        ("optimizer.weight_decay=0.1", "; adamw has it"),
        ("optimizer.nesterov=true", "; sgd has it"),
        ("optimizer.weightdecay=0.1", "; adamw has 'weight_decay'"),
        ("optimizer.schedule={type='cosine', multiplier=0.3}", "; exponential, reduce_on_plateau "
            "and step have it"),
        ("optimizer.schedule={type='step', patience=3}", "; reduce_on_plateau has it"),
        ("layers.0.rate=0.3", "; dropout has it"),
        ("layers.0.return_sequence=true", "; gru, lstm and simple_rnn have 'return_sequences'"),
        ("layers.0={type='relu', filters=8}", "; conv1d, conv2d and conv2d_transpose have it"),
        ("layers.0={type='bidirectional', layer={type='gru', units=3, unit_forget_bias=true}}",
            "; lstm has it"),
        ("loss={type='cross_entropy', delta=0.5}", "; huber has it"),
        ("data.path='x.csv'", "; csv, images, masks and 6 more have it"),
        ("data={source='sine', slope=2}", "; linear has it"),
        ("layers.0.frob=3", ""),
        ("training.filters=3", "; did you mean 'folds'?"),
    ],
)  # fmt: skip
def test_an_unknown_key_names_the_types_that_have_it(override: str, said: str) -> None:
    with pytest.raises(PresetError) as error:
        helpers.preset(helpers.CONV, override)
    assert f": unknown key{said} (valid: " in str(error.value)
