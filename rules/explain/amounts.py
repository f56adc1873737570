"""Numbers, spans of time and limits in words, and how far a value is from a limit."""

from rules.explain.explanation import Value
from rules.guideline.declare import Limit
from rules.instant import HOUR, MINUTE, SECOND, text
from rules.words import THAN

NOT_THAN = {"<": "at or above", "<=": "above", ">=": "below", ">": "at or below"}
HUGE = 1e9


def number(value: float) -> str:
    """At most 4 decimals, no trailing zeros: `600000`, `2.96`."""
    rounded = round(value, 4) + 0.0
    return f"{rounded:g}" if abs(rounded) >= HUGE else f"{rounded:.4f}".rstrip("0").rstrip(".")


def amount(value: Value, unit: str | None = None) -> str:
    if value is None:
        return "not charted"
    said = value if isinstance(value, str) else number(value)
    return f"{said} {unit}" if unit and not isinstance(value, str) else said


def span(ms: int) -> str:
    """`2 h`, `1 h 20 min`, `45 s`."""
    hours, rest = divmod(abs(ms), HOUR)
    minutes, rest = divmod(rest, MINUTE)
    seconds = rest / SECOND
    parts = [f"{hours} h" if hours else "", f"{minutes} min" if minutes else "", f"{seconds:g} s" if seconds else ""]
    return " ".join(part for part in parts if part) or "0 min"


def ages(ward: int, intensive: int) -> str:
    """A span that depends on the mode."""
    return span(ward) if ward == intensive else f"{span(ward)} on the ward, {span(intensive)} in intensive care"


def when(ms: int | None) -> str:
    return "never" if ms is None else text(ms)


def met(limit: Limit, unit: str | None = None) -> str:
    """`below 10 mL/h`: values that trip."""
    return f"{THAN[limit.op]} {amount(limit.value, unit)}"


def unmet(limit: Limit, unit: str | None = None) -> str:
    """`at or above 10 mL/h`: values that do not."""
    return f"{NOT_THAN[limit.op]} {amount(limit.value, unit)}"


def away(value: float, limit: Limit, level: str, unit: str | None = None) -> str:
    """How far a value is from a limit, on which side, and what its being exactly there means."""
    name, gap = f"the {level} limit ({met(limit, unit)})", abs(value - limit.value)
    if round(gap, 9) == 0:
        return f"{amount(value, unit)} is exactly at {name}, which {'counts' if limit.met(value) else 'does not count'}."
    side = "past" if limit.met(value) else "short of"
    return f"{amount(value, unit)} is {amount(gap, unit)} {side} {name}."


def both(value: Value, relative: Limit | None, absolute: Limit | None, unit: str | None) -> list[str]:
    """The distances to both bands."""
    bands = (("relative", relative), ("absolute", absolute))
    return [away(value, limit, level, unit) for level, limit in bands if limit is not None and isinstance(value, (int, float))]


def back(state: str, relative: Limit | None, absolute: Limit | None, unit: str | None, what: str) -> list[str]:
    """What would lower a row without hysteresis."""
    if state == "absolute" and relative is not None and absolute is not None:
        return [f"Relative again with {what} {unmet(absolute, unit)}.", f"Clear with {what} {unmet(relative, unit)}."]
    limit = relative or absolute
    if limit is None:
        return []
    return [f"{'Clear' if state in ('relative', 'absolute') else 'Stays clear'} with {what} {unmet(limit, unit)}."]
