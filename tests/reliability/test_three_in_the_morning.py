"""What whoever is called reads first: each fault's first line, as the table of the reference has it."""

from __future__ import annotations

import asyncio
import json
import logging
import re
import socket
from collections.abc import Callable, Iterable
from contextlib import nullcontext

import pytest
from aiohttp import web
from aiokafka.errors import SaslAuthenticationFailed

from rules.wire.alerts import OUTBOX_LOST
from rules.wire.instants import MINUTE, parse
from streams.errors import UsageError
from streams.kafka import partition_check, unreachable
from streams.kafka.admin import TopicDescription
from streams.kafka.faust_service import FaustService
from streams.kafka.producer import OutgoingRecord
from streams.kafka.settings import Broker
from streams.pager.delivery.attempts import about_pager
from streams.pager.service.app import LOST
from streams.service.exit_codes import DONE
from streams.service.process import serve
from streams.service.supervision import Supervisor
from streams.worker.dead_letter_alarm import DeadLetterAlarm, Share
from streams.worker.system_alarms import SystemAlarms, happenings
from streams.worker.worker_clock import WorkerClock
from tests.deploy.places import ROOT, RUNBOOKS, alarms

NOW = parse("2026-03-02T03:00:00Z")
PAGE = ROOT / "docs" / "reference" / "reliability.md"
ROW = re.compile(r"^\| (.+?) \| (page|alarm|log|exit [0-9]) \| (.+?) \| (.+?) \|$", re.M)


def first(records: Iterable[OutgoingRecord | None]) -> str:
    """The message of the only alert, which is the first line of its page."""
    (one,) = [json.loads(record.value or b"") for record in records if record is not None]
    assert one["level"] == "technical"
    return str(one["message"])


def happened(**what: object) -> str:
    given = {"misplaced": 0, "stuck": (), "cut": {}, "added": None} | what
    return first(SystemAlarms("one", None).after(NOW, happenings(**given)))  # type: ignore[arg-type]


def stepped() -> str:
    wall, mono = [NOW], [0.0]
    clock = WorkerClock(lambda: wall[0], lambda: mono[0])
    clock()
    wall[0], mono[0] = NOW + 60 * MINUTE, mono[0] + 1.0
    clock()
    return first(SystemAlarms("one", clock).after(NOW, {}))


PAGES: dict[str, Callable[[], str]] = {
    "a record that no worker can work off": lambda: happened(stuck=("KeyError: 'x'",)),
    "records cut away unread": lambda: happened(cut={"il2.vitals/0": 30}),
    "partitions added": lambda: happened(added="il2.findings 8; 4 are read"),
    "a changelog deleted under a worker": lambda: happened(shortened={3}),
    "the changelog deleted, then a worker started": lambda: first(
        SystemAlarms("one", None).after(NOW, {}, (2,))
    ),
    "an older copy of the changelog restored, then a worker started": lambda: first(
        SystemAlarms("one", None).after(NOW, {}, (), (0,))
    ),
    "the outbox deleted, then a pager started": lambda: first(
        [about_pager(OUTBOX_LOST, "technical", LOST.format("2"), NOW)]
    ),
    "a producer with another partitioner": lambda: happened(misplaced=1),
    "a clock that steps by an hour": stepped,
    "a flood of bad records": lambda: first([DeadLetterAlarm("one", Share()).after(NOW, 100, 40)]),
}


def table() -> dict[str, tuple[str, str, str]]:
    """By fault: who says it, the first line, and what follows."""
    text = PAGE.read_text(encoding="utf-8").partition("## At three in the morning")[2].partition("\n## ")[0]
    return {fault: (how, line, after) for fault, how, line, after in ROW.findall(text)}


@pytest.mark.parametrize("fault", PAGES)
def test_the_first_line_of_a_page_is_the_one_of_the_table(fault: str) -> None:
    how, line, _ = table()[fault]
    assert (how, line) == ("page", PAGES[fault]())


def test_every_page_of_the_table_is_one_that_the_system_gives() -> None:
    assert {fault for fault, (how, _, _) in table().items() if how == "page"} == set(PAGES)


@pytest.mark.parametrize("fault", [fault for fault, (how, _, _) in table().items() if how == "alarm"])
def test_the_first_line_of_an_alarm_is_its_summary(fault: str) -> None:
    _, line, after = table()[fault]
    (name,) = re.findall(r"runbooks/(\w+)\.md", after)
    written = re.sub(r"\{\{.*?\}\}", "…", str(alarms()[name]["annotations"]["summary"]))
    assert line == written


