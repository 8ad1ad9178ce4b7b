"""Probes of networks that rate items, and what these networks are."""

from pathlib import Path

import numpy as np
import pytest

from tests.worker.test_probes import ask
from tuidl.api import build
from tuidl.preset.library import load_preset
from tuidl.preset.schema import Preset
from tuidl.protocol.commands import Probe
from tuidl.tasks.choice import task_of
from tuidl.tasks.recommending import Recommendation
from tuidl.training.trainer import Trainer
from tuidl.worker.probes.answer import answer

SMALL = ("data.users=30", "data.items=12", "data.ratings=150", "training.epochs=2")


@pytest.fixture(scope="module")
def trainer() -> Trainer:
    made = Trainer(load_preset("recommend", list(SMALL)), backend="numpy")
    list(made.run())
    return made


def test_known_and_predicted_ratings_are_in_stars(trainer: Trainer) -> None:
    state = trainer.state
    assert type(task_of(state.preset)) is Recommendation
    before = trainer.model.weights_sha256
    found = ask(trainer, "recommended", user="user 7", count=3)
    known = state.preset.source.pairs()  # type: ignore[attr-defined]
    own = {
        f"{known.items.categories[item]}": stars
        for (user, item), stars in zip(known.x.tolist(), known.y.tolist(), strict=True)
        if user == 6
    }
    assert {rated["item"]: rated["known"] for rated in found["known"]} == own
    stars = [rated["known"] for rated in found["known"]]
    assert stars == sorted(stars, reverse=True)
    held = state.held_out["validation"]
    assert sum(rated["held_out"] for rated in found["known"]) == (held.x[:, 0] == 6).sum()
    assert not {rated["item"] for rated in found["best"]} & set(own)
    best = [rated["predicted"] for rated in found["best"]]
    assert best == sorted(best, reverse=True)
    mean = state.preprocessing.targets.offset[0]  # type: ignore[union-attr]
    first = known.items.categories.index(found["best"][0]["item"])
    plain = trainer.model.predict(np.array([[6, first]], np.float32))[0, 0] + mean
    assert best[0] == pytest.approx(plain, abs=2e-3)
    assert set(found["true"]) <= {1, 2, 3, 4, 5}
    assert trainer.model.weights_sha256 == before


def test_items_lie_on_a_map_with_their_nearest(trainer: Trainer) -> None:
    found = ask(trainer, "embedding_map", token="drama 2")
    assert (found["layer"], found["what"], len(found["tokens"])) == ("films", "ids (item)", 12)
    table = np.asarray(trainer.model.parameters["films.embeddings"], np.float64)[:12]
    cosines = table @ table[4] / np.linalg.norm(table, axis=1) / np.linalg.norm(table[4])
    order = [i for i in np.argsort(-cosines) if i != 4]
    assert found["nearest"][0][0] == found["tokens"][order[0]]
    assert found["nearest"][0][1] == pytest.approx(cosines[order[0]], abs=1e-3)


def test_ids_are_asked_by_name(trainer: Trainer) -> None:
    form = ask(trainer, "ask_form", example=3)
    user, item = form["fields"]
    held = trainer.state.held_out["validation"].x[3].astype(int)
    assert (user["kind"], user["choices"][-1]) == ("category", "unknown")
    assert user["start"] == user["choices"][held[0]]
    assert item["start"] == item["choices"][held[1]]


def test_who_is_not_there_is_refused(trainer: Trainer) -> None:
    event = answer(trainer.state, Probe(id=1, kind="recommended", options={"user": "nobody"}))
    assert event.error == "recommended: no user 'nobody'"


def test_a_step_is_that_of_the_usual_update_rules() -> None:
    """One example at a time: b += r (e - l b), p += r (e q - l p), with r twice the rate, as the
    loss is e ** 2, and the unknown ones stay zeros."""
    text = load_preset("recommend", list(SMALL)).to_toml()
    preset = Preset.parse(
        text, "sgd",
        ("training.batch_size=1", "optimizer.type=sgd", "optimizer.learning_rate=0.01",
         "optimizer.schedule.type=constant"),
    )  # fmt: skip
    made = Trainer(preset, build(preset, "numpy", "float64"))
    p, q, b, c = (
        np.array(made.model.parameters[f"{name}.embeddings"])
        for name in ("tastes", "films", "user_bias", "item_bias")
    )
    assert not p[-1].any()
    assert not q[-1].any()
    split = preset.source.split()
    list(made.run())
    rate, held = 0.02, 0.05
    for epoch in (1, 2):
        order = made.state.ordered(epoch).order
        for n in order.tolist():
            (u, i), y = split.train.x[n].astype(int), split.train.y[n, 0]
            error = y - b[u] - c[i] - p[u] @ q[i]
            b[u] += rate * (error - held * b[u])
            c[i] += rate * (error - held * c[i])
            p[u], q[i] = (
                p[u] + rate * (error * q[i] - held * p[u]),
                q[i] + rate * (error * p[u] - held * q[i]),
            )
    for name, values in (("tastes", p), ("films", q), ("user_bias", b), ("item_bias", c)):
        np.testing.assert_allclose(
            made.model.parameters[f"{name}.embeddings"], values, rtol=1e-9, atol=1e-12
        )


def test_files_of_pairs_are_predicted(tmp_path: Path) -> None:
    from tuidl.inference.files import read_inputs
    from tuidl.inference.preprocessing import Preparation

    preset = load_preset("recommend", list(SMALL))
    prepared = Preparation.of(preset)
    (tmp_path / "ask.csv").write_text("item,user\ndrama 1,user 3\nopera,user 3\n")
    inputs = read_inputs(preset, prepared, tmp_path / "ask.csv")
    np.testing.assert_array_equal(inputs.x, [[2, 1], [2, 12]])
    model = build(preset, "numpy")
    answers = prepared.decode(model.predict(inputs.x))
    assert answers.shape == (2, 1)
