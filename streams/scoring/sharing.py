"""Score a file shard by shard: each shard's patients are scored by themselves, and one scorer collects them.

The patients of a ward share one thing: at the end every clock moves to the feed's last instant.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from heapq import merge
from typing import Any, NamedTuple

from rules.guideline import Guideline
from rules.ingest.decode import decode
from rules.wire.alerts import Alert
from rules.wire.events import Event
from streams.scoring.engines import Answers, FoldingEngine
from streams.service.files import Watch
from streams.shards.fold import numbered
from streams.shards.pool import Pool
from streams.shards.spill import Shards

Answer = Callable[[str, str, str, str, int], Any]
"""Returns what a ward answers to a page: patient, id, transition, level, decided (ms)."""
ANSWERED = ("criterion", "blood-pressure", "recommendation")


def scoring_engine(guideline: Guideline, scorer: Any, answer: Answer | None) -> FoldingEngine:
    """Return an engine that gives all it does to a scorer; `answer`: None when nobody acknowledges."""
    answers = None if answer is None else answering(answer)
    return FoldingEngine(guideline, alert_handler(scorer), scorer.saw, scorer.ready, answers)


def alert_handler(scorer: Any) -> Callable[[Alert], None]:
    """Return a function that gives an alert to the scorer, field by field."""

    def handle(alert: Alert) -> None:
        scorer.add(
            alert.patient,
            alert.kind,
            alert.subject,
            alert.level,
            alert.transition,
            alert.at,
            alert.decided,
            alert.id,
            alert.carried,
        )

    return handle


def answering(answer: Answer) -> Answers:
    """Return a function that gives an alert that pages the ward's answer."""

    def handle(alert: Alert) -> Event | None:
        if alert.kind not in ANSWERED or alert.carried:
            return None
        found: Event | None = answer(alert.patient, alert.id, alert.transition, alert.level, alert.decided)
        return found

    return handle


class ScoreRequest(NamedTuple):
    """What a shard is scored with.

    `scorer`: one of the shard's patients. `lines`: `NUMBER JSON` each. `ticks`: the lines for all patients.
    `ahead`: by how far (ms) a record may lie ahead of its `known`. `clock`: the feed's last instant, ms.
    """

    guideline: Guideline
    scorer: Any
    answer: Answer | None
    lines: bytes
    ticks: list[tuple[int, bytes]]
    ahead: int
    clock: int


class ShardScore(NamedTuple):
    """What a shard gives: what its scorer collected, counts by reason and code, and its last instant, ms."""

    collected: Any
    refused: Counter[str]
    implausible: Counter[str]
    clock: int | None


def score_shard(request: ScoreRequest) -> ShardScore:
    """Score the patients of a shard, up to the feed's last instant."""
    engine = scoring_engine(request.guideline, request.scorer, request.answer)
    for number, data in merge(numbered(request.lines), request.ticks, key=lambda line: line[0]):
        event, _ = decode(data, offset=number, ahead=request.ahead)
        if event is not None:
            engine.apply(event)
    last, engine.clock = engine.clock, request.clock
    engine.end()
    return ShardScore(request.scorer.collected(), engine.refused, engine.implausible, last)


class SharedFile(NamedTuple):
    """A file in shards, and who works on it; `ahead`, `clock`: as in `ScoreRequest`."""

    shards: Shards
    pool: Pool
    ahead: int
    clock: int


def score_shards(
    file: SharedFile, engine: FoldingEngine, scorer: Any, answer: Answer | None, watch: Watch
) -> None:
    """Score every shard with an engine's guideline; collect in the scorer, and count in the engine.

    The feed's last instant is that of the last record that no chart refuses: seldom is it not that of the
    last line, and then there is a second turn.
    """
    found = list(_turn(file, engine.guideline, scorer, answer, watch))
    last = max((one.clock for one in found if one.clock is not None), default=file.clock)
    if last != file.clock:
        return score_shards(file._replace(clock=last), engine, scorer, answer, watch)
    for one in found:
        scorer.collect(one.collected)
        engine.refused.update(one.refused)
        engine.implausible.update(one.implausible)
    return None


def _turn(
    file: SharedFile, guideline: Guideline, scorer: Any, answer: Answer | None, watch: Watch
) -> Iterator[ShardScore]:
    shards, filled = file.shards, file.shards.filled
    ticks = [(line.number, line.data or b"") for line in shards.for_all]
    requests = (
        ScoreRequest(
            guideline,
            scorer.part(lambda patient, shard=shard: shards.of(patient) == shard),
            answer,
            shards.read(shard),
            ticks,
            file.ahead,
            file.clock,
        )
        for shard in filled
    )
    for done, found in enumerate(file.pool(score_shard, requests), 1):
        watch("scoring", done, len(filled))
        yield found
