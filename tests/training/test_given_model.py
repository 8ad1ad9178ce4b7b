"""train(preset, model): every key of the preset is honoured, or refused by its name.

``HONOURED`` says for each key that may differ how that shows. Every other key there is (the test
walks all records that a preset can consist of, and changes each field) must be refused.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import numpy as np
import pytest

import tuidl
from tests import helpers
from tuidl.core.errors import BackendError, DataError
from tuidl.nn.layers import LAYERS
from tuidl.nn.losses import LOSSES
from tuidl.nn.optimizers import OPTIMIZERS
from tuidl.nn.schedules import Schedule
from tuidl.preset.schema import Preset
from tuidl.preset.training import EarlyStopping, Training
from tuidl.preset.warm_start import Weights
from tuidl.protocol import events
from tuidl.training.compatibility import OF_THE_TRAINING, differences
from tuidl.training.trainer import Trainer

NAMES = tuple[str, ...]


def kinds_of(annotation: Any) -> list[type[Any]]:
    """The records in a union."""
    return [t.cls for t in msgspec.inspect.type_info(annotation).types]


def run(text: str, *overrides: str, built: NAMES = ()) -> list[events.Event]:
    """The events of a preset with ``overrides`` on a model of one with the overrides ``built``."""
    model = tuidl.build(helpers.preset(text, *built))
    return list(tuidl.train(helpers.preset(text, *overrides), model))


def epochs(told: list[events.Event]) -> list[events.EpochEnded]:
    return [event for event in told if isinstance(event, events.EpochEnded)]


def rates(told: list[events.Event]) -> list[float]:
    return [event.learning_rate for event in epochs(told)]


def sha256(told: list[events.Event]) -> str:
    return str(told[-1].weights_sha256)


def as_if_built_so(*overrides: str, text: str = helpers.LINE) -> None:
    """The same bits as on a model of the preset itself, and others than without."""
    told, known = run(text, *overrides), list(tuidl.train(helpers.preset(text, *overrides)))
    assert sha256(told) == sha256(known) != sha256(run(text))
    assert [e.validation for e in epochs(told)] == [e.validation for e in epochs(known)]


def name_is_told() -> None:
    assert run(helpers.LINE, "name='other'")[0].preset == "other"


def about_says_nothing_of_the_training() -> None:
    assert sha256(run(helpers.LINE, "about='other'")) == sha256(run(helpers.LINE))


def learning_rate_is_taken() -> None:
    as_if_built_so("optimizer.learning_rate=0.002")


def schedule_is_taken() -> None:
    as_if_built_so("optimizer.schedule={type='exponential', multiplier=0.5}")


def epochs_are_taken() -> None:
    as_if_built_so("training.epochs=5")


def batch_size_is_taken() -> None:
    as_if_built_so("training.batch_size=16")
    with pytest.raises(DataError, match=r"training.batch_size: .* batches of 32, not of 64"):
        run(helpers.LINE, "training.batch_size=64")
    with pytest.raises(DataError, match=r"training.batch_size: .* batches of 32, not of 70"):
        run(helpers.LINE, "training.batch_size='full'")


def seed_orders_the_examples_and_draws_the_masks() -> None:
    assert sha256(run(helpers.LINE, "training.seed=9")) != sha256(run(helpers.LINE))
    dropout = "layers=[{type='dense', units=8}, {type='dropout', rate=0.5}, {type='dense'}]"
    unshuffled = (dropout, "training.shuffle=false")
    same = run(helpers.LINE, *unshuffled, built=(dropout,))
    other = run(helpers.LINE, *unshuffled, "training.seed=9", built=(dropout,))
    assert sha256(same) != sha256(other), "the masks follow the seed"
    model = tuidl.build(helpers.preset(helpers.LINE, *unshuffled, "training.seed=9"))
    model.parameters = tuidl.build(helpers.preset(helpers.LINE, dropout)).parameters
    as_built = tuidl.train(helpers.preset(helpers.LINE, *unshuffled, "training.seed=9"), model)
    assert sha256(other) == sha256(list(as_built)), "but for the first values, which are there"


def shuffle_is_taken() -> None:
    as_if_built_so("training.shuffle=false")


def early_stopping_is_taken() -> None:
    stop = "training.early_stopping={patience=1, min_delta=1000.0, restore_best=%s}"
    told = run(helpers.LINE, stop % "true", "training.epochs=9")
    assert (told[-1].reason, told[-1].epochs, told[-1].best_epoch) == ("stopped_early", 2, 1)
    kept = run(helpers.LINE, stop % "false", "training.epochs=9")
    assert kept[-1].best_epoch is None
    assert sha256(kept) != sha256(told)
    assert len(epochs(run(helpers.LINE, built=(stop % "true",)))) == 3, "nor the model's own"


def folds_are_refused() -> None:
    with pytest.raises(DataError, match=r"training.folds: .* leave the model out"):
        run(helpers.LINE, "training.folds=3")
    assert sha256(run(helpers.LINE, built=("training.folds=3",))) == sha256(run(helpers.LINE))


HONOURED: dict[str, Callable[[], None]] = {
    "name": name_is_told,
    "about": about_says_nothing_of_the_training,
    "optimizer.learning_rate": learning_rate_is_taken,
    "optimizer.schedule": schedule_is_taken,
    "training.epochs": epochs_are_taken,
    "training.batch_size": batch_size_is_taken,
    "training.seed": seed_orders_the_examples_and_draws_the_masks,
    "training.shuffle": shuffle_is_taken,
    "training.early_stopping": early_stopping_is_taken,
    "training.folds": folds_are_refused,
}
"""Key, and the test of what becomes of it."""


@pytest.mark.parametrize("key", HONOURED)
def test_what_is_a_trainings_own_is_taken_from_its_preset(key: str) -> None:
    HONOURED[key]()


def test_every_key_of_the_training_has_a_test() -> None:
    assert set(HONOURED) == OF_THE_TRAINING


def other_than(value: Any, kind: Any) -> Any:
    """A valid value of another kind or size."""
    match kind:
        case msgspec.inspect.UnionType():
            return next(other for t in kind.types if (other := other_than(value, t)) != value)
        case msgspec.inspect.NoneType():
            return None
        case msgspec.inspect.BoolType():
            return not value
        case msgspec.inspect.IntType() | msgspec.inspect.FloatType():
            low = kind.ge if kind.ge is not None else (kind.gt or 0)
            number = type(low)(low) + 1 if value == low else low
            number = number if number != value and number != kind.gt else (kind.gt or 0) + 0.5
            return number if kind.lt is None or number < kind.lt else low + 0.25
        case msgspec.inspect.LiteralType():
            return next(other for other in kind.values if other != value)
        case msgspec.inspect.StrType():
            return "another" if value == "other" else "other"
        case msgspec.inspect.VarTupleType():
            return (other_than(value[0] if value else None, kind.item_type),)
        case msgspec.inspect.StructType():
            return record_of(kind.cls)
    raise AssertionError(f"no other value than {value!r} for {kind}")


def changes_of(record: Any) -> Iterator[tuple[str, Any]]:
    """Each field of a record, and the record with another value there."""
    info = {f.name: f.type for f in msgspec.inspect.type_info(type(record)).fields}
    for field in msgspec.structs.fields(record):
        old = getattr(record, field.name)
        if field.name == "schedule":
            continue  # a training's own
        other = other_than(old, info[field.name])
        assert other != old, field.name
        yield field.encode_name, helpers.changed(record, **{field.name: other})


def record_of(kind: type[Any]) -> Any:
    """One with no more than the fields that it must have."""
    fields = msgspec.inspect.type_info(kind).fields
    return kind(**{field.name: other_than(None, field.type) for field in fields if field.required})


def all_changes() -> Iterator[tuple[str, Preset, Preset]]:
    """A key, a preset, and the same with another value there, for all keys but the data's."""
    base = helpers.preset(helpers.CONV)
    for section, kinds in (("loss", LOSSES), ("optimizer", OPTIMIZERS)):
        for record in map(record_of, kinds.values()):
            built = helpers.changed(base, **{section: record})
            for field, other in changes_of(record):
                yield f"{section}.{field}", built, helpers.changed(base, **{section: other})
    for record in map(record_of, LAYERS.values()):
        built = helpers.changed(base, layers=(record,))
        for field, other in changes_of(record):
            yield f"layers[0].{field}", built, helpers.changed(base, layers=(other,))
    weights = helpers.changed(base, weights=Weights(source="a run"))
    for field, other in changes_of(weights.weights):
        yield f"weights.{field}", weights, helpers.changed(base, weights=other)
    yield "weights", base, weights
    for field, other in changes_of(base.training):
        yield f"training.{field}", base, helpers.changed(base, training=other)


