"""What the playground says in words: where it stands, what is selected, what is at the cursor."""

from math import log

from tuidl.charts.dots import levels
from tuidl.charts.grid import worded
from tuidl.data.plane import CLASSES, FEATURES
from tuidl.plane.state import PlaneState
from tuidl.tui.playground.advice import is_by_heart
from tuidl.tui.playground.scene import LABELS, Scene, points_of
from tuidl.tui.playground.settings import shown_settings

KEYS = """\
space, s      train or pause; one step
tab           settings, network, map
arrows        settings: choose, change; network: select; map: move the cursor
+ -           neurons of the selected layer, else of the last one
] [           hidden layers
w             another weight of the selected neuron, or its bias
, .           that weight lower, higher by 0.1
1 to 7        inputs
a, b, x       a point of class A or B at the cursor; take one away
d             other points of the same shape
r, R          from the start, with the same or another seed
f, < >        full speed or slow enough to watch; slower, faster
v, z          held-out points; only which class wins
y             copy the line of text that opens the same
q             leave"""
CONCEPTS = {
    "shape": "dataset", "noise": "noise", "points": "training_set", "validation": "validation_set",
    "batch": "batch_size", "rate": "learning_rate", "penalty": "regularization",
    "strength": "regularization",
}  # fmt: skip
MOST_SHARES = 6
SHOWN_ELSEWHERE = (
    "put", "in", "points", "noise", "validation", "draw", "batch", "act", "opt", "rate",
)  # fmt: skip
"""Settings that other panels show, in the order in which a line leaves them out."""
MOST_BARS = 60
WIDE, LEAST_BAR = 20.0, 0.1
LEAST_OF_THREE = 0.0005
"""Losses that three decimals show."""
HELD_OUT = "validation"
PARTS = (("training", "train"), (HELD_OUT, HELD_OUT))
BY_HEART = ": learned by heart"


def standing(scene: Scene, room: int) -> list[tuple[str, str]]:
    """Texts with their roles: the step that network, map and scores are of, and the line, in
    ``room`` cells with two between them."""
    look = scene.look
    known = ("no step yet", "muted")
    if look is not None:
        known = f"step {look.answer.updates:,}", "text"
    has_points = bool(points_of(scene.state.source))  # without any there is nothing to train on
    is_coming = look is not None and scene.is_behind and has_points
    behind = [("the change is on its way", "muted")] if is_coming else []
    left = room - sum(len(text) + 2 for text, _ in (known, *behind))
    return [known, *behind, (short_line(scene.state, left), "muted")]


def short_line(state: PlaneState, room: int) -> str:
    """The line of text; where there is no room for it, ``…`` stands for settings that panels show
    as well, the longest first: no number is cut."""
    parts = state.line().split(":")
    for setting in SHOWN_ELSEWHERE:
        if len(":".join(parts)) <= room:
            break
        parts = ["…" if part.startswith(f"{setting}=") else part for part in parts]
        parts = [part for i, part in enumerate(parts) if part != "…" or parts[i - 1] != "…"]
    return ":".join(parts)


def whole(text: str, room: int) -> str:
    """A list of numbers up to the last one for which there is room."""
    if len(text) <= room:
        return text
    end = text.rfind(",", 0, room - 2)
    return f"{text[: end + 1]} …" if end > 0 else text


