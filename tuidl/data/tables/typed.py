"""Values as a column of a file would have them: the way back from what was read."""

from datetime import UTC, date, datetime, timedelta

from tuidl.data.table_layout import DateFormat, InputColumn, NumberFormat
from tuidl.data.tables.date_text import EXCEL_EPOCH
from tuidl.data.tables.raw import text_of
from tuidl.data.tables.styles import in_style

PATTERNS = {
    "ymd": "%Y-%m-%d", "dmy": "%d.%m.%Y", "mdy": "%m/%d/%Y", "ym": "%Y-%m", "my": "%m/%Y",
    "y": "%Y",
}  # fmt: skip
"""A way to write the dates of each order."""
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
SECONDS_A_DAY = 86_400


def typed(value: str | float, column: InputColumn) -> str:
    """The field for a value: a number, days since 1970, or a text, which stays as it is."""
    if isinstance(value, str):
        return value
    if column.date is not None:
        return typed_date(value, column.date)
    return typed_number(value, column.number) if column.kind == "number" else text_of(value)


def typed_number(value: float, form: NumberFormat) -> str:
    """With the column's decimal mark, and its unit where that may not be left out."""
    if form.style:
        return in_style(value, form.style)
    text = text_of(value)
    if form.decimal != ".":
        text = (text if "e" not in text else f"{value:.17f}").replace(".", form.decimal)
    return f"{text} {form.unit}" if form.unit and not form.bare else text


def typed_date(days: float, form: DateFormat) -> str:
    """Days since 1970 in the column's order."""
    if form.order in ("unix", "unix_ms"):
        return text_of(days * SECONDS_A_DAY * (1000 if form.order == "unix_ms" else 1))
    if form.order == "excel":
        return text_of(days + EXCEL_EPOCH - (days + EXCEL_EPOCH <= 60))
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=round(days * SECONDS_A_DAY))
    pattern = PATTERNS.get(form.order, form.order)
    if form.order == "named":
        return f"{moment.day} {MONTHS[moment.month - 1]} {moment.year:04d}"
    if form.has_time and form.order in PATTERNS:
        pattern += " %H:%M"
    return moment.strftime(pattern)


def shown_date(days: float) -> str:
    """Days since 1970 as an ISO date, and the time of day where there is one."""
    day = date(1970, 1, 1) + timedelta(days=int(days // 1))
    minutes = round((days % 1) * 24 * 60)
    return day.isoformat() + (f" {minutes // 60:02d}:{minutes % 60:02d}" if minutes else "")
