"""From a probe's kind to its answer."""

import time
from collections.abc import Callable
from typing import Any

import msgspec

from tuidl.core.errors import TuidlError, suggestion
from tuidl.protocol.commands import Probe
from tuidl.protocol.events import ProbeAnswer
from tuidl.protocol.probes import AnyAnswer
from tuidl.training.state import TrainState
from tuidl.worker.probes import (
    ask,
    ask_form,
    attention,
    boxes,
    chain,
    clusters,
    diffused,
    embedding_map,
    generated,
    health,
    latent,
    layers,
    masks,
    neurons,
    pictures,
    places,
    predictions,
    ratings,
    reconstructions,
    sequences,
    shapes,
    text,
    values,
    walk,
    weights,
)

PROBES: dict[str, tuple[Callable[[TrainState, Any], AnyAnswer], type[msgspec.Struct]]] = {
    "predictions": (predictions.predictions, predictions.Options),
    "places": (places.places, places.Options),
    "masks": (masks.masks, masks.Options),
    "boxes": (boxes.boxes, boxes.Options),
    "curve": (shapes.curve, shapes.CurveOptions),
    "plane": (shapes.plane, shapes.Options),
    "latent_plane": (latent.latent_plane, latent.Options),
    "decoded_code": (latent.decoded_code, latent.CodeOptions),
    "reconstructions": (reconstructions.reconstructions, reconstructions.Options),
    "values": (values.values, values.Options),
    "forecast": (sequences.forecast, sequences.Options),
    "layers": (layers.layers, layers.Options),
    "health": (health.health, health.Options),
    "histograms": (layers.histograms, layers.HistogramOptions),
    "filters": (pictures.filters, pictures.Options),
    "feature_maps": (pictures.feature_maps, pictures.Options),
    "weights": (weights.weights, weights.Options),
    "attention": (attention.attention, attention.Options),
    "sample": (text.sample, text.Options),
    "recommended": (ratings.recommended, ratings.Options),
    "embedding_map": (embedding_map.embedding_map, embedding_map.MapOptions),
    "diffused": (diffused.diffused, diffused.Options),
    "generated": (generated.points, generated.Options),
    "generated_pictures": (generated.pictures, generated.PictureOptions),
    "clusters": (clusters.clusters, clusters.Options),
    "neurons": (neurons.neurons, neurons.Options),
    "ask_form": (ask_form.ask_form, ask_form.Options),
    "ask": (ask.ask, ask.Options),
    "walk": (walk.walk, walk.Options),
    "chain": (chain.chain, chain.Options),
}
"""Each kind: what answers it, and the record of its options."""


def answer(state: TrainState, probe: Probe) -> ProbeAnswer:
    """Look inside; what cannot be answered says why."""
    (epoch, step), started = state.place, time.perf_counter()
    found: AnyAnswer | None = None
    error: str | None = None
    if probe.kind not in PROBES:
        error = f"no probe {probe.kind!r}{suggestion(probe.kind, PROBES)}"
    else:
        look, options = PROBES[probe.kind]
        try:
            found = look(state, msgspec.convert(probe.options, options, strict=True))
        except (TuidlError, msgspec.ValidationError) as problem:
            error = str(problem)
    return ProbeAnswer(
        id=probe.id,
        kind=probe.kind,
        epoch=epoch,
        step=step,
        answer=found,
        error=error,
        seconds=time.perf_counter() - started,
    )
