"""PyTorch on a described network: eager as most people write it, eager with PyTorch's own advice
followed (fused Adam, channels last) on all threads and on one, or compiled, or on a GPU, eager and
as a captured CUDA graph, if that is asked for.

A batch is a slice of the examples, which is less work than to gather shuffled ones.
"""

from functools import partial

from protocol import Way, serve, started_as

CASE, THREADS, WAYS = started_as()
WORK = CASE["work"]

import examples  # noqa: E402
import torch  # noqa: E402  (it counts the cores when it is imported)
from torch_network import build, first, loss_of, optimizer_of  # noqa: E402
from torch_several import Adversarial, Variational, elbo  # noqa: E402

RATE = 1e-4
MAKERS = {"variational": Variational, "adversarial": Adversarial}
LOSSES = {"variational": lambda work: elbo, "adversarial": lambda work: None}
BATCH, EXAMPLES = WORK["batch"], WORK["examples"]
KIND = WORK.get("kind", "")
HAS_IMAGES = any(layer["type"] == "conv2d" for layer in WORK["layers"])


def tensors(device, channels_last):
    """Examples, images with their channels first, and targets."""
    x = torch.from_numpy(examples.inputs(WORK)).to(device)
    x = x.reshape(len(x), *first(WORK["shape"]))
    if WORK["words"]:
        x = x.long()
    if channels_last and x.ndim == 4:
        x = x.contiguous(memory_format=torch.channels_last)
    return x, torch.from_numpy(examples.targets(WORK)).to(device)


def clipping(parameters):
    """What the preset's optimizer does to gradients before the update."""
    fields = WORK["optimizer"]
    if fields["clip_value"]:
        return lambda: torch.nn.utils.clip_grad_value_(parameters, fields["clip_value"])
    if fields["global_clip_norm"]:
        return lambda: torch.nn.utils.clip_grad_norm_(parameters, fields["global_clip_norm"])
    return None


def penalties(model):
    """The l1 and l2 of the layers, on all weights that are no vectors."""
    strengths = [(layer.get("l1", 0), layer.get("l2", 0)) for layer in WORK["layers"]]
    if not any(map(any, strengths)):
        return None
    l1, l2 = max(s[0] for s in strengths), max(s[1] for s in strengths)
    matrices = [p for p in model.parameters() if p.ndim > 1]
    return lambda: sum(l1 * p.abs().sum() + l2 * p.square().sum() for p in matrices)


def way(advised, threads, compiled=False, device="cpu", captured=False, layout=None):
    """The training of a new network, and its parameters. ``layout``: whether images have their
    channels last; where ``advised``, unless said."""
    channels_last = advised if layout is None else layout
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    x, y = tensors(device, channels_last)
    model = MAKERS.get(KIND, build)(WORK).to(device)
    if channels_last:
        model = model.to(memory_format=torch.channels_last)
    parameters, loss = list(model.parameters()), LOSSES.get(KIND, loss_of)(WORK)
    optimizer = optimizer_of(WORK, parameters, RATE, advised, captured)
    clip, penalty = clipping(parameters), penalties(model)
    forward = torch.compile(model) if compiled else model

    def step(x, y):
        optimizer.zero_grad()
        value = loss(forward(x), y)
        if penalty:
            value = value + penalty()
        value.backward()
        if clip:
            clip()
        optimizer.step()

    if KIND == "adversarial":
        step = model.turns(lambda own: optimizer_of(WORK, own, RATE, advised, captured))
    step_or_replay = captured_step(step, x[:BATCH], y[:BATCH]) if captured else step

    def run(count):
        torch.set_num_threads(threads)
        for i in range(count):
            start = i * BATCH % EXAMPLES
            step_or_replay(x[start : start + BATCH], y[start : start + BATCH])
        if device == "cuda":
            torch.cuda.synchronize()

    return Way(run), sum(p.numel() for p in parameters)


def captured_step(step, x, y):
    """A step recorded once as a CUDA graph, on copies that the next examples are put into."""
    x, y = x.clone(), y.clone()
    aside = torch.cuda.Stream()
    aside.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(aside):
        for _ in range(3):
            step(x, y)
    torch.cuda.current_stream().wait_stream(aside)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        step(x, y)

    def replay(next_x, next_y):
        x.copy_(next_x)
        y.copy_(next_y)
        graph.replay()

    return replay


def on_processor(channels_last):
    """Without ``channels_last`` only ways that no version of PyTorch is known to crash in."""
    known = {"eager": partial(way, False, THREADS)}
    if HAS_IMAGES or not channels_last:
        known["eager, fused"] = partial(way, True, THREADS, layout=False)
    if channels_last:
        known["eager, advised"] = partial(way, True, THREADS)
    if THREADS > 1:
        known["eager, advised, 1 thread"] = partial(way, True, 1, layout=channels_last)
    return known


def main():
    if WAYS == ["compiled"]:
        known = {"compiled": partial(way, True, THREADS, compiled=True)}
    elif WAYS == ["cuda"]:
        known = {
            "eager": partial(way, False, THREADS, device="cuda"),
            "eager, advised": partial(way, True, THREADS, device="cuda"),
            "captured": partial(way, True, THREADS, device="cuda", captured=True),
        }
    else:
        known = on_processor(channels_last=WAYS != ["safe"])
    serve(f"PyTorch {torch.__version__}", known, CASE.get("seconds"))


if __name__ == "__main__":
    main()
