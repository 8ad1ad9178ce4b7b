"""The views of the training screen, in the order of the keys that open them."""

from tuidl.tui.views.ask import AskView
from tuidl.tui.views.chain import ChainView
from tuidl.tui.views.health import HealthView
from tuidl.tui.views.landscape import LandscapeView
from tuidl.tui.views.layers import LayersView
from tuidl.tui.views.picture import PictureView
from tuidl.tui.views.step import StepView
from tuidl.tui.views.time import TimeView
from tuidl.tui.views.view import View

VIEWS: tuple[type[View], ...] = (
    PictureView, LayersView, StepView, TimeView, LandscapeView, HealthView,
    AskView,
    ChainView,
)  # fmt: skip
"""Opened by 2, 3 and so on; 1 is the overview, the screen's own panels."""
