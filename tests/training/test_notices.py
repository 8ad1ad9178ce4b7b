"""What is said of a training before it begins, and inputs that an embedding has no row for."""

from pathlib import Path

import numpy as np
import pytest

from tests import helpers
from tuidl.cli.reports import LineReport, TerminalReport
from tuidl.core.errors import DataError, PresetError
from tuidl.preset.library import load_preset
from tuidl.protocol import events
from tuidl.training.trainer import Trainer

HEAD = """name = "t"
[data]
source = "npz"
path = "{path}"
task = "regression"
validation = {validation}
{more}
[optimizer]
type = "sgd"
[training]
batch_size = {batch}
epochs = 1
[loss]
type = "mse"
"""
DENSE = '[[layers]]\ntype = "dense"\nunits = {units}\nactivation = "{activation}"\n'


def trainer(
    tmp_path: Path, x: np.ndarray, y: np.ndarray, layers: str,
    more: str = "", batch: int = 8, validation: float = 0,
) -> Trainer:  # fmt: skip
    np.savez(tmp_path / "d.npz", x=x, y=y)
    head = HEAD.format(path=tmp_path / "d.npz", more=more, batch=batch, validation=validation)
    return Trainer(helpers.preset(head + layers))


X = np.linspace(-1, 1, 40).reshape(20, 2)


@pytest.mark.parametrize(
    ("activation", "y", "said"),
    [
        ("sigmoid", [-1.0, 2.0], "targets go from -1 to 2, but a network that ends in sigmoid"),
        ("tanh", [0.0, 5.0], "targets go from 0 to 5, but a network that ends in tanh"),
        ("relu", [-3.0, 5.0], "answers 0 and more"),
        ("sigmoid", [0.0, 1.0], ""),
        ("relu", [0.0, 9.0], ""),
        ("linear", [-9.0, 9.0], ""),
    ],
)
def test_targets_out_of_reach(tmp_path: Path, activation: str, y: list[float], said: str) -> None:
    layers = DENSE.format(units=1, activation=activation)
    notices = trainer(tmp_path, X, np.array(y * 10), layers).notices()
    assert (said in notices[0]) if said else not notices


@pytest.mark.parametrize(
    ("activation", "loss", "classes", "said"),
    [
        ("relu", "cross_entropy", 3, "gives no score below 0, and learns nothing where"),
        ("relu", "binary_cross_entropy", 2, "gives no score below 0, so no probability is below"),
        ("softmax", "cross_entropy", 3, ""),
        ("linear", "cross_entropy", 3, ""),
        ("sigmoid", "binary_cross_entropy", 2, ""),
    ],
)
def test_scores_with_a_limit(
    tmp_path: Path, activation: str, loss: str, classes: int, said: str
) -> None:
    outputs = 1 if loss.startswith("binary") else classes
    np.savez(tmp_path / "d.npz", x=X, y=np.arange(20) % classes)
    head = HEAD.format(path=tmp_path / "d.npz", more="", batch=8, validation=0)
    head = head.replace("regression", "classification").replace('"mse"', f'"{loss}"')
    layers = DENSE.format(units=outputs, activation=activation)
    notices = Trainer(helpers.preset(head + layers)).notices()
    assert (said in notices[0]) if said else not notices


def test_a_last_batch_of_one_example(tmp_path: Path) -> None:
    layers = '[[layers]]\ntype = "batch_normalization"\n' + DENSE.format(
        units=1, activation="linear"
    )
    y = np.arange(20.0)
    assert "the last batch of an epoch is one example" in "".join(
        trainer(tmp_path, X, y, layers, batch=19).notices()
    )
    assert not trainer(tmp_path, X, y, layers, batch=18).notices()


EMBED = (
    '[[layers]]\ntype = "embedding"\ninput_dim = 10\noutput_dim = 3\n'
    '[[layers]]\ntype = "flatten"\n' + DENSE.format(units=1, activation="linear")
)


@pytest.mark.parametrize(
    ("value", "more", "said"),
    [
        (3.5, "", "example 5 of the training part: 'embedding_1' (embedding) reads"),
        (-1.0, "", "has no row -1, its table has 0 to 9; count from 0"),
        (10.0, "", "has no row 10, its table has 0 to 9; input_dim = 11 or more"),
        (3.0, 'normalize = "standard"', "is no whole number; leave data.normalize out"),
    ],
)
def test_numbers_that_are_no_rows(tmp_path: Path, value: float, more: str, said: str) -> None:
    x = np.arange(40).reshape(20, 2) % 10.0
    x[4, 1] = value
    with pytest.raises(DataError) as raised:
        trainer(tmp_path, x, X[:, 0], EMBED, more)
    assert said in str(raised.value)


def test_the_validation_part_is_looked_at_too(tmp_path: Path) -> None:
    x = np.arange(40).reshape(20, 2) % 10.0
    first = trainer(tmp_path, x, X[:, 0], EMBED, validation=0.2)
    held_out = sorted({*range(20)} - {*first.state.preset.data.split().rows.tolist()})
    x[held_out[0], 0] = 99
    with pytest.raises(DataError, match=r"example 1 of the validation part: .* no row 99"):
        trainer(tmp_path, x, X[:, 0], EMBED, validation=0.2)


def test_whole_numbers_train(tmp_path: Path) -> None:
    x = np.arange(40).reshape(20, 2) % 10.0
    assert not trainer(tmp_path, x, X[:, 0], EMBED).notices()


def test_centres_that_would_be_drawn_again_after_the_end() -> None:
    said = [
        Trainer(
            load_preset("kmeans_points", [f"networks.0.layers.0.redrawn_after={after}"])
        ).notices()
        for after in (3, 1000)
    ]
    assert not said[0]
    assert "redrawn_after = 1000 never comes" in said[1][0]


def test_a_network_is_closed_once(tmp_path: Path) -> None:
    np.savez(tmp_path / "d.npz", x=X, y=np.arange(20) % 3)
    head = HEAD.format(path=tmp_path / "d.npz", more="", batch=8, validation=0)
    head = head.replace("regression", "classification").replace('"mse"', '"cross_entropy"')
    last = '[[layers]]\ntype = "softmax"\n'
    helpers.preset(head + DENSE.format(units=3, activation="linear") + last)
    for below in ("softmax", "sigmoid", "tanh"):
        with pytest.raises(PresetError, match=f"ends in {below} and then softmax"):
            Trainer(helpers.preset(head + DENSE.format(units=3, activation=below) + last))


@pytest.mark.parametrize("kind", ["lines", "terminal"])
def test_what_an_engine_has_to_say_is_said_when_it_is_known(
    kind: str, capfd: pytest.CaptureFixture[str]
) -> None:
    """Of a way to compute that fails on this machine; kernels may fail as late as in a step."""
    trainer = Trainer(helpers.preset(helpers.LINE))
    report = LineReport() if kind == "lines" else TerminalReport(in_color=False)
    trainer.model.engine.notes.append("the first way fails here")
    said = []
    for event in trainer.run():
        said.append(type(event).__name__ + getattr(event, "text", ""))
        if isinstance(event, events.EpochEnded) and event.epoch == 2:
            trainer.model.engine.notes.append("the second way, too")
        report.handle(event)
    places = [said.index("Noticethe first way fails here"), said.index("Noticethe second way, too")]
    assert said[places[0] - 1] == "Compiled"
    assert said[places[1] - 1] == "EpochEnded"
    assert sum(text.startswith("Notice") for text in said) == 2
    out = capfd.readouterr().err
    assert out.index("the first way fails here") < out.index("the second way, too")
