"""Process one batch from the log to its acknowledgement: fold, write, publish.

The order of the steps makes a kill harmless:

1. Dead letters are appended and acknowledged: a state record implies that its records are done, so what was
   refused must be safe by then.
2. State records, with their pending alerts, are appended to the changelog and acknowledged. From here on the
   decision is final.
3. Alerts, assessments, the partition's tick and new blocks are appended and acknowledged; blocks that no
   state record stands on any more get tombstones. By the clock on the wall the assessments come after the
   alerts, at most one a second of a patient.
4. A state record that a clock caused is written once more, without its alerts: it contains no record whose
   offset would tell that they are published. So is one whose assessment came later than itself.
5. The batch is acknowledged; its offsets may be committed.

After a kill before 2, the records are folded again, with the same result. After a kill between 2 and 5, the
records are skipped, and the pending alerts of the state records are published again by the next owner of the
partition: the same bytes, so the same id and seq. A block is in the state record until it is acknowledged by
itself: what a kill leaves without a state record that stands on it is removed by the next owner.
"""

from __future__ import annotations

import asyncio
import logging
import time
import traceback
from collections.abc import Container, Iterable, Iterator, Mapping
from functools import partial
from itertools import islice
from typing import NamedTuple

from aiokafka.errors import KafkaError
from faust.exceptions import ProducerSendError

from rules.decide import codec
from rules.decide.assessment import assess
from rules.decide.engine import settled
from rules.guideline import Guideline
from rules.wire.assessments import encode
from rules.wire.refusals import CANNOT_BE_WORKED_OFF, Problem
from rules.wire.topics import ASSESSMENTS
from streams.kafka.fencing import TERM
from streams.kafka.producer import FaustProducer, OutgoingRecord
from streams.kafka.state_record import (
    NO_TERM,
    StateRecord,
    UnknownStateRecord,
    apart,
    block_key,
    in_term,
    key,
    pack,
    pack_tick,
    partition_key,
    settled_record,
)
from streams.kafka.topics import LARGEST_RECORD, LARGEST_STATE_RECORD
from streams.worker import metric_updates
from streams.worker.batch import (
    FRAME,
    Batch,
    InputRecord,
    Output,
    alert_record,
    alert_records,
    assessment_record,
    dead_letter_record,
)
from streams.worker.fence import UNFENCED, Fence, Overtaken
from streams.worker.partition_state import PartitionState, last_line
from streams.worker.state_store import StateStore

log = logging.getLogger("il2watch.worker")

# An assessment costs as much as a dozen records. By the clock on the wall they follow the alerts at the edge
# of the log, each patient's at most once a second: one with each batch, `AT_REST` where nothing came. By the
# log's clock those of all changed patients go with their batch, `AT_ONCE` of them and the rest later. In a
# backlog only the latest will matter: one in `RECORDS_PER_ASSESSMENT`, the longest pending first.


RECORDS_PER_ASSESSMENT = 500
AT_ONCE = 100
AT_REST = 16
PROBE_S = 300.0
"""Less than half of the changelog's `min.compaction.lag.ms`: what stands alone there has been seen."""


def chosen(partition: PartitionState, batch: Batch) -> list[str]:
    """Return the patients whose assessments are published with this batch, not after it."""
    if batch.now is not None:
        return []
    limit = AT_ONCE if batch.edge else len(batch.records) // RECORDS_PER_ASSESSMENT
    return list(islice(partition.unassessed, limit))


def assessments(
    partition: PartitionState, names: Iterable[str], output: Output, decided: bool = False
) -> list[tuple[str, bytes | None]]:
    """Return the assessments of these patients; None, a tombstone, for one who is discharged.

    One that fails fails the batch if the batch changed its patient; else it is told as stuck, as it is where
    the decision is final (`decided`).
    """
    found = []
    for name in names:
        del partition.unassessed[name]
        try:
            found.append((name, assessment(partition, name)))
        except Exception as fault:
            if name in output.changed and not decided:
                raise
            output.stuck.append(last_line(fault))
    return found


def assessment(partition: PartitionState, name: str) -> bytes | None:
    """Return a patient's assessment, encoded; None when there is no stay or it is over."""
    cached = partition.patients_by_id[name]
    if cached.over:
        return None
    partition.use(name)
    patient = cached.patient(partition.guideline)
    if patient is None:
        return None
    found = encode(assess(settled(patient)))
    codec.pack(patient)
    return found


class TooLarge(ValueError):
    """A record that Kafka would not take."""


