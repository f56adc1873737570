"""Write units as the wire takes them: the feed's own spellings first, then the map's, then as sent.

Whether a unit converts is asked of `rules.ingest`; nothing is guessed. Source: docs/spec/feeds.md, Values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from rules.ingest import units
from streams.feeds.mapping.code_map import CodeMap

Accepts = Callable[[str], bool]


def spelled(texts: Iterable[str], codes: CodeMap, own: Mapping[str, str], accepts: Accepts) -> str | None:
    """Return the first of the texts, as the wire spells it, that is accepted; None when none is.

    `texts`: what a sender wrote, the whole field and its parts, in the order to try.
    """
    for text in texts:
        for unit in (own.get(text), codes.unit(text), text):
            if unit and accepts(unit):
                return unit
    return None


def accepted_by(kind: str, code: str) -> Accepts:
    """Return the function that says whether the wire takes a unit for a code of a type."""
    if kind == "vitals":
        return lambda unit: units.vital(code, unit) is not None
    if kind == "labs":
        return lambda unit: units.lab(code, unit) is not None
    if kind == "io":
        return lambda unit: units.volume(unit) is not None
    if kind == "dose":
        return lambda unit: units.dose(unit) is not None
    if kind == "infusion":
        return lambda unit: units.rate(code, unit) is not None
    return bool
