"""Marks: what clinicians think of a page, by what is written in `il2.pages`."""

from __future__ import annotations

from typing import Any

import pytest

from rules.wire import pages
from rules.wire.pages import Audit, PageRecord
from rules.wire.vocabulary import Verdict
from streams.errors import UsageError
from streams.kafka import commands
from streams.kafka.commands import PagedAlert
from streams.projections.marks import Marks, PageMark, counted
from tests.streams.pager.policy.telling import START


def written(verdict: Verdict = "useful", **fields: Any) -> PageRecord:
    by = fields.pop("by", "rn-14")
    about = PagedAlert(**{"patient": "p1", "alert": "a1", **fields})
    found = pages.decode(commands.marked(about, by, verdict, START).value)
    assert found is not None
    return found


def marks(*records: PageRecord) -> Marks:
    found = Marks()
    for record in records:
        found.apply(record)
    return found


def test_a_mark_comes_back_as_it_was_written() -> None:
    about = {"level": "absolute", "subject": "urine-hour", "unit": "4 West"}
    assert list(marks(written("late", **about))) == [
        PageMark("p1", "a1", "rn-14", "late", "2026-03-02T10:00:00Z", "absolute", "urine-hour", "4 West")
    ]


def test_the_last_mark_of_an_author_on_an_alert_counts() -> None:
    found = marks(written("useless"), written("useful", by="dr-3"), written("late"), written(alert="a2"))
    assert counted(found) == {"late": 1, "useful": 2}
    assert [(one.by, one.verdict) for one in found.on("a1")] == [("rn-14", "late"), ("dr-3", "useful")]


@pytest.mark.parametrize("patient", ["il2watch-test-x", "il2watch-heartbeat-0"])
def test_a_made_up_patient_has_no_marks(patient: str) -> None:
    assert list(marks(written(patient=patient))) == []


def test_nothing_else_is_a_mark_and_a_verdict_of_a_later_version_is_not_read() -> None:
    other = pages.decode(pages.encode(Audit(when=START, outcome="acknowledged", patient="p1", alert="a1")))
    assert other is not None
    assert not Marks().apply(other)
    unknown = commands.marked(PagedAlert("p1", "a1"), "rn-14", "useful", START).value
    assert pages.decode(unknown.replace(b"useful", b"superb")) is None


def test_a_mark_without_an_author_is_refused() -> None:
    with pytest.raises(UsageError, match="give --by"):
        commands.marked(PagedAlert("p1", "a1"), " ", "useful", START)
