"""Write the lines of alerts: open, ended, decided late; and of who answered them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rules.guideline.nurse_names import subject_name
from rules.wire import pages
from rules.wire.alerts import AlertRecord
from rules.wire.events import Accept, Ack, Resume, Silence
from rules.wire.instants import text
from streams.handover.model import FACT, Line, Source
from streams.handover.patient_shift import Answer, Case, of_alert
from streams.projections.episodes import RECOMMENDATION, OpenEpisode
from streams.projections.shift_episodes import ShiftEpisode, shift_episodes

CHANGED = {
    "opened": "opened",
    "worsened": "worse",
    "improved": "better",
    "resolved": "ended",
    "amended": "corrected",
}


def open_lines(case: Case) -> Iterator[Line]:
    """Yield what is open, the most severe first; the recommendation is the headline, advice one line."""
    history = {one.opening.id: one for one in _episodes(case)}
    opened = [one for one in case.known.episodes.open_episodes() if one.last.kind != RECOMMENDATION]
    for one in opened:
        if one.level != "advisory":
            yield _open_line(case, one, history.get(one.id))
    advised = [one for one in opened if one.level == "advisory"]
    if advised:
        names = dict.fromkeys(subject_name(one.last.subject, case.guideline) for one in advised)
        yield Line(
            f"Advised: {', '.join(names)}", tuple(of_alert(one.last) for one in advised), level="advisory"
        )


def _open_line(case: Case, one: OpenEpisode, history: ShiftEpisode | None) -> Line:
    changes = history.changes if history else ()
    moved = [
        f"{CHANGED[change.transition]} {case.when(change.decided)}"
        for change in changes
        if change.transition != "opened"
    ]
    ack = case.known.episodes.acked(one)
    seen = f"seen by {ack.by} {case.when(ack.known)}: {ack.reason}" if ack else "not acknowledged"
    note = "; ".join((f"since {case.when(one.opened)}", *moved, seen))
    sources = dict.fromkeys((*map(of_alert, changes), of_alert(one.last)))
    acks = (Source(FACT, ack.id),) if ack else ()
    return Line(one.last.message, (*sources, *acks), note, one.level, text(one.opened))


def _episodes(case: Case) -> list[ShiftEpisode]:
    return shift_episodes(case.known.alerts, case.span.start, case.span.at)


def ended_lines(case: Case) -> Iterator[Line]:
    """Yield what ended in the shift; advice in one line."""
    ended = [one for one in _clinical(case) if not one.open and one.changes]
    for one in ended:
        if one.worst.level != "advisory":
            yield _ended_line(case, one)
    advice = [one for one in ended if one.worst.level == "advisory"]
    if advice:
        names = dict.fromkeys(subject_name(one.opening.subject, case.guideline) for one in advice)
        sources = tuple(of_alert(change) for one in advice for change in one.changes)
        yield Line(f"Advice that ended: {', '.join(names)}", sources, level="advisory")


def late_lines(case: Case) -> Iterator[Line]:
    """Yield what became true in the shift and was decided after it: no state of the sheet has it yet."""
    for one in _clinical(case):
        yield from (_late(case, change) for change in one.late)


def _clinical(case: Case) -> list[ShiftEpisode]:
    return [one for one in _episodes(case) if one.opening.kind != RECOMMENDATION]


def _ended_line(case: Case, one: ShiftEpisode) -> Line:
    opened = case.when(one.opening.decided)
    changes = [
        f"{CHANGED[change.transition]} {case.when(change.decided)}"
        for change in one.changes
        if change is not one.opening
    ]
    sources = dict.fromkeys((of_alert(one.worst), *map(of_alert, one.changes)))
    note = "; ".join((f"opened {opened}", *changes))
    return Line(one.worst.message, tuple(sources), note, one.worst.level, one.last.decided)


def _late(case: Case, one: AlertRecord) -> Line:
    return Line(
        one.message,
        (of_alert(one),),
        f"{CHANGED[one.transition]} at {case.when(one.at)}",
        one.level,
        one.at,
        corrected=f"decided {case.when(one.decided)}",
    )


def answer_lines(case: Case) -> Iterator[Line]:
    """Yield who answered what, when and why: all that a person acknowledged for one reason in one line."""
    acked: dict[tuple[str, str], list[Ack]] = {}
    for one in case.known.answers:
        if isinstance(one, Ack):
            acked.setdefault((one.by, one.reason), []).append(one)
    for one in case.known.answers:
        if not isinstance(one, Ack):
            what = f"{case.when(one.known)} {one.by}: {_did(case, one)}{_became(case, one)}"
            yield Line(what, (Source(FACT, one.id),), one.reason, at=text(one.known))
        elif acks := acked.pop((one.by, one.reason), None):
            yield _acked_line(case, acks)


def _acked_line(case: Case, acks: Sequence[Ack]) -> Line:
    """Return the line of a person's acknowledgements: each subject behind the time of each."""
    by_subject: dict[str, list[Ack]] = {}
    for one in acks:
        by_subject.setdefault(f"{_acked(case, one)}{_became(case, one)}", []).append(one)
    what = [
        f"{', '.join(case.when(one.known) for one in equal)} {name}" for name, equal in by_subject.items()
    ]
    sources = dict.fromkeys(
        source for equal in by_subject.values() for one in equal for source in _sources(case, one)
    )
    first = acks[0]
    return Line(
        f"{first.by} acknowledged {'; '.join(what)}", tuple(sources), first.reason, at=text(first.known)
    )


def _sources(case: Case, one: Ack) -> Iterator[Source]:
    yield Source(FACT, one.id)
    if alert := _alert(case, one):
        yield of_alert(alert)


def _acked(case: Case, one: Ack) -> str:
    alert = _alert(case, one)
    return case.subject(alert.subject) if alert else "an alert that is not known here"


def _alert(case: Case, one: Ack) -> AlertRecord | None:
    return next((alert for alert in case.known.alerts if alert.id == one.alert), None)


NOT_DONE = {
    pages.ACK_OVER: "it was over by then, nothing is acknowledged",
    pages.ACK_EARLY: "the pager knew no such alert, nothing is acknowledged",
    pages.ACK_EXPIRED: "the alert never came to the pager, nothing is acknowledged",
    pages.ACK_WITHDRAWN: "withdrawn",
    pages.ALREADY: "it was acknowledged before",
    pages.SILENCE_CUT: "no longer is possible at this level",
}


def _became(case: Case, one: Answer) -> str:
    """Return what the pager made of an acknowledgement or silence, where it is not what was asked."""
    if case.known.pager is None or not isinstance(one, Ack | Silence):
        return ""
    answer = case.known.pager.get(one.id)
    if answer is None:
        return " (no pager has said what became of it)"
    return f" ({NOT_DONE[answer.outcome]})" if answer.outcome in NOT_DONE else ""


def _did(case: Case, one: Silence | Resume | Accept) -> str:
    if isinstance(one, Resume):
        return f"lifted the stop rule: {case.stop_rule(one.rule)}"
    if isinstance(one, Silence):
        answer = (case.known.pager or {}).get(one.id)
        until = case.when(answer.until if answer is not None and answer.until else one.until)
        return f"silenced {case.subject(one.subject)} up to {one.level} until {until}"
    if one.until is not None and one.until <= one.at:
        return f"ended the acceptance of {case.subject(one.criterion)}"
    return f"accepted {case.subject(one.criterion)} up to {one.level}, {case.end(one.until)}"
