"""A worker says at its start what of its configuration is looser than published (criteria.md section 11)."""

import pytest

from rules.guideline import SCHWARTZENTRUBER_2001, load
from streams.worker.process import warn_of_looser


def test_a_worker_logs_what_is_looser_than_published(caplog: pytest.LogCaptureFixture) -> None:
    warn_of_looser(load("criteria.creatinine.absolute = 3.5\ncriteria.creatinine.relative = 2.3\n"))
    assert caplog.messages == [
        "looser than published: criteria.creatinine.absolute >=3.5 mg/dL (published >=3 mg/dL)"
    ]


def test_a_worker_that_goes_by_the_published_numbers_says_nothing(caplog: pytest.LogCaptureFixture) -> None:
    warn_of_looser(SCHWARTZENTRUBER_2001)
    assert caplog.messages == []
