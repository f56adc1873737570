"""Findings explained: the records in order, and which of them decides."""

from rules.chart.facts import Sign
from rules.evaluate.findings import charted, wanted
from rules.explain.citations import cited
from rules.explain.explanation import Answer, Cited, Rule, Window, span, when
from rules.explain.question import Asked
from rules.guideline.declare import FindingRow, PersistentFindingRow
from rules.wire.vocabulary import VALUE_FINDINGS

SHOWN = 10
"""Records shown beside the deciding ones: the latest."""


def words(names: tuple[str, ...]) -> str | None:
    """`rales=half` -> `rales half`."""
    return " or ".join(f"{code} {value}" for code, value in map(wanted, names)) or None


def finding(row: FindingRow, asked: Asked) -> Answer:
    """Charted by exception: no record means absent."""
    names = (*row.relative, *row.absolute)
    codes = {code for code, _ in map(wanted, names)}
    records = charted(asked.chart, codes)
    cycle = asked.chart.cycle
    carried = cycle.number > 1 and cycle.start is not None
    return Answer(
        rule=Rule(
            words=row.words,
            source=row.source,
            section="criteria.md section 3, findings",
            relative=words(row.relative),
            absolute=words(row.absolute),
            window="present from the record that says so until one says it is not; the latest by `at` rules",
            stale="never: charted by exception, no record means absent",
        ),
        facts=_in_order(records, asked),
        window=Window(cycle.start, asked.t, "this cycle; findings of an earlier one do not count")
        if carried and cycle.start is not None
        else None,
        look=asked.look(seen=records[-1][1].at if records else None),
        why=_absent(records, sorted(codes)) if asked.result.state == "clear" else [],
        clears=[f"Clear once {_ended(row)} is charted."],
    )


def _in_order(records: list[tuple[str, Sign]], asked: Asked) -> list[Cited]:
    older = len(records) - SHOWN
    return [
        cited(
            sign,
            f"{code}, decides"
            if sign.id in asked.ids
            else f"{code}, overtaken by a later record or by a graver finding",
        )
        for i, (code, sign) in enumerate(records)
        if i >= older or sign.id in asked.ids
    ]


def _absent(records: list[tuple[str, Sign]], codes: list[str]) -> list[str]:
    if not records:
        return [f"No record of {' or '.join(codes)}: charted by exception, no record means absent."]
    code, last = records[-1]
    return [
        (
            f"The latest record, {code} of {when(last.at)}, says {last.value}; any record that says it is "
            "present would trip it."
        )
    ]


def _ended(row: FindingRow) -> str:
    codes = dict.fromkeys(code for code, _ in map(wanted, (*row.relative, *row.absolute)))
    return " and ".join(
        f"{code} {VALUE_FINDINGS[code][0] if code in VALUE_FINDINGS else 'not present'}" for code in codes
    )


def persistent_finding(row: PersistentFindingRow, asked: Asked) -> Answer:
    """A state that counts once it has lasted."""
    signs = asked.chart.findings.get(row.finding, [])
    told = [sign for sign in signs if sign.id in asked.ids]
    run = bool(told) and told[-1].value == row.value
    part = f"in the unbroken run of {row.value}" if run else "the latest record"
    due = told[0].at + row.lasts if run else None
    return Answer(
        rule=Rule(
            words=row.words,
            source=row.source,
            section="criteria.md section 3, mental-status",
            absolute=f"{row.finding} {row.value} and not reversed within {span(row.lasts)}",
            window=f"{span(row.lasts)} from the first record of the unbroken run of {row.value}",
            stale=f"older than {span(row.stale)}, or never charted",
        ),
        facts=[cited(sign, part) for sign in told]
        or [cited(sign, "already stale when it became known: does not count") for sign in signs[-1:]],
        window=Window(told[0].at, due, f"{span(row.lasts)} to be reversed in") if due is not None else None,
        look=asked.look(
            row.finding, told[-1].at if told else None, stale_at=told[-1].at + row.stale if told else None
        ),
        why=_lasted(row, asked, told, due),
        clears=[f"Clear once {row.finding} normal is charted."],
    )


def _lasted(row: PersistentFindingRow, asked: Asked, told: list[Sign], due: int | None) -> list[str]:
    if due is None:
        return (
            [
                (
                    f"The latest record says {told[-1].value}: only {row.value} for {span(row.lasts)} would "
                    "trip it."
                )
            ]
            if told
            else []
        )
    so_far = f"{row.value} since {when(told[0].at)}, {span(asked.t - told[0].at)} by now"
    return [
        f"{so_far}; {span(due - asked.t)} are left of {span(row.lasts)}."
        if asked.t < due
        else f"{so_far}, not reversed by {when(due)}."
    ]
