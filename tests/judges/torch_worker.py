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
from torch import Tensor
from torch_module import draw, module_of
from torch_training import LOSSES, OPTIMIZERS, clip
from torch_turns import turns

Job = dict[str, Any]
Arrays = dict[str, np.ndarray]


class Network:
    """An exported network with its weights, ready to be trained.

    ``learned``: the parameters that have a gradient; ``known`` holds moving averages as well.
    """

    def __init__(self, job: Job, parameters: Arrays) -> None:
        self.module = module_of(job["program"])
        self.module.to(next(iter(map(torch.tensor, parameters.values()))).dtype)
        self.module.load_state_dict({k: torch.tensor(v) for k, v in parameters.items()})
        state = dict(self.module.named_parameters())
        for name, value in state.items():
            value.requires_grad_(name in job["learned"])
        self.learned = {name: state[name] for name in job["learned"]}
        self.penalties: dict[str, list[float]] = job["penalties"]
        self.output_penalties: list[Tensor] = []
        for name, (l1, l2) in job["output_penalties"].items():
            self._hold_down(self.module.get_submodule(name), l1, l2)

    def _hold_down(self, module: torch.nn.Module, l1: float, l2: float) -> None:
        """Each pass notes the mean over the examples of a penalty on what the module hands on."""

        def note(module: torch.nn.Module, inputs: Any, y: Tensor) -> None:
            self.output_penalties.append((l1 * y.abs().sum() + l2 * (y**2).sum()) / len(y))

        module.register_forward_hook(note)

    @property
    def known(self) -> dict[str, Tensor]:
        return dict(self.module.state_dict())

    def __call__(self, x: Tensor) -> Tensor:
        return self.module(x)

    def penalty(self) -> Tensor:
        """l1 times the sum of all abs(w) and l2 times that of all w**2, with those on outputs."""
        total = torch.zeros(())
        for name, (l1, l2) in self.penalties.items():
            value = self.learned[name]
            total = total + l1 * value.abs().sum() + l2 * (value**2).sum()
        for penalty in self.output_penalties:
            total = total + penalty
        self.output_penalties.clear()
        return total


def gradients(job: Job, arrays: Arrays, parameters: Arrays) -> Arrays:
    """Loss, and its gradients by each parameter and by the inputs."""
    network = Network(job, parameters)
    if "noise" in arrays:
        draw(network.module, torch.tensor(arrays["noise"]))
    x = torch.tensor(arrays["x"], requires_grad=True)
    loss = _loss(job, network, x, arrays["y"])
    loss.backward()
    answers = {f"gradients/{name}": v.grad.numpy() for name, v in network.learned.items()}
    d_input = torch.zeros_like(x) if x.grad is None else x.grad
    return {"loss": loss.detach().numpy(), "x": d_input.numpy(), **answers}


def training(job: Job, arrays: Arrays, parameters: Arrays) -> Arrays:
    """The loss of each step, and the weights after the last; batch after batch, round and round.

    ``stops``: steps of which weights (before the step) and gradients are told as well.
    """
    network, options = Network(job, parameters), job["optimizer"]
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


def _loss(job: Job, network: Network, x: Tensor, target: np.ndarray) -> Tensor:
    loss = LOSSES[job["loss"]["type"]](network(x), torch.tensor(target), job["loss"])
    return loss + network.penalty()


KINDS = {"gradients": gradients, "training": training, "turns": turns}


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
