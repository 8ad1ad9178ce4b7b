"""Targets that are the inputs: of which memory, which noise, and where they are refused."""

from pathlib import Path

import numpy as np
import pytest

from tests import helpers
from tuidl.compiler.graph import Graph
from tuidl.core.errors import PresetError
from tuidl.data.dataset import Split
from tuidl.inference.preprocessing import Preparation
from tuidl.judging.file_subject import of_file
from tuidl.preset.schema import Preset
from tuidl.tasks.choice import task_of
from tuidl.tasks.reconstruction import Reconstruction
from tuidl.training.trainer import Trainer

TEXT = """
name = "copies"
data = {{source = "{source}", targets = "inputs"{more}}}
layers = [
    {{type = "flatten"}}, {{type = "dense", units = 5}}, {{type = "dense", units = {units}}}{end}
]
loss = {{type = "mse"}}
optimizer = {{type = "adam"}}
training = {{epochs = 1}}
"""
IMAGE = ', {type = "reshape", shape = [8, 8, 1]}'


def preset(source: str = "digits", more: str = "", units: int = 64, end: str = IMAGE) -> Preset:
    return helpers.preset(TEXT.format(source=source, more=more, units=units, end=end))


def split_of(**said: str) -> Split:
    return preset(**said).source.split()


def test_targets_are_the_inputs_in_the_same_memory() -> None:
    split = split_of()
    for part in (split.train, split.validation):
        np.testing.assert_array_equal(part.y, part.x.reshape(len(part), -1))
        assert np.shares_memory(part.x, part.y)


def test_classes_are_labels_that_nothing_learns() -> None:
    split, spec = split_of(), preset().spec()
    assert spec.classes == ()
    assert spec.labels == tuple("0123456789")
    assert isinstance(task_of(preset()), Reconstruction)
    assert split.validation.labels is not None
    assert np.bincount(split.validation.labels.astype(int)).min() > 30  # as classes are split


def test_only_inputs_are_corrupted_and_always_alike() -> None:
    clean, first, second = split_of(), split_of(more=", corruption = 0.5"), split_of(
        more=", corruption = 0.5"
    )  # fmt: skip
    np.testing.assert_array_equal(first.train.y, clean.train.y)
    np.testing.assert_array_equal(first.train.x, second.train.x)
    for part in ("train", "validation"):
        noise = getattr(first, part).x - getattr(clean, part).x
        assert noise.std() == pytest.approx(0.5, rel=0.02)
        assert abs(noise.mean()) < 0.01
    other = split_of(more=", corruption = 0.5, seed = 1")
    assert not np.array_equal(other.train.x, first.train.x)


