"""Pictures of probes' answers: exactly their size whatever the answer, and what they say."""

import math
from collections.abc import Callable

import msgspec
import pytest
from rich.cells import cell_len
from rich.text import Text

from tests.tui import answers
from tuidl.charts.gradients import compared, gradient_curves
from tuidl.charts.layer_list import layer_list
from tuidl.charts.palette import DEFAULT, MONOCHROME, Palette
from tuidl.charts.scale import compact
from tuidl.charts.tiling import comfortable
from tuidl.nn.layers import LAYERS
from tuidl.nn.losses import LOSSES
from tuidl.nn.optimizers import OPTIMIZERS
from tuidl.protocol.history import Series
from tuidl.protocol.probes import LayerState
from tuidl.tui.renderers import examples, generated, layers, series, shapes
from tuidl.tui.renderers.spreads import spreads
from tuidl.tui.renderers.values import values
from tuidl.tui.session.run import Run
from tuidl.tui.step_trace import batch, flow, formulas
from tuidl.tui.step_trace.formulas import backward_formula, forward_formula
from tuidl.tui.step_trace.phases import Loop, code, code_lines, phase_line, words
from tuidl.tui.step_trace.weights import update
from tuidl.tui.views.large import accuracy_line
from tuidl.verdicts.layers import warning_words

Draw = Callable[[Palette, int, int, bool], list[Text]]
SIZES = [(4, 1), (5, 3), (9, 2), (17, 7), (20, 4), (36, 16), (56, 16), (78, 20), (190, 45)]
LOOP = Loop(3, 15, 2, 45)
EMPTY = msgspec.structs.replace(answers.predictions(), examples=())


def lengths(count: int, epochs: int = 4) -> list[tuple[str, Series]]:
    """Gradients that shrink by ten from each layer to the one before."""
    made = []
    for i in range(count):
        line = Series()
        for epoch in range(1, epochs + 1):
            line.add(epoch, 10.0 ** (i - count))
        made.append((f"dense_{i + 1}", line))
    return made


def _examples(draw: Callable[..., list[Text]], answer: answers.Answer) -> Draw:
    return lambda p, w, h, u: draw(answer, p, w, h, selected=1, unicode=u)


PICTURES: dict[str, Draw] = {
    "tiles": _examples(examples.list_of, answers.predictions()),
    "rows": _examples(examples.list_of, answers.table()),
    "no rows": _examples(examples.list_of, msgspec.structs.replace(EMPTY, shape=(4,))),
    "closely": _examples(examples.closely, answers.predictions()),
    "closely a row": _examples(examples.closely, answers.table()),
    "closely nothing": _examples(examples.closely, EMPTY),
    "spreads": lambda p, w, h, u: spreads(answers.spread_layers(), p, w, h, u),
    "many spreads": lambda p, w, h, u: spreads(answers.spread_layers(40), p, w, h, u),
    "no spreads": lambda p, w, h, u: spreads(answers.layers(), p, w, h, u),
    "matrix": lambda p, w, h, u: examples.matrix(answers.predictions(), p, w, h, cursor=(3, 9),
                                                 unicode=u),
    "curve": lambda p, w, h, u: shapes.curve(answers.curve(), p, w, h, u),
    "broken curve": lambda p, w, h, u: shapes.curve(answers.curve(broken=True), p, w, h, u),
    "plane": lambda p, w, h, u: shapes.plane(answers.plane(), p, w, h, u),
    "plane of three": lambda p, w, h, u: shapes.plane(answers.plane(3), p, w, h, u),
    "generated": lambda p, w, h, u: generated.points(answers.generated(), p, w, h, u),
    "generated, no critic": lambda p, w, h, u: generated.points(
        answers.generated(critic=False), p, w, h, u, generated.VARIANTS[0]),
    "generated pictures": lambda p, w, h, u: generated.pictures(
        answers.generated_pictures(), p, w, h, u),
    "forecast": lambda p, w, h, u: series.forecast(answers.forecast(), p, w, h, u),
    "values": lambda p, w, h, u: values(answers.values(), p, w, h, u),
    "layer list": lambda p, w, h, u: layer_list(
        layers.layer_rows(answers.layers(), None, 100), p, w, h, unicode=u),
    "no layers": lambda p, w, h, u: layer_list([], p, w, h, unicode=u),
    "gradients": lambda p, w, h, u: gradient_curves(lengths(9), p, w, h, unicode=u),
    "one epoch": lambda p, w, h, u: gradient_curves(lengths(2, 1), p, w, h, unicode=u),
    "no gradients": lambda p, w, h, u: gradient_curves([], p, w, h, unicode=u),
    "spread": lambda p, w, h, u: layers.spread(answers.histograms(), p, w, h, u),
    "no spread": lambda p, w, h, u: layers.spread(answers.histograms(broken=True), p, w, h, u),
    "maps": lambda p, w, h, u: layers.maps(answers.filters(), answers.feature_maps(), p, w, h, u),
    "weights": lambda p, w, h, u: layers.weights(answers.weights(), p, w, h, u),
    "gates": lambda p, w, h, u: layers.weights(answers.weights(3), p, w, h, u),
    "code": lambda p, w, h, u: code_lines(answers.step_trace(), LOOP, 2, p, w, h, u),
}  # fmt: skip
for _name, _walk in (("line", answers.step_trace()), ("images", answers.step_trace_of_images())):
    PICTURES |= {
        f"gather {_name}": lambda p, w, h, u, a=_walk: batch.gather(a, p, w, h, u),
        f"forward {_name}": lambda p, w, h, u, a=_walk: flow.forward(a, p, w, h, u, 0),
        f"loss {_name}": lambda p, w, h, u, a=_walk: batch.loss(a, p, w, h, u),
        f"backward {_name}": lambda p, w, h, u, a=_walk: flow.backward(a, p, w, h, u, 0),
        f"update {_name}": lambda p, w, h, u, a=_walk: update(a, None, p, w, h, u),
        f"updated {_name}": lambda p, w, h, u, a=_walk: update(a, a, p, w, h, u),
        f"words {_name}": lambda p, w, h, u, a=_walk: words(a, 4, p, w, h, u),
    }


