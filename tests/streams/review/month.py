"""A simulated month of a small ward: patients by hourly charting, the engine, the pager's own policy, and nurses
who answer, some late, some never; as the values of the topics.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator
from heapq import heappop, heappush
from pathlib import Path
from typing import Any, NamedTuple

from msgspec.structs import replace

from rules.guideline import SCHWARTZENTRUBER_2001
from rules.ingest.decode import decode
from rules.wire import alerts as wire_alerts
from rules.wire import pages
from rules.wire.alerts import Alert
from rules.wire.events import Ack, Event, Silence
from rules.wire.instants import MINUTE, SECOND, parse, text
from rules.wire.pages import Audit
from streams.cli import main
from streams.pager.policy import alerts as policy
from streams.pager.policy import commands, escalation
from streams.pager.policy.notifications import PagingOutcome
from streams.pager.policy.routes import EscalationStep, Match, Paging, PagingRoute
from streams.pager.policy.state import PagingState, ReceivedAlert, decode_alert
from streams.scoring.engines import FoldingEngine

FROM, MIDDLE, TO = "2026-03-02T00:00:00Z", "2026-03-17T00:00:00Z", "2026-04-01T00:00:00Z"
WEEKS = ("2026-03-02T07:00:00Z", "2026-03-10T07:00:00Z", "2026-03-17T07:00:00Z", "2026-03-24T07:00:00Z")
PATIENTS, DAYS = 3, 5
LATENCY = 2 * SECOND
PAGING = Paging(
    clinical=(
        PagingRoute(
            "bedside",
            (EscalationStep(0, ("nurse",)), EscalationStep(20 * MINUTE, ("physician",))),
            Match(level=("absolute", "relative", "technical")),
        ),
    ),
    units=(("w1-*", "4 West"), ("w2-*", "4 East"), ("w3-*", "4 West"), ("w4-*", "4 East")),
)


class Month(NamedTuple):
    """The values of the topics, in order, each with the time its record has (ms)."""

    alerts: list[tuple[int, bytes]]
    pages: list[tuple[int, bytes]]
    events: list[tuple[int, bytes]]
    deadletters: list[dict[str, Any]]
    audits: list[Audit]
    received: list[ReceivedAlert]


def simulated(folder: Path, weeks: int = 2, days: float = DAYS) -> list[dict[str, Any]]:
    """The events of four wards that follow each other, each patient with an id of the week.

    The third and the fourth go as the first and the second did, two weeks later: simulating takes longest.
    """
    found: list[dict[str, Any]] = []
    for week, start in enumerate(WEEKS[:weeks], 1):
        path = folder / f"week{week}.jsonl"
        arguments = [
            "simulate",
            "ward",
            "--patients",
            str(PATIENTS),
            "--days",
            str(days),
            "--seed",
            str(week),
        ]
        assert main.main([*arguments, "--vitals", "hourly", "--start", start, "-o", str(path)]) == 0
        lines = [json.loads(line) for line in path.read_text().splitlines()]
        whole = [*lines, *gone_home(lines)]
        for later, ms in ((week, 0), (week + 2, parse(WEEKS[week + 1]) - parse(start))):
            found += [moved(one, ms) | {"patient": f"w{later}-{one['patient']}"} for one in whole]
    return sorted(found, key=lambda one: parse(one.get("known", one["at"])))


def moved(event: dict[str, Any], ms: int) -> dict[str, Any]:
    """The same, so much later."""
    times = {name: event[name] for name in ("at", "known", "start") if name in event}
    return event | {name: text(parse(at) + ms) for name, at in times.items()}


def gone_home(lines: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The discharge of each patient whose stay goes on when the simulation ends."""
    discharged = {one["patient"] for one in lines if one.get("event") == "discharge"}
    last = max(one.get("known", one["at"]) for one in lines)
    for patient in sorted({one["patient"] for one in lines} - discharged):
        yield {"type": "encounter", "id": "home", "patient": patient, "at": last, "event": "discharge"}


def digit(id: str, place: int = 0) -> int:
    """What a nurse goes by: one of 16, by the episode."""
    return int(id[place], 16)


