"""The named inputs and targets that the columns of a table are."""

from tuidl.core.errors import PresetError
from tuidl.data.spec import Field
from tuidl.data.table import Table
from tuidl.data.tables.pictures import Shape, field_name
from tuidl.data.tables.text_columns import TextFeature

TABLE = "table"
"""The input that all columns are which are no ids, pictures or text, where there are such."""


def inputs_of(
    table: Table,
    picture: Shape,
    id_names: tuple[str, ...] = (),
    texts: tuple[TextFeature, ...] = (),
) -> tuple[Field, ...]:
    """All other columns together, then each id, then the pictures, each of the shape ``picture``,
    then the texts. ``id_names``: of ids, where those are not the columns'. Raises PresetError where
    two have the same name."""
    width, ids = table.plain_width, table.ids
    columns = list(id_names or (column.name for column in ids))
    columns += [column.name for column in table.pictures]
    columns += [text.column.name for text in texts]
    names = _names(columns, "data.columns", {TABLE})
    own = (Field(TABLE, (width,)),) if width else ()
    numbers = (Field(name, (), column.names) for name, column in zip(names, ids, strict=False))
    behind = iter(names[len(ids) :])
    pictures = tuple(Field(name, picture) for _, name in zip(table.pictures, behind, strict=False))
    of_texts = tuple(_of_text(name, text) for text, name in zip(texts, behind, strict=True))
    return (*own, *numbers, *pictures, *of_texts)


def _of_text(name: str, text: TextFeature) -> Field:
    layout = text.column.text
    assert layout is not None
    return Field(name, (layout.window,), vocabulary=layout.tokenizer.names)


def targets_of(table: Table) -> tuple[Field, ...]:
    """Each target with its classes. Raises PresetError where two have the same name."""
    known = [target.read for target in table.all_targets]
    names = _names([target.reading.column.name for target in known], "data.target", set())
    pairs = zip(names, known, strict=True)
    return tuple(Field(name, (), target.classes) for name, target in pairs)


def _names(columns: list[str], key: str, taken: set[str]) -> list[str]:
    """Raises PresetError where two are the same, or one is taken."""
    names = [field_name(column) for column in columns]
    for name in names:
        if name in taken or names.count(name) > 1:
            raise PresetError(key, f"two are called {name!r}: rename a column")
    return names
