"""What advice may look at beside the chart: how the criteria stand now, and since when their episodes are open."""

from typing import Protocol

from rules.chart.chart import Chart
from rules.chart.facts import Reference
from rules.evaluate.result import Memory, Result
from rules.guideline.edition import Guideline


class Case(Protocol):
    """One patient at the instant of a decision."""

    @property
    def chart(self) -> Chart: ...

    @property
    def guideline(self) -> Guideline: ...

    def memory(self, subject: str) -> Memory:
        """How a subject stood at its last decision."""

    def opened(self, subject: str) -> int | None:
        """The opening `at` of its episode; without alerting, since when it is not clear."""

    def judge(self, subject: str, now: int) -> Result:
        """Decides a criterion, or `hypotension`, in full."""


ADVISORY = "advisory"


def open_(at: int | None = None, evidence: tuple[Reference, ...] = (), next: int | None = None) -> Result:
    return Result(ADVISORY, at=at, evidence=evidence, next=next)


def tripped(case: Case, subject: str) -> bool:
    return case.memory(subject).state in ("relative", "absolute")
