"""What the probe says of clusters is what the network answers."""

import numpy as np
import pytest

from tests.systems import CLUSTERS
from tuidl.preset.library import load_preset
from tuidl.preset.schema import Preset
from tuidl.protocol.clusters import Clusters
from tuidl.protocol.commands import Probe
from tuidl.training.interruption import StopsAfter
from tuidl.training.trainer import Trainer
from tuidl.worker.probes.answer import answer


def asked(trainer: Trainer, **options: object) -> Clusters | str:
    found = answer(trainer.state, Probe(id=1, kind="clusters", options=options))
    if isinstance(found.answer, Clusters):
        return found.answer
    assert found.error
    return found.error


def trained(preset: Preset) -> Trainer:
    trainer = Trainer(preset, interrupter=StopsAfter(20), threads=1)
    list(trainer.run())
    return trainer


def test_clusters_of_points_are_those_of_the_nearest_centres() -> None:
    trainer = trained(load_preset("kmeans_points"))
    before = trainer.model.weights_sha256
    found = asked(trainer, count=150, nearest=3)
    assert isinstance(found, Clusters)
    assert trainer.model.weights_sha256 == before
    feed = trainer.state.held_out["validation"]
    x, centers = feed.x[:150], trainer.model.parameters["clusters.centers_1.centers"]
    squares = ((x[:, None] - centers) ** 2).sum(axis=2)
    assert found.members == squares.argmin(axis=1).tolist()
    assert found.explained is None
    np.testing.assert_allclose(found.points, x, rtol=1e-3)
    np.testing.assert_allclose(found.centers, centers, rtol=1e-3)
    assert [c.size for c in found.clusters] == np.bincount(found.members, minlength=5).tolist()
    for number, cluster in enumerate(found.clusters):
        own = np.flatnonzero(squares.argmin(axis=1) == number)
        nearest = own[np.argsort(squares[own, number])[:3]]
        assert [member.number for member in cluster.nearest] == nearest.tolist()
        classes = feed.labels[own].astype(int)  # type: ignore[index]
        assert cluster.of_label == np.bincount(classes).max(initial=0)


def test_codes_are_shown_along_their_principal_components() -> None:
    trainer = trained(Preset.parse(CLUSTERS))
    found = asked(trainer, count=60)
    assert isinstance(found, Clusters)
    p = trainer.model.parameters
    x = trainer.state.held_out["validation"].x[:60]
    code = np.tanh(x @ p["encoder.dense_1.kernel"] + p["encoder.dense_1.bias"])
    both = np.concatenate([code, p["clusters.centers_1.centers"]])
    centred = both - both.mean(axis=0)
    lengths = np.linalg.svd(centred, compute_uv=False) ** 2
    assert found.explained is not None
    np.testing.assert_allclose(found.explained, lengths[:2] / lengths.sum(), rtol=1e-3)
    drawn = np.array([*found.points, *found.centers], float)
    np.testing.assert_allclose((drawn**2).sum(axis=0), lengths[:2], rtol=1e-2)


@pytest.mark.parametrize("name", ["autoencoder_digits", "mlp_xor"])
def test_networks_without_centres_say_so(name: str) -> None:
    assert "no distances to centres" in asked(Trainer(load_preset(name), threads=1))  # type: ignore[operator]


def test_centres_behind_layers_of_their_network_say_what_to_do() -> None:
    layers = 'layers = [{ type = "dense", units = 3 }, { type = "centers", count = 5 }]'
    text = CLUSTERS.replace(
        'name = "clusters"\n[[networks.layers]]\ntype = "centers"\ncount = 5\nredrawn_after = 1\n',
        f'name = "clusters"\n{layers}\n',
    )
    assert "first layer" in asked(trained(Preset.parse(text)))  # type: ignore[operator]
