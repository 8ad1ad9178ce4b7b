"""PyTorch on the measured systems: eager as most people write it, eager with PyTorch's own advice
followed (fused Adam, channels last) on all threads and on one, or compiled, or on a GPU, eager and
as a captured CUDA graph, if that is asked for.

A batch is a slice of the examples, which is less work than to gather shuffled ones.
"""

from protocol import EXAMPLES, Way, serve, started_as

SYSTEM, THREADS, WAYS = started_as()

import torch  # noqa: E402  (it counts the cores when it is imported)
from torch import nn  # noqa: E402

RATE = 1e-4


class Reader(nn.Module):
    """A recurrent network that answers after the last step."""

    def __init__(self, recurrent, outputs):
        super().__init__()
        self.recurrent = recurrent
        self.answer = nn.Linear(recurrent.hidden_size, outputs)

    def forward(self, x):
        states, _ = self.recurrent(x)
        return self.answer(states[:, -1])


def block(channels, filters, padding=0, pool=True):
    layers = [nn.Conv2d(channels, filters, 3, padding=padding), nn.ReLU()]
    return [*layers, nn.MaxPool2d(2)] if pool else layers


def classifier(flat):
    return [nn.Flatten(), nn.Linear(flat, 64), nn.ReLU(), nn.Linear(64, 10)]


def network(system):
    match system:
        case "linear_regression":
            return nn.Linear(1, 1)
        case "mnist_mlp":
            hidden = [nn.Linear(784, 32), nn.ReLU(), nn.Dropout(0.2)]
            return nn.Sequential(*hidden, nn.Linear(32, 10))
        case "digits_cnn":
            return nn.Sequential(*block(1, 16, 1), *block(16, 32, 1), *classifier(2 * 2 * 32))
        case "mnist_cnn":
            blocks = [*block(1, 32), *block(32, 64), *block(64, 64, pool=False)]
            return nn.Sequential(*blocks, *classifier(3 * 3 * 64))
        case "cifar_cnn":
            return nn.Sequential(*block(3, 32), *block(32, 64), *classifier(6 * 6 * 64))
        case "rnn_sine":
            return Reader(nn.RNN(1, 1, batch_first=True), 1)
        case "gru_sine":
            return Reader(nn.GRU(1, 32, batch_first=True), 1)
        case "lstm_rows":
            return Reader(nn.LSTM(28, 64, num_layers=2, batch_first=True), 10)


SHAPES = {
    "linear_regression": (1,),
    "mnist_mlp": (784,),
    "digits_cnn": (1, 8, 8),
    "mnist_cnn": (1, 28, 28),
    "cifar_cnn": (3, 32, 32),
    "rnn_sine": (2, 1),
    "gru_sine": (32, 1),
    "lstm_rows": (28, 28),
}
REGRESSIONS = ("linear_regression", "rnn_sine", "gru_sine")
BY_SGD = ("linear_regression", "rnn_sine")
BATCH = 64 if SYSTEM == "mnist_cnn" else 32


def way(advised, threads, compiled=False, device="cpu", captured=False):
    """The training of a new network."""
    torch.manual_seed(0)
    model, x = network(SYSTEM).to(device), torch.randn(EXAMPLES, *SHAPES[SYSTEM], device=device)
    if advised and x.ndim == 4:
        model, x = (each.to(memory_format=torch.channels_last) for each in (model, x))
    if SYSTEM in REGRESSIONS:
        y, loss_of = torch.randn(EXAMPLES, 1, device=device), nn.MSELoss()
    else:
        y, loss_of = torch.randint(0, 10, (EXAMPLES,), device=device), nn.CrossEntropyLoss()
    capturable = {"capturable": True} if captured and SYSTEM not in BY_SGD else {}
    kind = torch.optim.SGD if SYSTEM in BY_SGD else torch.optim.Adam
    optimizer = kind(model.parameters(), RATE, fused=advised, **capturable)
    forward = torch.compile(model) if compiled else model

    def step(x, y):
        optimizer.zero_grad()
        loss_of(forward(x), y).backward()
        optimizer.step()

    step_or_replay = captured_step(step, x[:BATCH], y[:BATCH]) if captured else step

    def run(count):
        torch.set_num_threads(threads)
        for i in range(count):
            start = i * BATCH % EXAMPLES
            step_or_replay(x[start : start + BATCH], y[start : start + BATCH])
        if device == "cuda":
            torch.cuda.synchronize()

    return Way(run), sum(p.numel() for p in model.parameters())


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


def main():
    if WAYS == ["compiled"]:
        known = {"compiled": way(True, THREADS, compiled=True)}
    elif WAYS == ["cuda"]:
        known = {
            "eager": way(False, THREADS, device="cuda"),
            "eager, advised": way(True, THREADS, device="cuda"),
            "captured": way(True, THREADS, device="cuda", captured=True),
        }
    else:
        known = {
            "eager": way(False, THREADS),
            "eager, advised": way(True, THREADS),
            "eager, advised, 1 thread": way(True, 1),
        }
    parameters = next(iter(known.values()))[1]
    serve(f"PyTorch {torch.__version__}", parameters, {name: w for name, (w, _) in known.items()})


if __name__ == "__main__":
    main()
