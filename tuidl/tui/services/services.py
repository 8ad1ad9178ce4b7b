"""What screens work with: one record, given to their constructors."""

from dataclasses import dataclass

from tuidl.tui.services.navigation import Navigator
from tuidl.tui.services.run_actions import RunActions
from tuidl.tui.services.run_changes import RunChanges
from tuidl.tui.session.cpu_share import CpuShare
from tuidl.tui.session.session import Session
from tuidl.tui.state import State


@dataclass(frozen=True)
class Services:
    """``cpu``: processor time of the screen itself."""

    navigator: Navigator
    session: Session
    runs: RunActions
    changes: RunChanges
    state: State
    cpu: CpuShare