CHANGES = list(all_changes())


def test_every_record_was_walked() -> None:
    walked = {key.partition(".")[2] for key, _, _ in CHANGES if "." in key}
    for kind in (*LAYERS.values(), *LOSSES.values(), *OPTIMIZERS.values(), Training, Weights):
        fields = {f.encode_name for f in msgspec.structs.fields(kind)} - {"schedule"}
        assert fields <= walked, kind
    assert len(CHANGES) > 200


@pytest.mark.parametrize(
    ("key", "built", "given"), [pytest.param(*change, id=change[0]) for change in CHANGES]
)
def test_every_key_is_refused_by_name_or_has_a_test(key: str, built: Preset, given: Preset) -> None:
    found = list(differences(built, given))
    if key in HONOURED:
        assert not found
    else:
        assert [name for name, _, _ in found] == [key]
        assert found[0][1] != found[0][2], "both values can be told apart"


@pytest.mark.parametrize(
    ("override", "problem"),
    [
        ("optimizer.clip_value=0.5", "optimizer.clip_value: none, not 0.5"),
        ("optimizer.global_clip_norm=0.5", "optimizer.global_clip_norm: none, not 0.5"),
        ("optimizer.beta_1=0.5", "optimizer.beta_1: 0.9, not 0.5"),
        ("optimizer={type='sgd'}", "optimizer: 'adam', not 'sgd'"),
        ("layers.0.filters=6", "layers[0].filters: 5, not 6"),
        ("layers.0.l2=0.1", "layers[0].l2: 0.0, not 0.1"),
        ("layers.0.enabled=false", "layers[0].enabled: True, not False"),
        ("layers=[{type='flatten'}, {type='dense'}]", "layers: 4 of them, not 2 of them"),
        ("loss.label_smoothing=0.1", "loss.label_smoothing: 0.0, not 0.1"),
        ("training.metrics=[]", "training.metrics: ['accuracy'], not []"),
        ("weights.from='x'", "weights: none, not"),
        ("data.source='iris'", "data (shape): (8, 8, 1), not (4,)"),
    ],
)
def test_a_refusal_names_the_key_and_both_values(override: str, problem: str) -> None:
    model = helpers.model(helpers.CONV)
    with pytest.raises(DataError, match=re.escape(problem)) as caught:
        tuidl.train(helpers.preset(helpers.CONV, override), model)
    assert "\n" not in str(caught.value)


