"""Adapt Faust's consumer: no fetch overlaps a seek, and nothing is yielded before a recovery has ended.

Relies on these internals of faust-streaming 0.15.3 and aiokafka 0.14:

- `App.transport` may be set before the start; the consumer is made from the transport's `Consumer`.
- `Consumer.getmany` is what the fetcher iterates; each `(tp, message)` goes to the conductor's callback for
  `tp`. `_wait_next_records` waits for the flow and for the partitions that are active: while tables recover
  these are the changelog's alone, and their records pass one by one.
- `Consumer._getmany(active_partitions, timeout)` returns raw records by partition; partitions that are left
  out stay where they are.
- A rebalance begins with `on_partitions_revoked`, which stops the flow; `seek_wait` sets where the changelog
  is read from, and `perform_seek` goes back to what is committed. It is the end of a recovery, and runs only
  if no other rebalance has begun. `App.rebalancing` does not tell: the end of one rebalance reports that
  there is none, though the next may have begun meanwhile. Until then nothing of the inputs may be yielded;
  the stream skips messages of an older generation. What ends a recovery clears the agents' queues
  (`flow_control.resume`) after `perform_seek`, and with them what was yielded meanwhile; right after that it
  calls `resume_flow`. So nothing is yielded before: it would be lost until the next rebalance.
- A fetch that is under way during a seek moves the position unnoticed, and what it brings is thrown away:
  then a recovery waits for ever for rows it will not get. So no fetch overlaps a seek here, and what was
  fetched before one is not yielded after it.
- `on_thread_stop` of a consumer thread ends the queue of its methods, then stops the aiokafka consumer.
- `_thread._create_worker_consumer` makes the aiokafka consumer, which reads `_fetch_max_wait_ms` when it
  starts.
- aiokafka's `commit` sends a commit again that got no answer, with the generation of the member as it is
  then. The group takes it, though the partitions may be another's by now, and its newer commit is undone. So
  none is sent in another generation than the first time (`_coordinator._do_commit_offsets`).
- Faust's `_commit_offsets` calls `_commit`, and counts the offsets as committed though `_commit` returns
  False. During a rebalance that undoes what `perform_seek` has just read, what is done later is taken for
  committed, and the group never hears of it. So what was counted before is put back here.
- Before a commit Faust flushes its producer (`Producer.flush`), which waits for what any partition has under
  way. One that takes no writes held up the commits of all. Whoever acknowledges here has waited for its own
  records, so `flush` waits for nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Any

from aiokafka.errors import IllegalGenerationError
from faust.transport.drivers import aiokafka as driver
from faust.types import TP
from faust.types.tuples import ConsumerMessage

from streams.kafka import clients

IDLE_S, BUSY_S = 0.25, 0.02
FETCH_WAIT_MS = 50


class ConsumerThread(driver.AIOKafkaConsumerThread):
    """A consumer thread that fetches with a short wait and begins uncommitted partitions at their beginning.

    Faust fixes a wait of 1.5 s at the broker; a partition whose records were just fetched is not asked for
    again until that wait is over.

    aiokafka leaves a partition without a committed offset where it is: what was fetched and thrown away
    during a rebalance would be lost.
    """

    def _create_worker_consumer(self, transport: driver.Transport) -> Any:
        consumer = super()._create_worker_consumer(transport)
        consumer._fetch_max_wait_ms = FETCH_WAIT_MS
        commit = consumer.commit

        async def committed(offsets: Mapping[Any, Any]) -> None:
            keep_generation(consumer._coordinator)
            await commit(offsets)

        consumer.commit = committed
        return consumer

    async def on_thread_stop(self) -> None:
        """Stop the consumer, also one whose broker is away."""
        await super(driver.AIOKafkaConsumerThread, self).on_thread_stop()
        if self._consumer is not None:
            await clients.stop(self._consumer)

    async def seek_to_committed(self) -> Mapping[TP, int]:
        """Go to the committed offsets; input partitions without one go to their beginning."""
        committed = await super().seek_to_committed()
        uncommitted = [
            tp
            for tp, offset in committed.items()
            if not (offset and offset > 0) and tp.topic not in self.app.tables.changelog_topics
        ]
        if uncommitted:
            await self.seek_to_beginning(*uncommitted)
        return committed


def keep_generation(coordinator: Any) -> None:
    """Let a commit fail that would be sent, or sent again, in another generation than the present one."""
    generation, send = coordinator.generation, type(coordinator)._do_commit_offsets

    async def sent(assignment: Any, offsets: Mapping[Any, Any]) -> None:
        if coordinator.generation != generation:
            raise IllegalGenerationError(coordinator.group_id)
        await send(coordinator, assignment, offsets)

    coordinator._do_commit_offsets = sent


class AwaitedProducer(driver.Producer):
    """A producer of records that are each waited for: a commit waits for none but its own."""

    async def flush(self) -> None:
        """Wait for nothing."""


class InputConsumer(driver.Consumer):
    """A consumer that yields record by record.

    `recovered`: the generation whose tables are read back; `flowing`: the one whose inputs are yielded. Both
    are None until there is one: the embedded broker counts generations from 0. `uncommitted`: the offsets as
    they were counted when the group did not take the last commit.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fetching = asyncio.Lock()
        self.seeks = self.fetched_after = 0
        self.recovered: int | None = None
        self.flowing: int | None = None
        self.uncommitted: dict[TP, int | None] = {}

    @property
    def inputs_flow(self) -> bool:
        """Whether this generation's inputs may be yielded."""
        return bool(self.flowing == self.app.consumer_generation_id)

    def _new_consumer_thread(self) -> driver.AIOKafkaConsumerThread:
        return ConsumerThread(self, loop=self.loop, beacon=self.beacon)

    async def on_partitions_revoked(self, revoked: set[TP]) -> None:
        """Stop the flow of the inputs."""
        self.recovered = self.flowing = None
        await super().on_partitions_revoked(revoked)

    async def perform_seek(self) -> None:
        """Go back to what is committed: what was fetched and not done will be fetched again."""
        generation = self.app.consumer_generation_id
        self.recovered = self.flowing = None
        async with self.fetching:
            self.seeks += 1
            await super().perform_seek()
        await self._sought()
        if generation == self.app.consumer_generation_id:
            self.recovered = generation

    async def _commit(self, offsets: Mapping[TP, int]) -> bool:
        done = bool(await super()._commit(offsets))
        self.uncommitted = {} if done else {tp: self._committed_offset[tp] for tp in offsets}
        return done

    async def _commit_offsets(self, offsets: Mapping[TP, int], start_new_transaction: bool = True) -> bool:
        """Commit offsets; those that the group did not take are not counted as committed."""
        self.uncommitted = {}
        done = bool(await super()._commit_offsets(offsets, start_new_transaction))
        self._committed_offset.update(self.uncommitted)
        return done

    async def _sought(self) -> None:
        """Prepare for the inputs: the seek is done, and nothing of them is yielded yet."""

    def resume_flow(self) -> None:
        """Let the inputs of the recovered generation flow."""
        super().resume_flow()
        self.flowing = self.recovered

    async def seek_wait(self, partitions: Mapping[TP, int]) -> None:
        """Seek while no fetch is under way."""
        async with self.fetching:
            self.seeks += 1
            await super().seek_wait(partitions)

    async def _getmany(self, active_partitions: set[TP] | None, timeout: float) -> Mapping[TP, list[Any]]:
        async with self.fetching:
            self.fetched_after = self.seeks
            wanted = self._wanted(active_partitions or set())
            if wanted:  # to aiokafka none would mean all
                return await super()._getmany(wanted, self._patience())
        await self._pause(BUSY_S)
        return {}

    def _wanted(self, active: set[TP]) -> set[TP]:
        """Return the partitions that may be fetched now.

        The set is a new one, since Faust changes its own during a fetch.
        """
        return {tp for tp in active if self._may_fetch(tp)}

    def _may_fetch(self, tp: TP) -> bool:
        """Return whether a partition may be fetched now."""
        return True

    def _patience(self) -> float:
        """Return how long a fetch may wait for records, s."""
        return IDLE_S

    async def _pause(self, seconds: float) -> None:
        """Wait for a time (s), as nothing may be fetched."""
        await asyncio.sleep(seconds)

    def _interrupted(self, fetched_after: int) -> bool:
        """Return whether what was fetched after so many seeks may not be yielded any more."""
        return not self.flow_active or fetched_after != self.seeks

    async def getmany(self, timeout: float) -> AsyncIterator[tuple[TP, ConsumerMessage]]:
        """Yield the records of one fetch."""
        records, _ = await self._wait_next_records(timeout)
        fetched_after = self.fetched_after
        if records is None or self.should_stop:
            return
        for tp, record in self.scheduler.iterate(records):
            if self._interrupted(fetched_after):
                return
            yield tp, self._to_message(tp, record)

    def verify_event_path(self, now: float, tp: TP) -> None:
        """Skip Faust's check for messages in every partition: `streams.service.process` watches progress."""


def transport(app: Any, consumer: type[InputConsumer]) -> driver.Transport:
    """Return a transport whose consumers are of this class."""
    made = driver.Transport(app.conf.broker_consumer, app)
    made.Consumer = consumer  # type: ignore[misc]
    made.Producer = AwaitedProducer  # type: ignore[misc]
    return made
