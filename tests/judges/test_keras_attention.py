"""Attention beside Keras's own layer, ``keras.layers.MultiHeadAttention``, in float64."""

import json
import subprocess
import sys
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from tests.judges.networks import Array, Stated, Table, preset
from tests.judges.packages import require
from tuidl.model.model import Model

WORKER = Path(__file__).parent / "keras_attention_worker.py"
WIDTH, WORDS, TOKENS, EXAMPLES, PADDING = 8, 7, 6, 5, 3
CASES: dict[str, Table] = {
    f"{'cross' if is_cross else 'self'} {causal=} {is_masked=} {heads=} {use_bias=}": {
        "is_cross": is_cross, "causal": causal, "is_masked": is_masked, "padding": PADDING,
        "num_heads": heads, "key_dim": key_dim, "use_bias": use_bias,
    }
    for is_cross, causal, is_masked, (heads, key_dim, use_bias) in product(
        (False, True), (False, True), (False, True), ((2, 4, True), (3, 5, False))
    )
    if not (is_cross and causal)
}  # fmt: skip


def _model(case: Table) -> Model:
    layers: list[Table] = [
        {"type": "embedding", "name": "words", "input_dim": WORDS, "output_dim": WIDTH}
    ]
    own = {key: case[key] for key in ("causal", "padding", "num_heads", "key_dim", "use_bias")}
    attention = {"type": "multi_head_attention", "name": "a", **own}
    if case["is_cross"]:
        layers.append({"type": "dense", "name": "memory", "units": 5})
        attention["inputs"] = ["words", "memory"]
    if case["is_masked"]:
        attention["mask"] = "input"
    source = Stated(shape=(TOKENS,), outputs=TOKENS * WIDTH)
    model = Model(
        preset([*layers, attention, {"type": "flatten"}], source), batch=EXAMPLES, dtype="float64"
    )
    random = np.random.default_rng(1)
    for values in model.parameters.values():
        values += 0.3 * random.standard_normal(values.shape)
    return model


def _examples() -> tuple[Array, Array]:
    """The first token is none of padding: Keras spreads what sees nothing over all keys."""
    random = np.random.default_rng(2)
    x = random.integers(0, WORDS, (EXAMPLES, TOKENS))
    x[:, 0], x[:, 4] = 1, PADDING
    return x, random.standard_normal((EXAMPLES, TOKENS * WIDTH))


@pytest.fixture(scope="session")
def layers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Array]:
    """What Keras's layer says to all cases."""
    require("keras")
    require("torch")
    folder, (x, y) = tmp_path_factory.mktemp("keras_attention"), _examples()
    arrays = {"x": x, "y": y.reshape(EXAMPLES, TOKENS, WIDTH)}
    for name, case in CASES.items():
        arrays |= {f"{name}/{key}": v for key, v in _model(case).parameters.items()}
    files = [str(folder / name) for name in ("cases.json", "given.npz", "answers.npz")]
    Path(files[0]).write_text(json.dumps(CASES))
    np.savez(files[1], **arrays)
    subprocess.run([sys.executable, "-P", str(WORKER), *files], check=True, timeout=600)
    with np.load(files[2]) as found:
        return dict(found)


@pytest.mark.parametrize("name", CASES)
def test_gradients_are_those_of_keras(name: str, layers: dict[str, Array]) -> None:
    x, y = _examples()
    loss, gradients = _model(CASES[name]).loss_and_gradients(x.astype(float), y)
    np.testing.assert_allclose(loss, layers[f"{name}/loss"], rtol=1e-12)
    for key, values in gradients.items():
        known = layers[f"{name}/{key}"]
        np.testing.assert_allclose(values, known, rtol=1e-9, atol=1e-12, err_msg=key)
        assert np.abs(known).max() > 1e-6 or key == "a.bias", "zeros prove nothing"
