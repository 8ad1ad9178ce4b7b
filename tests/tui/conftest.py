"""Tests of the screens are coroutines: each gets an event loop of its own."""

import asyncio
import inspect
from collections.abc import Iterator

import pytest

from tuidl.tui.stumbles import Stumbles


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    names = pyfuncitem._fixtureinfo.argnames
    asyncio.run(pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in names}))
    return True


@pytest.fixture(autouse=True)
def stumbles(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[BaseException]]:
    """Errors that the screen survived; a test that expects some takes them out."""
    found: list[BaseException] = []
    tell = Stumbles.tell

    def note(stumbles: Stumbles, error: BaseException) -> None:
        found.append(error)
        tell(stumbles, error)

    monkeypatch.setattr(Stumbles, "tell", note)
    yield found
    if found:
        raise found[0]
