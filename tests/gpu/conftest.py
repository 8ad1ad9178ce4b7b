"""These tests come last, and what they wait for starts first."""

from pathlib import Path

import pytest

from tests.gpu.children import CHILDREN

HERE = Path(__file__).parent
WANTED = {
    "test_simulated.py": ("simulated", "stretches"),
    "test_compiled.py": ("8.0", "9.0", "persistent"),
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: HERE in item.path.parents)


def pytest_collection_finish(session: pytest.Session) -> None:
    if session.config.option.collectonly:
        return
    for name in sorted({item.path.name for item in session.items if HERE in item.path.parents}):
        needs_package = name == "test_compiled.py"
        if name in WANTED and not (needs_package and not has_numba_cuda()):
            CHILDREN.start(*WANTED[name])


def pytest_sessionfinish() -> None:
    CHILDREN.close()


def has_numba_cuda() -> bool:
    from importlib.util import find_spec

    return find_spec("numba_cuda") is not None
