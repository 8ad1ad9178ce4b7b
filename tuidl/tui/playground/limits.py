"""Why a key of the playground changes nothing."""

from tuidl.data.plane import FEATURES
from tuidl.data.plane_points import MOST_PUT
from tuidl.plane.state import MOST_LAYERS, MOST_UNITS, PlaneState
from tuidl.tui.playground.scene import NEAR, Scene
from tuidl.tui.playground.settings import Setting
from tuidl.tui.playground.weights import layer_of

BEGINNING_ANEW = "the run is over: r starts again"


def of_units(layer: int, more: int) -> str:
    """Of a hidden layer, counted from 0, that has as many neurons as it may, or one."""
    if more > 0:
        return f"layer {layer + 1} has {MOST_UNITS} neurons, the most; ] adds a layer"
    return f"layer {layer + 1} keeps its last neuron; [ takes a layer away"


def of_layers(more: int) -> str:
    """Of as many layers as there may be, or of none."""
    if more > 0:
        return f"{MOST_LAYERS} hidden layers are the most; + adds neurons"
    return "there is no hidden layer left to take away; ] adds one"


def of_setting(setting: Setting, state: PlaneState, way: int) -> str:
    """Of a number at an end of the values that keys go through."""
    end = "highest" if way > 0 else "lowest"
    return f"{setting.name} {setting.text(state)} is the {end} that keys reach"


def of_input(number: int) -> str:
    """Of the only input that is read."""
    return f"{FEATURES[number]} is the only input, and stays; switch another one on first"


def of_putting() -> str:
    """Of as many points as one may put."""
    return f"{MOST_PUT} points put by hand are the most; x takes one away"


def of_taking(scene: Scene) -> str:
    """Of no point to take."""
    if not scene.state.put:
        return "no point was put by hand; the others belong to the data"
    return f"no point put by hand is within {NEAR:g} of the cursor"


def of_drawing() -> str:
    """Of data without any chance in them."""
    return "these are points put by hand: there are no others to draw"


def of_weights(scene: Scene) -> str:
    """Of keys that change a weight while none is chosen; empty where one can be."""
    if scene.selected is None or scene.selected[0] == 0:
        return "select a neuron first: tab to the network, then the arrows"
    if layer_of(scene) is None:
        return "the network is still changing: once more in a moment"
    return "" if scene.weight >= 0 else "w chooses a weight of the selected neuron"
