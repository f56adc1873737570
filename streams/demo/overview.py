"""What the demo has read of the output topics, and what of it is on show. Pure."""

from __future__ import annotations

from bisect import insort
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from rules.wire import pages
from rules.wire.alerts import AlertRecord
from rules.wire.assessments import Assessment
from rules.wire.instants import parse as instant
from streams.projections.assessments import Latest, whole
from streams.projections.episodes import Episodes, alert_of, of_machine
from streams.projections.pages import OpenPage, Pages

MOST_ALERTS = 100


class DemoOverview:
    """`newest`: the latest alerts in order of decision, at most `MOST`; `live`, `history`: how many were
    decided from the opening on, and before.

    `taken`: records read, of all kinds and repeats too; `gone`: who was discharged; `messages`: the latest of
    each episode. Alarms of the machine are not among the alerts: they are in the logs.
    """

    def __init__(self, opens: int) -> None:
        self.opens = opens
        self.latest: Latest[Assessment] = Latest(whole)
        self.episodes: defaultdict[str, Episodes] = defaultdict(Episodes)
        self.gone: set[str] = set()
        self.pages = Pages()
        self.newest: list[AlertRecord] = []
        self.messages: dict[str, str] = {}
        self.live = self.history = self.applied = 0

    @property
    def assessments(self) -> dict[str, Assessment]:
        """By patient, the latest."""
        return self.latest.of

    @property
    def joined(self) -> bool:
        """Whether the worker said anything of anybody, were they all discharged since."""
        return bool(self.assessments or self.gone)

    def alert(self, value: bytes | None) -> AlertRecord | None:
        """Takes an alert; answers it when it is new and was decided from the opening on.

        One may be published twice, with the same id and seq.
        """
        self.applied += 1
        found = alert_of(value or b"")
        if found is None or of_machine(found) or not self.episodes[found.patient].apply(found):
            return None
        self.messages[found.id] = found.message
        insort(self.newest, found, key=order)
        del self.newest[:-MOST_ALERTS]
        if instant(found.decided) < self.opens:
            self.history += 1
            return None
        self.live += 1
        return found

    def assessment(self, patient: str, value: bytes | None) -> None:
        """Takes an assessment; none (a tombstone) is for one who was discharged."""
        self.applied += 1
        if not self.latest.apply(patient, value):
            return
        if value is None:
            self.gone.add(patient)
        else:
            self.gone.discard(patient)

    def page(self, value: bytes | None) -> None:
        """Takes what the pager wrote."""
        self.applied += 1
        record = pages.decode(value)
        if record is not None:
            self.pages.apply(record)


def order(alert: AlertRecord) -> tuple[int, str, int]:
    return instant(alert.decided), alert.patient, alert.seq


class DemoView(NamedTuple):
    """`clock`: the ward's time, ms (None: not yet); `assessments`: of those who were assessed; `newest`:
    alerts, the latest last; `rate`: records a second. `joined`: the worker's first word came; `gone`: who was
    discharged; `pages`: those that nobody has acknowledged, the gravest first, `messages` the words for them
    by episode; `heard`: how many acknowledgements the pager took; `typed`: a page's number as far as it is
    typed (None: nobody can type); `places`: what is served where.
    """

    patients: Sequence[str]
    assessments: Mapping[str, Assessment]
    newest: Sequence[AlertRecord]
    clock: int | None
    speed: float
    rate: float
    published: int
    alerts: int
    joined: bool
    gone: Collection[str] = ()
    pages: Sequence[OpenPage] = ()
    acknowledged: int = 0
    messages: Mapping[str, str] = MappingProxyType({})
    typed: str | None = None
    places: Sequence[str] = ()
