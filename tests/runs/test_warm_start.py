"""Starting from another run's weights, with layers that stay as they are."""

from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save

import tuidl
from tests import helpers
from tests.runs.kept import resume, sha, start
from tuidl.core.errors import PresetError
from tuidl.runs.verifying import verify_run
from tuidl.storage.arrays import read_arrays
from tuidl.storage.files import write_checked
from tuidl.storage.folder import RunFolder
from tuidl.training.gradcheck import check_gradients
from tuidl.training.start import trainer_for

TEXT = """
name = "transfer"
data = {source = "digits", validation = 0.2}
layers = [{type = "conv2d", filters = 4}, {type = "relu"}, {type = "max_pool2d"},
          {type = "flatten"}, {type = "dense", units = 12, l2 = 0.01}, {type = "dense"}]
loss = {type = "cross_entropy"}
optimizer = {type = "adamw", weight_decay = 0.1}
training = {epochs = 1}
"""


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("warm") / "source"
    start(helpers.preset(TEXT, "training.seed=5"), out)
    return out


def warm(source: Path, *more: str) -> tuidl.Preset:
    return helpers.preset(TEXT, f'weights={{from="{source}"{"".join(", " + m for m in more)}}}')


def weights_of(run: Path) -> dict[str, np.ndarray]:
    return read_arrays(run / "weights.safetensors")[1]


def test_the_first_weights_are_the_others_last(source: Path) -> None:
    built = tuidl.build(warm(source))
    for name, values in weights_of(source).items():
        np.testing.assert_array_equal(built.parameters[name], values)


def test_only_the_layers_named_are_taken(source: Path) -> None:
    built, cold = tuidl.build(warm(source, 'layers=["dense_1"]')), tuidl.build(helpers.preset(TEXT))
    for name, values in weights_of(source).items():
        expected = values if name.startswith("dense_1") else cold.parameters[name]
        np.testing.assert_array_equal(built.parameters[name], expected)


@pytest.mark.parametrize(
    "frozen", [["conv2d_1"], ["dense_1"], ["conv2d_1", "dense_1"], ["dense_2"]]
)
@pytest.mark.parametrize("backend", ["cpu", "numpy"])
def test_frozen_layers_stay_and_the_others_learn(
    frozen: list[str], backend: str, source: Path
) -> None:
    """Weight decay and penalties leave them alone too."""
    trainer = trainer_for(warm(source, f"frozen={frozen}"), backend)
    *_, last = trainer.run()
    assert sha(last)
    for name, values in weights_of(source).items():
        same = np.array_equal(trainer.model.parameters[name], values)
        assert same == (name.rpartition(".")[0] in frozen), name


@pytest.mark.slow
def test_gradients_of_what_still_learns_are_right(source: Path) -> None:
    checks = check_gradients(warm(source, 'frozen=["conv2d_1", "dense_2"]'), entries=20)
    assert {check.name for check in checks if check.checked} >= {"dense_1.kernel", "dense_1.bias"}
    assert not any(check.missed for check in checks)


def test_nothing_is_computed_for_what_is_frozen_at_the_start(source: Path) -> None:
    kernels = [
        i.kernel
        for i in tuidl.build(warm(source, 'frozen=["conv2d_1"]')).program.train.emitted.instructions
    ]
    whole = [i.kernel for i in tuidl.build(warm(source)).program.train.emitted.instructions]
    assert len(kernels) < len(whole)
    assert not [name for name in kernels if name.startswith("conv2d_backward")]


def test_the_run_goes_on_without_the_other(source: Path, tmp_path: Path) -> None:
    """The first weights are kept: the other run may be gone, or other."""
    preset = warm(source, 'frozen=["conv2d_1"]')
    *_, last = trainer_for(preset).run()
    start(preset, tmp_path / "run", stop_after=7)
    (source / "weights.safetensors").rename(source / "away")
    try:
        assert sha(resume(tmp_path / "run", threads=1)) == sha(last)
        assert verify_run(RunFolder(tmp_path / "run"), None).holds
    finally:
        (source / "away").rename(source / "weights.safetensors")


@pytest.mark.parametrize("checked", [True, False])
def test_a_file_of_weights(checked: bool, source: Path, tmp_path: Path) -> None:
    data = save({name: values + 1 for name, values in weights_of(source).items()})
    if checked:
        write_checked(tmp_path / "w.safetensors", data)
    else:
        (tmp_path / "w.safetensors").write_bytes(data)
    built = tuidl.build(warm(tmp_path / "w.safetensors"))
    np.testing.assert_array_equal(
        built.parameters["dense_2.bias"], weights_of(source)["dense_2.bias"] + 1
    )


def test_shapes_that_do_not_fit_are_named(source: Path) -> None:
    other = TEXT.replace("units = 12", "units = 13")
    preset = helpers.preset(other, f'weights={{from="{source}"}}')
    with pytest.raises(PresetError) as caught:
        tuidl.build(preset)
    text = str(caught.value)
    assert "dense_1.kernel has shape (36, 13) here, and (36, 12) there" in text
    assert "weights.layers = ['conv2d_1'] takes what fits" in text


def test_what_fits_is_said_of_all_layers_also_of_those_not_asked_for(source: Path) -> None:
    other = TEXT.replace("filters = 4", "filters = 5").replace("units = 12", "units = 13")
    with pytest.raises(PresetError) as caught:
        tuidl.build(helpers.preset(other, f'weights={{from="{source}", layers=["conv2d_1"]}}'))
    assert "conv2d_1.kernel has shape" in str(caught.value)
    assert "takes what fits" not in str(caught.value)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e300])
def test_weights_that_are_not_finite_are_refused(
    source: Path, tmp_path: Path, value: float
) -> None:
    arrays = {**weights_of(source)}
    arrays["dense_1.bias"] = np.full(12, value)
    (tmp_path / "w.safetensors").write_bytes(save(arrays))
    with pytest.raises(PresetError, match=r"dense_1\.bias has values that are not finite"):
        tuidl.build(helpers.preset(TEXT, f'weights={{from="{tmp_path}/w.safetensors"}}'))
    text = f'weights={{from="{tmp_path}/w.safetensors", layers=["conv2d_1"]}}'
    assert tuidl.build(helpers.preset(TEXT, text))


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ('layers=["conv2d_2"]', "no layer 'conv2d_2' with parameters; did you mean 'conv2d_1'?"),
        ('frozen=["flatten_1"]', "no layer 'flatten_1'"),
        ('frozen=["conv2d_1", "dense_1", "dense_2"]', "nothing to learn: all layers are frozen"),
        ("frezen=[]", "unknown key"),
    ],
)
def test_what_cannot_be_is_said(more: str, words: str, source: Path) -> None:
    with pytest.raises(PresetError) as caught:
        tuidl.build(warm(source, more))
    assert words in str(caught.value)
    assert "weights" in str(caught.value)


@pytest.mark.parametrize("name", ["no-such-run", "/no/such/file.safetensors", "a\\u0000b"])
def test_a_source_that_is_not_there(name: str) -> None:
    preset = helpers.preset(TEXT, f'weights={{from="{name}"}}')
    with pytest.raises(PresetError, match=r"weights\.from"):
        tuidl.build(preset)


def test_averages_that_follow_the_batches_cannot_be_frozen() -> None:
    text = helpers.RESIDUAL
    frozen = 'weights={from="x", frozen=["batch_normalization_1"]}'
    with pytest.raises(PresetError, match="averages follow the batches"):
        tuidl.build(helpers.preset(text, frozen))
