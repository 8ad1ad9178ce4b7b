"""Set up the process as the command line does, before NumPy and Numba are loaded."""

import signal

import pytest

from tuidl.environment import prepare_environment

MOST_THREADS = 4
prepare_environment(MOST_THREADS)

if hasattr(signal, "SIGHUP"):  # ignored under nohup, and what we start would inherit that
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


@pytest.fixture
def test_sources(monkeypatch: pytest.MonkeyPatch) -> None:
    """Presets may name the sources of ``tests/sources.py``."""
    from tests.sources import SOURCES
    from tuidl.data import catalog

    for name, source in SOURCES.items():
        monkeypatch.setitem(catalog.SOURCES, name, source)