class Prepared(NamedTuple):
    """All that is to be written of a batch: state records, then alerts and assessments.

    `assessed`: whose assessments are among them; `unsettled`: the state records that a clock caused.
    """

    rows: list[tuple[str, bytes]]
    records: list[OutgoingRecord]
    assessed: list[str]
    unsettled: list[tuple[str, StateRecord]]


def prepare(partition: PartitionState, batch: Batch, output: Output, term: int = NO_TERM) -> Prepared:
    """Encode what a batch changed, in a term. Raises TooLarge; nothing is written by then."""
    assessed = chosen(partition, batch)
    texts = assessments(partition, assessed, output)
    rows: list[tuple[str, bytes]] = []
    records: list[OutgoingRecord] = []
    unsettled: list[tuple[str, StateRecord]] = []
    for name, record, pending in partition.rows(batch, output, assessed):
        rows.append((name, in_term(pack(record), term)))
        unsettled += [(name, record)] if record.ticked else []
        records += (alert_record(name, alert, term) for alert in pending)
    records += (assessment_record(name, value, term) for name, value in texts)
    for size, most in (
        *((len(value), LARGEST_STATE_RECORD) for _, value in rows),
        *((len(record.value or b""), LARGEST_RECORD) for record in records),
    ):
        if size > most - FRAME:
            raise TooLarge(f"{size} bytes, and a record may have {most - FRAME}")
    return Prepared(rows, records, assessed, unsettled)


Row = tuple[str, bytes | None]
"""A row of the store by its key; None: a tombstone."""

OF_THE_WORLD = (KafkaError, ProducerSendError, UnknownStateRecord, codec.UnknownState, Overtaken)
"""Errors that no record causes: they end the process, and whoever takes over begins where it stood."""


