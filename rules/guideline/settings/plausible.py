"""Check that no plausible range hides a limit: readings outside of the range are dropped."""

from rules.guideline.declarations import ExcusedRateRow, Limit, OxygenRow, PressorMaximumRow, Row
from rules.guideline.edition import Guideline
from rules.guideline.settings.comparing import Conflict, Conflicts, rising


def hidden(guideline: Guideline) -> Conflicts:
    """Yield a conflict for every limit that lies outside of its code's plausible range."""
    for code, range in guideline.plausible.items():
        low, high = f"plausible.{code}.low", f"plausible.{code}.high"
        yield from rising((low, range.low), (high, range.high))
        if range.low >= range.high:
            continue
        for key, value in judged(guideline).get(code, ()):
            if not range.low <= value <= range.high:
                for_limit = (
                    f"{value} lies outside plausible.{code} ({range.low} to {range.high}), where "
                    "readings are dropped; bring it inside"
                )
                side, end = (low, range.low) if value < range.low else (high, range.high)
                yield Conflict(
                    (
                        (
                            side,
                            (
                                f"{end} leaves out {key} ({value}): such readings would be dropped; widen "
                                "the "
                                "range"
                            ),
                        ),
                        (key, for_limit),
                    )
                )


def judged(guideline: Guideline) -> dict[str, list[tuple[str, float]]]:
    """Return the limits each wire code is compared with: (key, value)."""
    found: dict[str, list[tuple[str, float]]] = {code: [] for code in guideline.plausible}
    for row in guideline.rows:
        code = str(getattr(row, "lab", getattr(row, "agent", "")))
        for field in ("relative", "absolute"):
            limit = getattr(row, field, None)
            if code in found and isinstance(limit, Limit):
                found[code].append((f"criteria.{row.code}.{field}", limit.value))
        _vitals_judged(row, found)
    for advice in guideline.advice:
        code = advice.lab or ("temperature" if advice.unit == "Cel" else "")
        for field, limit in (("limit", advice.limit), ("second", advice.second)):
            if code in found and limit is not None:
                found[code].append((f"advice.{advice.code}.{field}", limit.value))
    table = guideline.pressure
    found["systolic-bp"].extend(
        (f"pressure.target-{name}", getattr(table, f"target_{name}")) for name in ("low", "normal", "high")
    )
    found["mean-bp"].extend((f"pressure.{name.replace('_', '-')}", getattr(table, name)) for name in MEANS)
    _signs_judged(guideline, found)
    for code in ("creatinine", "bilirubin"):
        found[code].append((f"eligibility.{code}", getattr(guideline.eligibility, code)))
    for code, value in guideline.advises["discharge-ready"].limits.items():
        if code in found and code != "weight":  # a factor, not a weight
            found[code].append((f"advice.discharge-ready.limits.{code}", value))
    return found


MEANS = ("mean_at_target", "mean_severe", "mean_at_low_target", "mean_severe_low")


def _signs_judged(guideline: Guideline, found: dict[str, list[tuple[str, float]]]) -> None:
    signs = guideline.vital_signs
    for code, name, condition in (
        ("heart-rate", "slow", signs.slow),
        ("respiratory-rate", "breathing", signs.breathing),
    ):
        found[code] += [
            (f"vital-signs.{name}.trip", condition.trip.value),
            (f"vital-signs.{name}.clear", condition.clear.value),
        ]
    found["heart-rate"] += [
        ("vital-signs.extreme-fast", signs.extreme_fast.value),
        ("vital-signs.extreme-slow", signs.extreme_slow.value),
    ]
    found["spo2"].append(("vital-signs.extreme-saturation", signs.extreme_saturation.value))


def _vitals_judged(row: Row, found: dict[str, list[tuple[str, float]]]) -> None:
    table = f"criteria.{row.code}"
    if isinstance(row, ExcusedRateRow):
        for name in ("relative", "absolute", "unexcused"):
            condition = getattr(row, name)
            found["heart-rate"] += [
                (f"{table}.{name}.trip", condition.trip.value),
                (f"{table}.{name}.clear", condition.clear.value),
            ]
        found["temperature"].append((f"{table}.fever", row.fever.value))
    if isinstance(row, PressorMaximumRow):
        for name in ("relative", "absolute"):
            found["phenylephrine"].append((f"{table}.{name}", getattr(row, name).value))
    if isinstance(row, OxygenRow):
        found["spo2"] += [
            (f"{table}.low.trip", row.low.trip.value),
            (f"{table}.low.clear", row.low.clear.value),
            (f"{table}.severe", row.severe.value),
        ]
        for name in ("relative", "absolute"):
            found["o2-flow"].append((f"{table}.{name}-flow", getattr(row, f"{name}_flow").value))
        found["o2-flow"].append((f"{table}.at-flow", row.at_flow.value))
        found["fio2"].append((f"{table}.absolute-fio2", row.absolute_fio2.value))