def scores(scene: Scene, width: int, unicode: bool) -> list[tuple[str, str]]:
    """Loss and accuracy of each part at that step, with the losses so far where there is room."""
    look = scene.look
    if look is None:
        return []
    found = [
        (part, role, f"{part} {_score(known)}")
        for part, role in PARTS
        if (known := look.answer.scores.get(part))
    ]
    room = width - sum(len(text) + 3 for _, _, text in found)
    if is_by_heart(scene) and room >= len(BY_HEART):
        found = [(part, role, text + BY_HEART * (role == HELD_OUT)) for part, role, text in found]
        room -= len(BY_HEART)
    each = min(room // max(len(found), 1), MOST_BARS) if unicode else 0
    return [
        (f"{text} {_bars(scene, part, each)}" if each > 2 else text, role)
        for part, role, text in found
    ]


def _score(known: dict[str, float | None]) -> str:
    loss, accuracy = known.get("loss"), known.get("accuracy")
    words = "loss not finite" if loss is None else f"loss {_loss(loss)}"
    return words if accuracy is None else f"{words}, {100 * accuracy:.1f}% right"


def _loss(loss: float) -> str:
    """Three decimals; a smaller one is not called zero."""
    return f"{loss:.3f}" if loss >= LEAST_OF_THREE or loss == 0 else f"{loss:.1g}"


def _bars(scene: Scene, part: str, most: int) -> str:
    """The losses so far, from left to right, each bar a mean; the highest of both is full."""
    index = 1 if part == "training" else 2
    losses = [value for entry in scene.history if (value := entry[index]) is not None]
    seen = [v for entry in scene.history for v in entry[1:] if v is not None]
    highest = max(seen, default=0.0)
    count = min(most, len(losses))
    if count < 2 or not highest:
        return ""
    means = []
    for i in range(count):
        own = losses[i * len(losses) // count : (i + 1) * len(losses) // count]
        means.append(sum(own) / len(own))
    return levels([_height(mean, min(seen), highest) for mean in means], 1)[0]


def _height(value: float, lowest: float, highest: float) -> float:
    """A bar from 0 to 1: by the logarithm where losses span a factor of ``WIDE``, as the first one
    would press all others flat."""
    if lowest <= 0 or highest < WIDE * lowest:
        return value / highest
    return LEAST_BAR + (1 - LEAST_BAR) * log(value / lowest) / log(highest / lowest)


def at_cursor(scene: Scene) -> str:
    """What the network says there, and the neurons that count most."""
    x, y = scene.cursor
    place = f"({x:+.1f}, {y:+.1f})"
    look = scene.look
    at = look.answer.at if look else None
    if at is None or look is None or (at.x, at.y) != scene.cursor:
        return f"at {place}"
    if at.answer is None:
        said = "not finite"
    elif scene.state.source.has_classes:
        chosen = int(at.answer >= 0.5)
        share = at.answer if chosen else 1 - at.answer
        said = f"{CLASSES[chosen]}, {100 * share:.0f}% sure"
    else:
        said = f"{at.answer:+.2f}"
    text = f"at {place}: {said}"
    if at.shares:
        shares = [(abs(v), i, v) for i, v in enumerate(at.shares[-1]) if v is not None]
        told = [f"neuron {i + 1} {v:+.2f}" for _, i, v in sorted(shares, reverse=True)]
        text += f" | last layer: {', '.join(told[:MOST_SHARES])}"
        bias = look.answer.layers[-1].bias[0]
        text += f", bias {bias:+.2f}" if bias is not None else ""
    return text


def at_neuron(scene: Scene) -> str:
    """The selected neuron's bias and weights."""
    if scene.selected is None:
        return ""
    column, number = scene.selected
    if column == 0:
        name = FEATURES[number]
        is_on = name in scene.state.features
        does = "the network reads it; enter leaves it out" if is_on else "enter makes it an input"
        return f"{LABELS.get(name, name)}: {does}"
    look = scene.look
    if look is None or look.sizes != scene.state.hidden:
        return f"layer {column}, neuron {number + 1}"
    layer = look.answer.layers[column - 1]
    values = [*(row[number] for row in layer.kernel), layer.bias[number]]
    count = len(values) - 1
    names = list(scene.state.features) if column == 1 else [f"n{i + 1}" for i in range(count)]
    told = [
        f"{LABELS.get(name, name)} {value:+.2f}" if value is not None else f"{name} not finite"
        for name, value in zip([*names, "bias"], values, strict=False)
    ]
    place = f"layer {column}, neuron {number + 1}"
    if 0 <= scene.weight < len(told):
        return f"{place}: {told[scene.weight]}   , lower  . higher  w next weight"
    return f"{place}: weights {', '.join(told)}   w: change one"


def at_setting(scene: Scene, room: int) -> str:
    """What there is to choose from in ``room`` cells, what the last change kept, and what the
    chosen setting does where there is room for it."""
    settings = shown_settings(scene.state)
    one = settings[min(scene.setting, len(settings) - 1)]
    known = f"{one.name}: {one.choices(scene.state) or one.hint}"
    more = f"what it learned is kept; {scene.note}" if scene.note else one.hint
    return known if more in known else worded(room, f"{known}   {more}", known)


def concept_of(scene: Scene) -> str:
    """What help explains of the chosen setting."""
    settings, state = shown_settings(scene.state), scene.state
    field = settings[min(scene.setting, len(settings) - 1)].field
    of_values = {"activation": state.activation, "optimizer": state.optimizer}
    return of_values.get(field) or CONCEPTS[field]
