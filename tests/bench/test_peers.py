"""What peers are told of a preset, and that they build the same network."""

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bench import contenders
from bench.cases import Case, case_file, named
from bench.contenders import Contender
from bench.description import describe, second_biases
from bench.measure import prepared, ways
from bench.peers import examples, protocol
from tests.helpers import RESIDUAL
from tests.systems import GAN
from tuidl.core.errors import TuidlError
from tuidl.kernels.step_state import STEP
from tuidl.preset.library import load_preset, shipped

SEVERAL = ("vae_mnist", "gan_points", "gan_digits")
HEAD = 'name = "tiny"\noptimizer = {type = "adam"}\nloss = {type = "cross_entropy"}\n'
IMAGES = '{type = "reshape", shape = [6, 6, 2]}'
SEQUENCES = '{type = "reshape", shape = [12, 6]}'
ANSWER = '{type = "dense", activation = "softmax"}'
NETWORKS = {
    "dense": '{type = "dense", units = 5, activation = "gelu"}, {type = "layer_normalization"},'
    '{type = "dropout", rate = 0.5}, {type = "batch_normalization"}',
    "strided": f'{IMAGES}, {{type = "conv2d", filters = 3, stride = 2, padding = "same"}},'
    '{type = "batch_normalization"}, {type = "leaky_relu"}, {type = "flatten"}',
    "grouped": f'{IMAGES}, {{type = "conv2d", filters = 4, groups = 2, kernel_size = [1, 3],'
    'dilation = [1, 2], padding = "same"}, {type = "conv2d", filters = 4, groups = 4, kernel_size ='
    ' 3, stride = [1, 2], padding = "same"}, {type = "conv2d_transpose", filters = 2, stride = 2,'
    'padding = "same", kernel_size = 4}, {type = "global_average_pool2d"}',
    "even": f'{IMAGES}, {{type = "conv2d", filters = 3, kernel_size = 4, padding = "same"}},'
    '{type = "max_pool2d"}, {type = "layer_normalization"}, {type = "global_average_pool2d"}',
    "pools": f'{IMAGES}, {{type = "average_pool2d", pool_size = 3, stride = 1, padding = "same"}},'
    '{type = "conv2d", filters = 2, use_bias = false}, {type = "max_pool2d", pool_size = 3,'
    'stride = 2, padding = "same"}, {type = "elu"}, {type = "flatten"}',
    "time": f'{SEQUENCES}, {{type = "conv1d", filters = 4, padding = "causal"}},'
    '{type = "max_pool1d"}, {type = "tanh"}, {type = "conv1d", filters = 4, kernel_size = 2,'
    'stride = 2, padding = "same"}, {type = "batch_normalization"}, {type = "global_max_pool1d"}',
    "gaps": f'{SEQUENCES}, {{type = "conv1d", filters = 6, groups = 6, padding = "causal"}},'
    '{type = "conv1d", filters = 4, groups = 2, dilation = 2, padding = "same"},'
    '{type = "conv1d", filters = 4, groups = 2, stride = 2, padding = "same"},'
    '{type = "conv1d", filters = 4, dilation = 4, padding = "causal"}, {type = "flatten"}',
    "stacked": f'{SEQUENCES}, {{type = "lstm", units = 4, return_sequences = true}},'
    '{type = "lstm", units = 4, return_sequences = true}, {type = "lstm", units = 4}',
    "mixed": f'{SEQUENCES}, {{type = "gru", units = 4, return_sequences = true}},'
    '{type = "gru", units = 3, return_sequences = true}, {type = "simple_rnn", units = 3}',
    "both": f'{SEQUENCES}, {{type = "bidirectional", layer = {{type = "lstm", units = 3,'
    'return_sequences = true}}, {type = "bidirectional", merge = "sum", layer = {type = "gru",'
    "units = 3}}",
    "attention": f'{SEQUENCES}, {{type = "position_embedding"}}, {{type = "transformer_block",'
    'num_heads = 2, causal = true}, {type = "transformer_block", num_heads = 3, activation = '
    '"gelu_tanh", normalization = "rms_normalization", use_bias = false}, {type = "flatten"}',
    "tied": '{type = "embedding", name = "e", input_dim = 9, output_dim = 3},'
    '{type = "tied_dense", to = "e"}, {type = "flatten"}',
    "words": '{type = "embedding", input_dim = 9, output_dim = 3}, {type = "flatten"}',
    "paths": f'{IMAGES}, {{type = "conv2d", name = "a", filters = 2, padding = "same"}},'
    '{type = "sigmoid", name = "b"}, {type = "add", name = "c", inputs = ["a", "b"]},'
    '{type = "concatenate", inputs = ["a", "c"]}, {type = "flatten"}',
}


