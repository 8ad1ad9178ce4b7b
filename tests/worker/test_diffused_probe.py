"""What the probe says of the steps back is what the network says."""

import numpy as np
import pytest

from tests.systems import DIFFUSION, GAN
from tuidl.compiler.reverse import reverse_of
from tuidl.model.diffusion import noise_in
from tuidl.model.sampling import generated
from tuidl.preset.schema import Preset
from tuidl.protocol.commands import Probe
from tuidl.training.interruption import StopsAfter
from tuidl.training.trainer import Trainer
from tuidl.worker.probes.answer import answer
from tuidl.worker.probes.diffused import Options, diffused

pytestmark = pytest.mark.usefixtures("test_sources")


def begun(text: str = DIFFUSION, *settings: str) -> Trainer:
    trainer = Trainer(Preset.parse(text, "d", settings), interrupter=StopsAfter(5), threads=1)
    list(trainer.run())
    return trainer


def test_frames_go_from_noise_to_what_is_generated() -> None:
    trainer = begun()
    before = trainer.model.weights_sha256
    found = diffused(trainer.state, Options(points=40, frames=5, columns=3, rows=2))
    assert found.times == (12, 9, 6, 3, 0)
    assert found.updates == 5
    made = generated(trainer.model, 40)
    np.testing.assert_allclose(found.frames[-1], made, rtol=1e-3, atol=2e-3)
    assert np.std(found.frames[0]) == pytest.approx(1, abs=0.25)
    assert list(found.left) == sorted(found.left)
    assert found.left[-1] == 1
    assert trainer.model.weights_sha256 == before


def test_arrows_point_against_the_noise_that_the_network_sees() -> None:
    trainer = begun()
    found = diffused(trainer.state, Options(points=5, frames=3, columns=4, rows=3))
    assert [len(arrows) for arrows in found.arrows] == [12, 12, 0]
    way = reverse_of(trainer.model.program.graph)
    assert way is not None
    arrows = np.array(found.arrows[1])
    noise = noise_in(trainer.model, way, arrows[:, :2], found.times[1])
    longest = np.sqrt((noise**2).sum(axis=1)).max()
    np.testing.assert_allclose(arrows[:, 2:], -noise / longest, atol=5e-3)


def test_more_frames_than_steps_are_all_steps() -> None:
    found = diffused(begun().state, Options(points=2, frames=201, columns=0, rows=0))
    assert found.times == tuple(range(12, -1, -1))
    assert all(arrows == [] for arrows in found.arrows)


@pytest.mark.parametrize(("text", "settings"), [(GAN, ()), (DIFFUSION, ("predicts=predicted",))])
def test_networks_that_go_no_steps_back_are_refused(text: str, settings: tuple[str, ...]) -> None:
    said = answer(begun(text, *settings).state, Probe(id=1, kind="diffused"))
    assert "needs a network that tells the noise" in (said.error or "")
