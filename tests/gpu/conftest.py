"""These tests come last, and what they wait for starts first."""

from pathlib import Path

import pytest

from tests.gpu.children import CHILDREN, HAS_NUMBA_CUDA

HERE = Path(__file__).parent
WANTED = {
    "test_simulated.py": ("simulated", "stretches"),
    "test_compiled.py": ("compiled",),
}


def is_here(item: pytest.Item) -> bool:
    return item.path.parts[: len(HERE.parts)] == HERE.parts


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=is_here)


def pytest_collection_finish(session: pytest.Session) -> None:
    if session.config.option.collectonly or not HAS_NUMBA_CUDA:
        return
    for name in sorted({item.path.name for item in session.items if is_here(item)}):
        CHILDREN.start(*WANTED.get(name, ()))


def pytest_sessionfinish() -> None:
    CHILDREN.close()
