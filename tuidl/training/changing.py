"""Another preset for a training that goes on: other data, layers, loss, optimizer or batches.

A change is made between two steps, as the smallest of three: a learning rate is set; examples are
replaced, and the network stays; or the network is built anew, with what was learned carried over
(``transplant``). But for a rate alone the epoch ends there without scores, and the next begins.
"""

from collections.abc import Generator, Iterator
from dataclasses import fields

import numpy as np
from msgspec.structs import replace

from tuidl.core.errors import PresetError, RunError, TuidlError
from tuidl.core.lazy import Array
from tuidl.data.dataset import Split
from tuidl.model.model import Model
from tuidl.nn.initializers import fill_initial
from tuidl.nn.layers.dense import Dense as DenseLayer
from tuidl.nn.optimizers import Optimizer
from tuidl.preset.schema import Preset
from tuidl.protocol.commands import PRESET
from tuidl.protocol.events import Compiling, Edited, Event
from tuidl.protocol.snapshot import State
from tuidl.training import event_builders
from tuidl.training.progress import TrainProgress
from tuidl.training.state import TrainState
from tuidl.training.transplant import Dense, moved_moments, transplanted

FIXED = ("plugins", "weights", "networks", "outputs", "objectives", "inputs", "predicts")
"""Keys of a preset that cannot change while it trains."""
FIXED_IN_TRAINING = ("epochs", "seed", "shuffle", "early_stopping", "folds")
OF_THE_RUN = ("edits", "fold", "resumed", "epochs", "changes", "progress", "rotation")
"""What of a state belongs to the run, not to the preset."""
Chains = dict[str, list[Dense]]
"""The weights, and each vector of the optimizer, by layers."""


def changed(state: TrainState, text: str) -> Iterator[Event]:
    """Change the preset of a training to the one that is this TOML; the last event is the edit.

    Raises TuidlError, and then nothing has changed.
    """
    preset = read_changed(state.preset, text)
    place = state.next_place
    kept = yield from _apply(state, preset)
    edit = state.edits.new(place, state.fold, PRESET, state.program.graph.parameter_count)
    yield replace(edit, preset=text, kept=kept)


def repeated(state: TrainState, edit: Edited) -> Iterator[Event]:
    """Make such an edit again, as ``changed`` made it; yields what comes before it."""
    yield from _apply(state, read_changed(state.preset, edit.preset))


def read_changed(before: Preset, text: str) -> Preset:
    """The preset that a training with ``before`` may go on with. Raises PresetError."""
    preset = Preset.parse(text)
    if preset.training.folds:
        raise PresetError("", "a run with folds cannot change its preset")
    for key in FIXED:
        if getattr(preset, key) != getattr(before, key):
            raise PresetError(key, "cannot change while training goes on")
    for key in FIXED_IN_TRAINING:
        if getattr(preset.training, key) != getattr(before.training, key):
            raise PresetError(f"training.{key}", "cannot change while training goes on")
    if preset.networks:
        _require_same_networks(before, preset)
    return preset


def _require_same_networks(before: Preset, preset: Preset) -> None:
    """Of a run with several networks only the examples can change. Raises PresetError."""
    if preset.training != before.training:
        raise PresetError("training", "a run with several networks can change only its data")
    if preset.spec() != before.spec():
        raise PresetError("data", "examples of another kind than the networks read")


def take_on(state: TrainState, first: Preset, saved: State) -> None:
    """Have the preset that was in force when a snapshot was taken of a run that began with
    ``first``; the snapshot has the weights. Raises RunError."""
    try:
        preset = first if saved.preset is None else read_changed(first, saved.preset)
        if preset != state.preset:
            split, model = _built(state, preset)
            _put(state, preset, model, split)
    except TuidlError as error:
        raise RunError(f"the checkpoint's preset: {error}") from None
    state.changes = saved.changes


def _apply(state: TrainState, preset: Preset) -> Generator[Event, None, str]:
    """Change it; the generator returns what became of what was learned."""
    rate, rates = preset.optimizer.learning_rate, [one.base for one in state.learning_rates]
    alone = replace(preset, optimizer=_at_rate(preset, state.preset), name="", about="")
    if alone == replace(state.preset, name="", about=""):
        if rate != state.preset.optimizer.learning_rate:
            state.rates.base = rate
        state.preset = preset
        return "all of it"
    split, model = _built(state, preset)
    kept = "all of it"
    if model is not state.model:
        yield from _compiling(model)
        kept = _carry(state, model, preset)
    base = state.rates.base if rate == state.preset.optimizer.learning_rate else rate
    _put(state, preset, model, split)
    for own, before in zip(state.learning_rates, [base, *rates[1:]], strict=True):
        own.base = before  # as set by keys; only the first can have another in the preset
    state.changes += 1
    return kept


def _compiling(model: Model) -> Iterator[Event]:
    """What is compiled for it, if anything is."""
    is_said = False
    for event in event_builders.compiling(model):
        is_said = is_said or isinstance(event, Compiling)
        if is_said:
            yield event


def _at_rate(preset: Preset, other: Preset) -> Optimizer:
    """The optimizer of a preset at the learning rate of another one's."""
    return replace(preset.optimizer, learning_rate=other.optimizer.learning_rate)


