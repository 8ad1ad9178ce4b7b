"""The training screen, Home and the editor with presets of several networks and objectives."""

from pathlib import Path

import pytest
from textual.widgets import Static

from tests.systems import SYSTEMS
from tests.tui.quiet import quiet
from tests.tui.watched import Watched
from tuidl.preset.schema import Preset
from tuidl.preset.toml_edit import dumps
from tuidl.protocol import commands, events
from tuidl.protocol.commands import Probe
from tuidl.storage.contents import EVENTS
from tuidl.storage.locations import runs_folder
from tuidl.training.start import trainer_for
from tuidl.training.trainer import Trainer
from tuidl.tui.app import Playground
from tuidl.tui.editor.draft import Draft
from tuidl.tui.editor.rows import rows_of
from tuidl.tui.previews.preview import Preview
from tuidl.tui.screens.edit import EditScreen
from tuidl.tui.views.layers import Inside, LayerList, Spread
from tuidl.tui.views.step import Numbers
from tuidl.tui.widgets.chart import Chart
from tuidl.tui.widgets.curves import Curves
from tuidl.tui.widgets.picture import Picture
from tuidl.tui.widgets.status import Status
from tuidl.worker.probes.answer import answer

pytestmark = pytest.mark.usefixtures("test_sources")
SIZES = [(80, 24), (120, 40)]
WAITING = ("looking inside", "after compiling", "no values yet", "press space to train")


def preset_of(name: str, *overrides: str) -> Preset:
    return Preset.parse(SYSTEMS[name], name, overrides)


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Playground:
    return quiet(monkeypatch, tmp_path)


async def answered(watched: Watched, trainer: Trainer) -> None:
    """Every probe of the visible panels, answered by the trainer, until nothing new is asked."""
    known: dict[str, events.Event] = {}
    for _ in range(4):
        asked = {f"{kind} {options}": (kind, options) for kind, options in watched.screen.probes()}
        for key in asked.keys() - known.keys():
            kind, options = asked[key]
            known[key] = answer(trainer.state, Probe(id=1, kind=kind, options=options))
        await watched.handle(*(known[key] for key in asked))


def panels(watched: Watched) -> str:
    """What all visible panels show."""
    within = watched.screen.open_view or watched.screen.query_one("#body")
    charts = [chart for chart in within.query(Chart) if chart.display]
    return "\n".join(chart.render().plain for chart in charts)


@pytest.mark.slow
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", SYSTEMS)
async def test_every_view_shows_something_true_or_says_why_not(
    app: Playground, name: str, size: tuple[int, int]
) -> None:
    preset = preset_of(name, "training.epochs=3")
    trainer = trainer_for(preset, "numpy", 1)
    told = list(trainer.run())
    async with app.run_test(size=size) as pilot:
        app.open(preset)
        watched = Watched(app, pilot)
        await pilot.pause()
        await watched.handle(*told[:-1], events.Paused(epoch=3, step=1, steps=5, loss=0.5))
        for key in ("1", "2", "3", "4"):
            await watched.press(key)
            await answered(watched, trainer)
            for _ in range(len(trainer.state.program.graph.nodes) if key == "3" else 1):
                text = panels(watched)
                assert not any(words in text for words in WAITING), (key, text)
                await watched.press("down")
                await answered(watched, trainer)
        for _ in range(5):
            await watched.press("n")
            assert watched.seen(Numbers).strip()
        await watched.press("1")
        await watched.handle(told[-1])
        assert watched.screen.query_one(Status).render().plain


@pytest.mark.slow
async def test_layers_of_two_networks_can_be_told_apart_where_there_is_little_room(
    app: Playground,
) -> None:
    preset = preset_of("gan", "training.epochs=1")
    trainer = trainer_for(preset, "numpy", 1)
    told = list(trainer.run())
    async with app.run_test(size=(80, 24)) as pilot:
        app.open(preset)
        watched = Watched(app, pilot)
        await pilot.pause()
        await watched.handle(*told[:-1])
        await watched.press("3")
        await answered(watched, trainer)
        names = [line.split()[0] for line in watched.seen(LayerList).splitlines()[1:7]]
        assert len(set(names)) == 6, names
        assert watched.seen(Inside).strip()
        assert watched.screen.query_one(Spread) is not None


async def test_keys_change_the_rate_of_the_objective_that_is_chosen(app: Playground) -> None:
    preset = preset_of("gan")
    async with app.run_test(size=(120, 40)) as pilot:
        app.open(preset)
        watched = Watched(app, pilot)
        await pilot.pause()
        told = list(trainer_for(preset_of("gan", "training.epochs=1"), "numpy", 1).run())
        await watched.handle(told[0], events.Paused(epoch=1, step=0, steps=6, loss=None))
        status = watched.screen.query_one(Status)
        assert "rate of discriminator 0.02" in status.render().plain
        assert watched.screen.hint("objective") == "rate of generator"
        await watched.press("plus", "o", "minus")
        assert watched.screen.hint("objective") == "rate of discriminator"
        found = [c for c in watched.sent if isinstance(c, commands.Scale)]
        assert [c.key for c in found] == [
            "objectives.discriminator.optimizer.learning_rate",
            "objectives.generator.optimizer.learning_rate",
        ]
        assert [c.factor for c in found] == pytest.approx([1.25, 0.8])
        edited = events.Edited(epoch=1, step=0, key=found[1].key, value=0.04, number=1)
        await watched.handle(edited)
        assert "rate of generator 0.04" in status.render().plain
        await watched.press("o")
        assert "rate of discriminator 0.02" in status.render().plain


