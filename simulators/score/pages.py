"""Judge pages: what would have called a clinician, and whether it was true (criteria.md sections 6 and 9)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from rules.wire.instants import HOUR, MINUTE
from simulators.score.detection import FOREVER, JUDGED, PAGED, AlertTransition
from simulators.score.true_spans import LEVELS, RELATIVE, TrueCourse, at_least, near

WITHIN = 15 * MINUTE
"""How far from a page's `at` the truth may lie: what the monitor allows between two clocks (criteria.md
section 1).

Readings carry noise, so that a value that crosses its limit slowly is read over it some minutes early or
late.
"""

TRUE, BORDERLINE, LESS, FALSE, UNJUDGED = "true", "borderline", "less", "false", "unjudged"
VERDICTS = (TRUE, BORDERLINE, LESS, FALSE, UNJUDGED)


class ScoredPage(NamedTuple):
    """A page and its verdict.

    `true`: the criterion held at that level or worse; `borderline`: it would have, had every measurement
    erred by its noise; `less`: it held, but only at a lower level; `false`; `unjudged`: of a subject without
    ground truth (charting overdue, the recommendation, advice).
    """

    transition: AlertTransition
    verdict: str


def pages(transitions: Iterable[AlertTransition]) -> Iterator[AlertTransition]:
    """Yield what is paged: an episode's opening or worsening at absolute, relative or technical level; but a
    recommendation that its cause tells is no page of its own.
    """
    return filter(is_paged, transitions)


def is_paged(one: AlertTransition) -> bool:
    """Return whether a transition is one of those that page."""
    return one.level in PAGED and one.transition in ("opened", "worsened") and not one.carried


LATELY = 4 * HOUR
"""A page of the same subject and level so soon after the last, or after its episode's end, is nothing new."""


def new_pages(transitions: Sequence[AlertTransition]) -> int:
    """Return how many pages of one patient say something new: the subject was not in alarm at that level in
    the four hours before, or it is a step for the worse of what was acknowledged.
    """
    last: dict[tuple[str, str, str], int] = {}
    levels: dict[tuple[str, str], str] = {}
    found = 0
    for one in transitions:
        subject = one.kind, one.subject
        before = levels.get(subject, one.level)
        if is_paged(one):
            stepped = one.transition == "worsened" and before == one.level
            found += stepped or one.decided - last.get((*subject, one.level), -FOREVER) >= LATELY
        last[(*subject, before)] = last[(*subject, one.level)] = one.decided
        levels[subject] = one.level
    return found


def judged(page: AlertTransition, course: TrueCourse | None) -> ScoredPage:
    """Return the page with its verdict by what truly happened to its patient; without a course it is
    unjudged.
    """
    return ScoredPage(page, UNJUDGED if course is None or page.kind not in JUDGED else verdict(page, course))


def verdict(page: AlertTransition, course: TrueCourse) -> str:
    """Return the verdict on a page whose subject has a ground truth."""
    level = LEVELS[page.level]
    true = course.true.get(page.subject, [])
    if near(at_least(true, level), page.at, WITHIN):
        return TRUE
    if near(at_least(course.possible.get(page.subject, []), level), page.at, WITHIN):
        return BORDERLINE
    return LESS if level > RELATIVE and near(true, page.at, WITHIN) else FALSE
