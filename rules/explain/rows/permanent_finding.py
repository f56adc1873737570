"""Explain a row that stands for good: the records that made it so, and what alone ends it."""

from rules.chart.facts import Sign
from rules.explain.citations import cite_all, cited
from rules.explain.explanation import Answer, Rule, span
from rules.explain.question import Asked
from rules.guideline.declarations import PermanentFindingRow


def explain(row: PermanentFindingRow, asked: Asked) -> Answer:
    """Explain the row: the finding, how long it must last, and that only a person ends it."""
    lasting = f" for more than {span(row.lasts)}, {span(row.grace)} to chart its end" if row.lasts else ""
    joins = f"; a break shorter than {span(row.joins)} is part of it" if row.joins else ""
    signs: list[Sign] = [sign for code in row.findings for sign in asked.chart.findings.get(code, ())]
    others = [cited(sign, "a record of it") for sign in signs if sign.id not in asked.ids]
    return Answer(
        rule=Rule(
            words=row.words,
            source=row.source,
            section="editions.md section 3, Permanent and Duration",
            absolute=f"{' or '.join(row.findings)} present{lasting}",
            window=f"through cycles and stays, for 400 days after the discharge{joins}",
            stale="never: no record means absent",
        ),
        facts=[*cite_all(asked.chart, asked.ids, "makes it stand"), *others],
        look=asked.look(seen=asked.result.latest),
        clears=[f"Ends by a correction of its record, or by a resume of permanent/{row.code} with a reason."]
        if asked.tripped
        else [],
    )
