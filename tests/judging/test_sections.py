from tuidl.judging.section import Section

TABLE = Section(
    "Scores", [["name", "value", "interval", "by"], ["mae", "1", "0 to 2", "x"]], (0, 3)
)


def test_a_table_without_a_column_keeps_the_alignment_of_the_others() -> None:
    found = TABLE.without("interval")
    assert found.rows == [["name", "value", "by"], ["mae", "1", "x"]]
    assert found.left == (0, 2)


def test_a_column_at_the_edge_goes_with_its_alignment() -> None:
    assert TABLE.without("name").left == (2,)
    assert TABLE.without("by").left == (0,)


def test_a_heading_that_is_not_there_changes_nothing() -> None:
    assert TABLE.without("median") is TABLE
