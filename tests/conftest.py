"""Set up the process as the command line does, before NumPy and Numba are loaded."""

import gc
import os
import signal
from collections.abc import Generator, Iterator

import pytest
from hypothesis import HealthCheck, settings

from tests.importing import import_in_turn
from tests.quick import (  # noqa: F401 - hooks of pytest
    pytest_addoption,
    pytest_collection_modifyitems,
    pytest_configure,
    pytest_configure_node,
    pytest_ignore_collect,
)
from tuidl.core.environment import prepare_environment

MOST_THREADS = 4
prepare_environment(MOST_THREADS)

settings.register_profile(
    "any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("any machine")  # no test fails for what else the machine does

if hasattr(signal, "SIGHUP"):  # ignored under nohup, and what we start would inherit that
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


@pytest.hookimpl(wrapper=True)
def pytest_collection(session: pytest.Session) -> Generator[None, object, object]:
    """Little of what is made meanwhile is garbage."""
    gc.disable()
    try:
        import_in_turn(session)
        return (yield)
    finally:
        gc.enable()


def pytest_collection_finish() -> None:
    """What pytest now holds, a million objects, stays to the end: it is looked through for garbage
    this once."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def _runs_of_their_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What tests train is not kept among the user's runs."""
    os.environ["TUIDL_RUNS_DIR"] = str(tmp_path_factory.mktemp("runs"))
    yield
    del os.environ["TUIDL_RUNS_DIR"]


@pytest.fixture(scope="session", autouse=True)
def _compiling_beside_other_tests(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Where processes share the tests no core is idle for others that help one to compile: each
    would only load everything once more, and compile again what kernels have in common. And what
    one compiles another need not."""
    from tests.compiling_once import once
    from tuidl.kernels import ahead, native

    with pytest.MonkeyPatch.context() as patch:
        if "PYTEST_XDIST_WORKER" in os.environ:
            patch.setattr(ahead, "MOST", 0)
            locks = tmp_path_factory.getbasetemp().parent / "compiling"  # of all processes
            locks.mkdir(exist_ok=True)
            patch.setattr(native, "_make", once(native._make, locks))
        yield


@pytest.fixture
def test_sources(monkeypatch: pytest.MonkeyPatch) -> None:
    """Presets may name the sources of ``tests/data/sources.py``."""
    from tests.data.sources import SOURCES
    from tuidl.data import catalog

    for name, source in SOURCES.items():
        monkeypatch.setitem(catalog.SOURCES, name, source)


@pytest.fixture
def many_shards(monkeypatch: pytest.MonkeyPatch) -> None:
    """As many shards and lanes of the update as there can be, however little work there is."""
    from tuidl.compiler import division, program

    monkeypatch.setattr(program, "SERIAL_UPDATE", 1)
    for name in ("FLOPS_OF_A_SHARD", "EXAMPLES_OF_A_SHARD"):
        monkeypatch.setattr(division, name, 1)
    # sequences whose weights every step reads again would have fewer, as that costs less
    monkeypatch.setattr(division, "_walks", lambda node: False)
    monkeypatch.setattr(division, "FEW_SHARDS", division.MOST_SHARDS)
