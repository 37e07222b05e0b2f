"""The one table of units and currencies: which spellings say the same, and how they convert."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Unit:
    """`measures` is what it is a unit of; `factor` how many of that measure's base it is."""

    measures: str
    factor: Decimal = Decimal(1)


_TABLE: tuple[tuple[str, str, str], ...] = (
    ("percent", "1", "% percent pct"),
    ("usd", "1", "$ us$ usd dollar dollars bucks"),
    ("usd", "0.01", "cent cents"),
    ("eur", "1", "€ eur euro euros"),
    ("gbp", "1", "£ gbp pound pounds quid"),
    ("gbp", "0.01", "pence p"),
    ("chf", "1", "chf francs"),
    ("jpy", "1", "¥ jpy yen"),
    ("inr", "1", "₹ inr rupee rupees"),
    ("seconds", "0.001", "ms millisecond milliseconds"),
    ("seconds", "1", "s sec secs second seconds"),
    ("seconds", "60", "min mins minute minutes"),
    ("seconds", "3600", "h hr hrs hour hours"),
    ("days", "1", "day days"),
    ("days", "7", "wk wks week weeks"),
    ("months", "1", "month months"),
    ("months", "12", "year years yr yrs"),
    ("metres", "0.001", "mm millimetre millimetres millimeter millimeters"),
    ("metres", "0.01", "cm centimetre centimetres centimeter centimeters"),
    ("metres", "1", "m metre metres meter meters"),
    ("metres", "1000", "km kilometre kilometres kilometer kilometers"),
    ("kilometres an hour", "1", "km/h kmh kph"),
    ("miles an hour", "1", "mph"),
    ("miles", "1", "mi mile miles"),
    ("feet", "1", "ft foot feet"),
    ("grams", "1", "g gram grams"),
    ("grams", "1000", "kg kilo kilos kilogram kilograms"),
    ("grams", "1000000", "tonne tonnes"),
    ("pounds", "1", "lb lbs"),
    ("litres", "0.001", "ml millilitre millilitres milliliter milliliters"),
    ("litres", "1", "l litre litres liter liters"),
    ("bits", "1", "bit bits"),
    ("bytes", "1000", "kb kilobyte kilobytes"),
    ("bytes", "1000000", "mb megabyte megabytes"),
    ("bytes", "1000000000", "gb gigabyte gigabytes"),
    ("bytes", "1000000000000", "tb terabyte terabytes"),
    ("watts", "1", "w watt watts"),
    ("watts", "1000", "kw kilowatt kilowatts"),
    ("celsius", "1", "°c ° c"),
    ("fahrenheit", "1", "°f"),
    ("times", "1", "x × times fold"),
)
UNITS = {
    spelling: Unit(measures, Decimal(factor))
    for measures, factor, spellings in _TABLE
    for spelling in spellings.split()
}
CURRENCIES = frozenset({"usd", "eur", "gbp", "chf", "jpy", "inr"})
_WORDS = "|".join(sorted((re.escape(s) for s in UNITS if s[-1].isalpha()), key=len, reverse=True))
_SIGNS = "|".join(re.escape(s) for s in UNITS if not s[-1].isalpha())
AFTER = re.compile(rf"[\s\u00a0-]?(?:per\scent\b|(?:{_WORDS})\b|(?:{_SIGNS})(?!\d))", re.IGNORECASE)
"""A unit behind a number."""
BEFORE = re.compile(r"(?:us\$|[$€£¥₹]|\b(?:usd|eur|gbp|chf|jpy|inr))\s?$", re.IGNORECASE)
"""A currency in front of one."""


def unit(spelling: str) -> Unit:
    """The unit of one spelling, as `AFTER` and `BEFORE` find it."""
    name = spelling.strip().strip("-").lower()
    return UNITS["percent" if name.startswith("per") and name != "percent" else name]