class BatchProcessor:
    """The processor of batches: the states of this worker's partitions, the state store and the producer.

    `steps`: grows with every part of a batch that is done, also while nothing can be committed; `lost`: the
    partitions that were found without their state; `older`: with that of an older copy.
    """

    def __init__(
        self,
        guideline: Guideline,
        store: StateStore,
        producer: FaustProducer,
        partitions: int = 1,
        fence: Fence = UNFENCED,
    ) -> None:
        self.guideline, self.store, self.producer = guideline, store, producer
        self.count = partitions
        self.partitions: dict[int, PartitionState] = {}
        self.generation = -1
        self.steps = 0
        self.lost: list[int] = []
        self.older: list[int] = []
        self.terms: dict[int, int] = {}
        self.probed: dict[int, float] = {}
        self.last_assessed: dict[int, int] = {}
        self.fence = fence

    def term(self, partition: int) -> int:
        """Return the term in which this worker writes a partition."""
        return self.terms.get(partition, NO_TERM)

    def assigned(self, generation: int) -> bool:
        """Return whether the generation is new; if so, drop the decoded states.

        Partitions may have moved, so the state store alone is right.
        """
        if generation == self.generation:
            return False
        self.partitions.clear()
        self.terms.clear()
        self.probed.clear()
        self.last_assessed.clear()
        self.generation = generation
        return True

    async def work(self, batch: Batch) -> tuple[PartitionState, Output]:
        """Process one batch, steps 1 to 4.

        Partitions may be processed concurrently: one waits while another's records are acknowledged.
        """
        if batch.partition not in self.partitions:
            await self._open(batch)
        await self._probe(batch.partition)
        output = Output()
        await self._work(batch, output)
        rest = batch._replace(records=(), edge=False, now=None)
        if self.partitions[batch.partition].busy:
            await self._work(rest, output)
        while self.partitions[batch.partition].overfull:
            await self._work(rest, output)
        return self.partitions[batch.partition], output

    async def _work(self, batch: Batch, output: Output) -> None:
        """Process a batch; one that fails is tried again in halves, down to what fails alone."""
        partition = self.partitions[batch.partition]
        waiting = partition.waiting()
        try:
            output.add(await self._step(partition, batch))
        except OF_THE_WORLD:
            raise
        except Exception as fault:
            log.error("a batch cannot be worked off; its records are tried one by one: %s", where(fault))
            partition = await self._open(batch)
            partition.behind = waiting
            await self._try_parts(partition, batch, fault, output)

    async def _try_parts(
        self, partition: PartitionState, batch: Batch, fault: Exception, output: Output
    ) -> None:
        """Process a batch that has failed in parts, and set aside what fails alone."""
        parts = batch.split()
        if len(parts) > 1:
            for part in parts:
                await self._work(part, output)
        elif batch.records:
            await self._set_aside(batch.records[0][1], fault, output)
        elif len(partition.behind) > 1:
            await self._try_each(partition, batch, output)
        elif partition.behind:
            (name,) = partition.behind
            await self._set_aside(partition.drop(name), fault, output)
        else:
            output.add(await self._step(partition, batch, careful=True))

    async def _try_each(self, partition: PartitionState, batch: Batch, output: Output) -> None:
        """Go on with the records that wait, one patient after the other."""
        others = partition.behind
        for name in list(others):
            self.partitions[batch.partition].behind = {name: others.pop(name)}
            await self._work(batch, output)
            others |= self.partitions[batch.partition].behind
        self.partitions[batch.partition].behind = others

    async def _set_aside(self, record: InputRecord, fault: Exception, output: Output) -> None:
        """Put a record that ends the decision among the dead letters, and go on without it."""
        log.error(
            "%s/%d/%d cannot be worked off and goes to the dead letters: %s",
            record.topic,
            record.partition,
            record.offset,
            where(fault),
        )
        found = Output()
        found.refuse(record, [Problem(CANNOT_BE_WORKED_OFF, last_line(fault))])
        found.stuck.append(last_line(fault))
        await self._append_dead_letters(found)
        output.add(found)

    async def _step(self, partition: PartitionState, batch: Batch, careful: bool = False) -> Output:
        began = time.perf_counter()
        output = partition.fold(batch, careful)
        metric_updates.folded(batch, time.perf_counter() - began)
        prepared = prepare(partition, batch, output, self.term(partition.partition))
        await self._append_dead_letters(output)
        await self._append_rows(prepared.rows, partition.partition)
        await self._publish(partition, output, prepared.records)
        later = [name for name in prepared.assessed if name not in output.changed]
        found = [*prepared.unsettled, *self.store.records_of(later)]
        await self._settle(partition.partition, found, set(prepared.assessed))
        await self._assess(partition, batch, output)
        self.steps += 1
        return output

    async def _assess(self, partition: PartitionState, batch: Batch, output: Output) -> None:
        """Publish the assessments that follow the alerts, and say so in the state records."""
        names = partition.unseen(batch.now, 1 if batch.records else AT_REST)
        texts = []
        for name in names:
            texts += assessments(partition, [name], output, decided=True)
            await asyncio.sleep(0)
        term = self.term(partition.partition)
        await self._append_assessments(
            partition, [assessment_record(name, value, term) for name, value in texts]
        )
        published = [name for name, _ in texts]
        await self._settle(partition.partition, self.store.records_of(published), set(published))

    async def _append_assessments(self, partition: PartitionState, records: list[OutgoingRecord]) -> None:
        if records:
            await self.fence.owns()
            self._check_assessments(partition, records, await self.producer.append(records))

    async def _settle(
        self, partition: int, records: Iterable[tuple[str, StateRecord]], assessed: Container[str]
    ) -> None:
        """Write the state records again of which offsets do not tell that all is published, and say so.

        Else each restart would publish the same alerts and assessments again.
        """
        await self._append_rows(
            [
                (name, in_term(pack(settled_record(record, name in assessed)), self.term(partition)))
                for name, record in records
                if record.ticked or not record.assessed
            ],
            partition,
        )

    async def _open(self, batch: Batch) -> PartitionState:
        """Return a partition's state as the state store has it.

        Alerts that may be missing are published first.
        """
        if batch.partition not in self.terms:
            self._check_state(batch)
            term = await self.fence.begin(batch.partition)
            self.terms[batch.partition] = self.store.own[batch.partition] = term
            self.probed[batch.partition] = time.monotonic()
        tick = self.store.tick(batch.partition)
        partition = PartitionState(batch.partition, self.guideline, tick, self.count)
        rows = self.store.rows(batch.partition)
        missing = list(partition.open(rows, batch, self.store.block))
        await self._sort_blocks(batch.partition, rows)
        await self.fence.owns()
        await self.producer.append(alert_records(missing, self.term(batch.partition)))
        metric_updates.again(missing)
        metric_updates.count_open(partition)
        self.partitions[batch.partition] = partition
        by_clock = ((name, record) for name, record in rows.items() if record.ticked)
        await self._settle(batch.partition, by_clock, ())
        return partition

    async def _sort_blocks(self, number: int, rows: Mapping[str, StateRecord]) -> None:
        """Write the blocks again that an outranked worker buried, and bury those that a kill left over."""
        revived = [
            (key, in_term(apart(value)[1], self.term(number)))
            for key, value in self.store.revived(number, rows)
        ]
        await self._append_rows(
            [*revived, *((key, None) for key in self.store.orphans(number, rows))], number
        )

    def _check_state(self, batch: Batch) -> None:
        """Note a partition of which records were done, and whose state is nowhere, or of before them."""
        if self.store.is_new(batch.partition) and any(batch.committed):
            log.error("partition %d: its state is lost; its patients are unknown", batch.partition)
            self.lost.append(batch.partition)
        elif self.store.is_older(batch.partition):
            log.error("partition %d: an older copy of its state was restored", batch.partition)
            self.older.append(batch.partition)

    async def _append_dead_letters(self, output: Output) -> None:
        await self.producer.append(map(dead_letter_record, output.refusals))

    async def _append_rows(self, rows: Iterable[Row], partition: int) -> None:
        rows = list(rows)
        await self.fence.owns()
        topic = self.store.changelog_topic_name
        offsets = await self.producer.append(
            OutgoingRecord(topic, key(name), value, partition=partition) for name, value in rows
        )
        alone = [
            self.store.keep(name, value, partition, offset)
            for (name, value), offset in zip(rows, offsets, strict=True)
        ]
        if False in alone:
            await self._write_again(partition)

    async def _write_again(self, partition: int) -> None:
        """Write every row of a partition in this worker's own term, and all assessments.

        Another worker, which was thought dead, has written there: its rows are outranked, and compaction must
        not leave them as the only ones. Raises Overtaken when it is this worker that was thought dead.
        """
        await self.fence.still_owns()
        replaced = partition in self.store.cut
        why = "its changelog was replaced" if replaced else "another worker wrote behind this one"
        log.warning("partition %d: %s; all is written again", partition, why)
        term, topic = self.term(partition), self.store.changelog_topic_name
        rows = [(name, in_term(apart(value)[1], term)) for name, value in self.store.values_of(partition)]
        for first in range(0, max(1, len(rows)), AT_ONCE):
            part = [*rows[first : first + AT_ONCE], (TERM, self.store.opening(partition))]
            offsets = await self.producer.append(
                OutgoingRecord(topic, key(name), value, partition=partition) for name, value in part
            )
            for (name, value), offset in zip(part, offsets, strict=True):
                self.store.adopt(name, value, partition, offset)
        if partition in self.partitions:
            self.partitions[partition].assess_all()

    async def _publish(
        self, partition: PartitionState, output: Output, records: list[OutgoingRecord]
    ) -> None:
        value = in_term(pack_tick(partition.clock), self.term(partition.partition))
        rows: list[Row] = [(partition_key(partition.partition), value)] if output.ticked else []
        rows += self._blocks(partition, output.changed)
        await self.fence.owns()
        offsets, _ = await asyncio.gather(
            self.producer.append(records), self._append_rows(rows, partition.partition)
        )
        for name in output.changed:
            partition.patients_by_id[name].blocks_written(partial(self.store.block, name))
        self._check_assessments(partition, records, offsets)

    def _blocks(self, partition: PartitionState, names: Iterable[str]) -> Iterator[Row]:
        """Yield the blocks to write, and tombstones for those that no state record stands on any more."""
        term = self.term(partition.partition)
        for name in names:
            cached = partition.patients_by_id[name]
            yield from ((block_key(name, one), in_term(data, term)) for one, data in cached.unwritten())
            yield from ((block_key(name, one), None) for one in cached.unneeded())

    def _check_assessments(
        self, partition: PartitionState, records: list[OutgoingRecord], offsets: list[int]
    ) -> None:
        """Publish all assessments again where another worker's lie between: the last one is what counts."""
        for record, offset in zip(records, offsets, strict=True):
            if record.topic == ASSESSMENTS and self.term(partition.partition) != NO_TERM:
                last = self.last_assessed.get(partition.partition, offset - 1)
                self.last_assessed[partition.partition] = offset
                if offset != last + 1:
                    partition.assess_all()

    async def _probe(self, partition: int) -> None:
        """Write something now and then, to see whether another worker wrote in a partition that is quiet."""
        began = self.probed.get(partition)
        if began is not None and time.monotonic() - began >= PROBE_S:
            self.probed[partition] = time.monotonic()
            await self._append_rows([(TERM, self.store.opening(partition))], partition)


def where(fault: Exception) -> str:
    """Return the type of an error and the line of code that raised it; its message may name a patient."""
    frames = traceback.extract_tb(fault.__traceback__)
    place = f" at {frames[-1].filename}:{frames[-1].lineno}" if frames else ""
    return f"{type(fault).__name__}{place}"
