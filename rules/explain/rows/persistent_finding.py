"""Explain a state that counts once it has lasted: its unbroken run, and what is left of the time."""

from rules.chart.facts import Sign
from rules.explain.citations import cited
from rules.explain.explanation import Answer, Rule, Window, span, when
from rules.explain.question import Asked
from rules.guideline.declarations import PersistentFindingRow


def explain(row: PersistentFindingRow, asked: Asked) -> Answer:
    """Explain the row: a state that counts once it has lasted."""
    signs = asked.chart.findings.get(row.finding, [])
    used = [sign for sign in signs if sign.id in asked.ids]
    run = bool(used) and used[-1].value == row.value
    part = f"in the unbroken run of {row.value}" if run else "the latest record"
    due = used[0].at + row.lasts if run else None
    return Answer(
        rule=Rule(
            words=row.words,
            source=row.source,
            section="criteria.md section 3.5, mental-status",
            absolute=f"{row.finding} {row.value} and not reversed within {span(row.lasts)}",
            window=f"{span(row.lasts)} from the first record of the unbroken run of {row.value}",
            stale=f"older than {span(row.stale)}, or never charted",
        ),
        facts=[cited(sign, part) for sign in used]
        or [cited(sign, "already stale when it became known: does not count") for sign in signs[-1:]],
        window=Window(used[0].at, due, f"{span(row.lasts)} to be reversed in") if due is not None else None,
        look=asked.look(
            row.finding,
            used[-1].at if used else None,
            stale_at=used[-1].at + row.stale if used else None,
        ),
        why=_lasted(row, asked, used, due),
        clears=[f"Clear once {row.finding} normal is charted."],
    )


def _lasted(row: PersistentFindingRow, asked: Asked, signs: list[Sign], due: int | None) -> list[str]:
    if due is None:
        return (
            [
                (
                    f"The latest record says {signs[-1].value}: only {row.value} for {span(row.lasts)} would "
                    "trip it."
                )
            ]
            if signs
            else []
        )
    so_far = f"{row.value} since {when(signs[0].at)}, {span(asked.t - signs[0].at)} by now"
    return [
        f"{so_far}; {span(due - asked.t)} are left of {span(row.lasts)}."
        if asked.t < due
        else f"{so_far}, not reversed by {when(due)}."
    ]