def test_the_data_is_the_presets_own() -> None:
    changes = ("slope=5.0", "seed=3", "points=50", "noise=0.1", "normalize='standard'",
               "validation=0.4", "test=0.3")  # fmt: skip
    for change in changes:
        override = f"data.{change}"
        told = run(helpers.LINE, override)
        known = list(tuidl.train(helpers.preset(helpers.LINE, override)))
        assert (sha256(told), told[-1].test) == (sha256(known), known[-1].test)
        assert told[-1].test != run(helpers.LINE)[-1].test


@pytest.mark.parametrize(
    ("override", "problem"),
    [
        ("data={source='blobs', classes=4}", "data (outputs): 3, not 4"),
        ("data={source='iris'}", "data (shape): (2,), not (4,)"),
    ],
)
def test_examples_that_look_different_are_refused(override: str, problem: str) -> None:
    blobs = "data={source='blobs', classes=3}"
    dense = "layers=[{type='dense', units=3}]"
    model = tuidl.build(helpers.preset(helpers.CONV, blobs, dense))
    with pytest.raises(DataError, match=re.escape(problem)):
        tuidl.train(helpers.preset(helpers.CONV, override, dense), model)


def test_a_backend_that_is_not_the_models_is_refused() -> None:
    preset = helpers.preset(helpers.LINE)
    model = tuidl.build(preset)
    with pytest.raises(BackendError, match="built for cpu, not for numpy"):
        tuidl.train(preset, model, backend="numpy")
    with pytest.raises(BackendError, match="did you mean 'numpy'"):
        tuidl.train(preset, model, backend="nunpy")
    known = sha256(list(tuidl.train(preset)))
    assert sha256(list(tuidl.train(preset, model, backend="cpu"))) == known
    assert sha256(list(tuidl.train(preset, tuidl.build(preset), backend="auto"))) == known


