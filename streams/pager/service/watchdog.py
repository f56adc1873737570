"""Send a heartbeat each minute through the whole chain: topic, worker, topic, pager, channel.

It is the alert of made-up patients, one per partition. It ends as a page on a channel of its own; a
dead-man's switch outside of this system alarms on its absence. A heartbeat that does not arrive is not sent
again: a late one would claim that all is well.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from itertools import count

import msgspec

from rules.wire.instants import text
from rules.wire.topics import topic_of
from rules.wire.vocabulary import HEARTBEAT_PATIENT
from streams.channels.page import Channel, Page, TransportError
from streams.kafka.partition_check import partition
from streams.kafka.producer import FaustProducer, OutgoingRecord
from streams.pager.policy.state import ReceivedAlert
from streams.pager.service import metrics

SUBJECT = "hypophosphatemia"
log = logging.getLogger("il2watch.pager")


class Watchdog:
    """The heartbeats of this pager.

    `channel` None: no watchdog; heartbeats of others are still not paged. `every`: ms between heartbeats;
    `wall`: wall time, ms.
    """

    def __init__(
        self,
        producer: FaustProducer,
        channel: Channel | None,
        every: int,
        partitions: int,
        wall: Callable[[], int],
    ) -> None:
        self.producer, self.channel, self.every, self.partitions, self.wall = (
            producer,
            channel,
            every,
            partitions,
            wall,
        )
        self.began = 0
        self.missing: set[str] = set()
        self._sending: asyncio.Task[None] | None = None

    async def tend(self, partitions: Iterable[int]) -> None:
        """Send the next heartbeat when it is due: one patient per partition."""
        now = self.wall()
        if self.channel is None or now - self.began < self.every:
            return
        if self.missing:
            log.warning(
                "no heartbeat from %d of the partitions within %.0f s", len(self.missing), self.every / 1000
            )
        self.began = now
        self.missing = {patient_of(number, self.partitions) for number in partitions}
        await self.producer.append(
            record for patient in sorted(self.missing) for record in beat(patient, now)
        )

    def is_heartbeat(self, alert: ReceivedAlert) -> bool:
        """Return whether an alert is a heartbeat's; report the heartbeat when the last one arrives."""
        patient = alert.transition.patient
        if not patient.startswith(HEARTBEAT_PATIENT):
            return False
        if (
            alert.transition.subject == SUBJECT
            and alert.transition.transition == "opened"
            and alert.at >= self.began
            and patient in self.missing
        ):
            self.missing.discard(patient)
            if not self.missing and self.channel is not None:
                self._sending = asyncio.get_running_loop().create_task(self._report(self.channel, alert))
        return True

    async def _report(self, channel: Channel, alert: ReceivedAlert) -> None:
        try:
            await channel.send(page(alert))
        except TransportError as error:
            log.warning("the heartbeat was not taken: %s", error.message)
            return
        now = self.wall()
        metrics.HEARTBEAT.set(now / 1000)
        metrics.HEARTBEAT_DURATION.set((now - self.began) / 1000)


@cache
def patient_of(number: int, partitions: int) -> str:
    """Return the made-up patient of a partition.

    Kafka's default partitioner puts its records there, whoever publishes them.
    """
    names = (f"{HEARTBEAT_PATIENT}{suffix}" for suffix in count())
    return next(name for name in names if partition(name.encode(), partitions) == number)


def beat(patient: str, now: int) -> list[OutgoingRecord]:
    """Return the records of a heartbeat: a whole stay of a made-up patient.

    A cycle, a laboratory result that opens an advice, and the discharge that removes every trace.
    """
    phosphate = {"code": "phosphate", "value": 1.0, "unit": "mg/dL", "low": 2.5}
    return [
        _record(patient, now, "encounter", {"event": "cycle-start", "location": "ward"}),
        _record(patient, now + 1, "labs", {"readings": [phosphate]}),
        _record(patient, now + 2, "encounter", {"event": "discharge"}),
    ]


def _record(patient: str, at: int, kind: str, fields: Mapping[str, object]) -> OutgoingRecord:
    value = {"type": kind, **fields, "id": f"beat-{at}", "patient": patient, "at": text(at)}
    return OutgoingRecord(topic_of(kind), patient.encode(), msgspec.json.encode(value), time=at)


def page(alert: ReceivedAlert) -> Page:
    """Return the heartbeat as its channel gets it.

    Always with the same key, so that a receiver that holds it open sees it renewed.
    """
    transition = alert.transition
    return Page(
        key="il2watch:heartbeat",
        action="trigger",
        level="advisory",
        priority="low",
        kind="heartbeat",
        subject="il2watch-heartbeat",
        system=None,
        unit=None,
        patient="",
        summary="il2watch is alive",
        alert={
            "id": transition.id,
            "message": "A made-up alert has gone the whole way",
            "transition": "heartbeat",
            "decided": transition.decided,
        },
        at=transition.at,
        decided=transition.decided,
        seq=alert.at,
    )
