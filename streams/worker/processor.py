"""Process one batch from the log to its acknowledgement: fold, write, publish.

The order of the steps makes a kill harmless:

1. Dead letters are appended and acknowledged: a state record implies that its records are done, so what was
   refused must be safe by then.
2. State records, with their pending alerts, are appended to the changelog and acknowledged. From here on the
   decision is final.
3. Alerts, assessments and the partition's tick are appended and acknowledged.
4. The batch is acknowledged; its offsets may be committed.

After a kill before 2, the records are folded again, with the same result. After a kill between 2 and 4, the
records are skipped, and the pending alerts of the state records are published again by the next owner of the
partition: the same bytes, so the same id and seq.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from itertools import islice

from rules.decide.assessment import assess
from rules.decide.engine import settled
from rules.guideline import Guideline
from rules.wire.assessments import encode
from streams.kafka.producer import FaustProducer, OutgoingRecord
from streams.kafka.state_record import PendingAlert, key, pack, pack_tick, partition_key
from streams.worker import metric_updates
from streams.worker.batch import (
    Batch,
    Output,
    alert_records,
    assessment_record,
    dead_letter_record,
)
from streams.worker.partition_state import PartitionState
from streams.worker.state_store import StateStore

# At the edge of the log the assessments of all changed patients are published, `AT_ONCE` of them and the rest
# a second later. In a backlog only the latest will matter, and an assessment costs as much as a dozen
# records: one in `RECORDS_PER_ASSESSMENT`, the longest pending first.


RECORDS_PER_ASSESSMENT = 500
AT_ONCE = 100


def chosen(partition: PartitionState, batch: Batch) -> list[str]:
    """Return the patients whose assessments are published with this batch."""
    limit = AT_ONCE if batch.edge else len(batch.records) // RECORDS_PER_ASSESSMENT
    return list(islice(partition.unassessed, limit))


def assessments(partition: PartitionState, names: list[str]) -> list[tuple[str, bytes | None]]:
    """Return the assessments of these patients; None, a tombstone, for one who is discharged."""
    for name in names:
        del partition.unassessed[name]
    return [(name, assessment(partition, name)) for name in names]


def assessment(partition: PartitionState, name: str) -> bytes | None:
    """Return a patient's assessment, encoded; None when there is no stay or it is over."""
    patient = partition.patients_by_id[name].patient(partition.guideline)
    if patient is None or patient.discharged is not None:
        return None
    return encode(assess(settled(patient)))


class BatchProcessor:
    """The processor of batches: the states of this worker's partitions, the state store and the producer."""

    def __init__(
        self, guideline: Guideline, store: StateStore, producer: FaustProducer, partitions: int = 1
    ) -> None:
        self.guideline, self.store, self.producer = guideline, store, producer
        self.count = partitions
        self.partitions: dict[int, PartitionState] = {}
        self.generation = -1

    def assigned(self, generation: int) -> bool:
        """Return whether the generation is new; if so, drop the decoded states.

        Partitions may have moved, so the state store alone is right.
        """
        if generation == self.generation:
            return False
        self.partitions.clear()
        self.generation = generation
        return True

    async def work(self, batch: Batch) -> tuple[PartitionState, Output]:
        """Process one batch, steps 1 to 3.

        Partitions may be processed concurrently: one waits while another's records are acknowledged.
        """
        partition = self.partitions.get(batch.partition) or await self._open(batch)
        began = time.perf_counter()
        output = partition.fold(batch)
        metric_updates.folded(batch, time.perf_counter() - began)
        await self._append_dead_letters(output)
        assessed = chosen(partition, batch)
        alerts = await self._write(partition, batch, output, assessed)
        await self._publish(partition, output, assessed, alerts)
        return partition, output

    async def _open(self, batch: Batch) -> PartitionState:
        """Return a partition's state as the state store has it.

        Alerts that may be missing are published first.
        """
        tick = self.store.tick(batch.partition)
        partition = PartitionState(batch.partition, self.guideline, tick, self.count)
        missing = list(partition.open(self.store.rows(batch.partition), batch))
        await self.producer.append(alert_records(missing))
        metric_updates.again(missing)
        metric_updates.count_open(partition)
        self.partitions[batch.partition] = partition
        return partition

    async def _append_dead_letters(self, output: Output) -> None:
        await self.producer.append(map(dead_letter_record, output.refusals))

    async def _write(
        self, partition: PartitionState, batch: Batch, output: Output, assessed: list[str]
    ) -> list[tuple[str, list[PendingAlert]]]:
        packed = [
            (name, pack(record), pending) for name, record, pending in partition.rows(batch, output, assessed)
        ]
        await self._append_rows(((name, value) for name, value, _ in packed), partition.partition)
        return [(name, pending) for name, _, pending in packed]

    async def _append_rows(self, rows: Iterable[tuple[str, bytes]], partition: int) -> None:
        rows = list(rows)
        topic = self.store.changelog_topic_name
        offsets = await self.producer.append(
            OutgoingRecord(topic, key(name), value, partition=partition) for name, value in rows
        )
        for (name, value), offset in zip(rows, offsets, strict=True):
            self.store.keep(name, value, partition, offset)

    async def _publish(
        self,
        partition: PartitionState,
        output: Output,
        assessed: list[str],
        alerts: list[tuple[str, list[PendingAlert]]],
    ) -> None:
        records = [
            *alert_records(alerts),
            *(assessment_record(name, value) for name, value in assessments(partition, assessed)),
        ]
        tick = [(partition_key(partition.partition), pack_tick(partition.clock))] if output.ticked else []
        await asyncio.gather(self.producer.append(records), self._append_rows(tick, partition.partition))
