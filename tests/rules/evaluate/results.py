"""What every row that rests on the latest value of a lab must do on the ward, drawn once (criteria.md section
3, labs).
"""

from __future__ import annotations

from typing import Any

from tests.rules.evaluate.charted import course

Cases = dict[str, tuple[Any, ...]]


def no_unit(value: float) -> dict[str, Any]:
    return {"value": value, "unit": "furlong"}


def result_states(lab: str, bad: float, level: str, good: float) -> Cases:
    """On the ward all three labs are looked at daily: stale when 36 h old."""
    tripped = course().labs("08:00", "l", **{lab: bad})
    fine = course().labs("08:00", "l", **{lab: good})
    blind = f"indeterminate missing {lab}"
    return {
        f"{lab} never measured cannot be told": (course(), "09:00", blind),
        f"{lab} is not known before its result is": (
            course().labs("08:00", known="09:00", **{lab: bad}),
            "08:59:59.999",
            blind,
        ),
        f"{lab} {level} and just under 36 h old is not stale": (tripped, "43:59:59.999", level),
        f"{lab} {level} and 36 h old keeps its state, stale": (tripped, "44:00", f"{level} stale"),
        f"{lab} clear and just under 36 h old is not stale": (fine, "43:59:59.999", "clear"),
        f"{lab} clear and 36 h old cannot be told": (fine, "44:00", blind),
        f"{lab} stale when it becomes known trips nothing": (
            course().labs("00:00", known="36:00", **{lab: bad}),
            "37:00",
            blind,
        ),
        f"{lab} just under its limit when it becomes known counts": (
            course().labs("00:00", known="35:59:59.999", **{lab: bad}),
            "35:59:59.999",
            level,
        ),
        f"{lab} stale when it becomes known clears nothing": (
            course().labs("00:00", **{lab: bad}).labs("01:00", known="38:00", **{lab: good}),
            "38:00",
            f"{level} stale",
        ),
        f"{lab} clears on the next value": (
            course().labs("08:00", **{lab: bad}).labs("14:00", **{lab: good}),
            "14:00",
            "clear",
        ),
        f"{lab} corrected never was": (
            course().labs("08:00", "l", **{lab: bad}).correct("l", "09:00", **{lab: good}),
            "09:00",
            "clear",
        ),
        f"{lab} withdrawn falls back on the value before": (
            course().labs("07:00", **{lab: good}).labs("08:00", "l", **{lab: bad}).withdraw("l", "09:00"),
            "09:00",
            "clear",
        ),
        f"{lab} withdrawn altogether cannot be told": (
            course().labs("08:00", "l", **{lab: bad}).withdraw("l", "09:00"),
            "09:00",
            blind,
        ),
        f"{lab} of an earlier sample resulted later changes nothing": (
            course().labs("08:00", **{lab: good}).labs("07:00", known="09:00", **{lab: bad}),
            "09:00",
            "clear",
        ),
        f"{lab} in a unit nobody knows is unreadable": (
            course().labs("08:00", **{lab: good}).labs("09:00", **{lab: no_unit(bad)}).unreadable(),
            "09:00",
            f"indeterminate missing {lab}.unreadable",
        ),
        f"{lab} implausible is unreadable too": (
            course().labs("08:00", **{lab: good}).labs("09:00", **{lab: 1e5}),
            "09:00",
            f"indeterminate missing {lab}.unreadable",
        ),
        f"{lab} {level} is kept, stale, when a newer one is unreadable": (
            course().labs("08:00", **{lab: bad}).labs("09:00", **{lab: no_unit(good)}).unreadable(),
            "09:00",
            f"{level} stale missing {lab}.unreadable",
        ),
        f"{lab} unreadable is over with a usable newer one": (
            course()
            .labs("08:00", **{lab: bad})
            .labs("09:00", **{lab: no_unit(bad)})
            .unreadable()
            .labs("10:00", **{lab: good}),
            "10:00",
            "clear",
        ),
        f"{lab} unreadable is not over with an older one": (
            course()
            .labs("09:00", **{lab: no_unit(bad)})
            .unreadable()
            .labs("08:00", known="10:00", **{lab: good}),
            "10:00",
            f"indeterminate missing {lab}.unreadable",
        ),
        f"{lab} unreadable was never there when it is withdrawn": (
            course()
            .labs("08:00", **{lab: good})
            .labs("09:00", "l", **{lab: no_unit(bad)})
            .unreadable()
            .withdraw("l", "10:00"),
            "10:00",
            "clear",
        ),
        f"{lab} preliminary counts like final": (
            course().labs("08:00", status="preliminary", **{lab: bad}),
            "08:00",
            level,
        ),
    }


def result_alerts(lab: str, bad: float, level: str, good: float) -> Cases:
    return {
        f"{lab} opens and resolves at its samples": (
            course().labs("06:00", known="07:05", **{lab: bad}).labs("07:10", known="07:15", **{lab: good}),
            [f"opened {level} 06:00 @07:05", "resolved clear 07:10 @07:15"],
        ),
        f"{lab} corrected is amended": (
            course().labs("08:00", "l", **{lab: bad}).correct("l", "09:00", **{lab: good}),
            [f"opened {level}", "amended clear"],
        ),
        f"{lab} withdrawn is amended": (
            course().labs("07:00", **{lab: good}).labs("08:00", "l", **{lab: bad}).withdraw("l", "09:00"),
            [f"opened {level}", "amended clear"],
        ),
        f"{lab} withdrawn altogether ends the episode": (
            course().labs("08:00", "l", **{lab: bad}).withdraw("l", "09:00"),
            [f"opened {level}", "amended clear"],
        ),
        f"{lab} corrected upwards opens at the sample": (
            course().labs("08:00", "l", **{lab: good}).correct("l", "09:00", **{lab: bad}),
            [f"opened {level} 08:00 @09:00"],
        ),
        f"{lab} going stale says nothing": (
            course().labs("08:00", **{lab: bad}).tick("60:00"),
            [f"opened {level} 08:00"],
        ),
        f"{lab} of an earlier sample, resulted late, is opened at the sample": (
            course().labs("06:00", known="12:00", **{lab: bad}).labs("10:00", known="12:00", **{lab: bad}),
            [f"opened {level} 06:00 @12:00"],
        ),
    }
