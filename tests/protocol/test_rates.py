"""How changes of learning rates are named in charts."""

from tuidl.protocol.commands import edit_in_words, editable_rate


def test_a_changed_rate_names_its_objective_where_there_are_several() -> None:
    assert edit_in_words(editable_rate("critic"), 0.0015) == "critic rate 0.0015"
    assert edit_in_words(editable_rate(""), 0.0015) == "rate 0.0015"
