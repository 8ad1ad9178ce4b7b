"""Set up the process as the command line does, before NumPy and Numba are loaded."""

import gc
import os
import signal
from collections.abc import Iterator

import pytest

from tests.quick import (  # noqa: F401 - hooks of pytest
    pytest_addoption,
    pytest_collection_modifyitems,
    pytest_configure,
    pytest_configure_node,
)
from tuidl.core.environment import prepare_environment

MOST_THREADS = 4
prepare_environment(MOST_THREADS)

if hasattr(signal, "SIGHUP"):  # ignored under nohup, and what we start would inherit that
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


def pytest_collection_finish() -> None:
    """All that pytest now holds, some millions of objects, stays to the end: no look for garbage
    goes through it again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def _runs_of_their_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What tests train is not kept among the user's runs."""
    os.environ["TUIDL_RUNS_DIR"] = str(tmp_path_factory.mktemp("runs"))
    yield
    del os.environ["TUIDL_RUNS_DIR"]


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
