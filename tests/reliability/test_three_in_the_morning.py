"""What whoever is called reads first: each fault's first line, as the table of the reference has it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable

import pytest

from rules.wire.alerts import OUTBOX_LOST
from rules.wire.instants import MINUTE, parse
from streams.kafka.producer import OutgoingRecord
from streams.pager.delivery.attempts import about_pager
from streams.pager.service.app import LOST
from streams.worker.dead_letter_alarm import DeadLetterAlarm, Share
from streams.worker.system_alarms import SystemAlarms, happenings
from streams.worker.worker_clock import WorkerClock
from tests.deploy.places import ROOT, RUNBOOKS, alarms

NOW = parse("2026-03-02T03:00:00Z")
PAGE = ROOT / "docs" / "reference" / "reliability.md"
ROW = re.compile(r"^\| (.+?) \| (page|alarm|exit [0-9]) \| (.+?) \| (.+?) \|$", re.M)


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


def test_the_last_line_of_a_service_is_the_one_of_the_table() -> None:
    from aiokafka.errors import SaslAuthenticationFailed

    from streams.kafka import unreachable
    from streams.kafka.settings import Broker

    login = Broker("kafka-1:9093", "SASL_SSL", "SCRAM-SHA-512", "worker", "guessed")
    refused = unreachable._reason(login, "kafka-1:9093", SaslAuthenticationFailed())
    absent = str(unreachable.absent(Broker("kafka-1:9092"), "nothing listens"))
    exits = {how: line for how, line, _ in table().values() if how.startswith("exit")}
    assert exits == {"exit 2": refused, "exit 3": absent}
