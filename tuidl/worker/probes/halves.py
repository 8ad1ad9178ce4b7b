"""What is made of a code, and codes: parts of a network as models of their own, which get the
parameters of the moment."""

from typing import Any, Literal
from weakref import WeakKeyDictionary

from tuidl.compiler.codes import decoder_of, encoder_of
from tuidl.model.model import Model
from tuidl.training.state import TrainState

HalfName = Literal["encoder", "decoder"]
AT_ONCE = 64
"""Examples that a half works on together."""
_HALVES: "WeakKeyDictionary[Model, dict[str, Model]]" = WeakKeyDictionary()


def half(state: TrainState, name: HalfName) -> Model:
    """What comes before the code, or behind it, with the parameters of now. Raises DataError where
    the network has no code."""
    known = _HALVES.setdefault(state.model, {})
    if name not in known:
        known[name] = _built(state, name)
    made = known[name]
    own = {node.key for node in made.program.graph.answering.nodes}
    now: Any = state.model.parameters
    for key, values in made.parameters.items():
        if key.rpartition(".")[0] in own:
            values[...] = now[key]
    return made


def _built(state: TrainState, name: HalfName) -> Model:
    preset = (encoder_of if name == "encoder" else decoder_of)(state.preset)
    backend = "numpy" if state.model.backend == "cuda" else state.model.backend
    return Model(preset, batch=AT_ONCE, backend=backend, threads=1, start={})
