"""The log of a service says each cause once a minute, and loses none that is new."""

from __future__ import annotations

import logging

import pytest

from streams.service.logs import EVERY_S, LEVELS, OncePerMinute


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def record(name: str, level: int, text: str, *values: object, line: int = 1) -> logging.LogRecord:
    return logging.LogRecord(name, level, f"{name}.py", line, text, values, None)


def test_a_librarys_line_is_written_once_a_minute_whatever_its_numbers_and_then_counts_the_others() -> None:
    clock = Clock()
    once = OncePerMinute(clock)
    written = [once.filter(record("lib", logging.ERROR, "attempt %d failed", n)) for n in range(330)]
    assert written == [True] + [False] * 329
    clock.now += EVERY_S
    later = record("lib", logging.ERROR, "attempt %d failed", 331)
    assert once.filter(later)
    assert later.getMessage() == "attempt 331 failed (and 329 times more before)"


@pytest.mark.parametrize(
    ("name", "level", "text", "passes"),
    [
        ("il2watch.worker", logging.WARNING, "record 2 is refused", True),
        ("il2watch.worker", logging.WARNING, "record 1 is refused", False),
        ("il2watch.worker", logging.INFO, "record 1 is refused", True),
        ("il2watch.pager", logging.WARNING, "record 1 is refused", True),
    ],
)
def test_of_our_own_lines_only_the_same_text_is_the_same_cause(
    name: str, level: int, text: str, passes: bool
) -> None:
    once = OncePerMinute(Clock())
    assert once.filter(record("il2watch.worker", logging.WARNING, "record %d is refused", 1))
    assert once.filter(record(name, level, text)) is passes


def test_two_lines_of_code_are_two_causes() -> None:
    once = OncePerMinute(Clock())
    assert once.filter(record("lib", logging.ERROR, "failed", line=1))
    assert once.filter(record("lib", logging.ERROR, "failed", line=2))


def test_the_clients_of_kafka_are_silent_and_the_service_is_not() -> None:
    assert {name for name, level in LEVELS.items() if level == logging.CRITICAL} == {"aiokafka", "kafka"}
    assert LEVELS["il2watch"] == logging.INFO