def answer(alert: Alert) -> Ack | None:
    """Most are answered within minutes, a quarter after more than half an hour, a quarter never."""
    if alert.transition not in ("opened", "worsened", "reminder") or alert.level not in (
        "relative",
        "absolute",
    ):
        return None
    if alert.context is not None and alert.context.carried is True:
        return None
    kind = digit(alert.id) % 4
    if kind == 0:
        return None
    minutes = 2 + digit(alert.id, 1) if kind > 1 else 35 + 2 * digit(alert.id, 1)
    known = alert.decided - alert.decided % 1000 + minutes * MINUTE + 500
    return Ack(f"ack-{alert.id}-{alert.seq}", alert.patient, known, known, "final", alert.id, "rn-14", "seen")


def folded(events: list[dict[str, Any]]) -> tuple[list[Alert], list[Ack]]:
    """The alerts, and the acknowledgements that come of them, each at its time."""
    alerts: list[Alert] = []
    acks: list[Ack] = []

    def nurse(alert: Alert) -> Event | None:
        found = answer(alert)
        acks.extend([found] if found is not None else [])
        return found

    engine = FoldingEngine(SCHWARTZENTRUBER_2001, alerts.append, answer=nurse)
    for one in events:
        event, _ = decode(json.dumps(one).encode())
        if event is not None:
            engine.apply(event)
    engine.end()
    return sorted(alerts, key=lambda one: one.decided), acks


class Pager:
    """The pager's policy on its own: every page is accepted two seconds after it was put in the outbox."""

    def __init__(self) -> None:
        self.states: dict[str, PagingState] = {}
        self.audits: list[Audit] = []

    def apply(self, patient: str, now: int, step: Any) -> None:
        self.until(patient, now)
        self._keep(patient, step(self._state(patient), now))
        self._deliver(patient, now)

    def _state(self, patient: str) -> PagingState:
        return self.states.setdefault(patient, PagingState(patient=patient))

    def _keep(self, patient: str, outcome: PagingOutcome) -> None:
        self.states[patient] = outcome.state
        self.audits += outcome.audits

    def until(self, patient: str, now: int) -> None:
        """Every timer up to an instant, at its own."""
        while (wake := escalation.wake(self._state(patient), PAGING)) is not None and wake < now:
            self._keep(patient, escalation.due(self._state(patient), wake, PAGING))
            self._deliver(patient, wake)

    def _deliver(self, patient: str, now: int) -> None:
        for one in list(self._state(patient).pending):
            at = now + LATENCY
            self._keep(patient, escalation.started(self._state(patient), one.number, now, PAGING))
            self._keep(patient, escalation.accepted(self._state(patient), one.number, at, PAGING))
            self.audits.append(
                Audit(
                    when=at, outcome=pages.ACCEPTED, patient=patient, alert=one.ordering_key, key=one.key,
                    number=one.number, action=one.action, channel=one.channel, level=one.labels.level,
                    kind=one.labels.kind, subject=one.labels.subject, unit=PAGING.unit_of(patient),
                )
            )  # fmt: skip


def paged(
    alerts: list[Alert], acks: list[Ack], silences: list[Silence]
) -> tuple[list[Audit], list[ReceivedAlert]]:
    """What the pager did, and the alerts it got."""
    queue: list[tuple[int, int, int, Any]] = []
    for number, alert in enumerate(alerts):
        heappush(queue, (alert.decided, 0, number, alert))
    for number, command in enumerate((*acks, *silences)):
        heappush(queue, (command.known, 1, number, command))
    pager, received = Pager(), []
    while queue:
        now, _, _, one = heappop(queue)
        if isinstance(one, Alert):
            got = decode_alert(wire_alerts.encode(one))
            received.append(got)
            if not got.transition.carried:
                pager.apply(
                    one.patient, now, lambda state, at, got=got: policy.receive(state, got, at, PAGING)
                )
        else:
            pager.apply(
                one.patient,
                now,
                lambda state, at, one=one: commands.command(
                    state, one, at, PAGING, ACTIONABLE[digit(one.id[4:]) % 3]
                ),
            )
    return sorted(pager.audits, key=lambda one: one.when), received


ACTIONABLE = (True, False, None)


def quiet(alerts: list[Alert]) -> list[Silence]:
    """Some silences: of every fortieth alert that opens at level relative."""
    opened = [
        one
        for one in alerts
        if one.transition == "opened" and one.level == "relative" and one.kind == "criterion"
    ]
    return [
        Silence(
            f"sil-{one.id}", one.patient, one.decided + 5 * MINUTE, one.decided + 5 * MINUTE, "final",
            one.subject, "relative", one.decided + 65 * MINUTE, "rn-14", "known",
        )
        for one in opened[::20]
    ]  # fmt: skip


