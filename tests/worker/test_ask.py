"""What a network in training says of a user's input: to the digit what a file of it is told."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests import helpers
from tests.systems import SYSTEMS
from tests.worker.test_probes_of_systems import begun
from tuidl.charts.palette import DEFAULT, MONOCHROME
from tuidl.inference.predictions import Predictions, predict_file
from tuidl.preset.library import load_preset
from tuidl.preset.schema import Preset
from tuidl.protocol.asking import Asked, AskForm
from tuidl.protocol.commands import Probe
from tuidl.protocol.events import from_json, to_json
from tuidl.training.state import TrainState
from tuidl.training.trainer import Trainer
from tuidl.tui.renderers.ask import answer_lines
from tuidl.worker.probes.answer import answer

PEOPLE = "\n".join(
    ["age;job;since;pay"]
    + [
        f"{20 + i % 40},5;{('clerk', 'cook', 'smith')[i % 3]};{1 + i % 28:02d}.0{1 + i % 9}.2020;"
        f"{1000 + 30 * i} €"
        for i in range(60)
    ]
)
TABLE = """
name = "people"
data = {source = "csv", path = "people.csv", target = "pay", validation = 0.2}
layers = [{type = "dense", units = 6, activation = "tanh"}, {type = "dense"}]
loss = {type = "mse"}
optimizer = {type = "adam", learning_rate = 0.01}
training = {epochs = 2, batch_size = 16}
"""


def trained(preset: Preset) -> TrainState:
    trainer = Trainer(preset)
    list(trainer.run())
    return trainer.state


def asked(state: TrainState, **options: Any) -> Asked:
    event = answer(state, Probe(id=1, kind="ask", options={"number": 3, **options}))
    assert event.error is None, event.error
    found = from_json(to_json(event)).answer
    assert isinstance(found, Asked)
    assert found.number == 3
    return found


def refused(state: TrainState, **options: Any) -> str:
    event = answer(state, Probe(id=1, kind="ask", options=options))
    assert event.answer is None
    return event.error or ""


def form_of(state: TrainState, **options: Any) -> AskForm:
    event = answer(state, Probe(id=1, kind="ask_form", options=options))
    assert event.error is None, event.error
    found = from_json(to_json(event)).answer
    assert isinstance(found, AskForm)
    return found


def predicted(state: TrainState, path: Path) -> Predictions:
    return predict_file(state.preset, state.model.parameters, path)


def same(found: Asked, told: Predictions) -> None:
    """To the last digit, and in the same words."""
    record = told.records[0]
    assert [line.split()[1:] for line in found.lines] == [line.split()[1:] for line in told.table()]
    shares = record.get("probabilities")
    if shares is None:
        assert found.values == np.reshape(record["values"], -1).tolist()
    else:
        assert dict(zip(found.names, found.values, strict=True)) == shares


REVIEWS = "\n".join(
    ["area,review,price"]
    + [f'{i},"{("good", "bad")[i % 2]} room, number {i % 7}",{10 * i}' for i in range(40)]
)
READER = """
name = "reviews"
data = {source = "csv", path = "reviews.csv", target = "price", columns.review.kind = "text"}
layers = [
  {type = "embedding", inputs = ["review"], output_dim = 3},
  {type = "global_average_pool1d", mask = "review", name = "read"},
  {type = "concatenate", inputs = ["table", "read"]},
  {type = "dense"},
]
loss = {type = "mse"}
optimizer = {type = "adam"}
training = {epochs = 1}
"""


def test_a_text_beside_numbers_is_typed(tmp_path: Path) -> None:
    (tmp_path / "reviews.csv").write_text(REVIEWS)
    state = trained(Preset.parse(READER, folder=tmp_path))
    area, review = form_of(state).fields
    assert (area.kind, review.kind, review.is_typed) == ("number", "text", True)
    assert form_of(state, example=0).fields[1].start.startswith(("good room, number", "bad room"))
    (tmp_path / "new.csv").write_text('area,review\n3,"good, zzz room"')
    found = asked(state, cells=[3.0, "good, zzz room"], vary=1)
    same(found, predicted(state, tmp_path / "new.csv"))
    assert "not in the vocabulary, left out: 'zzz'" in " ".join(found.lines)
    assert found.what_if is None
    assert found.effects[1] == (None, None)
    assert asked(state, cells=[3.0, "good"], vary=0).what_if is not None
    assert "no text" in refused(state, cells=[3.0, ""])


def test_examples_with_text_beside_numbers_are_shown_with_their_words(tmp_path: Path) -> None:
    rows = [f'{i},"{("good", "bad")[i % 2]} room, number {i % 7}",{"ab"[i % 2]}' for i in range(40)]
    (tmp_path / "reviews.csv").write_text("\n".join(["area,review,price", *rows]))
    text = READER.replace('"mse"', '"cross_entropy"')
    state = trained(Preset.parse(text, folder=tmp_path))
    event = answer(state, Probe(id=1, kind="predictions", options={}))
    examples = event.answer.examples
    assert all("room, number" in example.text for example in examples)
    assert {example.text.split()[0] for example in examples} <= {str(i) for i in range(40)}


@pytest.fixture(scope="module")
def digits() -> TrainState:
    return trained(helpers.preset(helpers.CONV))


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> TrainState:
    folder = tmp_path_factory.mktemp("people")
    (folder / "people.csv").write_text(PEOPLE)
    return trained(Preset.parse(TABLE, "people", folder=folder))


def test_a_drawing_is_answered_as_its_file_is(digits: TrainState, tmp_path: Path) -> None:
    form = form_of(digits)
    assert (form.takes, form.shape, form.values) == ("picture", (8, 8, 1), [])
    example = form_of(digits, example=5)
    feed = digits.held_out["validation"]
    assert example.values == pytest.approx(feed.x[5].tolist())
    assert (example.part, example.of) == ("validation", len(feed))
    assert example.true == str(int(feed.y[5, 0]))
    for values in ([0.0] * 64, [1.0] * 64, example.values):
        np.save(tmp_path / "x.npy", np.array(values, np.float32).reshape(8, 8, 1))
        same(asked(digits, values=values), predicted(digits, tmp_path / "x.npy"))


def test_a_picture_file_is_answered_with_what_the_network_sees(
    digits: TrainState, tmp_path: Path
) -> None:
    pixels = np.full((30, 20), 250, np.uint8)
    pixels[8:20, 9:12] = 0
    Image.fromarray(pixels).save(path := tmp_path / "one.png")
    found = asked(digits, file=str(path))
    same(found, told := predicted(digits, path))
    assert found.notes == told.notes
    assert len(found.notes) == 2  # it was squeezed and inverted
    assert len(found.notes) == 2, found.notes  # it was squeezed and inverted
    same(asked(digits, values=found.seen), told)
    Image.fromarray(255 - pixels).save(path)  # another picture under the same name
    assert len(asked(digits, file=str(path)).notes) == 1


def test_what_cannot_be_read_is_refused_in_a_sentence(digits: TrainState, tmp_path: Path) -> None:
    (tmp_path / "broken.png").write_bytes(b"no picture")
    (tmp_path / "x.zip").write_bytes(b"PK")
    np.save(tmp_path / "wide.npy", np.zeros((1, 9, 9, 1)))
    for path, words in (
        ("missing.png", "missing.png"), ("broken.png", "broken.png"), ("x.zip", "no kind of file"),
        ("wide.npy", "shape (1, 9, 9, 1), expected"), (".", "not a file"), ("a\0b.png", "a"),
    ):  # fmt: skip
        assert words in refused(digits, file=str(tmp_path / path)), path
    assert "64" in refused(digits, values=[0.0] * 9) or "8 x 8" in refused(digits, values=[0.0] * 9)
    assert "expected values, cells, text or file" in refused(digits)
    assert "no row" in refused(digits, cells=[1.0])
    assert "not finite" in refused(digits, values=[1e300] * 64)


def test_a_row_is_answered_as_its_csv_is(people: TrainState, tmp_path: Path) -> None:
    form = form_of(people)
    age, job, since = form.fields
    assert (age.kind, age.low, age.high, age.whole) == ("number", 20.5, 58.5, False)
    assert (job.kind, job.choices) == ("category", ("clerk", "cook", "smith"))
    assert (since.kind, since.whole) == ("date", True)
    start = [field.start for field in form.fields]
    for cells in (start, [33.25, "cook", 18300.0], ["41,5", "smith", "03.02.2020"]):
        found = asked(people, cells=cells)
        row = ";".join(found.cells)
        (tmp_path / "row.csv").write_text(f"age;job;since\n{row}\n")
        same(found, predicted(people, tmp_path / "row.csv"))
        assert found.unit == "€"
    assert asked(people, cells=[33.25, "cook", 18300.0]).cells == ("33,25", "cook", "08.02.2020")


def test_an_example_of_a_table_is_the_row_of_its_file(people: TrainState) -> None:
    rows = {tuple(line.split(";")[:3]): line.split(";")[3] for line in PEOPLE.split("\n")}
    for number in range(4):
        form = form_of(people, example=number)
        cells = asked(people, cells=[field.start for field in form.fields]).cells
        assert float(rows[cells].removesuffix(" €")) == pytest.approx(float(form.true), rel=1e-2)


def test_a_value_that_cannot_be_read_names_its_column(people: TrainState) -> None:
    error = refused(people, cells=["old", "cook", 18300.0])
    assert "column 'age'" in error
    assert "'old', expected a number with a decimal comma" in error
    assert "column 'since'" in refused(people, cells=[30.0, "cook", "some day"])
    assert "expected 3 values" in refused(people, cells=[30.0])


def test_what_if_is_the_answer_to_each_value(people: TrainState) -> None:
    cells = [field.start for field in form_of(people).fields]
    found = asked(people, cells=cells, vary=0)
    assert found.what_if is not None
    assert (found.what_if.name, found.what_if.of, len(found.what_if.x)) == ("age", "prediction", 41)
    for place in (0, 20, 40):
        alone = asked(people, cells=[found.what_if.x[place], *cells[1:]])
        assert found.what_if.y[place] == pytest.approx(alone.values[0], rel=1e-6)
    assert len(found.effects) == 3
    low, high = found.effects[0]
    assert low == pytest.approx(min(found.what_if.y), rel=1e-6)  # type: ignore[type-var]
    assert high == pytest.approx(max(found.what_if.y), rel=1e-6)  # type: ignore[type-var]
    jobs = asked(people, cells=cells, vary=1).what_if
    assert jobs is not None
    assert (jobs.choices, len(jobs.y)) == (("clerk", "cook", "smith"), 3)
    assert "expected one of 3 inputs" in refused(people, cells=cells, vary=3)


def test_of_distances_to_centres_the_nearest_is_named() -> None:
    found = asked(begun(load_preset("kmeans_points").to_toml()), cells=[0.0, 0.0])
    nearest = min(range(len(found.values)), key=lambda i: found.values[i] or 0.0)
    assert found.says == f"cluster {nearest + 1}"
    lines = [line.plain.rstrip() for line in answer_lines(found, "", DEFAULT, 40, 8, True)]
    assert lines[0] == f"says cluster {nearest + 1}, the nearest"
    assert lines[1].startswith("distance_1  ")


def test_of_very_many_choices_the_chosen_one_is_among_those_tried() -> None:
    state = begun(load_preset("recommend").to_toml())
    found = asked(state, cells=["user 299", "comedy 1"], vary=0)
    assert found.what_if is not None
    assert (len(found.what_if.choices), found.what_if.of_choices) == (60, 301)
    place = found.what_if.choices.index("user 299")
    assert found.what_if.y[place] == pytest.approx(found.values[0], rel=1e-6)
    items = asked(state, cells=["user 299", "comedy 1"], vary=1).what_if
    assert items is not None
    assert items.choices[0] == "comedy 1", "one of the first leaves them as they are"


def test_a_series_begins_with_the_last_window_and_each_value_can_be_moved(tmp_path: Path) -> None:
    state = trained(helpers.preset(helpers.SEQUENCE))
    form = form_of(state)
    assert (form.takes, form.shape, form.example) == ("series", (12, 1), form.of - 1)
    values = form.values
    np.save(tmp_path / "x.npy", np.array(values, np.float32).reshape(1, 12, 1))
    same(found := asked(state, values=values, vary=11), predicted(state, tmp_path / "x.npy"))
    assert found.what_if is not None
    moved = [*values[:11], found.what_if.x[7]]
    assert asked(state, values=moved).values[0] == pytest.approx(found.what_if.y[7], rel=1e-5)


def test_numbers_without_names_are_a_row(tmp_path: Path) -> None:
    state = trained(load_preset("logistic_regression", ("training.epochs=1",)))
    form = form_of(state)
    assert len(form.fields) == 30
    cells = [field.start for field in form.fields]
    found = asked(state, cells=cells, vary=3)
    (tmp_path / "row.csv").write_text(",".join(found.cells) + "\n")
    same(found, predicted(state, tmp_path / "row.csv"))
    assert len(found.effects) == 30


def test_answers_leave_the_network_as_it_was(people: TrainState, digits: TrainState) -> None:
    before = digits.model.weights_sha256
    asked(digits, values=[0.5] * 64)
    assert digits.model.weights_sha256 == before


@pytest.mark.usefixtures("test_sources")
@pytest.mark.parametrize("name", SYSTEMS)
def test_networks_of_several_parts_are_answered_or_say_why_not(name: str, tmp_path: Path) -> None:
    state = begun(SYSTEMS[name])
    event = answer(state, Probe(id=1, kind="ask_form", options={"example": 1}))
    if name in ("gan", "diffusion"):
        assert event.error is not None
        assert event.error.startswith("it makes its answers out of noise")
        return
    form = event.answer
    assert isinstance(form, AskForm)
    np.save(tmp_path / "x.npy", np.array([form.values], np.float32).reshape(1, *form.shape))
    found = asked(state, values=form.values, vary=0)
    told = predict_file(state.preset, state.model.parameters, tmp_path / "x.npy", backend="numpy")
    assert [line.split()[1:] for line in found.lines] == [line.split()[1:] for line in told.table()]
    if name == "two_heads":
        same(found, told)
        assert found.says == told.records[0]["class"]
    elif name == "clusters":
        assert found.values == pytest.approx(told.records[0]["distances"], rel=1e-4)
        assert found.names[0] == "distance_1"
    else:
        assert (found.names, found.made_shape) == ((), told.decoded[0].shape)
        assert found.made == pytest.approx(told.decoded[0].reshape(-1), rel=1e-4)
        assert found.what_if is None


def test_the_mask_of_a_picture_is_that_of_the_prediction(tmp_path: Path) -> None:
    small = ("data.pictures=40", "data.size=16", "training.batch_size=8", "training.epochs=1")
    state = begun(load_preset("segment_shapes", small).to_toml())
    form = answer(state, Probe(id=1, kind="ask_form", options={"example": 1})).answer
    assert isinstance(form, AskForm)
    found = asked(state, values=form.values)
    np.save(tmp_path / "x.npy", np.array([form.values], np.float32).reshape(1, *form.shape))
    told = predict_file(state.preset, state.model.parameters, tmp_path / "x.npy", backend="numpy")
    assert found.mask == told.decoded[0].argmax(-1).reshape(-1).tolist()
    assert found.names == ("background", "circle", "square", "triangle")
    assert not found.made
    for width, height in ((40, 12), (76, 30), (20, 3)):
        for palette in (DEFAULT, MONOCHROME):
            for unicode in (True, False):
                lines = answer_lines(found, "", palette, width, height, unicode)
                assert [line.cell_len for line in lines] == [width] * height
    shares = found.lines[-1].split()[1:]
    text = " ".join(line.plain for line in answer_lines(found, "", DEFAULT, 76, 30, True))
    for name, share in zip(found.names, shares, strict=True):
        assert f"{name} {share}" in text


TEXTS = """
name = "texts"
data = {source = "text_csv", path = "texts.csv", text = "text", target = "kind", validation = 0.2}
layers = [{type = "embedding", output_dim = 4}, {type = "global_average_pool1d"},
          {type = "dense", activation = "softmax"}]
