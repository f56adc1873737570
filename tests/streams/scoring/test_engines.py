"""The streaming engine of the score: the alerts of the ordinary fold, event by event."""

from __future__ import annotations

import json

import pytest

from rules.decide.engine import fold
from rules.guideline import SCHWARTZENTRUBER_2001
from rules.ingest.decode import decode
from rules.wire.alerts import Alert
from rules.wire.events import Event
from rules.wire.instants import parse
from simulators.care import answers
from simulators.scenarios import worked
from streams.errors import UsageError
from streams.scoring.engines import Answers, DecodedFeed, FoldingEngine
from streams.service.files import Line


def events() -> list[Event]:
    read = [decode(json.dumps(event))[0] for event in worked.events()]
    return sorted((event for event in read if event is not None), key=lambda event: event.known)


def test_it_says_what_the_fold_says() -> None:
    raised: list[Alert] = []
    watch = FoldingEngine(SCHWARTZENTRUBER_2001, raised.append)
    for event in events():
        watch.apply(event)
    watch.end()
    folded = fold(events(), SCHWARTZENTRUBER_2001)
    assert raised == folded.alerts != []
    assert watch.implausible.total() == folded.counts["implausible"]


def test_a_tick_for_all_moves_every_patient() -> None:
    raised: list[Alert] = []
    watch = FoldingEngine(SCHWARTZENTRUBER_2001, raised.append)
    for patient in ("p1", "p2"):
        watch.apply(
            known(
                {
                    "type": "encounter",
                    "id": "e1",
                    "patient": patient,
                    "at": "2026-03-02T07:00:00Z",
                    "event": "cycle-start",
                }
            )
        )
    watch.apply(known({"type": "tick", "patient": "*", "at": "2026-03-02T19:00:00Z"}))
    assert {alert.patient for alert in raised if alert.subject == "monitoring/vital-signs"} == {"p1", "p2"}


def test_the_end_of_a_feed_decides_its_last_instant() -> None:
    raised: list[Alert] = []
    watch = FoldingEngine(SCHWARTZENTRUBER_2001, raised.append)
    watch.apply(
        known(
            {
                "type": "encounter",
                "id": "e1",
                "patient": "p1",
                "at": "2026-03-02T07:00:00Z",
                "event": "cycle-start",
            }
        )
    )
    watch.apply(
        known(
            {
                "type": "finding",
                "id": "f1",
                "patient": "p1",
                "at": "2026-03-02T07:10:00Z",
                "code": "infection",
                "present": True,
            }
        )
    )
    assert "infection" not in [alert.subject for alert in raised]
    watch.end()
    assert "infection" in [alert.subject for alert in raised]


def started(patient: str = "p1") -> Event:
    return known(
        {
            "type": "encounter",
            "id": "e1",
            "patient": patient,
            "at": "2026-03-02T07:00:00Z",
            "event": "cycle-start",
        }
    )


def infected() -> Event:
    return known(
        {
            "type": "finding",
            "id": "f1",
            "patient": "p1",
            "at": "2026-03-02T07:10:00Z",
            "code": "infection",
            "present": True,
        }
    )


def test_an_answer_is_applied_at_its_time_and_spares_the_reminder() -> None:
    def reminders(answer: Answers | None) -> int:
        raised: list[Alert] = []
        watch = FoldingEngine(SCHWARTZENTRUBER_2001, raised.append, answer=answer)
        for event in (started(), infected(), known(ticked("08:00"))):
            watch.apply(event)
        watch.end()
        return sum(alert.transition == "reminder" for alert in raised)

    def seen(alert: Alert) -> Event | None:
        if alert.level != "absolute":
            return None
        return answers.answer(alert.patient, alert.id, alert.transition, alert.level, alert.decided)

    assert reminders(None) == 1
    assert reminders(seen) == 0


@pytest.mark.parametrize(
    ("transition", "level", "answered"),
    [("opened", "absolute", True), ("worsened", "relative", True), ("reminder", "absolute", True),
     ("improved", "relative", False), ("resolved", "clear", False), ("opened", "technical", False)],
)  # fmt: skip
def test_what_pages_is_answered_within_ten_minutes(transition: str, level: str, answered: bool) -> None:
    found = answers.answer("p1", "0a1b2c3d4e5f6071", transition, level, 1_000_000_000)
    assert (found is not None) == answered
    if found is not None:
        assert 2 <= (found.known - 1_000_000_000) / 60_000 < 11
        assert found.known % 1000 == 500


def test_a_dose_is_ready_only_while_it_is_due_and_all_has_been_seen() -> None:
    """The worked patient's doses come when they are due, but one that is held for four hours."""
    ready: list[tuple[int, int]] = []
    watch = FoldingEngine(
        SCHWARTZENTRUBER_2001, lambda alert: None, on_ready=lambda _, start, end: ready.append((start, end))
    )
    for event in events():
        watch.apply(event)
    watch.end()
    held = parse("2026-03-04T00:00:00Z"), parse("2026-03-04T03:00:00Z")
    assert [one for one in ready if held[0] <= one[0] < held[1]] == []


def test_an_empty_feed_ends_quietly() -> None:
    FoldingEngine(SCHWARTZENTRUBER_2001, pytest.fail).end()


def test_a_line_too_long_to_hold_is_malformed() -> None:
    feed = DecodedFeed("f")
    feed.through([Line(1, None, 0)], [FoldingEngine(SCHWARTZENTRUBER_2001, pytest.fail)])
    assert (feed.lines_read, feed.refused) == (1, {"malformed": 1})


def test_a_feed_out_of_order_is_no_feed() -> None:
    lines = [
        Line(number, json.dumps(tick).encode(), 0)
        for number, tick in enumerate((ticked("08:00"), ticked("07:00")), 1)
    ]
    with pytest.raises(UsageError, match="f:2: known before"):
        DecodedFeed("f").through(lines, [FoldingEngine(SCHWARTZENTRUBER_2001, pytest.fail)])


def ticked(clock: str) -> dict[str, str]:
    return {"type": "tick", "patient": "p1", "at": f"2026-03-02T{clock}:00Z"}


def known(event: dict[str, str | bool]) -> Event:
    read, _ = decode(json.dumps(event))
    assert read is not None
    return read
