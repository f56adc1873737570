"""Read alerts, pages, facts and dead letters into columns: a million alerts in some hundred megabytes.

Names are kept once, as codes; what is no such record is counted and left out.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TypeVar

import msgspec
import numpy as np
import pandas as pd

from rules.wire.instants import BadTime, parse
from rules.wire.vocabulary import EVERY_PATIENT, is_made_up


class AlertFields(msgspec.Struct, frozen=True, gc=False):
    """The fields of an alert that are counted."""

    id: str
    seq: int
    patient: str
    subject: str
    kind: str
    level: str
    transition: str
    decided: str
    system: str | None = None


class PageFields(msgspec.Struct, frozen=True, gc=False):
    """The fields of an audit record of the pager that are counted."""

    when: str
    outcome: str
    patient: str
    alert: str | None = None
    action: str | None = None
    level: str | None = None
    subject: str | None = None
    cause: str | None = None
    waited_ms: int | None = None
    mark: str | None = None
    actionable: bool | None = None


Kind = TypeVar("Kind", AlertFields, PageFields)


class FactFields(msgspec.Struct, frozen=True, gc=False):
    """The fields of an event that are counted."""

    type: str
    patient: str
    at: str
    known: str | None = None
    source: str | None = None
    event: str | None = None
    subject: str | None = None
    criterion: str | None = None


class Refusal(msgspec.Struct, frozen=True):
    """A dead letter. `when`: its record's time, ms (None: it has none); `message`: one line for people."""

    when: int | None
    topic: str
    reason: str
    message: str


class Column:
    """A column of names, each kept once."""

    def __init__(self) -> None:
        self.codes = array("i")
        self.names: dict[str, int] = {}

    def add(self, name: str | None) -> None:
        """Append a name; None is the empty one."""
        self.codes.append(self.names.setdefault(name or "", len(self.names)))

    def series(self) -> pd.Categorical:
        """Return the column for a data frame."""
        return pd.Categorical.from_codes(np.frombuffer(self.codes, np.int32), list(self.names))


class Records:
    """What is reviewed.

    `unread`: how many records were none, by what they should have been; `refusals`: the dead letters.
    """

    def __init__(self) -> None:
        self.unread: Counter[str] = Counter()
        self.refusals: list[Refusal] = []
        self.alerts = pd.DataFrame()
        self.pages = pd.DataFrame()
        self.facts = pd.DataFrame()

    def _decoded(self, values: Iterable[bytes], kind: type[Kind], time: str) -> Iterator[tuple[Kind, int]]:
        """Yield the records of a kind, each with the instant in its field `time`; count what is none."""
        decode = msgspec.json.Decoder(kind).decode
        for value in values:
            try:
                one = decode(value)
                moment = parse(getattr(one, time))
            except (ValueError, BadTime):
                self.unread[NAMES[kind]] += 1
                continue
            yield one, moment

    def read_alerts(self, values: Iterable[bytes]) -> None:
        """Read the values of alerts; a transition that was published twice counts once."""
        names = {name: Column() for name in ALERT_NAMES}
        seq, decided = array("q"), array("q")
        for one, moment in self._decoded(values, AlertFields, "decided"):
            seq.append(one.seq)
            decided.append(moment)
            for name, column in names.items():
                column.add(getattr(one, name))
        frame = _framed(names, seq=seq, when=decided)
        again = frame.duplicated(["id", "seq"])
        frame = frame.drop(columns=["id", "seq"])
        self.alerts = frame[~again] if again.any() else frame

    def read_pages(self, values: Iterable[bytes]) -> None:
        """Read the values of the pager's audit records."""
        names = {name: Column() for name in (*PAGE_NAMES, "actionable")}
        when, waited = array("q"), array("q")
        for one, moment in self._decoded(values, PageFields, "when"):
            when.append(moment)
            waited.append(-1 if one.waited_ms is None else one.waited_ms)
            for name in PAGE_NAMES:
                names[name].add(getattr(one, name))
            names["actionable"].add(ACTIONABLE[one.actionable])
        self.pages = _framed(names, when=when, waited=waited)

    def read_facts(self, values: Iterable[tuple[bytes, int | None]]) -> None:
        """Read events, each with when its topic had it (ms; None: from a file, by its own `known`)."""
        names = {name: Column() for name in ("type", "patient", "source", "event", "subject")}
        at, known = array("q"), array("q")
        decode = msgspec.json.Decoder(FactFields).decode
        for value, stamp in values:
            try:
                one = decode(value)
                moment = parse(one.at)
                known.append(max(parse(one.known or one.at), stamp or 0))
            except (ValueError, BadTime):
                self.unread["event"] += 1
                continue
            at.append(moment)
            for name in ("type", "patient", "event"):
                names[name].add(getattr(one, name))
            names["source"].add(one.source or one.type)
            names["subject"].add(one.subject or one.criterion)
        self.facts = _framed(names, at=at, when=known)

    @property
    def span(self) -> tuple[int, int] | None:
        """From when to when there is anything, ms; None: there is nothing."""
        columns = [frame["when"] for frame in (self.alerts, self.pages, self.facts) if len(frame)]
        return (
            (int(min(one.min() for one in columns)), int(max(one.max() for one in columns)))
            if columns
            else None
        )


ALERT_NAMES = ("id", "patient", "subject", "kind", "level", "transition", "system")
PAGE_NAMES = ("outcome", "patient", "alert", "action", "level", "subject", "cause", "mark")
NAMES = {AlertFields: "alert", PageFields: "page"}
ACTIONABLE = {True: "yes", False: "no", None: "unsaid"}


def _framed(names: dict[str, Column], **numbers: array[int]) -> pd.DataFrame:
    columns = {name: column.series() for name, column in names.items()}
    return pd.DataFrame(columns | {name: np.frombuffer(values, np.int64) for name, values in numbers.items()})


def is_counted(patient: str) -> bool:
    """Return whether an id is a patient's: alarms of the system belong to none, and some are made up."""
    return patient != EVERY_PATIENT and not is_made_up(patient)
