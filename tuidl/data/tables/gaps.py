"""Texts that stand for no value."""

GAPS = frozenset(
    ["", "na", "n/a", "n.a.", "#n/a", "#na", "<na>", "nan", "-nan", "nat", "null", "<null>", "?"]
)
"""In every column, in upper or lower case."""

NUMBER_GAPS = frozenset(
    ["none", "nil", "-", "--", "---", "–", "—", ".", "..", "...", "*", "unknown", "unk", "missing",
     "not available", "not applicable", "no data", "nd", "n.d.", "tbd", "#n/a n/a", "#value!",
     "#div/0!", "#ref!", "#name?", "#num!", "#null!", "1.#qnan", "-1.#ind", "0000-00-00", "\\n",
     "$-", "$ -", "-$", "€-", "- €", "-€", "£-", "£ -",
     "k. a.", "k.a.", "keine angabe", "unbekannt", "fehlt", "n.c.", "n. c.", "n/c", "n/d", "s/d",
     "s.d.", "inconnu", "non renseigné", "manquant", "sin datos", "desconocido", "non disponibile"]
)  # fmt: skip
"""In columns of numbers and dates only: among categories they may be one of them."""


def is_gap(text: str, own: tuple[str, ...], of_numbers: bool) -> bool:
    """Whether the text (stripped) stands for no value; ``own``: the column's own gaps, in lower
    case."""
    low = text.casefold()
    return low in GAPS or low in own or (of_numbers and low in NUMBER_GAPS)
