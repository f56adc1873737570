"""Run the demo from start to end: everything is started, watched, and stopped, however it ends."""

from __future__ import annotations

import logging
import tempfile
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import NamedTuple

from rules.wire.topics import ALERTS, INPUTS
from streams.demo import demo_display as words
from streams.demo.demo_display import Show, show
from streams.demo.feed import DemoFeed, Reader, Through, WardFeed, kept
from streams.demo.hl7_ward import Interface, MessageProducer
from streams.demo.keyboard import Acknowledging, Entry, Keyboard
from streams.demo.overview import DemoOverview, DemoView, order
from streams.demo.processes import (
    Died,
    RunningProcess,
    ServiceProcess,
    elsewhere,
    embedded,
    look,
    services,
    spoken_to,
    until_interrupted,
)
from streams.kafka import ports
from streams.kafka.partition_check import partitions
from streams.kafka.settings import Broker
from streams.kafka.topic_creation import create
from streams.replay.producer import KafkaRecordProducer
from streams.service.event_file import warn
from streams.service.exit_codes import DONE, FINDINGS, INTERRUPTED

OVER_S = 5.0


class Throughput:
    """The rate of a counter over the last `over` seconds."""

    def __init__(self, over: float = OVER_S) -> None:
        self.over = over
        self._seen: deque[tuple[float, int]] = deque()

    def at(self, now: float, count: int) -> float:
        """Return counts per second since about `over` seconds ago; 0 until there are two to compare."""
        self._seen.append((now, count))
        while len(self._seen) > 2 and now - self._seen[1][0] >= self.over:
            self._seen.popleft()
        then, before = self._seen[0]
        return (count - before) / (now - then) if now > then else 0.0


EVERY_S = 0.2
QUIET_S = 3.0
BOARD = "board"


class DemoOptions(NamedTuple):
    """What a user asks for.

    `seconds`: duration from the start (None: no end); `broker`: one that runs already (None: embedded); `to`:
    whom the pager notifies; `board`: whether there is one; `interface`: how the ward speaks to a feed (None:
    its events are published as they are); `shadow`: the pager sends nothing.
    """

    speed: float
    seconds: float | None
    keep: bool
    broker: Broker | None
    to: str = "terminal"
    board: bool = True
    interface: Interface | None = None
    shadow: bool = False


class RunningDemo(NamedTuple):
    """What runs.

    `later`: services that are started once the ward is open, since the first alert does not wait for them;
    `stack` ends them.
    """

    broker: Broker
    processes: dict[str, RunningProcess]
    feed: DemoFeed
    reader: Reader
    acknowledging: Acknowledging
    later: list[ServiceProcess]
    stack: ExitStack

    def complete(self) -> None:
        """Start the services in `later`. Main thread only."""
        while self.later:
            service = self.later.pop(0)
            self.processes[service.name] = self.stack.enter_context(service)


