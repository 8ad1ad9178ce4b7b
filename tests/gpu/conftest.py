"""These tests come last, and what they wait for starts first."""

from pathlib import Path

import pytest

from tests.gpu.children import CHILDREN, HAS_NUMBA_CUDA

HERE = Path(__file__).parent
WANTED = {
    "test_simulated.py": ("simulated", "stretches"),
    "test_compiled.py": ("compiled",),
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: HERE in item.path.parents)


def pytest_collection_finish(session: pytest.Session) -> None:
    if session.config.option.collectonly or not HAS_NUMBA_CUDA:
        return
    for name in sorted({item.path.name for item in session.items if HERE in item.path.parents}):
        CHILDREN.start(*WANTED.get(name, ()))


def pytest_sessionfinish() -> None:
    CHILDREN.close()
