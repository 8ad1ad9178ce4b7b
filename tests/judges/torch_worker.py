"""PyTorch in a process of its own: reads jobs and arrays from a folder, writes its answers there.

``python torch_worker.py FOLDER``: jobs.json and arrays.npz in, answers.npz and errors.json out. No
tuidl here, and no Numba: its OpenMP and PyTorch's must not meet in one process.
"""

import json
import sys
import traceback
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch_layers
import torch_recurrent
from torch import Tensor, nn
from torch_layers import ACTIVATIONS, Call
from torch_training import LOSSES, OPTIMIZERS, clip

LAYERS = {**torch_layers.LAYERS, **torch_recurrent.LAYERS}
Job = dict[str, Any]
Arrays = dict[str, np.ndarray]


class GraphLowering(nn.Module):
    """tuidl's graph: nodes in order, each reading the ones that it names, or the one before.

    ``learned``: the parameters that have a gradient; ``known`` holds moving averages as well.
    """

    def __init__(self, job: Job, parameters: Arrays) -> None:
        super().__init__()
        self.nodes: list[Job] = job["nodes"]
        self.known = {name: torch.tensor(value) for name, value in parameters.items()}
        self.learned = {name: self.known[name].requires_grad_() for name in job["learned"]}

    def forward(self, x: Tensor) -> Tensor:
        values = {"input": x}
        for node in self.nodes:
            inputs = [values[name] for name in node["inputs"]] or [x]
            x = values[node["name"]] = self._node(node, inputs)
        return x

    def _node(self, node: Job, inputs: list[Tensor]) -> Tensor:
        if node["type"] not in LAYERS:
            raise NotImplementedError(f"no translation of the layer {node['type']!r}")
        start = f"{node['name']}."
        own = {k.removeprefix(start): v for k, v in self.known.items() if k.startswith(start)}
        y = LAYERS[node["type"]](Call(node["options"], own, inputs, tuple(node["shape"])))
        return ACTIVATIONS[node["options"].get("activation", "linear")](y)

    def penalty(self) -> Tensor:
        """l1 times the sum of all abs(w) and l2 times that of all w**2, biases left out."""
        total = torch.zeros(())
        for node in self.nodes:
            options = node["options"].get("layer") or node["options"]
            for name, value in self.learned.items():
                if name.startswith(f"{node['name']}.") and not name.endswith("bias"):
                    total = total + options.get("l1", 0.0) * value.abs().sum()
                    total = total + options.get("l2", 0.0) * (value**2).sum()
        return total


def gradients(job: Job, arrays: Arrays, parameters: Arrays) -> Arrays:
    """Loss, and its gradients by each parameter and by the inputs."""
    network = GraphLowering(job, parameters)
    x = torch.tensor(arrays["x"], requires_grad=True)
    loss = _loss(job, network, x, arrays["y"])
    loss.backward()
    answers = {f"parameters/{name}": v.grad.numpy() for name, v in network.learned.items()}
    d_input = torch.zeros_like(x) if x.grad is None else x.grad
    return {"loss": loss.detach().numpy(), "x": d_input.numpy(), **answers}


def training(job: Job, arrays: Arrays, parameters: Arrays) -> Arrays:
    """The loss of each step, and the weights after the last; batch after batch, round and round.

    ``stops``: steps of which weights (before the step) and gradients are told as well.
    """
    network, options = GraphLowering(job, parameters), job["optimizer"]
    learned = list(network.learned.values())
    optimizer = OPTIMIZERS[options["type"]](learned, options)
    batch, stops, losses, told = job["batch"], job.get("stops", ()), [], {}
    count = len(arrays["x"]) // batch
    for step in range(job["steps"]):
        part = slice(step % count * batch, (step % count + 1) * batch)
        optimizer.zero_grad()
        if step in stops:
            told |= _copies(f"weights/{step}", network.known)
        loss = _loss(job, network, torch.tensor(arrays["x"][part]), arrays["y"][part])
        loss.backward()
        if step in stops:
            told |= _copies(f"gradients/{step}", {k: v.grad for k, v in network.learned.items()})
        clip(learned, options)
        optimizer.step()
        losses.append(float(loss.detach()))
    return {"losses": np.array(losses), **_copies("parameters", network.known), **told}


def _copies(start: str, values: dict[str, Tensor]) -> Arrays:
    return {f"{start}/{name}": value.detach().numpy().copy() for name, value in values.items()}


def _loss(job: Job, network: GraphLowering, x: Tensor, target: np.ndarray) -> Tensor:
    loss = LOSSES[job["loss"]["type"]](network(x), torch.tensor(target), job["loss"])
    return loss + network.penalty()


KINDS = {"gradients": gradients, "training": training}


def main(folder: Path) -> None:
    torch.set_num_threads(1)
    jobs = json.loads((folder / "jobs.json").read_text())
    answers: Arrays = {}
    errors: dict[str, str] = {}
    with np.load(folder / "arrays.npz") as given:
        for name, job in jobs.items():
            own = _under(f"{name}/", given)
            try:
                found = KINDS[job["kind"]](job, own, _under("parameters/", own))
            except Exception:  # each test reports its own job's trouble
                errors[name] = traceback.format_exc()
                continue
            answers |= {f"{name}/{key}": value for key, value in found.items()}
    np.savez(folder / "answers.npz", **answers)
    (folder / "errors.json").write_text(json.dumps(errors))


def _under(start: str, arrays: Any) -> Arrays:
    return {key.removeprefix(start): arrays[key] for key in arrays if key.startswith(start)}


if __name__ == "__main__":
    main(Path(sys.argv[1]))