@pytest.mark.parametrize("fault", table())
def test_every_row_leads_to_a_runbook_or_says_what_to_do(fault: str) -> None:
    how, line, after = table()[fault]
    named = re.findall(r"\[Il2\w+\]\(\.\./runbooks/(\w+)\.md\)", after)
    assert all((RUNBOOKS / f"{name}.md").exists() for name in named)
    assert named or how.startswith("exit")
    assert len(line) > 20


@pytest.mark.parametrize("fault", PAGES)
def test_a_page_says_what_to_do(fault: str) -> None:
    assert re.search(r"\b(look at|set|stop all|see|find out)\b", PAGES[fault]())


NO_FAULT = {
    "Il2Watchdog": "it is always on",
    "Il2PagesMany": "of how the alerting is, over days",
    "Il2PagesIdle": "of how the alerting is, over days",
    "Il2Floods": "of how the alerting is, over days",
    "Il2QualificationFailed": "of a qualification, which is looked at when it ends",
    "Il2QualificationOld": "of a qualification, by the calendar",
}


def test_every_alarm_of_a_fault_is_in_the_table() -> None:
    named = {name for _, _, after in table().values() for name in re.findall(r"runbooks/(\w+)\.md", after)}
    assert alarms().keys() - named == NO_FAULT.keys()


def logged(log: str, work: Callable[[], object], caplog: pytest.LogCaptureFixture) -> str:
    """Return the only line that some work writes to a log."""
    caplog.clear()
    with caplog.at_level(logging.INFO, logger=log):
        work()
    (line,) = caplog.messages
    return line


def test_the_line_of_a_broker_that_is_away_is_the_one_of_the_table(caplog: pytest.LogCaptureFixture) -> None:
    service = FaustService(
        Broker("kafka-1:9092"), logging.getLogger("il2watch.worker"), "127.0.0.1", 0, 120.0
    )
    line = logged("il2watch.worker", lambda: service._note_away(True), caplog)
    assert {message for how, message, _ in table().values() if how == "log"} == {line}


def refused() -> str:
    login = Broker("kafka-1:9093", "SASL_SSL", "SCRAM-SHA-512", "worker", "guessed")
    return unreachable._reason(login, "kafka-1:9093", SaslAuthenticationFailed())


def absent() -> str:
    return str(unreachable.absent(Broker("kafka-1:9092"), "nothing listens"))


def topics_missing() -> str:
    class Empty:
        def topics(self, names: list[str]) -> dict[str, TopicDescription]:
            return {name: TopicDescription(4, 3, {}) for name in names if name not in ("il2.labs", "il2.io")}

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(partition_check, "admin", lambda broker: nullcontext(Empty()))
        with pytest.raises(UsageError) as fault:
            partition_check.shape(Broker("kafka-1:9092"))
    return str(fault.value)


def port_taken() -> str:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(UsageError) as fault:
            asyncio.run(serve(web.Application(), "127.0.0.1", port))
    return str(fault.value).replace(str(port), "9464")


EXITS: dict[str, tuple[str, Callable[[], str]]] = {
    "a password that was changed": ("exit 2", refused),
    "a topic deleted, then a worker started": ("exit 2", topics_missing),
    "a second service on the same port": ("exit 2", port_taken),
    "the broker absent for longer than `--patience`": ("exit 3", absent),
}


@pytest.mark.parametrize("fault", EXITS)
def test_the_last_line_of_a_service_is_the_one_of_the_table(fault: str) -> None:
    how, line, _ = table()[fault]
    assert (how, line) == (EXITS[fault][0], EXITS[fault][1]())


ENDED = {
    "an event loop that hangs": None,
    "a service that is told to stop and does not": DONE,
}


@pytest.mark.parametrize("fault", ENDED)
def test_the_last_line_of_a_service_that_is_ended_is_the_one_of_the_table(
    fault: str, caplog: pytest.LogCaptureFixture
) -> None:
    ended: list[int] = []
    watched = Supervisor(120.0, logging.getLogger("il2watch.worker"), end=ended.append)
    if (code := ENDED[fault]) is not None:
        watched.stopping(code)
    late = watched.clock() + 3_600
    line = logged("il2watch.worker", lambda: watched._end(watched.verdict(late) or 0), caplog)
    assert (f"exit {ended[0]}", line) == table()[fault][:2]


def test_every_exit_of_the_table_is_one_that_a_service_gives() -> None:
    assert {fault for fault, (how, _, _) in table().items() if how.startswith("exit")} == {*EXITS, *ENDED}
