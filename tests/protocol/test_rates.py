"""How changes of learning rates are named in charts."""

from tuidl.protocol.commands import editable_rate, rate_in_words


def test_a_changed_rate_names_its_objective_where_there_are_several() -> None:
    assert rate_in_words(editable_rate("critic"), 0.0015) == "critic rate 0.0015"
    assert rate_in_words(editable_rate(""), 0.0015) == "rate 0.0015"
