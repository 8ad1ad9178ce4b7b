"""Conditions on runs, and runs in groups."""

from typing import Any

import pytest

from tuidl.core.errors import RunError
from tuidl.runs import grouping
from tuidl.runs.expressions import condition
from tuidl.runs.listing import Listed
from tuidl.runs.settings import those_where

VALUES: dict[str, Any] = {
    "optimizer.learning_rate": 0.01, "data.source": "digits", "layers[0].units": 64,
    "training.shuffle": True, "accuracy": 0.97, "tags": ["keep"],
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('optimizer.learning_rate < 0.1 and data.source == "digits"', True),
        ("optimizer.learning_rate < 0.01", False),
        ("0.9 < accuracy <= 0.97", True),
        ("layers[0].units * 2 == 128", True),
        ("layers[0].units / 0 == 1", False),
        ("data.source in ['mnist', 'digits']", True),
        ("data.source not in ('mnist', 'digits')", False),
        ("'keep' in tags", True),
        ("training.shuffle", True),
        ("training.shuffle == true and not training.shuffle == false", True),
        ("-accuracy > -1", True),
        ("missing == 1", False),
        ("missing != 1", False),
        ("not missing == 1", False),
        ("missing == 1 or accuracy > 0.5", True),
        ("accuracy > 0.5 or missing == 1", True),
        ("missing == 1 or accuracy < 0.5", False),
        ("accuracy < 'x'", False),
        ("data.source * 9 == 'x'", False),
        ("accuracy == none", False),
    ],
)
def test_a_condition(text: str, expected: bool) -> None:
    assert condition(text).holds(VALUES.get) is expected


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('x')", "(lambda: 1)() == 1", "a.b() == 1", "x := 1",
        "a if b else c",
        "[x for x in tags] == 1", "f'{a}' == 1", "a ** 9 ** 9 == 1", "a @ b == 1", "a[b] == 1",
        "a['x'] == 1", "{} == 1", "a is b", "1 +", "", "  ", "a == 1; b", "b'x' == a", "... == a",
        "(" * 500 + "a" + ")" * 500, "not " * 3000 + "a", "a" * 3000,
    ],
)  # fmt: skip
def test_nothing_else_is_understood(text: str) -> None:
    with pytest.raises(RunError):
        condition(text)


@pytest.mark.parametrize("text", ["1 + 1", "-a", "'x'", "a == 1 and 3"])
def test_what_compares_nothing_is_no_condition(text: str) -> None:
    with pytest.raises(RunError, match="compares nothing"):
        condition(text)


def run(name: str, rate: float | None, accuracy: float | None, kind: Any = "sgd") -> Listed:
    settings = {"optimizer.type": kind} | (
        {} if rate is None else {"optimizer.learning_rate": rate}
    )
    return Listed(
        run=name, preset="p", created="", state="done", epochs=1, seconds=1.0, part="validation",
        scores={} if accuracy is None else {"accuracy": accuracy, "loss": 1 - accuracy},
        weights_sha256=None, settings=settings, tags=("keep",) if name == "a" else (),
    )  # fmt: skip


RUNS = [
    run("a", 0.1, 0.9), run("b", 0.1, 0.8), run("c", 1.0, None), run("d", None, 0.5, "adam"),
    run("e", 0.01, 0.7, ["x"]),
]  # fmt: skip


def chosen(text: str) -> str:
    return "".join(run.run for run in those_where(RUNS, text))


def test_runs_are_chosen_by_settings_scores_facts_and_tags() -> None:
    assert chosen("optimizer.learning_rate >= 0.1") == "abc"
    assert chosen("accuracy > 0.6 and optimizer.type == 'sgd'") == "ab"
    assert chosen("'keep' in tags") == "a"
    assert chosen("run in ['b', 'd']") == "bd"
    assert chosen("epochs == 1 and state == 'done'") == "abcde"


def test_a_key_that_no_run_has_is_named() -> None:
    with pytest.raises(RunError, match="no run has 'acuracy'; did you mean 'accuracy'"):
        chosen("acuracy > 0.5")


def test_groups_have_means_and_deviations() -> None:
    keys = ("optimizer.learning_rate",)
    groups = grouping.groups_of(RUNS, keys)
    assert [group.values for group in groups] == [(0.01,), (0.1,), (1.0,), (None,)]
    lines = grouping.as_lines(groups, keys)
    assert lines[0].split() == [
        "optimizer.learning_rate",
        "runs",
        "accuracy",
        "loss",
        "best",
        "accuracy",
    ]
    assert lines[2].split() == ["0.1", "2", "85.00%", "±", "7.07%", "0.15", "±", "0.07071", "a"]
    assert lines[3].split() == ["1.0", "1", "-", "-", "-"]
    record = grouping.records(groups, keys)[1]
    assert record["runs"] == ["a", "b"]
    assert record["scores"]["accuracy"]["mean"] == pytest.approx(0.85)
    assert grouping.records(groups, keys)[3]["scores"]["accuracy"]["deviation"] is None


@pytest.mark.parametrize(
    ("text", "example"),
    [
        ("accuracy", "'accuracy' is 0.97, not true or false: compare it, as in 'accuracy > 0.97'"),
        ("not accuracy", "as in 'accuracy > 0.97'"),
        ("accuracy and epochs > 0", "as in 'accuracy > 0.97'"),
        ("optimizer.type", "'optimizer.type' is 'sgd', not true or false: compare it, as in "
         "'optimizer.type == \"sgd\"'"),
        ("run", "as in 'run == \"a\"'"),
    ],
)  # fmt: skip
def test_a_key_that_is_compared_with_nothing_is_refused_with_an_example(
    text: str, example: str
) -> None:
    with pytest.raises(RunError) as refused:
        those_where([run("a", 0.1, 0.97)], text)
    assert example in str(refused.value)


def test_what_a_person_said_may_stand_alone() -> None:
    assert those_where([run("a", 0.1, 0.97)], "pinned") == []