def tiny(name: str) -> Case:
    data = f'data = {{source = "blobs", features = {4 if name in ("words", "tied") else 72}}}\n'
    layers = f"layers = [{NETWORKS[name]}, {ANSWER}]\ntraining = {{batch_size = 3}}\n"
    return Case(name, toml=HEAD + data + layers)


def work_of(case: Case) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(json.dumps(case.record()))["work"]
    return made


@pytest.mark.parametrize("name", NETWORKS)
def test_pytorch_builds_the_same_network(name: str) -> None:
    torch = pytest.importorskip("torch")
    from bench.peers import torch_network

    work = work_of(tiny(name))
    network = torch_network.build(work)
    counted = sum(p.numel() for p in network.parameters())
    assert counted == work["parameters"] + second_biases(work)
    x = torch.from_numpy(examples.inputs(work)[:3])
    logits = network(x.reshape(len(x), *torch_network.first(work["shape"])))
    assert logits.shape == (3, 3)
    loss = torch_network.loss_of(work)(logits, torch.from_numpy(examples.targets(work)[:3]))
    loss.backward()
    parameters = list(network.parameters())
    assert all(p.grad is not None for p in parameters)
    torch_network.optimizer_of(work, parameters, 1e-3, fused=True).step()


def test_pytorch_pads_and_cuts_as_a_preset_says() -> None:
    torch = pytest.importorskip("torch")
    from bench.peers import torch_network

    layers = (
        f'{IMAGES}, {{type = "conv2d", filters = 3, kernel_size = 2, padding = [0, 1, 2, 3]}},'
        '{type = "conv2d", filters = 2, stride = 2, padding = [2, 1]}, {type = "conv2d_transpose",'
        "filters = 2, stride = 3, padding = [1, 0, 1, 0], output_padding = 1}, {type = 'flatten'},"
    )
    work = work_of(Case("t", toml=tiny("dense").toml.replace(NETWORKS["dense"] + ",", layers)))
    x = torch.zeros(1, 2, 6, 6)
    network = torch_network.build(work)
    for layer, (_, given) in zip(list(network)[:-1], work["shapes"][:-1], strict=True):
        x = layer(x)
        assert tuple(x.shape[1:]) == torch_network.first(given)


def test_layers_that_follow_each_other_are_one_module_of_pytorch() -> None:
    pytest.importorskip("torch")
    from bench.peers import torch_network

    layers = work_of(tiny("stacked"))["layers"]
    assert [torch_network.stacked(layers, i) for i in range(len(layers))] == [1, 3, 2, 1, 1]
    assert [torch_network.stacked(work_of(tiny("mixed"))["layers"], i) for i in (1, 2)] == [1, 1]


@pytest.mark.parametrize(
    ("optimizer", "made"),
    [("sgd", "SGD"), ("adam", "Adam"), ("adamw", "AdamW"), ("rmsprop", "RMSprop"),
     ("adagrad", "Adagrad")],
)  # fmt: skip
def test_pytorch_has_every_optimizer(optimizer: str, made: str) -> None:
    torch = pytest.importorskip("torch")
    from bench.peers import torch_network

    case = Case("tiny", toml=tiny("dense").toml, overrides=(f"optimizer={{type='{optimizer}'}}",))
    found = torch_network.optimizer_of(work_of(case), [torch.zeros(2, requires_grad=True)], 1, True)
    assert type(found).__name__ == made


@pytest.mark.parametrize("peer", ["torch", "keras", "jax"])
def test_the_scripts_count_the_parameters_of_any_preset(peer: str) -> None:
    folder = os.environ.get(contenders.PEERS_VARIABLE, contenders.PEERS_FOLDER)
    interpreter = Path(folder, peer, "bin", "python")
    if not interpreter.exists():
        pytest.skip(f"{peer}: no environment in {folder}")
    for name in ("stacked", "both") if peer == "torch" else NETWORKS:
        with case_file(tiny(name)) as file:
            contender = Contender.peer(peer, interpreter, file, 1, (protocol.DESCRIBE,))
            contender.close()
        work = work_of(tiny(name))
        extra = second_biases(work) if peer == "torch" else 0
        assert contender.timing.parameters == work["parameters"] + extra, name


