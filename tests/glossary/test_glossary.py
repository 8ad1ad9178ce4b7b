"""The glossary: it covers everything there is, its numbers are right, and its pages fit."""

import re
import sys
import time
import types
from typing import get_args

import msgspec
import pytest

from tests.glossary import (
    worked_attention,
    worked_data,
    worked_depth,
    worked_learning,
    worked_networks,
    worked_optimizing,
)
from tests.glossary.worked import WORKED, numbers
from tuidl.core.errors import GlossaryError
from tuidl.data.catalog import SOURCES
from tuidl.glossary import Concept, concept, concepts
from tuidl.glossary.ascii import LOWERED, to_ascii
from tuidl.glossary.contents import TOPICS, names_of
from tuidl.glossary.pages import NARROWEST, Line, listing, page
from tuidl.nn.initializer_names import Initializer
from tuidl.nn.layers import LAYERS
from tuidl.nn.layers.base import ActivationName
from tuidl.nn.losses import LOSSES
from tuidl.nn.metrics import METRICS, MetricName
from tuidl.nn.optimizers import OPTIMIZERS
from tuidl.nn.schedules import Schedule
from tuidl.preset.library import shipped
from tuidl.preset.training import EarlyStopping, Training
from tuidl.protocol import events

CHECKS = (
    worked_learning,
    worked_data,
    worked_optimizing,
    worked_networks,
    worked_depth,
    worked_attention,
)
ENTRIES = concepts()
KEYS = [entry.key for entry in ENTRIES]

TAUGHT = """
neuron, layer, weight, bias, forward propagation, backward propagation, activation, sigmoid, tanh,
ReLU, softmax, loss, MSE, binary cross-entropy, categorical cross-entropy, gradient descent,
stochastic gradient descent, mini-batch, full batch, momentum, Adam, learning rate, batch size,
epoch, convolution, kernel, feature map, max pooling, average pooling, recurrent network, hidden
state, LSTM, the gates of an LSTM, forget gate, input gate, output gate, GRU, update gate, reset
gate, vanishing gradient, overfitting, more data, L1, L2, dropout, early stopping,
cross-validation, batch normalisation, classification, regression, training set, validation set,
test set, transfer learning, data normalisation, one-hot, logits, label smoothing, gradient
clipping, confusion matrix, precision, recall, F1, top-k, embedding, bidirectional, skip
connection, layer normalisation, initialisation, Glorot, He, orthogonal, seed, reproducibility,
divergence, NaN, gradient check, parameters, FLOPs, shards, threads
"""


def fields_of(record: type) -> list[str]:
    return [field.encode_name for field in msgspec.structs.fields(record)]


def kinds_of(union: object) -> dict[str, type]:
    return {kind.__struct_config__.tag: kind for kind in get_args(union)}


SCHEDULES = kinds_of(Schedule)
KINDS = [*LAYERS, *LOSSES, *OPTIMIZERS, *METRICS, *SCHEDULES]
KINDS += [*get_args(ActivationName), *get_args(Initializer), *get_args(MetricName)]

PLACES = {f"training.{key}" for key in fields_of(Training)}
PLACES |= {f"training.early_stopping.{key}" for key in fields_of(EarlyStopping)}
for optimizer in OPTIMIZERS.values():
    PLACES |= {f"optimizer.{key}" for key in (*fields_of(optimizer), "type")}
for schedule in SCHEDULES.values():
    PLACES |= {f"optimizer.schedule.{key}" for key in (*fields_of(schedule), "type")}
for loss in LOSSES.values():
    PLACES |= {f"loss.{key}" for key in (*fields_of(loss), "type")}
PLACES |= {f"{kind}.{key}" for kind, layer in LAYERS.items() for key in fields_of(layer)}
PLACES |= {f"data.{key}" for key in ("validation", "test", "seed", "normalize")}
"""Keys of presets, all of which must mean an entry; those of layers with the type in front."""

TOLD = {
    f"{kind}.{key}" for kind, event in kinds_of(events.AnyEvent).items() for key in fields_of(event)
}
MADE = {f"{kind}.{key}" for kind, source in SOURCES.items() for key in fields_of(source)}
OWN = {f"{kind}.{key}" for kind, record in [*LOSSES.items()] for key in fields_of(record)}
MET = {*KINDS, *PLACES, *TOLD, *MADE, *OWN, *shipped(), *SOURCES, *kinds_of(events.AnyEvent)}
"""Everything that ``seen_in`` may name."""


# --- the entries ----------------------------------------------------------------------------------


@pytest.mark.parametrize("entry", ENTRIES, ids=KEYS)
def test_every_entry_is_whole(entry: Concept) -> None:
    assert len(entry.short) <= 110
    assert entry.short.endswith(".")
    sentences = re.findall(r"[.!?]\)?(?=\s|$)", entry.text)
    assert 3 <= len(sentences) <= 8
    assert entry.formula.text
    assert all(sign and meaning for sign, meaning in entry.formula.symbols)
    assert entry.see
    assert entry.seen_in
    for text in (entry.short, entry.text, entry.example):
        assert "  " not in text
        assert text == text.strip()