def commands_of(acks: list[Ack], silences: list[Silence], alerts: list[Alert]) -> Iterator[dict[str, Any]]:
    """The commands as records, with an acceptance and a resume."""
    for one in acks:
        yield {"type": "ack", "id": one.id, "patient": one.patient, "at": text(one.at), "alert": one.alert,
               "by": one.by, "reason": one.reason}  # fmt: skip
    for quieted in silences:
        yield {"type": "silence", "id": quieted.id, "patient": quieted.patient, "at": text(quieted.at),
               "subject": quieted.subject, "level": quieted.level, "until": text(quieted.until),
               "by": quieted.by, "reason": quieted.reason}  # fmt: skip
    opened = [one for one in alerts if one.transition == "opened" and one.level in ("relative", "absolute")]
    for number, alert in enumerate(opened[::25]):
        common = {
            "id": f"c{number}",
            "patient": alert.patient,
            "at": text(alert.decided + 12 * MINUTE),
            "by": "dr-3",
            "reason": "known",
        }
        if number % 2:
            yield {"type": "accept", "criterion": alert.subject, "level": alert.level, **common}
        else:
            yield {"type": "resume", "rule": "infection", **common}


def marks(audits: list[Audit]) -> Iterator[Audit]:
    """What nurses say of every ninth page; and a pager in shadow, of every tenth what it would have sent."""
    sent = [one for one in audits if one.outcome == pages.ACCEPTED and one.action == "trigger"]
    for number, one in enumerate(sent[::9]):
        verdict = ("useful", "useless", "late")[number % 3]
        yield replace(one, when=one.when + 3 * MINUTE, outcome=pages.MARK, mark=verdict, by="rn-14")
    for one in sent[::10]:
        yield replace(one, outcome=pages.WOULD_HAVE_PAGED)
        yield replace(one, outcome=pages.WOULD_HAVE_PAGED, patient="il2watch-test-1")


REFUSED = ("unmapped", "bad-unit", "from-the-future", "malformed", "unmapped")


def letters(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Dead letters of every thousandth event's time."""
    return [
        {
            "when": parse(one.get("known", one["at"])), "topic": "il2.labs",
            "reason": (reason := REFUSED[number % len(REFUSED)]), "message": f"{reason}: LN 2075-{number % 3}",
        }
        for number, one in enumerate(events[::97])
    ]  # fmt: skip


def month(folder: Path, weeks: int = 2, days: float = DAYS) -> Month:
    """The whole month; `weeks`: how many are simulated, of so many days."""
    events = simulated(folder, weeks, days)
    alerts, acks = folded(events)
    silences = quiet(alerts)
    audits, received = paged(alerts, acks, silences)
    given = list(commands_of(acks, silences, alerts))
    audits = sorted([*audits, *marks(audits)], key=lambda one: one.when)
    alerts += [replace(one, patient="il2watch-test-1", id=f"test{n}") for n, one in enumerate(alerts[:9])]
    known = sorted([*events, *given], key=lambda one: parse(one.get("known", one["at"])))
    system = [
        wire_alerts.undecided_alert(
            id=f"clock{number:011}", seq=number + 1, patient="*", kind="system", subject="clock", level="technical",
            at=parse(MIDDLE) + number * 3_600_000, message="clock", value=None, unit=None, limit=None,
        )
        for number in range(3)
    ]  # fmt: skip
    return Month(
        [(one.decided, wire_alerts.encode(one)) for one in (*alerts, *system, *alerts[:5])],
        [(one.when, pages.encode(one)) for one in audits],
        [(parse(one.get("known", one["at"])), json.dumps(one).encode()) for one in known],
        letters(events),
        audits,
        received,
    )


def save(found: Month, folder: Path) -> Path:
    """The files that `il2watch review --records` reads."""
    folder.mkdir()
    for name in ("alerts", "pages", "events"):
        values = b"".join(value + b"\n" for _, value in getattr(found, name))
        (folder / f"{name}.jsonl").write_bytes(values)
    (folder / "deadletters.jsonl").write_text("".join(json.dumps(one) + "\n" for one in found.deadletters))
    return folder


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        print(save(month(Path(scratch)), Path(sys.argv[1])))