def test_targets_are_scaled_as_inputs_are_and_predictions_scaled_back(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    x = random.normal([3.0, -40.0, 500.0], [1.0, 5.0, 30.0], (90, 3))
    np.savez(tmp_path / "own.npz", x=x, y=random.normal(size=90))
    more = f', path = "{tmp_path / "own.npz"}", normalize = "standard"'
    made = preset("npz", more, 3, "")
    split = made.source.split()
    np.testing.assert_allclose(split.train.y.mean(axis=0), 0, atol=1e-5)
    assert split.targets is not None
    np.testing.assert_allclose(split.targets.offset, x.mean(axis=0), rtol=0.05)


def test_a_table_of_numbers_is_given_back_with_any_loss() -> None:
    for loss in ("mse", "mae", "huber", "binary_cross_entropy"):
        text = TEXT.format(source="iris", more=', normalize = "min_max"', units=4, end="")
        list(Trainer(helpers.preset(text.replace('"mse"', f'"{loss}"'))).run())


OWN = """
name = "own"
data = {{source = "csv", path = "{path}", targets = "inputs", missing = "mean"{more}}}
layers = [{{type = "dense", units = 2}}, {{type = "dense", units = 4}}]
loss = {{type = "mse"}}
optimizer = {{type = "adam"}}
training = {{epochs = 2}}
"""


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A table of 90 rows that nobody has labelled: two numbers, of which some are missing, and a
    category of two."""
    random = np.random.default_rng(0)
    lines = ["area,price,town"]
    for i, (area, price) in enumerate(random.normal([3.0, 500.0], [1.0, 30.0], (90, 2)).tolist()):
        lines.append(
            f"{area:.3f},{'' if i % 9 == 0 else f'{price:.2f}'},{'Rome' if i % 3 else 'Oslo'}"
        )
    (tmp_path / "own.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return tmp_path / "own.csv"


def test_a_table_needs_no_labels_to_be_given_back(own: Path) -> None:
    """Every column is an input, every row an example; a column of labels is no input."""
    unlabelled = helpers.preset(OWN.format(path=own, more=', normalize = "standard"'))
    split, spec = unlabelled.source.split(), unlabelled.spec()
    assert (spec.shape, spec.labels) == ((4,), ())
    assert sum(map(len, (split.train, split.validation, split.test))) == 90
    assert split.train.labels is None
    np.testing.assert_array_equal(split.train.y, split.train.x)
    assert "target" not in "\n".join(unlabelled.source.report())
    labelled = helpers.preset(OWN.format(path=own, more=', target = "town"'), "layers.1.units=2")
    assert labelled.spec().labels == ("Oslo", "Rome")
    assert labelled.spec().shape == (2,)


def test_a_single_column_is_given_back(tmp_path: Path) -> None:
    (tmp_path / "own.csv").write_text("a\n" + "\n".join(f"{i}.5" for i in range(40)) + "\n")
    text = OWN.format(path=tmp_path / "own.csv", more="")
    assert helpers.preset(text, "layers.1.units=1").source.split().train.x.shape[1:] == (1,)


def test_a_table_without_labels_is_judged_by_its_inputs(own: Path) -> None:
    preset = helpers.preset(OWN.format(path=own, more=', normalize = "standard", validation = 0'))
    trainer = Trainer(preset, backend="numpy")
    list(trainer.run())
    prepared = Preparation.of(preset)
    subject = of_file(preset, prepared, own)
    split = preset.source.split()
    assert split.inputs is not None
    given = split.inputs.scale * split.train.x + split.inputs.offset
    np.testing.assert_allclose(subject.y[np.lexsort(subject.y.T)], given[np.lexsort(given.T)],
                               rtol=1e-5, atol=1e-5)  # fmt: skip
    assert subject.origin is not None
    assert len(subject.origin.names) == 90


@pytest.mark.parametrize("targets", ["", ', targets = "inputs"'])
def test_only_a_plain_table_goes_without_a_target(own: Path, targets: str) -> None:
    of_series = '"series", window = 4'
    for source in (of_series,) if targets else ('"csv"', of_series):
        text = OWN.format(path=own, more="").replace('"csv"', source)
        with pytest.raises(PresetError, match=r"data\.target: missing"):
            helpers.preset(text.replace(', targets = "inputs"', targets))


@pytest.mark.parametrize(
    ("source", "more", "message"),
    [
        ("names", "", "data.targets: 'inputs': the inputs are the numbers of tokens"),
        ("digits", ', targets2 = "inputs"', "unknown key"),
        ("digits", ", augment = {shift = 1}", "would move inputs and not the targets"),
        ("digits", ", corruption = -1", "data.corruption"),
    ],
)
def test_what_cannot_be_given_back_is_refused(source: str, more: str, message: str) -> None:
    with pytest.raises(PresetError) as error:
        Graph.build(preset(source, more))
    assert message in str(error.value)


def test_corruption_needs_inputs_as_targets() -> None:
    with pytest.raises(PresetError, match=r"data.corruption: needs data.targets = 'inputs'"):
        helpers.preset(TEXT.format(source="digits", more="", units=10, end="").replace(
            'targets = "inputs"', "corruption = 0.1"
        ))  # fmt: skip


def test_a_sigmoid_before_a_reshape_belongs_to_its_loss() -> None:
    text = TEXT.format(source="digits", more="", units=64, end=IMAGE)
    text = text.replace("units = 64}", 'units = 64, activation = "sigmoid"}')
    known = Graph.build(helpers.preset(text.replace('"mse"', '"binary_cross_entropy"')))
    assert known.is_closed
    assert not Graph.build(helpers.preset(text)).is_closed