@pytest.mark.parametrize("entry", ENTRIES, ids=KEYS)
def test_every_entry_leads_to_others_that_exist(entry: Concept) -> None:
    assert set(entry.see) <= set(KEYS) - {entry.key}
    assert len(set(entry.see)) == len(entry.see)


@pytest.mark.parametrize("entry", ENTRIES, ids=KEYS)
def test_what_an_entry_is_seen_in_exists(entry: Concept) -> None:
    assert set(entry.seen_in) <= MET
    assert len(set(entry.seen_in)) == len(entry.seen_in)


def test_no_name_means_two_things() -> None:
    names = [name for entry in ENTRIES for name in names_of(entry)]
    assert sorted(names) == sorted(set(names))


def test_every_topic_is_read_once_and_in_order() -> None:
    topics = list(dict.fromkeys(entry.topic for entry in ENTRIES))
    assert len(topics) == len(TOPICS) == len(set(TOPICS))
    assert [entry.topic for entry in ENTRIES] == sorted(
        (entry.topic for entry in ENTRIES), key=topics.index
    )
    assert KEYS[:2] == ["neural_network", "neuron"]


@pytest.mark.parametrize("entry", ENTRIES, ids=KEYS)
def test_signs_of_a_formula_stand_in_it(entry: Concept) -> None:
    """With other indices, perhaps: what is said of xᵢ holds for x₁."""
    lowered = f"[{''.join(LOWERED)}]"
    formula = re.sub(lowered, "", entry.formula.text)
    for sign, _ in entry.formula.symbols:
        for part in re.split(r"[, …]+", sign):
            is_index = to_ascii(part) in to_ascii(entry.formula.text)
            assert is_index or re.sub(lowered, "", part) in formula


# --- worked examples ------------------------------------------------------------------------------


@pytest.mark.parametrize("entry", ENTRIES, ids=KEYS)
def test_worked_examples_are_right(entry: Concept) -> None:
    WORKED[entry.key](numbers(entry.example))


@pytest.mark.parametrize("entry", ENTRIES, ids=KEYS)
def test_checks_notice_every_wrong_result(entry: Concept) -> None:
    """No example is checked by a check that lets everything pass."""
    given = numbers(entry.example)
    passed = 0
    for i, number in enumerate(given):
        wrong = [*given[:i], type(number)(repr(float(number) * 7.3 + 1.1)), *given[i + 1 :]]
        try:
            WORKED[entry.key](wrong)
        except Exception:
            continue
        passed += 1
    assert passed <= len(given) // 2


def test_every_check_has_its_example() -> None:
    assert set(WORKED) == set(KEYS)
    assert all(isinstance(module, types.ModuleType) for module in CHECKS)


def test_numbers_are_found_as_people_read_them() -> None:
    text = "−1,797 of [2, 3]: 0.50, 1e-10, top-2, conv2d, float32, 3 × 4, x₁², F1; 1/√(64)."
    assert numbers(text) == [-1797, 2, 3, 0.5, 1e-10, 2, 3, 4, 1, 64]
    assert numbers("0.50")[0].shows(0.504)
    assert not numbers("0.50")[0].shows(0.506)
    assert numbers("3.4e38")[0].shows(3.4028e38)


@pytest.mark.parametrize(
    ("key", "right", "printed"),
    [("mse", "0.016", "0.14"), ("categorical_cross_entropy", "0.223", "0.229")],
)
def test_slips_of_articles_are_named(key: str, right: str, printed: str) -> None:
    entry = concept(key)
    assert right in entry.example
    assert printed in entry.text
    assert printed not in entry.example


# --- finding --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [name.strip() for name in TAUGHT.split(",")])
def test_everything_that_tutorials_teach_is_known(name: str) -> None:
    assert concept(" ".join(name.split()))


@pytest.mark.parametrize("name", sorted({*KINDS, *PLACES}))
def test_everything_that_a_preset_can_say_is_explained(name: str) -> None:
    assert concept(name)


@pytest.mark.parametrize("name", sorted(shipped()))
def test_every_shipped_preset_shows_something(name: str) -> None:
    assert any(name in entry.seen_in for entry in ENTRIES)


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("conv2d", "convolution"),
        ("ADAM", "adam"),
        ("mse", "mse"),
        ("dropout.rate", "dropout"),
        ("training.batch_size", "batch_size"),
        ("learning_rate", "learning_rate"),
        ("Learning rate", "learning_rate"),
        ("learning-rate", "learning_rate"),
        ("optimizer.learning_rate", "learning_rate"),
        ("layers[0].units", "neuron"),
        ("layers.12.kernel_size", "kernel"),
        ("batch_normalization.momentum", "batch_normalization"),
        ("optimizer.momentum", "momentum"),
        ("optimizer.schedule.patience", "reduce_on_plateau"),
        ("training.early_stopping.patience", "early_stopping"),
        ("Batch normalisation", "batch_normalization"),
        ("optimiser", "optimizer"),
        ("weights", "weight"),
        ("bias", "bias"),
        ("loss", "loss"),
        ("epoch_ended.confusion", "confusion_matrix"),
        ("epoch_ended.gradient_norms", "gradient_norm"),
        ("mae", "mae"),
        ("global_max_pool1d", "global_pooling"),
        ("  Kernel (filter) ", "kernel"),
    ],
)
def test_names_find_their_entry(name: str, key: str) -> None:
    assert concept(name).key == key


