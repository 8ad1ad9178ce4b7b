"""Whose turn it is, with steps of one objective out of turn, beside a list made step by step."""

import random

import pytest

from tuidl.training.rotation import Rotation


def listed(
    turns: tuple[int, ...], inserted: dict[int, list[tuple[int, int]]], count: int
) -> list[int]:
    """Whose turn each of ``count`` steps is: what is inserted after a step waits in a line, and the
    turns go on when it is empty."""
    cycle = [number for number, turn in enumerate(turns) for _ in range(turn)]
    found: list[int] = []
    waiting: list[int] = []
    place = 0
    for step in range(count):
        for number, steps in inserted.get(step, []):
            waiting += [number] * steps
        if waiting:
            found.append(waiting.pop(0))
        else:
            found.append(cycle[place % len(cycle)])
            place += 1
    return found


@pytest.mark.parametrize("seed", range(30))
def test_inserted_steps_come_at_once_and_the_turns_go_on_behind_them(seed: int) -> None:
    chance = random.Random(seed)
    turns = tuple(chance.randint(1, 3) for _ in range(chance.randint(2, 3)))
    inserted: dict[int, list[tuple[int, int]]] = {}
    for _ in range(chance.randint(0, 6)):
        step = (chance.randrange(len(turns)), chance.randint(1, 4))
        inserted.setdefault(chance.randrange(40), []).append(step)
    rotation = Rotation(turns)
    wanted = listed(turns, inserted, 80)
    for step, number in enumerate(wanted):
        for whose, steps in inserted.get(step, []):
            rotation = rotation.with_steps(step, whose, steps)
        assert rotation.at(step)[0] == number
    for step, number in enumerate(wanted):  # with hindsight, the same
        now, left = rotation.at(step)
        assert now == number
        assert wanted[step : step + left] == [number] * len(wanted[step : step + left])
        for whose in range(len(turns)):
            assert rotation.steps_of(whose, step) == wanted[:step].count(whose)
        ahead = rotation.after(step, chance.randint(0, len(wanted) - step))
        assert ahead.numbers.tolist() == wanted[step:][: len(ahead.numbers)]
        assert ahead.counts.tolist() == [wanted[:step].count(n) for n in range(len(turns))]


def test_neighbours_of_one_objective_are_kept_as_one() -> None:
    rotation = Rotation((1, 1)).with_steps(4, 1, 1).with_steps(4, 1, 1).with_steps(6, 1, 3)
    assert rotation.inserted == ((4, 1, 5),)
    assert rotation.with_steps(7, 0, 1).inserted == ((4, 1, 5), (9, 0, 1))
