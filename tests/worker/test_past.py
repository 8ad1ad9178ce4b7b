"""The engine process in the past of its run: probes see it, the run itself does not notice."""

from pathlib import Path
from typing import Any

import pytest

from tests import helpers
from tests.worker.test_worker import Child, child  # noqa: F401
from tuidl.plane.presets import preset_of
from tuidl.plane.state import PlaneState
from tuidl.protocol.events import RunEnded
from tuidl.runs.rewinding import RewoundRun
from tuidl.storage.folder import RunFolder
from tuidl.training.start import trainer_for

LONG = helpers.CONV.replace("epochs = 2", "epochs = 4")


@pytest.fixture(autouse=True)
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TUIDL_RUNS_DIR", str(tmp_path))
    return tmp_path


@pytest.fixture
def at_forty(child: Child) -> Child:  # noqa: F811
    """A run that rests after 40 of its 180 steps."""
    child.tell(command="load", preset=LONG)
    child.until("paused")
    child.tell(command="step", count=40)
    child.until("paused")
    return child


def probe(child: Child, **options: Any) -> dict[str, Any]:  # noqa: F811
    child.tell(command="probe", id=7, kind="weights", options={"layer": "dense_1", **options})
    return child.until("probe_answer")[-1]


def layer_of(child: Child) -> dict[str, Any]:  # noqa: F811
    """The weights of the first layer."""
    child.tell(command="probe", id=1, kind="weights", options={"layer": "hidden_1"})
    found = child.until("probe_answer")[-1]
    assert found["answer"] is not None, found["error"]
    answer: dict[str, Any] = found["answer"]
    return answer


def go(child: Child, updates: int | None) -> dict[str, Any]:  # noqa: F811
    child.tell(command="go_to", updates=updates)
    return child.until("moment")[-1]


def test_probes_see_the_past_and_the_run_reaches_the_same_weights(
    at_forty: Child, runs: Path
) -> None:
    now = probe(at_forty)["answer"]
    moment = go(at_forty, 10)
    assert (moment["updates"], moment["epoch"], moment["step"]) == (10, 1, 10)
    past = probe(at_forty)
    assert (past["epoch"], past["step"]) == (1, 10)
    assert past["answer"] != now
    assert go(at_forty, 25)["origin"] == 10
    assert go(at_forty, None)["is_present"]
    assert probe(at_forty)["answer"] == now
    assert go(at_forty, 3)["updates"] == 3
    at_forty.tell(command="resume")
    told = at_forty.until("run_ended")
    assert [e["is_present"] for e in told if e["event"] == "moment"] == [True]
    ended = told[-1]["weights_sha256"]
    assert go(at_forty, 10)["updates"] == 10
    assert probe(at_forty)["answer"] == past["answer"]
    (run,) = runs.iterdir()
    assert RewoundRun(RunFolder(run)).go_to(180).updates == 180
    assert ended == weights_at_the_end()


def weights_at_the_end() -> str:
    *_, last = trainer_for(helpers.preset(LONG)).run()
    assert isinstance(last, RunEnded)
    return last.weights_sha256


@pytest.mark.slow
def test_moments_are_compared_and_forked_and_a_landscape_is_drawn_beside(at_forty: Child) -> None:
    at_forty.tell(command="compare", first=5, second=30)
    found = at_forty.until("moments_compared")[-1]["compared"]
    assert found["first"]["moment"]["updates"] == 5
    assert found["second"]["moment"]["updates"] == 30
    at_forty.tell(command="fork", updates=20)
    forked = at_forty.until("forked")[-1]
    assert RunFolder(Path(forked["folder"])).checkpoints.newest()[0].state.updates == 20
    at_forty.tell(command="survey", number=3, points=5)
    at_forty.tell(command="resume")
    told = at_forty.until("run_ended")
    assert told[-1]["weights_sha256"] == weights_at_the_end()
    begun = [e for e in told if e["event"] == "landscape_begun"]
    assert [e["head"]["updates"] for e in begun] == [20]
    parts = [e for e in told if e["event"] == "landscape_part"]
    if not parts or not parts[-1]["is_whole"]:
        while not at_forty.until("landscape_part")[-1]["is_whole"]:
            pass
    assert sum(len(e["places"]) for e in parts) <= 25


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    ("command", "problem"),
    [
        ({"command": "go_to", "updates": 1}, "nothing of this run is kept"),
        ({"command": "survey", "number": 1}, "nothing of this run is kept"),
    ],
)
def test_what_cannot_be_seen_is_refused(
    child: Child,  # noqa: F811
    command: dict[str, Any],
    problem: str,
) -> None:
    child.tell(command="load", preset=LONG)
    child.until("paused")
    child.tell(**command)
    assert problem in child.until("refused")[-1]["error"]


@pytest.mark.slow
def test_the_past_before_layers_and_data_were_changed_is_seen(child: Child) -> None:  # noqa: F811
    first, second = (
        preset_of(PlaneState.parse(f"2d:{line}:seed=3")).to_toml()
        for line in ("moons:net=4", "xor:net=6")
    )
    child.tell(command="load", preset=first)
    child.until("paused")
    child.tell(command="step", count=30)
    child.until("paused")
    before = layer_of(child)
    child.tell(command="change", preset=second)
    child.until("edited")
    child.tell(command="step", count=9)
    child.until("paused")
    assert go(child, 39)["is_present"]
    assert go(child, 35)["updates"] == 35
    assert layer_of(child)["shape"] == [2, 6]
    for step in (29, 12):
        assert go(child, step)["updates"] == step
        assert layer_of(child)["shape"] == before["shape"]
    go(child, None)
    assert layer_of(child)["shape"] == [2, 6]
    child.tell(command="survey", number=1, points=3)
    told = child.until("landscape_part", "refused")
    assert told[-1]["event"] == "landscape_part", told[-1]