@pytest.mark.parametrize("key", KEYS)
def test_keys_and_titles_find_their_own_entry(key: str) -> None:
    assert concept(key).key == key
    assert concept(concept(key).title).key == key


@pytest.mark.parametrize(
    ("name", "nearest"),
    [("lerning rate", "learning_rate"), ("adem", "adam"), ("conv2", "conv2d"), ("xavir", "xavier")],
)
def test_a_near_miss_gets_a_suggestion(name: str, nearest: str) -> None:
    with pytest.raises(GlossaryError, match=f"no concept '{name}'; did you mean '{nearest}'"):
        concept(name)


@pytest.mark.parametrize("name", ["", ".", "zzzzzz", "training.zzzzzz", "[0]", "\0", "é" * 1000])
def test_nonsense_is_refused(name: str) -> None:
    with pytest.raises(GlossaryError, match="tuidl explain"):
        concept(name)


def test_loading_is_quick() -> None:
    """Under 10 ms on a quiet machine; what is measured here is the best of some."""
    best = min(_seconds_to_load() for _ in range(15))
    assert best < 0.05


def _seconds_to_load() -> float:
    concepts.cache_clear()
    start = time.process_time()
    concepts()
    return time.process_time() - start


# --- pages ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("unicode", [True, False])
@pytest.mark.parametrize("entry", ENTRIES, ids=KEYS)
def test_pages_fit_and_leave_nothing_out(entry: Concept, unicode: bool) -> None:
    shown = entry if unicode else entry.in_ascii()
    texts = (shown.title, shown.short, shown.text, shown.formula.text, shown.example)
    for width in (1, NARROWEST, 41, 80, 200):
        lines = page(entry, width, unicode)
        assert max(len(line.text) for line in lines) <= max(width, NARROWEST)
        assert all(line.text == line.text.rstrip() for line in lines)
        assert unicode or all(line.text.isascii() for line in lines)
        told = "".join("".join(line.text.split()) for line in lines)
        assert all("".join(text.split()) in told for text in texts)


@pytest.mark.parametrize("width", [1, 60, 80, 10_000])
@pytest.mark.parametrize("unicode", [True, False])
def test_the_list_fits_and_names_all(width: int, unicode: bool) -> None:
    lines = listing(ENTRIES, width, unicode)
    assert max(len(line.text) for line in lines) <= max(width, NARROWEST)
    assert unicode or all(line.text.isascii() for line in lines)
    heads = [line.text.split()[0] for line in lines if re.match(r"  \w", line.text)]
    assert heads == KEYS
    titles = [line.text for line in lines if line.role == "heading" and line.text]
    assert titles == list(dict.fromkeys(entry.topic for entry in ENTRIES))


def test_an_empty_list_has_no_lines() -> None:
    assert listing([], 80) == []


def test_a_formula_keeps_its_lines_where_they_fit() -> None:
    lines = page(concept("adam"), 80)
    assert lines[0] == Line("Adam", "title")
    formula = [line.text for line in lines if line.role == "formula"]
    assert formula == [f"  {text}" for text in concept("adam").formula.text.splitlines()]


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("hₜ = tanh(xₜ·W + hₜ₋₁·U)", "h_t = tanh(x_t*W + h_(t-1)*U)"),
        ("θ ← θ − η · Xᵀ(Xθ − y)/m", "theta <- theta - rate * X^T(Xtheta - y)/m"),
        ("σ(x) = 1/(1 + e⁻ˣ)", "sigmoid(x) = 1/(1 + e^(-x))"),
        ("1/√(n) ≈ 10⁻³", "1/sqrt(n) ~= 10^(-3)"),
        ("(1/n) Σᵢ |ŷᵢ − yᵢ|²", "(1/n) sum_i |yhat_i - y_i|^2"),
    ],
)
def test_formulas_in_ascii(text: str, plain: str) -> None:
    assert to_ascii(text) == plain


def test_the_glossary_needs_none_of_the_engine() -> None:
    import subprocess

    code = "import sys, tuidl.glossary as g, tuidl.glossary.pages as p; p.listing(g.concepts(), 80)"
    code += "; print(*(name for name in sys.modules if name.startswith('tuidl.')))"
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    own = {"core", "glossary"}
    assert {name.split(".")[1] for name in result.stdout.split()} == own
