"""What a trained network says of the user's own pictures, tables and arrays."""

from tuidl.predicting.files import Inputs, read_inputs
from tuidl.predicting.predictions import Predictions, predict_file

__all__ = ["Inputs", "Predictions", "predict_file", "read_inputs"]
