"""The laws hold over discharges that are taken back, corrections, acceptances and acknowledgements too."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from rules.decide.codec import decode as decode_state
from rules.decide.codec import encode
from rules.decide.engine import advance, settle
from rules.decide.state import Patient
from rules.guideline import SCHWARTZENTRUBER_2001 as GUIDELINE
from rules.wire import events, instants
from tests.campaigns import examples
from tests.rules.decide.strategies import EVERYTHING, GONE, MINUTE, START, Wire, courses, decoded, reading
from tests.rules.wired import wire

HOURS = 60
END = START + HOURS * 60 * MINUTE
ADMIT = st.just({"type": "encounter", "event": "admit", "location": "ward"})
BASELINE = st.just(
    {"type": "encounter", "event": "baseline", "location": "ward", "readings": [reading("weight", 71, "kg")]}
)
ACCEPT = st.sampled_from(["creatinine", "platelets", "atrial-fibrillation", "infection"]).map(
    lambda code: {"type": "accept", "criterion": code, "level": "absolute", "by": "dr-3", "reason": "known"}
)
KINDS = (*EVERYTHING, GONE, GONE, ADMIT, BASELINE, ACCEPT)

many = settings(max_examples=examples(30), deadline=None)


def at(one: Wire) -> int:
    return instants.parse(one["at"])


def withdrawn(one: Wire, known: int) -> Wire:
    fields = {name: one[name] for name in ("type", "id", "patient", "at")}
    return {**fields, "known": instants.text(known), "status": "entered-in-error"}


def corrected(one: Wire, other: Wire, moment: int, known: int) -> Wire:
    moment = min(moment, known)
    text = {"at": instants.text(moment), "known": instants.text(known), "status": "corrected"}
    out = {**other, "id": one["id"], **text}
    if "start" in out and instants.parse(out["start"]) >= moment:
        del out["start"]
    return out


@st.composite
def nasty(draw: st.DrawFn) -> list[Wire]:
    """A course, some of whose records are corrected or withdrawn, be it days later."""
    course = draw(courses(KINDS, size=30))
    out = list(course)
    for one in draw(st.lists(st.sampled_from(course), max_size=8)):
        known = instants.parse(one.get("known", one["at"]))
        known += draw(st.sampled_from([0, 5, 60, 600, 3000])) * MINUTE
        if draw(st.booleans()):
            out.append(withdrawn(one, known))
            continue
        other = draw(st.sampled_from([each for each in course if each["type"] == one["type"]]))
        moved = at(one) + draw(st.sampled_from([0, 0, -60, 60, 300])) * MINUTE
        out.append(corrected(one, other, moved, known))
    return out


def run(
    log: list[events.Event], cuts: Collection[int] = (), ticks: Collection[int] = ()
) -> tuple[list[dict[str, Any]], Patient | None]:
    """The alerts of a log in order of knowing; cut: the state is encoded and decoded before that record."""
    patient: Patient | None = None
    raised = []
    ahead = sorted(ticks)
    for i, event in enumerate(log):
        while ahead and ahead[0] < event.known:
            tick = events.Tick(id="", patient="p1", at=ahead[0], known=ahead.pop(0), status="final")
            patient, alerts, _ = advance(patient, tick, GUIDELINE)
            raised.extend(alerts)
        if i in cuts and patient is not None:
            patient = decode_state(encode(patient), GUIDELINE)
        patient, alerts, _ = advance(patient, event, GUIDELINE)
        raised.extend(alerts)
    if patient is not None:
        raised.extend(settle(patient, END))
    return [wire(alert) for alert in raised], patient


def answered(log: list[events.Event], data: st.DataObject) -> list[events.Event]:
    """The log with acknowledgements of alerts that it gives, in order of knowing."""
    log = sorted(log, key=lambda event: event.known)
    alerts = [a for a in run(log)[0] if a["level"] != "clear"]
    answers = data.draw(st.lists(st.sampled_from(alerts), max_size=5)) if alerts else []
    for i, alert in enumerate(answers):
        known = instants.parse(alert["decided"]) + data.draw(st.sampled_from([0, 1, 7, 60])) * MINUTE
        log.append(
            events.Ack(
                id=f"k{i}",
                patient="p1",
                at=known,
                known=known,
                status="final",
                alert=alert["id"],
                by="rn-14",
                reason="seen",
            )
        )
    return sorted(log, key=lambda event: event.known)


@many
@given(nasty(), st.data())
def test_cut_anywhere_or_ticked_anywhere_it_says_the_same(course: list[Wire], data: st.DataObject) -> None:
    """criteria.md section 1: the same log gives the same alerts."""
    log = answered(decoded(course), data)
    published, _ = run(log)
    cuts = data.draw(st.sets(st.integers(0, len(log)), max_size=5))
    assert run(log, cuts)[0] == published
    ticks = data.draw(st.lists(st.integers(0, HOURS * 60), max_size=6))
    assert run(log, ticks=[START + minute * MINUTE for minute in ticks])[0] == published


@many
@given(nasty(), st.data())
def test_episodes_open_once_and_end_once(course: list[Wire], data: st.DataObject) -> None:
    """criteria.md section 9: no two episodes share an id, and none goes back in time."""
    published, patient = run(answered(decoded(course), data))
    assert [alert["seq"] for alert in published] == list(range(1, len(published) + 1))
    last: dict[str, dict[str, Any]] = {}
    ids = set()
    for alert in published:
        before = last.get(alert["subject"])
        assert (before is None) == (alert["transition"] == "opened"), alert
        if before is None:
            assert alert["id"] not in ids
            ids.add(alert["id"])
        else:
            assert (before["id"], before["at"] <= alert["at"]) == (alert["id"], True), alert
        last[alert["subject"]] = alert
        if alert["level"] == "clear":
            del last[alert["subject"]]
    assert patient is None or set(last) == set(patient.episodes)
