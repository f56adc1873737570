"""Explain findings: the records in order, and which of them decides."""

from rules.chart.facts import Sign
from rules.evaluate.rows.finding import charted, wanted
from rules.explain.citations import cited
from rules.explain.explanation import Answer, Cited, Rule, Window, when
from rules.explain.question import Asked
from rules.guideline.declarations import FindingRow
from rules.wire.vocabulary import VALUE_FINDINGS

EVIDENCE_SHOWN = 10
"""Records shown beside the deciding ones: the latest."""


def words(names: tuple[str, ...]) -> str | None:
    """Write the names of findings: `rales=half` -> `rales half`."""
    return " or ".join(f"{code} {value}" for code, value in map(wanted, names)) or None


def explain(row: FindingRow, asked: Asked) -> Answer:
    """Explain the row: charted by exception, no record means absent."""
    names = (*row.relative, *row.absolute)
    codes = {code for code, _ in map(wanted, names)}
    records = charted(asked.chart, codes)
    cycle = asked.chart.cycle
    carried = cycle.number > 1 and cycle.start is not None
    return Answer(
        rule=Rule(
            words=row.words,
            source=row.source,
            section="criteria.md section 3.5",
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
    older = len(records) - EVIDENCE_SHOWN
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
