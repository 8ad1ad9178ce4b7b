"""Units that are one another times a factor: kg and g, km and m, h and min."""

from decimal import Decimal

_KINDS = (
    {"mg": "1e-6", "g": "1e-3", "kg": "1", "t": "1000", "µg": "1e-9",
     "lb": "0.45359237", "lbs": "0.45359237", "oz": "0.028349523125"},
    {"nm": "1e-9", "µm": "1e-6", "mm": "1e-3", "cm": "0.01", "m": "1", "km": "1000",
     "in": "0.0254", "ft": "0.3048", "yd": "0.9144", "mi": "1609.344"},
    {"ms": "1e-3", "s": "1", "sec": "1", "min": "60", "h": "3600", "hr": "3600", "hrs": "3600",
     "d": "86400", "second": "1", "seconds": "1", "secs": "1", "mins": "60", "minute": "60",
     "minutes": "60", "hour": "3600", "hours": "3600", "day": "86400", "days": "86400"},
    {"ml": "1e-3", "mL": "1e-3", "cl": "0.01", "dl": "0.1", "l": "1", "L": "1", "m³": "1000",
     "m3": "1000"},
    {"m²": "1", "m2": "1", "ha": "10000", "km²": "1000000"},
    {"Hz": "1", "kHz": "1e3", "MHz": "1e6", "GHz": "1e9"},
    {"W": "1", "kW": "1e3", "MW": "1e6"},
    {"Pa": "1", "hPa": "100", "kPa": "1e3", "bar": "1e5"},
    {"kB": "1e3", "KB": "1e3", "MB": "1e6", "GB": "1e9", "TB": "1e12"},
    {"cal": "4.184", "kcal": "4184", "J": "1", "kJ": "1e3", "kWh": "3.6e6"},
    {"km/h": "1", "kph": "1", "m/s": "3.6", "mph": "1.609344"},
    {"%": "1", "‰": "0.1", "bp": "0.01", "bps": "0.01"},
    {"°C": "1", "℃": "1"},
    {"°F": "1", "℉": "1"},
    {"ppm": "1", "ppb": "1e-3"},
)  # fmt: skip


def converted(value: float, unit: str, into: str) -> float | None:
    """``value`` of ``unit`` in another unit, exactly where the digits allow; None where the two
    measure different things."""
    for kind in _KINDS:
        if unit in kind and into in kind:
            exact = Decimal(repr(value)) * Decimal(kind[unit]) / Decimal(kind[into])
            return float(exact)
    return None


def goes_with(unit: str, into: str) -> bool:
    """Whether numbers of one are numbers of the other times a factor."""
    return unit != into and converted(1.0, unit, into) is not None
