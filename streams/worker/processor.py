"""Work a batch from the log to its acknowledgement: fold, write, publish. The order of the steps is what
makes a kill harmless.
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
from streams.worker import measure
from streams.worker.batch import (
    Batch,
    Output,
    alert_records,
    assessment_record,
    dead_letter_record,
)
from streams.worker.partition_state import PartitionState
from streams.worker.state_store import StateStore

# Assessments: whose is published with a batch, and its bytes.
#
# At the edge of the log of everybody who changed, `AT_ONCE` of them and the rest a second later. In a backlog
# only the latest will matter, and an
# assessment costs as much as a dozen records: one in `RECORDS_A_SHOW`, the longest owed first.


RECORDS_A_SHOW = 500
AT_ONCE = 100


def chosen(partition: PartitionState, batch: Batch) -> list[str]:
    """Whose assessment goes with this batch."""
    most = AT_ONCE if batch.edge else len(batch.records) // RECORDS_A_SHOW
    return list(islice(partition.unshown, most))


def assessments(partition: PartitionState, names: list[str]) -> list[tuple[str, bytes | None]]:
    """The assessments of these patients; None, a tombstone, for one who is discharged."""
    for name in names:
        del partition.unshown[name]
    return [(name, assessment(partition, name)) for name in names]


def assessment(partition: PartitionState, name: str) -> bytes | None:
    patient = partition.patients_by_id[name].patient(partition.guideline)
    if patient is None or patient.discharged is not None:
        return None
    return encode(assess(settled(patient)))


# One batch from the log to its acknowledgement: fold, write, publish. The order of the steps is what makes a
# kill harmless.
#
# 1. Dead letters are appended and acknowledged: a row says that its records are done, so what was refused
# must be safe by then.
# 2. Rows, with the alerts they owe, are appended to the changelog and acknowledged. From here on the decision
# stands.
# 3. Alerts, assessments and the partition's tick are appended and acknowledged.
# 4. The batch is acknowledged; its offsets may be committed.
#
# A kill before 2: the records are folded again, to the same end. Between 2 and 4: the records are passed
# over, and the alerts a row owes are
# published again by whoever opens the partition; the same bytes, so the same id and seq.


class BatchProcessor:
    """The wards of the partitions this worker owns, and where their output goes."""

    def __init__(self, guideline: Guideline, store: StateStore, producer: FaustProducer) -> None:
        self.guideline, self.store, self.producer = guideline, store, producer
        self.partitions: dict[int, PartitionState] = {}
        self.generation = -1

    def assigned(self, generation: int) -> bool:
        """Partitions may have moved: charts that were decoded are dropped, the table has what counts.

        Whether they may.
        """
        if generation == self.generation:
            return False
        self.partitions.clear()
        self.generation = generation
        return True

    async def work(self, batch: Batch) -> tuple[PartitionState, Output]:
        """Takes one batch from 1 to 3.

        Partitions may be at work side by side: one waits while another's records are acknowledged.
        """
        partition = self.partitions.get(batch.partition) or await self._open(batch)
        began = time.perf_counter()
        output = partition.fold(batch)
        measure.folded(batch, time.perf_counter() - began)
        await self._bury(output)
        assessed = chosen(partition, batch)
        alerts = await self._write(partition, batch, output, assessed)
        await self._publish(partition, output, assessed, alerts)
        return partition, output

    async def _open(self, batch: Batch) -> PartitionState:
        """The ward as the table has it; alerts that may be missing are published first."""
        partition = PartitionState(batch.partition, self.guideline, self.store.tick(batch.partition))
        missing = list(partition.open(self.store.rows(batch.partition), batch))
        await self.producer.append(alert_records(missing))
        measure.again(missing)
        measure.count_open(partition)
        self.partitions[batch.partition] = partition
        return partition

    async def _bury(self, output: Output) -> None:
        await self.producer.append(map(dead_letter_record, output.refusals))

    async def _write(
        self, partition: PartitionState, batch: Batch, output: Output, assessed: list[str]
    ) -> list[tuple[str, list[PendingAlert]]]:
        made = [
            (name, pack(record), pending) for name, record, pending in partition.rows(batch, output, assessed)
        ]
        await self._append_rows(((name, value) for name, value, _ in made), partition.partition)
        return [(name, pending) for name, _, pending in made]

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
