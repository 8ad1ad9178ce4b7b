"""Attention and Transformer blocks beside PyTorch's own modules; a hundred steps of training."""

import json
import subprocess
import sys
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.judges.networks import Array, Stated, Table, preset
from tests.judges.packages import require
from tests.judges.torch_jobs import Jobs
from tests.judges.trajectories import NEAR, STEPS, Nearness, check_trajectory
from tuidl.model.model import Model

WORKER = Path(__file__).parent / "torch_attention_worker.py"
WIDTH, HEADS, INNER, WORDS, TOKENS, EXAMPLES = 8, 2, 12, 7, 6, 5
OF_BOTH: list[Table] = [
    {"causal": causal, "is_masked": is_masked}
    for causal, is_masked in product((False, True), repeat=2)
]
CASES: dict[str, Table] = {
    **{f"attention {case}": {**case, "is_block": False, "padding": 3} for case in OF_BOTH},
    **{
        f"block {case} {first} {activation}": {
            **case, "is_block": True, "padding": 3, "normalize_first": first,
            "activation": activation,
        }
        for case, first, activation in product(OF_BOTH, (False, True), ("relu", "gelu"))
    },
}  # fmt: skip
NAMES = {
    "a.kernel": "self_attn.in_proj_weight",
    "a.bias": "self_attn.in_proj_bias",
    "a.output_kernel": "self_attn.out_proj.weight",
    "a.output_bias": "self_attn.out_proj.bias",
    "b_attention_normalization.gamma": "norm1.weight",
    "b_attention_normalization.beta": "norm1.bias",
    "b_dense_1.kernel": "linear1.weight",
    "b_dense_1.bias": "linear1.bias",
    "b_dense_2.kernel": "linear2.weight",
    "b_dense_2.bias": "linear2.bias",
    "b_dense_normalization.gamma": "norm2.weight",
    "b_dense_normalization.beta": "norm2.bias",
}
"""Ours -> theirs, within the block; matrices are transposed."""


def _theirs(name: str, values: Array) -> tuple[str, Array]:
    if name == "words.embeddings":
        return "words.weight", values
    is_block = name.startswith("b_")
    own = NAMES[name.replace("b_attention.", "a.")]
    plain = own if is_block else own.removeprefix("self_attn.")
    return f"inner.{plain}", values.T if values.ndim == 2 else values


def _model(case: Table) -> Model:
    own = {"num_heads": HEADS, "causal": case["causal"], "padding": case["padding"]}
    own |= {"mask": "input"} if case["is_masked"] else {}
    if case["is_block"]:
        known = {"activation": case["activation"], "normalize_first": case["normalize_first"]}
        layer = {"type": "transformer_block", "name": "b", "intermediate_dim": INNER}
        layer |= {**own, **known}
    else:
        layer = {"type": "multi_head_attention", "name": "a", **own}
    words = {"type": "embedding", "name": "words", "input_dim": WORDS, "output_dim": WIDTH}
    source = Stated(shape=(TOKENS,), outputs=TOKENS * WIDTH)
    model = Model(
        preset([words, layer, {"type": "flatten"}], source), batch=EXAMPLES, dtype="float64"
    )
    random = np.random.default_rng(1)
    for values in model.parameters.values():
        values += 0.2 * random.standard_normal(values.shape)
    return model


def _examples() -> tuple[Array, Array]:
    """The first token is none of padding: PyTorch has NaN where a step sees nothing."""
    random = np.random.default_rng(2)
    x = random.integers(0, WORDS, (EXAMPLES, TOKENS))
    x[:, 0] = 1
    return x.astype(float), random.standard_normal((EXAMPLES, TOKENS * WIDTH))


@pytest.fixture(scope="session")
def modules(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Array]:
    """What PyTorch's modules say to all cases."""
    require("torch")
    folder, arrays, (x, y) = tmp_path_factory.mktemp("attention"), {}, _examples()
    for name, case in CASES.items():
        arrays |= {f"{name}/x": x, f"{name}/y": y.reshape(EXAMPLES, TOKENS, WIDTH)}
        for key, values in _model(case).parameters.items():
            theirs, value = _theirs(key, values)
            arrays[f"{name}/{theirs}"] = value
    files = [str(folder / name) for name in ("cases.json", "given.npz", "answers.npz")]
    Path(files[0]).write_text(json.dumps(CASES))
    np.savez(files[1], **arrays)
    subprocess.run([sys.executable, "-P", str(WORKER), *files], check=True, timeout=300)
    with np.load(files[2]) as found:
        return dict(found)


@pytest.mark.parametrize("name", CASES)
def test_gradients_are_those_of_torchs_modules(name: str, modules: dict[str, Array]) -> None:
    loss, gradients = _model(CASES[name]).loss_and_gradients(*_examples())
    np.testing.assert_allclose(loss, modules[f"{name}/loss"], rtol=1e-12)
    for key, values in gradients.items():
        theirs, value = _theirs(key, values)
        known = modules[f"{name}/{theirs}"]
        np.testing.assert_allclose(value, known, rtol=1e-9, atol=1e-12, err_msg=key)
        assert np.abs(known).max() > 1e-6, "a gradient of zeros proves nothing"


# --- a hundred steps ------------------------------------------------------------------------------

BATCH, BATCHES, STEPS_OF_EXAMPLE = 16, 5, 10
GPT: list[Table] = [  # without the bias of keys, whose gradient is rounding alone

    {"type": "embedding", "name": "words", "input_dim": WORDS, "output_dim": 12},
    {"type": "position_embedding"},
    {"type": "transformer_block", "num_heads": 3, "causal": True, "use_bias": False},
    {"type": "transformer_block", "num_heads": 2, "normalize_first": False, "mask": "input",
     "use_bias": False, "normalization": "rms_normalization", "activation": "gelu_tanh"},
    {"type": "sine_position_encoding"},
    {"type": "tied_dense", "to": "words"},
    {"type": "flatten"},
    {"type": "dense", "units": 4},
]  # fmt: skip
KINDS: dict[str, Nearness] = {"float32": NEAR, "float64": Nearness(loss=1e-10, weight=1e-9)}


def _gpt(dtype: Any) -> tuple[Model, Array, Array]:
    random = np.random.default_rng(3)
    x = random.integers(0, WORDS, (BATCH * BATCHES, STEPS_OF_EXAMPLE)).astype(np.float32)
    y = np.sin(x[:, :4] + x[:, 4:8])
    adam = {"type": "adam", "learning_rate": 0.003, "epsilon": 1e-4}
    source = Stated(shape=(STEPS_OF_EXAMPLE,), outputs=4)
    model = Model(preset(GPT, source, optimizer=adam), batch=BATCH, dtype=dtype)
    return model, x, y


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Jobs:
    require("torch")
    jobs = Jobs()
    for dtype in KINDS:
        model, x, y = _gpt(dtype)
        jobs.add(dtype, "training", model, x.astype(dtype), y.astype(dtype), steps=STEPS,
                 batch=BATCH)  # fmt: skip
    jobs.run(tmp_path_factory.mktemp("trained"))
    return jobs


@pytest.mark.parametrize("dtype", KINDS)
def test_a_transformer_trains_as_it_does_in_torch(dtype: str, trained: Jobs) -> None:
    check_trajectory(*_gpt(dtype), trained.of(dtype), KINDS[dtype])
