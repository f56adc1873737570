"""Say what a part of a pack says: a row's limits in words, a rule, or that nobody has read it."""

from collections.abc import Iterator

import msgspec

from rules.guideline.declarations import AnyRow, Limit, Sustained
from rules.guideline.packs.declarations import DRAFT, VERIFIED, Advised, Pack, PackRow
from rules.wire.durations import duration_text

DURATIONS = (
    *("span", "window", "covers", "resume_covers", "wait", "lasts"),
    *("joins", "grace", "stale", "after", "fever_age", "clears_over", "longest"),
)
TOGETHER = ("resumes",)
"""Fields of which all must be so, where any of the others is enough."""
LEFT_OUT = {
    *("code", "system", "source", "group", "unit", "words", "column", "monitored_by", "stale_factor"),
    "not_sinus_words",
}


def content_of(pack: Pack, name: str) -> dict[str, str]:
    """Return what a row or rule says, what it does, and where it stands."""
    row = pack.row(name)
    if row is not None:
        return {"says": says(row.row), "effect": f"{row.effect}, {row.level}", "source": source_of(row)}
    if name in pack.items:
        item = pack.items[name]
        return {"says": item.value, "effect": "rule", "source": _written(item)}
    unread = next(one for one in pack.not_open if f"not_open.{one.row}" == name)
    return {"says": "not read", "effect": "blind", "source": unread.words}


def reader_of(pack: Pack, name: str, status: str) -> str:
    """Return who has read a row or rule in its source."""
    if status != VERIFIED:
        return "nobody yet"
    return "two persons of the site" if name in pack.signed else "the authors of this pack"


def advice_of(pack: Pack) -> Iterator[dict[str, str]]:
    """Yield the advice of a pack: what it says and when, where that stands, and whether it was read there."""
    drafts = {item.source for item in pack.items.values() if item.status != VERIFIED}
    for one in pack.advice:
        yield {
            "advice": one.code,
            "says": one.text,
            "while": _while(one),
            "status": DRAFT if one.source in drafts else VERIFIED,
            "source": one.source.text,
        }


def _while(one: Advised) -> str:
    """Return the condition of an advice: a row that holds, limits, or the regimen."""
    labs = [f"{code} {limit.text}" for code, limit in one.labs.items()]
    rate = [f"urine {one.rate.text} mL/kg/h over {duration_text(one.covers)}"] if one.rate else []
    row = [f"`{one.of}` holds"] if one.of else []
    return " or ".join([*row, *labs, *rate]) or "by the regimen"


def _written(part: msgspec.Struct) -> str:
    source = getattr(part, "source")  # noqa: B009 - of a row and of an item
    inherited = getattr(part, "inherited_from", None)
    beside = f"; inherited from {inherited}" if inherited else ""
    return f"{source.document}, {source.table}, {source.row}{beside}"


def source_of(row: PackRow) -> str:
    """Return where a row stands, and what was settled by choice."""
    settled = f"; settled: {row.settles}" if row.settles else ""
    return _written(row) + settled


def says(row: AnyRow) -> str:
    """Return the numbers and findings of a row in words: `trip <90, resume >=90, span 5m`."""
    return ", ".join(_fields(row))


def _fields(row: AnyRow) -> Iterator[str]:
    for field in msgspec.structs.fields(row):
        value = getattr(row, field.name)
        if field.name in LEFT_OUT or value in (None, (), {}, 0, False):
            continue
        yield f"{field.name.replace('_', ' ')} {_value(field.name, value)}"


def _value(name: str, value: object) -> str:
    if isinstance(value, Limit):
        return value.text
    if isinstance(value, Sustained):
        return f"{value.trip.text} until {value.clear.text} over {duration_text(value.span)}"
    if isinstance(value, tuple):
        return (" and " if name in TOGETHER else " or ").join(map(str, value))
    if name in DURATIONS and isinstance(value, int):
        return duration_text(value)
    return f"{value:g}" if isinstance(value, float) else str(value)
