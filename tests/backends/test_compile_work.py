"""How far compiling is."""

import pytest

from tuidl.backends.compile_work import CompileWork
from tuidl.kernels.jobs import LOOP


def test_kernels_count_by_how_much_there_is_to_compile() -> None:
    names = [LOOP, "conv2d", "relu"]
    work = CompileWork(names)
    steps = []
    for number, name in enumerate(names):
        steps.append(work.step(number, len(names), name))
        work.done(name)
    loop, conv2d, relu = steps
    assert loop.share == 0.0
    assert conv2d.next_share > 5 * relu.next_share
    assert conv2d.share == pytest.approx(loop.next_share, rel=1e-12)
    assert abs(relu.share + relu.next_share - 1.0) < 1e-9


def test_what_helpers_have_compiled_counts_at_once() -> None:
    work = CompileWork(["dense", "relu"])
    assert work.step(1, 2, "dense", ("relu",)).share > 0.1
