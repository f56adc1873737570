"""Write numbers, units and durations as clinicians read them (criteria.md section 10)."""

from rules.wire.instants import HOUR, MINUTE

UNITS = {
    "mm[Hg]": "mmHg",
    "Cel": "°C",
    "10*3/uL": "×10³/µL",  # noqa: RUF001  # as it is written
    "ug/kg/min": "mcg/kg/min",
    "[iU]/kg": "IU/kg",
    "m[iU]/L": "mIU/L",
    "ug/min": "mcg/min",
    "umol/L": "µmol/L",
    "[iU]": "IU",
    "M[iU]": "MIU",
    "1": "",
    "d": "days",
}
WHOLE = 100
VOLUMES = ("mL",)


def figures(value: float, *limits: float, whole: bool = False) -> str:
    """Write a number with at most three significant figures, a large one whole: `3.66`, `1235`.

    `whole`: any one. More figures stand where these would put the value on, or beyond, a limit that it has
    not reached.
    """
    short = f"{value:.0f}" if whole or abs(value) >= WHOLE else f"{value:.3g}"
    same = all(compared(float(short), limit) == compared(value, limit) for limit in limits)
    return short if same else f"{round(value, 4):.9g}"


def compared(value: float, limit: float) -> int:
    """Return -1, 0 or 1: the value is below, at or above the limit."""
    return (value > limit) - (value < limit)


def written(value: float, unit: str | None = None, *limits: float) -> str:
    """Write a value with its unit, a volume whole: `82 mmHg`."""
    named = UNITS.get(unit, unit) if unit else ""
    return f"{figures(value, *limits, whole=unit in VOLUMES)} {named}".strip()


def hours_of(decimal: float) -> str:
    """Write hours as a number (`1.3333`, to 4 decimals) as `h:mm`."""
    return hours(round(decimal * 60) * MINUTE)


def hours(ms: int) -> str:
    """Write a duration (ms) as `h:mm`."""
    whole, rest = divmod(max(0, ms), HOUR)
    return f"{whole}:{rest // MINUTE:02}"