def _built(state: TrainState, preset: Preset) -> tuple[Split, Model]:
    """The examples, and the model to train on them: the one that is there where it will do."""
    before = state.preset
    same_data = preset.source == before.source
    split = preset.source.split()
    batch = preset.training.batch_for(len(split.train))
    same = replace(preset, data=before.data, name=before.name, about=before.about,
                   examples=before.examples)  # fmt: skip
    same = replace(same, optimizer=_at_rate(preset, before))
    fits = same_data or preset.spec() == before.spec()
    if fits and same == before and batch == state.batches.batch:
        return split, state.model
    if preset.networks:
        raise PresetError("data", f"too few examples for steps of {state.batches.batch}")
    old = state.model
    threads = old.engine.threads
    return split, Model(preset, batch=batch, backend=old.backend, threads=threads, start={})


def _put(state: TrainState, preset: Preset, model: Model, split: Split) -> None:
    """Have a state train ``model`` on the examples, from the beginning of an epoch on."""
    batch = preset.training.batch_for(len(split.train))
    new = TrainState.initial(
        preset, model, split, batch, state.fold, state.edits, is_saved=state.is_saved
    )
    before = state.progress
    if model is not state.model:
        model.engine.step_state[:] = state.engine.step_state
    model.preset = preset
    for field in fields(TrainState):
        if field.name not in OF_THE_RUN:
            setattr(state, field.name, getattr(new, field.name))
    is_amid = before.step > 0 or before.epochs == before.epoch
    state.progress = TrainProgress(
        new.progress.totals,
        epoch=before.epoch + is_amid,
        epochs=before.epochs if not is_amid else before.epoch,
        seconds=before.seconds,
    )
    state.lengthen(state.epochs)
    state.forget()


def _carry(state: TrainState, model: Model, preset: Preset) -> str:
    """Put what was learned into another model, with as much of the optimizer's vectors as are of
    weights that stay; returns what became of it."""
    old, new = state.model, model
    names = [slot.name for slot in new.program.parameters]
    if not (_is_chain(old) and _is_chain(new)):
        return _carry_equal(old, new, names)
    inputs = _inputs(state.preset, preset)
    was, fresh = _chains(old), _chains(new, f"#{state.changes + 1}", preset.training.seed)
    layers, notes = transplanted(was[""], fresh[""], inputs)
    _write(new, "", layers)
    same_kind = preset.optimizer.kind() == state.preset.optimizer.kind()
    for vector in fresh.keys() - {""}:
        if same_kind and vector in was:
            _write(new, vector, moved_moments(was[vector], fresh[vector], inputs))
    if not same_kind:
        notes.append(f"{preset.optimizer.kind()} begins without a memory")
    return "; ".join(notes) or "all of it"


def _carry_equal(old: Model, new: Model, names: list[str]) -> str:
    """Copy parameters of the same name and shape; the others are drawn."""
    others = []
    for name in names:
        values = old.parameters.get(name)
        if values is not None and values.shape == new.parameters[name].shape:
            new.parameters[name][...] = values
        else:
            others.append(name)
    lost = "the optimizer begins without a memory"
    return f"drawn anew: {', '.join(others)}; {lost}" if others else lost


def _is_chain(model: Model) -> bool:
    """Whether its layers are dense, each reading the one before."""
    nodes = model.program.graph.nodes
    return all(
        isinstance(node.layer, DenseLayer)
        and node.layer.use_bias
        and node.inputs == (number - 1,)
        and len(node.trainable) == 2
        for number, node in enumerate(nodes)
    )


def _inputs(before: Preset, after: Preset) -> list[int | None]:
    """Of each input the number that it had before; those with names are known by them."""
    old, new = (getattr(preset.data, "features", None) for preset in (before, after))
    if old is None or new is None:
        widths = [preset.spec().shape[0] for preset in (before, after)]
        return [i if i < widths[0] else None for i in range(widths[1])]
    return [old.index(name) if name in old else None for name in new]


def _chains(model: Model, drawn: str = "", seed: int = 0) -> Chains:
    """Copies of the weights and vectors. ``drawn``: weights are drawn under their names with this
    behind them, so that every change draws others."""
    weights = {name: values.copy() for name, values in model.parameters.items()}
    for slot in model.program.parameters if drawn else ():
        fill_initial(weights[slot.name], slot.initializer, seed, slot.name + drawn)
    arrays = {"": weights}
    for name, vector in model.optimizer_state.items():
        arrays[name] = {
            slot.name: vector[slot.offset : slot.offset + slot.size].reshape(slot.shape).copy()
            for slot in model.program.parameters
        }
    return {name: _chain(model, values) for name, values in arrays.items()}


def _chain(model: Model, values: dict[str, Array]) -> list[Dense]:
    return [
        Dense(
            node.key,
            str(getattr(node.layer, "activation", "linear")),
            values[f"{node.key}.kernel"],
            values[f"{node.key}.bias"],
        )
        for node in model.program.graph.nodes
    ]


def _write(model: Model, vector: str, layers: list[Dense]) -> None:
    """Put weights, or a vector of the optimizer where one is named, into a model."""
    found = {
        f"{layer.name}.{name}": np.asarray(getattr(layer, name))
        for layer in layers
        for name in ("kernel", "bias")
    }
    for slot in model.program.parameters:
        if vector:
            whole = model.optimizer_state[vector]
            whole[slot.offset : slot.offset + slot.size] = found[slot.name].reshape(-1)
        else:
            model.parameters[slot.name][...] = found[slot.name]
