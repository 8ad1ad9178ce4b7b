"""Tests of the screens are coroutines: each gets an event loop of its own."""

import asyncio
import inspect
from collections.abc import Iterator

import pytest
from textual.notifications import Notification, Notifications

from tests.tui.settling import settle_at_every_pause
from tuidl.tui.session.reported_errors import ReportedErrors
from tuidl.tui.terminal import process

LONG = 3600.0
"""Seconds; no test takes so long."""


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    names = pyfuncitem._fixtureinfo.argnames
    asyncio.run(pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in names}))
    return True


@pytest.fixture(autouse=True)
def tidied(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """An app that opens a preset or the table of runs would look through all that pytest holds for
    garbage, which takes half a second where all tests are loaded; here it notes that it would."""
    noted: list[str] = []
    monkeypatch.setattr(process, "spare_pauses", lambda: noted.append("looked for garbage"))
    return noted


@pytest.fixture(autouse=True)
def settles(monkeypatch: pytest.MonkeyPatch) -> None:
    settle_at_every_pause(monkeypatch)


@pytest.fixture(autouse=True)
def _notices_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    """Notices are gone after seconds, which a busy machine may take to look for them."""
    add = Notifications.add

    def stays(notices: Notifications, notice: Notification) -> Notifications:
        notice.timeout = LONG
        return add(notices, notice)

    monkeypatch.setattr(Notifications, "add", stays)


@pytest.fixture(autouse=True)
def reported_errors(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[BaseException]]:
    """Errors that the screen survived; a test that expects some takes them out."""
    found: list[BaseException] = []
    report = ReportedErrors.report

    def note(reported_errors: ReportedErrors, error: BaseException) -> None:
        found.append(error)
        report(reported_errors, error)

    monkeypatch.setattr(ReportedErrors, "report", note)
    yield found
    if found:
        raise found[0]