def text(name: str, width: int = 78, height: int = 20) -> str:
    return "\n".join(line.plain for line in PICTURES[name](DEFAULT, width, height, True))


@pytest.mark.parametrize("name", PICTURES)
@pytest.mark.parametrize("unicode", [True, False], ids=["unicode", "ascii"])
def test_every_answer_fills_its_panel_exactly(name: str, unicode: bool) -> None:
    for width, height in SIZES:
        for palette in (DEFAULT, MONOCHROME):
            lines = PICTURES[name](palette, width, height, unicode)
            assert len(lines) == height, (width, height)
            assert {cell_len(line.plain) for line in lines} == {width}, (width, height)
            assert unicode or all(line.plain.isascii() for line in lines)


def test_captions_say_what_was_read_and_what_it_is() -> None:
    assert text("tiles").count("said 9, is 3") == 2
    assert "3, read as 9, 91% sure" in text("closely")
    assert "✗ said benign, is malignant" in text("rows")
    assert "3 read as 9: 2 of 5" in text("matrix")


def test_the_page_with_the_selected_image_is_shown() -> None:
    answer = answers.predictions(count=60)
    room = comfortable((8, 8, 1), 40, 12, caption=True, least=16)
    assert 1 < room < 60
    shown = examples.tiles(answer, DEFAULT, 40, 12, selected=room, unicode=True)
    assert "said" not in "".join(line.plain for line in shown)
    assert any("✓ 3" in line.plain for line in shown)


def test_small_numbers_keep_their_digits() -> None:
    shown = layer_list(layers.layer_rows(answers.layers(), None, 100), DEFAULT, 60, 8)
    assert "1.2e-5" in "".join(line.plain for line in shown)
    for value, said in ((0, "0"), (1.2345e-4, "1.2e-4"), (0.01234, "0.012"), (123456, "1.2e5"),
                        (-0.05, "-0.05"), (99.6, "100"), (1234, "1234")):  # fmt: skip
        assert compact(value) == said
        assert len(compact(value)) <= 7


def test_sick_layers_are_called_out_in_words() -> None:
    assert "! 62% dead: zero on all 300 examples looked at" in text("layer list")
    answer = answers.layers()
    warned = [row.warning for row in layers.layer_rows(answer, None, 100)]
    assert warned[1] == "its gradient is 1/2,500 of the last layer's"
    assert warned[2] == ""
    sick = LayerState(name="a", kind="dense", activation=1.0, gradient=0.1, saturated=0.96)
    assert warning_words(sick, answer, 100).startswith("96% saturated")
    assert warning_words(sick, answer, 3) == ""
    broken = msgspec.structs.replace(sick, activation=None, gradient=None)
    assert warning_words(broken, answer, 3) == "its numbers are not finite"


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        (1e-6, 0.5, "vanishing gradient: a gets 1/500,000 of c's"),
        (500.0, 0.01, "exploding gradient: a gets 50,000 times c's"),
        (0.1, 0.5, "gradients of weights within a factor of 5: every layer learns"),
        (0.0, 0.5, "vanishing gradient: a gets no gradient"),
        (math.inf, 0.5, "exploding gradient: a gets one not finite"),
    ],
)
def test_gradients_are_judged(first: float, last: float, said: str) -> None:
    assert compared({"a": first, "b": last, "c": last})[0][0] == said


def test_dead_units_are_not_called_a_vanishing_gradient() -> None:
    """By the rule of the verdict: no gradient gets past dead units, which is another fault."""
    lengths = {"g.a": 0.0, "g.b": 0.5, "d.a": 1e-6, "d.b": 0.5}
    assert compared(lengths)[0][0] == "vanishing gradient: g.a gets no gradient"
    assert compared(lengths, {"g"})[0][0] == "vanishing gradient: d.a gets 1/500,000 of d.b's"
    del lengths["d.a"]
    assert compared(lengths, {"g"}) == (
        ("dead units: no gradient gets to g.a",) * 2, "bad"
    )  # fmt: skip


