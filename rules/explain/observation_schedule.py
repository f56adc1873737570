"""Explain what is due: the items of Table 1 (criteria.md section 6)."""

from msgspec import structs

from rules.chart.chart import Chart
from rules.chart.course import Cycle
from rules.chart.facts import Fact
from rules.chart.readings import Reading
from rules.evaluate.monitoring import looked
from rules.explain.citations import cited
from rules.explain.explanation import Answer, Cited, Rule, Window, ages, span, when
from rules.explain.question import MONITORING, Asked
from rules.guideline.observation_schedule import Observation


def observation(asked: Asked) -> Answer:
    """Explain one line of Table 1."""
    one = asked.guideline.observes[asked.name.removeprefix(MONITORING)]
    found, plain = looked(asked.chart, one, asked.patient.now), asked.look(one.what)
    facts = [fact for part in one.seen if (fact := _latest_of(asked.chart, part)) is not None]
    grace = asked.guideline.choices.overdue_grace
    return Answer(
        rule=Rule(
            words=f"{' and '.join(' or '.join(part) for part in one.seen)} must have been looked at",
            source=one.source,
            section="criteria.md section 6",
            window=f"every {ages(one.ward, one.intensive)}"
            if one.ward
            else "once each cycle: listed, never overdue",
            stale=f"overdue ({one.level}) {grace * 100:g} % of the interval after it was due"
            if one.ward
            else None,
        ),
        facts=facts,
        window=Window(found.last, found.due, "from last seen to due")
        if found.last is not None and found.due is not None
        else None,
        look=structs.replace(plain, seen=found.last, due=found.due, overdue_at=found.overdue_at),
        why=[*_parts(asked, one), *_due_line(asked, one)],
        clears=[_ends(one)] if asked.tripped else [],
    )


def _latest_fact(chart: Chart, code: str) -> Fact | Reading | None:
    """Return the fact that last showed a wire code."""
    signals = chart.tail.now
    if code in ("heart-rate", "systolic-bp"):
        return signals.hr.last if code == "heart-rate" else signals.sbp.last
    facts: dict[str, list[Fact]] = {"urine": list(chart.volumes["urine"]), "weight": list(chart.weights)}
    listed = (
        facts.get(code)
        or list(chart.labs.get(code, []))
        or [s for s in chart.findings.get(code, []) if s.value != "absent"]
    )
    return listed[-1] if listed else None


def _latest_of(chart: Chart, part: tuple[str, ...]) -> Cited | None:
    found = [(fact.at, code, fact) for code in part if (fact := _latest_fact(chart, code)) is not None]
    if not found:
        return None
    _, code, fact = max(found, key=lambda one: one[:2])
    return cited(fact, f"{code}, last looked at", code)


def _parts(asked: Asked, one: Observation) -> list[str]:
    unseen = [part for part in one.seen if _latest_of(asked.chart, part) is None]
    return [f"Missing: {' or '.join(part)}: never charted." for part in unseen]


def _ends(one: Observation) -> str:
    """Write what ends an item that is overdue (criteria.md section 6)."""
    until = "therapy-end" if one.ends else "discharge"
    if not one.lapses:
        return f"Ends when it is charted again, or at {until}."
    kept_up = f"twice its interval, {span(one.lapses)} at least"
    return f"Ends once it was charted in time for {kept_up}, or at {until}."


def _never_due(one: Observation, cycle: Cycle) -> str:
    if cycle.start is None:
        return "Nothing is due yet: monitoring begins with cycle-start, and no cycle has started."
    if not one.ward:
        return "Wanted each cycle; never overdue."
    return f"It ended with therapy at {when(cycle.end)}: listed, never overdue."


def _due_line(asked: Asked, one: Observation) -> list[str]:
    cycle, t = asked.chart.cycle, asked.t
    found = looked(asked.chart, one, asked.patient.now)
    if found.overdue_at is None or found.due is None:
        return [_never_due(one, cycle)]
    counted = "" if found.last is not None else f", counted from cycle-start {when(cycle.start)}"
    if asked.patient.now >= found.overdue_at:
        return [
            (
                f"Overdue since {when(found.overdue_at)}, {span(t - found.overdue_at)} by now; it was due at "
                f"{when(found.due)}{counted}."
            )
        ]
    return [
        (
            f"Due at {when(found.due)}{counted}; overdue at {when(found.overdue_at)}, in "
            f"{span(found.overdue_at - t)}."
        )
    ]
