"""Handover, review and mark from topics that are not there, hold nothing, or begin too late: each says so."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from streams.cli import main
from streams.dev_broker.embedded import EmbeddedBroker
from streams.kafka.topic_creation import create
from tests.streams.board.wards import at, oliguria

pytestmark = [
    pytest.mark.embedded,
    pytest.mark.slow,
    pytest.mark.xdist_group("without history"),
    pytest.mark.skipif(sys.platform == "win32", reason="no embedded broker there"),
]
Capture = pytest.CaptureFixture[str]
MARCH = ("2026-03-01T00:00:00Z", "2026-03-29T00:00:00Z")
HANDOVER = ("handover",)
REVIEW = ("review", "--from", MARCH[0], "--to", MARCH[1], "-o", "out")
MARK = ("mark", "0123456789abcdef", "late", "--by", "rn-14")
MAKE = "run: il2watch topics create"


@pytest.fixture(scope="module")
def bare() -> Iterator[str]:
    """A broker without topics."""
    with EmbeddedBroker() as made:
        yield made.servers


@pytest.fixture(scope="module")
def empty() -> Iterator[str]:
    """One whose topics hold nothing."""
    with EmbeddedBroker() as made:
        create(made.settings)
        yield made.servers


FAULTS = {
    "handover, no topics": ("bare", HANDOVER, MAKE),
    "review, no topics": ("bare", REVIEW, MAKE),
    "mark, no topics": ("bare", MARK, MAKE),
    "handover": ("empty", HANDOVER, "the topics: there is no fact of any patient"),
    "review": ("empty", REVIEW, f"no record from {MARCH[0]} to {MARCH[1]}; there is no record at all"),
    "mark": ("empty", MARK, "no alert '0123456789abcdef': a page shows its id"),
}


@pytest.mark.parametrize(("state", "arguments", "says"), FAULTS.values(), ids=FAULTS)
def test_topics_without_history_are_one_clear_line(
    state: str,
    arguments: tuple[str, ...],
    says: str,
    request: pytest.FixtureRequest,
    capsys: Capture,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    broker = request.getfixturevalue(state)
    capsys.readouterr()
    assert main.main([*arguments, "--broker", broker]) == 2
    err = capsys.readouterr().err
    assert says in err
    assert len(err.splitlines()) == 1


@pytest.mark.parametrize(("state", "first", "warned"), [("bare", 1, True), ("empty", 0, False)])
def test_topics_that_begin_within_the_shift_say_that_what_was_before_is_missing(
    state: str,
    first: int,
    warned: bool,
    request: pytest.FixtureRequest,
    capsys: Capture,
    write: Callable[..., str],
) -> None:
    """They begin an hour after the shift, or with it. After the others: the topics get their records here."""
    broker = request.getfixturevalue(state)
    assert main.main(["topics", "create", "--broker", broker]) == 0
    path = write(*oliguria()[first:], {"type": "tick", "id": "t1", "patient": "*", "at": at(430)})
    assert main.main(["replay", path, "--speed", "max", "--broker", broker]) == 0
    capsys.readouterr()
    assert main.main(["handover", "--clock", "log", "--broker", broker, "-o", "text"]) == 0
    printed = capsys.readouterr()
    assert "Urine 8 mL/h, below 10" in printed.out
    warning = "the topics begin at 2026-03-02T08:00:00Z, within the shift: what was before is not in it"
    assert (warning in printed.err) is warned