def test_every_shipped_preset_with_one_network_can_be_described(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TUIDL_DATA_DIR", str(tmp_path))
    for name in shipped():
        preset = load_preset(name)
        if preset.networks and name not in SEVERAL:
            with pytest.raises(TuidlError, match="one network"):
                describe(preset)
            continue
        work = describe(preset)
        assert work["examples"] % work["batch"] == 0, name
        assert work["examples"] >= 2 * work["batch"], name
        assert len(work["shapes"]) == len(work["layers"]), name


def test_pytorch_builds_the_same_adversarial_networks() -> None:
    torch = pytest.importorskip("torch")
    from bench.peers import torch_network, torch_several

    def numbers(network: Any) -> Any:
        return torch.cat([p.detach().flatten() for p in network.parameters()])

    work = work_of(Case("gan", preset="gan_points"))
    network = torch_several.Adversarial(work)
    assert sum(p.numel() for p in network.parameters()) == work["parameters"] == 8_899
    step = network.turns(lambda own: torch_network.optimizer_of(work, own, 1e-3, fused=False))
    x = torch.from_numpy(examples.inputs(work)[:4])
    moved = []
    for _ in range(3):
        before = [numbers(part) for part in (network.discriminator, network.generator)]
        step(x, None)
        after = [numbers(part) for part in (network.discriminator, network.generator)]
        moved.append([bool((a != b).any()) for a, b in zip(before, after, strict=True)])
    assert moved == [[True, False], [False, True], [True, False]]


def test_objectives_take_turns_in_our_step() -> None:
    model = prepared(load_preset("gan_points"), 1)
    (way,) = ways(model, 1, work_of(Case("gan", preset="gan_points"))).values()
    before = {name: values.copy() for name, values in model.parameters.items()}
    way.run(1)
    assert model.engine.step_state[STEP] == way.steps / 2, "each counts its own, as optimizers do"
    assert all((model.parameters[name] != values).any() for name, values in before.items())


def test_pytorch_builds_the_same_variational_autoencoder() -> None:
    torch = pytest.importorskip("torch")
    from bench.peers import torch_several

    work = work_of(Case("vae", preset="vae_mnist"))
    network = torch_several.Variational(work)
    assert sum(p.numel() for p in network.parameters()) == work["parameters"] == 631_188
    x = torch.from_numpy(examples.inputs(work)[:3]).reshape(3, 1, 28, 28)
    answer = network(x)
    assert answer[0].shape == (3, 1, 28, 28)
    loss = torch_several.elbo(answer, torch.from_numpy(examples.targets(work)[:3]))
    loss.backward()
    assert all(p.grad is not None for p in network.parameters())
    zero = [torch.zeros(3, 1, 28, 28), torch.ones(3, 2), torch.zeros(3, 2)]
    half = torch_several.elbo(zero, torch.ones(3, 28, 28, 1))
    assert float(half) == pytest.approx(784 * np.log(2) + 0.5 * 2, rel=1e-5)


def test_the_closing_activation_belongs_to_the_loss() -> None:
    assert work_of(tiny("dense"))["layers"][-1]["activation"] == "linear"


def test_paths_are_told_by_numbers() -> None:
    layers = work_of(Case("residual", toml=RESIDUAL))["layers"]
    assert layers[0]["inputs"] == [-1]
    assert any(len(layer["inputs"]) == 2 for layer in layers)


def test_examples_are_the_same_for_all_and_of_the_right_kind() -> None:
    work = work_of(tiny("words"))
    x, again = examples.inputs(work), examples.inputs(work)
    np.testing.assert_array_equal(x, again)
    assert x.shape == (work["examples"], 4)
    assert x.dtype == np.float32
    assert set(np.unique(x)) <= set(range(9))
    y = examples.targets(work)
    assert y.shape == (work["examples"],)
    assert set(np.unique(y)) == {0, 1, 2}


@pytest.mark.parametrize("kind", ["values", "bits", "shares"])
def test_targets_of_other_kinds(kind: str) -> None:
    y = examples.targets({"examples": 50, "target": {"kind": kind, "shape": [4]}})
    assert (y.shape, y.dtype) == ((50, 4), np.float32)
    if kind == "bits":
        assert set(np.unique(y)) == {0, 1}
    if kind == "shares":
        np.testing.assert_allclose(y.sum(axis=1), 1, rtol=1e-6)


def test_words_are_drawn_by_a_power_law() -> None:
    drawn = examples.words(np.random.default_rng(0), 1000, (200_000,))
    often = np.sort(np.bincount(drawn, minlength=1000))[::-1]
    assert often[0] / often[9] == pytest.approx(10, rel=0.1)
    assert often[:10].sum() / len(drawn) == pytest.approx(2.929 / 7.485, rel=0.05)


def test_the_batch_size_of_a_named_network_can_be_changed() -> None:
    assert named("digits_cnn").load().training.batch_size == 32
    assert named("digits_cnn", 7).load().training.batch_size == 7
    assert named("mlp_xor", 2).record()["work"]["batch"] == 2
    with pytest.raises(ValueError, match="no system 'digits_cn'"):
        named("digits_cn")


@pytest.mark.usefixtures("test_sources")
def test_what_peers_cannot_build_has_no_description() -> None:
    assert Case("gan", toml=GAN).record()["work"] == {}
    with pytest.raises(TuidlError, match="one network"):
        describe(Case("gan", toml=GAN).load())