def test_the_number_of_threads_is_taken_or_refused(many_shards: None) -> None:
    preset = helpers.preset(helpers.CONV, "training.epochs=1")
    model = tuidl.build(preset, threads=1)
    told = list(tuidl.train(preset, model, threads=2))
    assert told[0].threads == 2
    assert sha256(told) == sha256(list(tuidl.train(preset, tuidl.build(preset, threads=1))))
    for wrong in (0, -1, 10_000, "2", 1.5, True):
        with pytest.raises(BackendError, match="threads"):
            tuidl.train(preset, model, threads=wrong)
        with pytest.raises(BackendError, match="threads"):
            tuidl.build(preset, threads=wrong)
    plain = tuidl.build(preset, backend="numpy")
    with pytest.raises(BackendError, match="works on one"):
        tuidl.train(preset, plain, threads=2)
    with pytest.raises(BackendError, match="works on one"):
        tuidl.build(preset, backend="numpy", threads=2)


def test_what_is_no_preset_or_no_model_is_named() -> None:
    preset = helpers.preset(helpers.LINE)
    with pytest.raises(DataError, match=r"load_preset reads one\), got str"):
        tuidl.train("cnn_digits")
    with pytest.raises(DataError, match="expected a Preset"):
        tuidl.build(preset.to_toml())
    with pytest.raises(DataError, match="got Preset"):
        tuidl.train(preset, preset)


def test_a_model_of_doubles_stays_one() -> None:
    preset = helpers.preset(helpers.LINE)
    model = tuidl.build(preset, dtype="float64")
    list(tuidl.train(preset, model))
    assert model.parameters["dense_1.kernel"].dtype == np.float64
    assert model.weights_sha256 != sha256(list(tuidl.train(preset)))


def test_a_trainer_with_a_split_of_its_own_fits_likewise() -> None:
    model = helpers.model(helpers.CONV)
    preset = helpers.preset(helpers.CONV, "layers.0.filters=6")
    with pytest.raises(DataError, match="filters"):
        Trainer(preset, model, split=preset.data.split())


def test_schedules_and_early_stopping_are_records_of_their_own() -> None:
    """All that they say belongs to a key that a training reads from its own preset."""
    assert {"optimizer.schedule", "training.early_stopping"} <= OF_THE_TRAINING
    assert len(kinds_of(Schedule)) > 3
    assert msgspec.structs.fields(EarlyStopping)