loss = {type = "cross_entropy"}
optimizer = {type = "adam", learning_rate = 0.01}
training = {epochs = 1, batch_size = 8}
"""


def test_a_text_is_answered_as_a_line_of_a_file_is(tmp_path: Path) -> None:
    lines = [
        f"{('good', 'bad')[i % 2]} day number{i % 5},{('up', 'down')[i % 2]}" for i in range(40)
    ]
    (tmp_path / "texts.csv").write_text("\n".join(["text,kind", *lines]))
    state = trained(Preset.parse(TEXTS, "texts", folder=tmp_path))
    form = form_of(state)
    assert (form.takes, form.text.split()[1]) == ("text", "day")
    assert form.true in ("up", "down")
    found = asked(state, text="good zzyzx day")
    (tmp_path / "new.txt").write_text("good zzyzx day\n")
    same(found, told := predicted(state, tmp_path / "new.txt"))
    assert found.says == told.records[0]["class"]
    assert [token.name for token in found.tokens] == ["good", "day"]
    assert "left out: 'zzyzx'" in found.lines[1]
    assert "no text in it that the network knows" in refused(state, text=" ")


def test_blanks_that_are_written_can_be_seen() -> None:
    for text, seen in (("  \n ", "goes on: ␣␣↵␣"), (" a b", "goes on:  a b")):
        found = Asked(number=1, is_share=True, text=text, names=("a",), values=[1.0])
        assert seen in answer_lines(found, "", DEFAULT, 40, 8, True)[0].plain