def test_names_of_gradients_stand_in_the_order_of_their_lines() -> None:
    rows = text("gradients", 80, 16).splitlines()
    places = [
        next(y for y, row in enumerate(rows) if f"dense_{i}" in row[55:]) for i in range(1, 10)
    ]
    assert places == sorted(places, reverse=True)


def test_a_series_is_told_how_far_it_is_off() -> None:
    told = [line.plain for line in series.in_words(answers.forecast(), DEFAULT, 76, True)]
    assert told[0].endswith("off by 0.25")
    assert told[1].endswith("off by 0.5")
    assert series.typical_error([], []) != series.typical_error([], [])


def test_an_equation_keeps_its_signs() -> None:
    assert shapes.equation_text(1.5, -0.25) == "y = 1.500 x - 0.250"
    assert "y = 1.500 x - 0.250" in text("curve")
    assert "best: y = 2.000 x + 1.100" in text("curve")


def test_the_plane_names_what_is_held_out_and_how_many_are_right() -> None:
    assert "1 held out" in text("plane")
    run = Run(train={"accuracy": 1.0}, validation={"accuracy": 0.85})
    line = accuracy_line(run, DEFAULT, 80, True)[0].plain
    assert line.startswith("100.0% of learned from right   85.0% of held out right")


def test_predictions_are_held_against_always_saying_the_mean() -> None:
    assert "off by 0.5 on average; always predicting the mean: 1.11" in text("values")


def test_a_neuron_is_worked_out_with_its_numbers() -> None:
    assert "0.5 · 1.5 + 0.25 = 1" in text("forward line")
    assert "#12: (1 - 2)² = 1" in text("loss line")
    assert "mean over all 4 examples: 0.53125" in text("loss line")
    assert "1.5 - 0.1 · (-0.25) = ?" in text("update line")
    after = answers.step_trace(weight=1.525)
    lines = update(answers.step_trace(), after, DEFAULT, 78, 20, True)
    told = "\n".join(line.plain for line in lines)
    assert "1.5 - 0.1 · (-0.25) = 1.525" in told
    assert "done" in told


def test_the_loop_marks_the_line_of_the_phase() -> None:
    rows = text("code").splitlines()
    assert [row for row in rows if row.startswith("▸")] == ["▸     loss = mse(p, y)".ljust(78)]
    assert rows[0].rstrip().endswith("now 3")
    assert rows[1].rstrip().endswith("now 2")
    assert "weights = weights - 0.1 · g" in rows[6]
    loop = Loop(3, 9, 2, 5)
    for room in range(26, 60):
        texts = [said for said, _, _ in code(answers.step_trace(), loop, room)]
        assert texts[6].endswith("= 0.1 · g" if room < 31 else "weights - 0.1 · g")


def test_every_layer_loss_and_optimizer_has_its_formula() -> None:
    for kind in LAYERS:
        assert forward_formula(kind, "linear"), kind
        assert backward_formula(kind, "linear"), kind
    assert forward_formula("dense", "relu") == "y = x · W + b, then max(0, y)"
    assert forward_formula("dense", "relu", bias=False) == "y = x · W, then max(0, y)"
    assert forward_formula("conv2d", "linear", bias=False).endswith("filter · patch")
    assert backward_formula("dense", "linear", bias=False) == "dW = xᵀ · dy   dx = dy · Wᵀ"
    assert "b · noise" in forward_formula("diffuse", "linear", bias=False), "that b is no bias"
    assert set(formulas.LOSSES) == set(formulas.GRADIENTS) == set(LOSSES)
    assert set(formulas.OPTIMIZERS) == set(OPTIMIZERS)


def test_all_phases_stand_in_a_line() -> None:
    line = phase_line(2, DEFAULT, 60, True)[0].plain
    assert line.split(" ─ ")[2].strip() == "loss"


def test_spreads_name_the_ends_the_mean_and_what_is_not_finite() -> None:
    answer = answers.spread_layers()
    drawn = "\n".join(line.plain for line in spreads(answer, DEFAULT, 60, 30, True))
    for text in ("conv2d_1 kernel", "9 values", "-0.5", "0.5", "mean 0.1", "3 not finite"):
        assert text in drawn
    assert "max_pool2d_1" not in drawn, "it has no weights"


def test_spreads_of_many_layers_have_a_line_each_and_say_what_is_left_out() -> None:
    lines = [line.plain for line in spreads(answers.spread_layers(40), DEFAULT, 60, 20, True)]
    assert lines[0].startswith("dense_1 ")
    assert lines[0].rstrip().endswith("-0.5 to 0.5")
    assert lines[-1].strip() == "and 21 more: view 3"
