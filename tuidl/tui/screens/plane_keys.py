"""Keys of a playground that change its network, its data and single weights."""

from tuidl.data.plane import FEATURES
from tuidl.data.plane_points import MOST_PUT, put_points
from tuidl.plane.state import PlaneState
from tuidl.tui.playground import limits, settings, weights
from tuidl.tui.screens.plane_run import PlaneRunScreen


class PlaneKeysScreen(PlaneRunScreen):
    """A key that can change nothing says why."""

    # --- the network ------------------------------------------------------------------------------

    def action_units(self, more: int) -> None:
        """A neuron more or less in the selected layer, else in the last one."""
        state = self.scene.state
        if not state.hidden:
            self.action_layers(more)
            return
        column = self.scene.selected[0] if self.scene.selected else len(state.hidden)
        self.change_units(min(max(column, 1), len(state.hidden)) - 1, more)

    def change_units(self, layer: int, more: int) -> None:
        """The same of a hidden layer, counted from 0."""
        state = settings.with_units(self.scene.state, layer, more)
        self._with_selection(state, limits.of_units(layer, more))

    def action_layers(self, more: int) -> None:
        state = settings.with_layers(self.scene.state, more)
        self._with_selection(state, limits.of_layers(more))

    def _with_selection(self, state: PlaneState, limit: str) -> None:
        """Other sizes, and a selection that is still there."""
        if self.scene.selected is not None:
            column, number = self.scene.selected
            sizes = (len(FEATURES), *state.hidden)
            column = min(column, len(sizes) - 1)
            self.scene.selected = column, min(number, sizes[column] - 1)
        self.set_state(state, limit)

    def action_input(self, number: int) -> None:
        """Read an input, or no more."""
        state = settings.with_input(self.scene.state, number)
        self.set_state(state, limits.of_input(number))

    # --- settings and data ------------------------------------------------------------------------

    @property
    def _setting(self) -> settings.Setting:
        known = settings.shown_settings(self.scene.state)
        return known[min(self.scene.setting, len(known) - 1)]

    def change_setting(self, way: int) -> None:
        """The chosen setting's next value, or the one before."""
        one, state = self._setting, self.scene.state
        self.set_state(one.moved(state, way), limits.of_setting(one, state, way))

    def action_put(self, label: int) -> None:
        """Put a point where the cursor is; clicks put points of the same class then."""
        self.scene.label = label
        self.put(label)

    def put(self, label: int) -> None:
        """Put a point of a class where the cursor is."""
        if len(put_points(self.scene.state.put)) >= MOST_PUT:
            self.say(limits.of_putting())
        else:
            self.set_state(self.scene.with_point(label))

    def action_take(self) -> None:
        """Take the nearest point that was put by hand away."""
        self.set_state(self.scene.without_point(), limits.of_taking(self.scene))

    def action_draw_points(self) -> None:
        """Other points of the same shape."""
        state = self.scene.state
        if state.shape == "own":
            self.say(limits.of_drawing())
        else:
            self.set_state(state.with_(draw=(state.draw + 1) % 2**32))

    # --- one weight -------------------------------------------------------------------------------

    def action_weight(self) -> None:
        """Choose a weight of the selected neuron, or its bias."""
        before = self.scene.weight
        weights.next_weight(self.scene)
        self.say("" if self.scene.weight != before else limits.of_weights(self.scene))

    def action_change_weight(self, way: int) -> None:
        """Change it, from the next step on."""
        weight = weights.chosen(self.scene)
        if self.shown.is_over:
            self.say(limits.BEGINNING_ANEW)
        elif weight is None:
            self.say(limits.of_weights(self.scene))
        else:
            self.say("")
            self.change_weight(weight, way * weights.STEP)
