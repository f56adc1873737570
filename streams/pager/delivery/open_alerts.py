"""Read from the outbox which alerts are open, and how each was paged: what a switch of the pager leaves open.

Reads the outbox's changelog, so that no pager has to be running.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from rules.wire.alerts import RANK
from rules.wire.vocabulary import is_made_up
from streams.kafka.blocking_reader import records
from streams.kafka.fencing import TERM
from streams.kafka.settings import Broker
from streams.kafka.state_record import AGE, key
from streams.kafka.topics import changelog
from streams.pager.delivery.outbox import TABLE, opened
from streams.pager.policy.shadow import MADE
from streams.pager.policy.state import PagedEpisode, PagingState

Paged = Literal["live", "shadow", "no"]


class OpenAlertLine(msgspec.Struct, frozen=True, kw_only=True):
    """An open alert. `paged`: a receiver has it (`live`), would have it (`shadow`), or neither (`no`).

    `acknowledged`: by whom; None: nobody.
    """

    id: str
    patient: str
    subject: str
    level: str
    paged: Paged
    acknowledged: str | None


def open_alerts(broker: Broker, name: str) -> list[OpenAlertLine]:
    """Return the open alerts of the pagers of a group, the most severe first. Raises UsageError."""
    rows: dict[bytes, bytes] = {}
    for record in records(broker, changelog(name, TABLE)):
        if record.value is None:
            rows.pop(record.key, None)
        elif record.key != key(TERM) and record.value[: AGE.size] >= rows.get(record.key, b"")[: AGE.size]:
            rows[record.key] = record.value
    found = [line for row in rows.values() for line in lines(opened(row))]
    return sorted(found, key=lambda line: (-RANK[line.level], line.patient, line.subject))


def lines(state: PagingState) -> list[OpenAlertLine]:
    """Return the open alerts of one patient; what the pager itself made, and made-up patients, left out."""
    return [
        OpenAlertLine(
            id=one.id,
            patient=state.patient,
            subject=one.subject,
            level=one.level,
            paged=paged(one),
            acknowledged=one.acked.by if one.acked else None,
        )
        for one in state.episodes.values()
        if one.kind not in MADE and not is_made_up(state.patient)
    ]


def paged(episode: PagedEpisode) -> Paged:
    """Return how an open alert was paged."""
    if episode.incident is None:
        return "no"
    return "shadow" if episode.incident.shadow else "live"