class Demo:
    """One run.

    `began`: seconds of the monotonic clock when the command was given; `first`: seconds from then to the
    first alert displayed.
    """

    def __init__(self, source: WardFeed, options: DemoOptions, began: float) -> None:
        self.feed, self.options, self.began = source, options, began
        self.overview, self.rate, self.entry = DemoOverview(source.opens), Throughput(), Entry()
        self.first: float | None = None
        self.quiet_since = began
        self.view = DemoView(
            list(source.stories),
            self.overview.assessments,
            self.overview.newest,
            None,
            options.speed,
            0.0,
            0,
            0,
            False,
        )

    def run(self) -> int:
        """Run, and return the exit code: 0 at its end, 1 when something died, 130 when it was interrupted.

        Raises UsageError.
        """
        display = show()
        with until_interrupted(), folder(self.options.keep) as directory:
            code = self._within(directory, display)
            words.close(self.view, self.overview, self.first, self.elapsed, display.screen)
            if self.options.keep:
                words.keep(directory, self.view, display.screen)
        return code

    def _within(self, directory: Path, display: Show) -> int:
        try:
            with log(directory), running_demo(self.feed, self.options, directory) as running:
                words.introduce(self.feed, self.options.speed, display.screen)
                processes = (*running.processes.values(), *running.later)
                places = served(running.broker, [one for one in processes if isinstance(one, ServiceProcess)])
                words.served(places, display.screen)
                self.view = self.view._replace(
                    places=places, gone=self.overview.gone, messages=self.overview.messages
                )
                with display, Keyboard() as keyboard:
                    self._watch(running, display, keyboard)
        except KeyboardInterrupt:
            return INTERRUPTED
        except Died as fault:
            warn(f"il2watch: {fault}")
            return FINDINGS
        return DONE

    def _watch(self, running: RunningDemo, display: Show, keyboard: Keyboard) -> None:
        while not self._ended(running.feed):
            look(running.processes)
            if running.feed.fault is not None:
                raise Died(f"publishing ended: {running.feed.fault!r}")
            self._type(running, keyboard)
            self._step(running, display)
            if self.view.joined and self.view.clock is not None:
                running.complete()

    def _type(self, running: RunningDemo, keyboard: Keyboard) -> None:
        """Read what was typed: the number of a page to acknowledge."""
        for number in self.entry.type(keyboard.pressed()):
            page = self.overview.pages.of(number)
            if page is not None:
                running.acknowledging.send(page, running.feed.clock or self.feed.opens)
        if running.acknowledging.fault is not None:
            raise Died(f"an acknowledgement was not sent: {running.acknowledging.fault}")
        self.view = self.view._replace(typed=self.entry.text if keyboard.there else None)

    def _step(self, running: RunningDemo, display: Show) -> None:
        """Read new records and display them."""
        before = self.overview.applied
        fresh = sorted(running.reader.poll(EVERY_S, self.overview), key=order)
        if self.overview.applied > before or not running.feed.over:
            self.quiet_since = time.monotonic()
        self.view = self._view(running.feed)
        displayed = display.update(fresh, self.view)
        if displayed and self.first is None:
            self.first = self.elapsed

    def _view(self, feed: DemoFeed) -> DemoView:
        published = feed.counts.records
        return self.view._replace(
            clock=feed.clock,
            rate=self.rate.at(time.monotonic(), published),
            published=published,
            alerts=self.overview.live + self.overview.history,
            joined=self.overview.joined,
            pages=self.overview.pages.open,
            acknowledged=self.overview.pages.acknowledged,
            shadow=self.options.shadow,
        )

    def _ended(self, feed: DemoFeed) -> bool:
        """Return whether the time is over, or the course is and nothing more comes of it."""
        if self.options.seconds is not None and self.elapsed >= self.options.seconds:
            return True
        return self.view.joined and time.monotonic() - self.quiet_since >= QUIET_S

    @property
    def elapsed(self) -> float:
        return time.monotonic() - self.began


@contextmanager
def running_demo(source: WardFeed, options: DemoOptions, directory: Path) -> Iterator[RunningDemo]:
    """Start broker, topics, worker, feed and reader; the worker joins while history is published.

    Raises UsageError.
    """
    with ExitStack() as stack:
        broker, processes = stack.enter_context(
            embedded() if options.broker is None else elsewhere(options.broker)
        )
        create(broker)
        worker, *later = services(broker, directory, options.to, options.board, options.shadow)
        processes[worker.name] = stack.enter_context(worker)
        through: Through = KafkaRecordProducer
        if options.interface is not None:
            listener, port = spoken_to(broker, directory, options.interface)
            processes[listener.name] = stack.enter_context(listener)
            through = partial(MessageProducer, interface=options.interface, port=port)
        ward = kept(source, directory) if options.keep else source
        feed = DemoFeed(broker, partitions(broker, (*INPUTS, ALERTS)), ward, options.speed, through)
        stack.callback(feed.stop)
        feed.start()
        reader, acknowledging = (
            stack.enter_context(Reader(broker)),
            stack.enter_context(Acknowledging(broker)),
        )
        yield RunningDemo(broker, processes, feed, reader, acknowledging, later, stack)


def served(broker: Broker, services: Sequence[ServiceProcess]) -> list[str]:
    """Return what is served where, for people.

    `board http://127.0.0.1:20004/`, `/metrics 127.0.0.1:20002 (worker), :20003 (pager)`,
    `broker 127.0.0.1:20001`.
    """
    where = {service.name: service.port for service in services}
    pages = [service.listens for service in services if service.listens]
    pages += [f"board http://{ports.HOST}:{where.pop(BOARD)}/"] if BOARD in where else []
    metrics = f"/metrics {ports.HOST}" + ", ".join(f":{port} ({name})" for name, port in where.items())
    return [*pages, metrics, f"broker {broker.servers}"]


def folder(keep: bool) -> AbstractContextManager[Path]:
    """Return a context with the demo's folder: removed at the end, unless it is to be kept."""
    if keep:
        return nullcontext(Path(tempfile.mkdtemp(prefix="il2watch-demo-")))
    return temporary()


@contextmanager
def temporary() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="il2watch-demo-") as directory:
        yield Path(directory)


@contextmanager
def log(directory: Path) -> Iterator[None]:
    """Write the Kafka client's log to a file, not across the screen."""
    client, into = logging.getLogger("kafka"), logging.FileHandler(directory / "demo.log")
    client.addHandler(into)
    try:
        yield
    finally:
        client.removeHandler(into)
        into.close()
