"""Write units as people and machines spell them in the spelling of UCUM: `mcg`, `x10(3)/mcL`, `BPM`, `gm`."""

import re
import unicodedata
from collections.abc import Mapping

_TIDY: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), by)
    for pattern, by in (
        ("[\u03bc\u00b5]", "u"),
        (r"[\u00b7\u22c5\u2022]", "."),
        (r"\s*\bper\b\s*", "/"),
        (r"\bmillion\s+(?=[a-z])", "10*6."),
        (r"\b10\s+([0-9]+)(?=[/a-z])", r"10*\1"),
        (r"\s+", ""),
        (r"\u00d7", "x"),
        (r"^[x*]+(?=10)", ""),
        (r"\b10(?:\*\*|exp|[*^e'x]|(?=\())\(?([+-]?[0-9]+)\)?(?=[/.a-z{]|$)", r"10*\1"),
        (r"^e([0-9]+)(?=/)", r"10*\1"),
        (r"(10\*[+-]?[0-9]+)(?=[a-z\[])", r"\1."),
        (r"(?<=/)([0-9]+)([a-z]+)", r"(\1.\2)"),
        (r"\bmicro(?=[a-z])", "u"),
        (r"(?<=[a-z\]])(?:\^|\*\*)(?=[+-]?[0-9])", ""),
        (r"\bmc(?=(?:g|gm|l|mol|iu|u)\b|\[)", "u"),
        (r"h2o\b", "[H2O]"),
        (r"\bmm\(?hg\)?", "mm[Hg]"),
        (r"\bcu\.?mm\b", "mm3"),
        (r"#", "1"),
    )
)

_RAISED = re.compile("10([\u2070\u00b9\u00b2\u00b3\u2074-\u2079]+)")

_COUNTS = ("beat", "beats", "breath", "breaths", "br", "resp", "cell", "cells", "count", "ratio", "inr")
WORDS: Mapping[str, str] = {
    **dict.fromkeys(_COUNTS, "1"),
    **dict.fromkeys(("gm", "gms", "gram", "grams"), "g"),
    **dict.fromkeys(("mgm", "mgs", "milligram", "milligrams"), "mg"),
    **dict.fromkeys(("ugram", "ugrams", "ugm"), "ug"),
    **dict.fromkeys(("kgs", "kgm", "kilo", "kilos", "kilogram", "kilograms"), "kg"),
    **dict.fromkeys(("lb", "lbs", "pound", "pounds"), "[lb_av]"),
    **dict.fromkeys(("sec", "secs", "second", "seconds"), "s"),
    **dict.fromkeys(("mins", "minute", "minutes"), "min"),
    **dict.fromkeys(("hr", "hrs", "hour", "hours"), "h"),
    **dict.fromkeys(("day", "days"), "d"),
    **dict.fromkeys(("liter", "liters", "litre", "litres", "lit", "ltr"), "L"),
    **dict.fromkeys(("mls", "milliliter", "milliliters", "millilitre", "millilitres"), "mL"),
    **dict.fromkeys(("cc", "ccm", "ccs"), "cm3"),
    **dict.fromkeys(("cumm", "cmm"), "mm3"),
    **dict.fromkeys(("bpm", "rpm"), "1/min"),
    **dict.fromkeys(("lpm",), "L/min"),
    **dict.fromkeys(("percent", "pct"), "%"),
    **dict.fromkeys(("k", "thou", "thous", "thousand", "thousands", "tsd"), "10*3"),
    **dict.fromkeys(("gpt",), "10*9"),
    **dict.fromkeys(("unit", "units", "ie"), "U"),
    "iu": "[iU]",
    "miu": "m[iU]",
    "uiu": "u[iU]",
    "kiu": "k[iU]",
    "torr": "mm[Hg]",
    "deg": "1",
}
"""A word, in small letters -> UCUM. A unit of UCUM itself outranks them (`K` is a kelvin where one fits)."""

_WORD = re.compile(r"(?<!\[)(?<![A-Za-z_])[A-Za-z]+(?![A-Za-z_]*\])(?![A-Za-z_\[])")


def tidy(text: str) -> str:
    """Return a unit without spaces, signs of micro, and other writings of powers of ten."""
    out = unicodedata.normalize("NFKC", _RAISED.sub(r"10*\1", text.strip()))
    for pattern, by in _TIDY:
        out = pattern.sub(by, out)
    return out


def in_ucum(text: str, words: Mapping[str, str] = WORDS) -> str:
    """Return a tidy unit with its words replaced; annotations stay as they are."""
    pieces = re.split(r"(\{[^{}]*\})", text)
    return "".join(piece if piece.startswith("{") else _worded(piece, words) for piece in pieces)


def _worded(text: str, words: Mapping[str, str]) -> str:
    return _WORD.sub(lambda word: words.get(word[0], words.get(word[0].lower(), word[0])), text)
