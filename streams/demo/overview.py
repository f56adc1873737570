"""Fold the output topics into what the demo displays. Pure."""

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
from rules.wire.vocabulary import is_made_up
from streams.projections.assessments import Latest, whole
from streams.projections.episodes import Episodes, alert_of, of_machine
from streams.projections.pages import OpenPage, Pages

MOST_ALERTS = 100


class DemoOverview:
    """What was read of the output topics.

    `newest`: the latest alerts in order of decision, at most `MOST_ALERTS`; `live`, `history`: how many were
    decided from the opening on, and before; `applied`: records read, of all kinds, repeats included; `gone`:
    discharged patients; `messages`: the latest of each episode. Alarms of the system itself are not among the
    alerts: they are in the logs; a qualification's test patient is nowhere.
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
        """The latest assessment by patient."""
        return self.latest.of

    @property
    def joined(self) -> bool:
        """Whether the worker has published anything of any patient, even if all were discharged since."""
        return bool(self.assessments or self.gone)

    def alert(self, value: bytes | None) -> AlertRecord | None:
        """Apply an alert; return it when it is new and was decided from the opening on.

        One may be published twice, with the same id and seq.
        """
        self.applied += 1
        found = alert_of(value or b"")
        if found is None or of_machine(found) or is_made_up(found.patient):
            return None
        if not self.episodes[found.patient].apply(found):
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
        """Apply an assessment; None (a tombstone) is for a discharged patient."""
        self.applied += 1
        if is_made_up(patient):
            return
        self.latest.apply(patient, value)
        if value is None:
            self.gone.add(patient)
        else:
            self.gone.discard(patient)

    def page(self, value: bytes | None) -> None:
        """Apply a record of the pager."""
        self.applied += 1
        record = pages.decode(value)
        if record is not None and not is_made_up(record.patient):
            self.pages.apply(record)


def order(alert: AlertRecord) -> tuple[int, str, int]:
    """Return the sort key: the instant of decision, then the patient, then seq."""
    return instant(alert.decided), alert.patient, alert.seq


class DemoView(NamedTuple):
    """What the screen displays.

    `clock`: the ward's time, ms (None: not yet); `assessments`: of those who were assessed; `newest`: alerts,
    the latest last; `rate`: records a second; `joined`: the worker has published; `gone`: discharged
    patients; `pages`: the open ones, the most severe first, `messages`: their words by episode;
    `acknowledged`: how many acknowledgements the pager accepted; `typed`: a page's number as far as it is
    typed (None: nobody can type); `places`: where the services are served; `shadow`: the pages were not sent.
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
    shadow: bool = False
