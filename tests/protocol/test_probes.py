"""Records of probes' answers: tagged, and whole again after a line of JSON."""

import json
import math
from typing import get_args

import msgspec
import pytest

from tests.tui import answers, cluster_answers, picture_answers, rating_answers, text_answers
from tuidl.protocol import probes
from tuidl.protocol.events import ProbeAnswer, from_json, to_json
from tuidl.worker.probes.answer import PROBES

EVERY = (
    answers.predictions(), answers.table(), answers.curve(), answers.plane(3), answers.forecast(),
    answers.values(), answers.layers(), answers.histograms(broken=True), answers.filters(),
    answers.feature_maps(), answers.weights(3), answers.step_trace(),
    answers.step_trace_of_images(), answers.places(), answers.neurons(), answers.health(),
    answers.chain(),
    answers.ask_form(), answers.asked(),
    answers.generated(), answers.diffused(), answers.generated_pictures(),
    text_answers.written("a b"), text_answers.EMBEDDING, text_answers.ATTENTION,
    picture_answers.given_back(), picture_answers.plane(), picture_answers.decoded(),
    picture_answers.masks(), picture_answers.boxes(), cluster_answers.clusters(),
    rating_answers.recommended(),
)  # fmt: skip


def event(answer: probes.AnyAnswer) -> ProbeAnswer:
    return ProbeAnswer(id=1, kind="a probe", epoch=1, step=2, answer=answer)


@pytest.mark.parametrize("answer", EVERY, ids=lambda answer: type(answer).__name__)
def test_an_answer_is_the_same_record_after_a_line_of_json(answer: probes.AnyAnswer) -> None:
    assert from_json(to_json(event(answer))) == event(answer)
    assert (
        json.loads(to_json(event(answer)))["answer"]["probe"] == type(answer).__struct_config__.tag
    )


def test_every_kind_is_tried_and_every_tag_is_a_probe() -> None:
    kinds = set(get_args(probes.AnyAnswer))
    assert {type(answer) for answer in EVERY} == kinds
    assert {kind.__struct_config__.tag for kind in kinds} <= set(PROBES)


def test_what_is_not_finite_is_null() -> None:
    answer = probes.Values(part="test", true=[1.0], predicted=[math.inf])
    assert json.loads(to_json(event(answer)))["answer"]["predicted"] == [None]


def test_an_answer_of_no_known_kind_is_no_event() -> None:
    line = to_json(event(answers.values())).replace('"values"', '"smells"')
    with pytest.raises(msgspec.ValidationError, match="smells"):
        from_json(line)