@pytest.mark.parametrize(("name", "is_asked"), [("gan", False), ("two_heads", True)])
async def test_nothing_is_given_to_a_network_that_answers_to_noise(
    app: Playground, name: str, is_asked: bool
) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        app.open(preset_of(name))
        watched = Watched(app, pilot)
        await pilot.pause()
        told = list(trainer_for(preset_of(name, "training.epochs=1"), "numpy", 1).run())
        assert isinstance(told[0], events.RunStarted)
        folder = runs_folder() / told[0].run
        folder.mkdir(parents=True)
        (folder / EVENTS).touch()
        await watched.handle(told[0], told[-1])
        keys = ("evaluate", "predict", "export")
        offered = [key for key in keys if watched.screen.check_action("use", (key,))]
        assert offered == (list(keys) if is_asked else ["export"])
        assert ("p predict" in panels(watched)) is is_asked


async def test_one_objective_has_no_key_to_choose_another(app: Playground) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        app.open(preset_of("two_heads"))
        watched = Watched(app, pilot)
        await pilot.pause()
        assert not watched.screen.check_action("objective", ())
        assert watched.screen.rate.key == "objectives.both.optimizer.learning_rate"
        curves = watched.screen.query(Curves)
        measures = {one.id: one.measure for one in curves if one.id in ("loss", "metric")}
        assert measures == {"loss": "loss", "metric": "shape.accuracy"}


@pytest.mark.slow
async def test_a_generator_has_no_picture_and_says_so(app: Playground) -> None:
    preset = preset_of("gan", "training.epochs=1")
    trainer = trainer_for(preset, "numpy", 1)
    told = list(trainer.run())
    async with app.run_test(size=(120, 40)) as pilot:
        app.open(preset)
        watched = Watched(app, pilot)
        await pilot.pause()
        await watched.handle(*told[:-1])
        await answered(watched, trainer)
        assert "no target is held against" in " ".join(watched.seen(Picture).split())


@pytest.mark.parametrize("name", SYSTEMS)
def test_a_draft_has_no_layers_of_its_own(name: str, tmp_path: Path) -> None:
    draft = Draft.of(SYSTEMS[name], tmp_path)
    assert draft.problem == ""
    assert draft.graph is not None
    assert draft.nodes == {}
    rows = rows_of(draft.table or {})
    paths = {row.path[0] for row in rows}
    assert {"networks", "outputs", "objectives"} <= paths
    assert not paths & {"layers", "loss", "optimizer"}


@pytest.mark.parametrize("name", SYSTEMS)
def test_the_text_to_modify_reads_as_the_preset(name: str) -> None:
    preset = preset_of(name)
    assert Preset.parse(dumps(preset.table()), name) == preset


def test_lists_of_tables_within_tables_are_written_as_they_are_read() -> None:
    import tomllib

    table = {"a": [{"b": [{"c": {"d": 1}}, {"e": [1, 2]}], "f": {"g": [{"h": "i"}]}}, {"j": []}]}
    assert tomllib.loads(dumps(table)) == table
    mixed = {"a": {"b": [1, {"c": 2}]}}
    assert tomllib.loads(dumps(mixed)) == mixed


@pytest.mark.sample(1)
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", SYSTEMS)
async def test_the_editor_opens_them(app: Playground, name: str, size: tuple[int, int]) -> None:
    async with app.run_test(size=size) as pilot:
        app.open(preset_of(name))
        await pilot.pause()
        await pilot.press("m")
        await pilot.pause()
        screen = app.screen
        assert isinstance(screen, EditScreen)
        assert "parameters" in str(screen.query_one("#problem", Static).render())
        keys = ("enter", "escape", "f2", "f2", "right", "a", "d", "space")
        await pilot.press(*("down",) * 12, *keys)
        await pilot.pause()


@pytest.mark.parametrize("name", SYSTEMS)
def test_home_shows_their_networks_and_optimizers(name: str, tmp_path: Path) -> None:
    file = tmp_path / "preset.toml"
    file.write_text(SYSTEMS[name])
    preview = Preview.of(file)
    assert preview.problem == ""
    facts = dict(preview.facts)
    assert "layers" in facts["network"]
    assert facts["network"].startswith(str(len(preset_of(name).networks)))
    for objective in preset_of(name).objectives:
        assert f"{objective.name}: " in facts["training"]
    reads = {box.name: box.reads for box in preview.boxes}
    if name == "gan":
        assert reads["generator.dense_1"] == ("z",)
        assert reads["discriminator.dense_1"] == ("input",)
        assert reads["discriminator@on_fake.dense_1"] == ("generator.dense_2",)
