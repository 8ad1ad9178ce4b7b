"""What tests of predictions share."""

from pathlib import Path

import numpy as np
from PIL import Image

from tests.export.exports import perturbed
from tuidl.inference.predictions import Predictions, predict_file
from tuidl.model.model import Model
from tuidl.preset.schema import Preset


def trained_on(chosen: Preset) -> Model:
    model = Model(chosen, batch=4, backend="numpy")
    perturbed(model)
    return model


def predicted(model: Model, path: Path, **options: object) -> Predictions:
    return predict_file(model.preset, model.parameters, path, backend="numpy", **options)


def save_picture(path: Path, pixels: np.ndarray, mode: str | None = None) -> Path:
    image = Image.fromarray(pixels)
    (image.convert(mode) if mode else image).save(path)
    return path


def shares_of(found: Predictions) -> np.ndarray:
    return np.array([list(record["probabilities"].values()) for record in found.records])
