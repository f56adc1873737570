"""What the board tells of itself: whether its page is live, and if not, why not. Who looks at it, and at whom, nobody counts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import get_args

from streams.board.trust import Code, Problem
from streams.metrics import _gauge

CODES: tuple[str, ...] = get_args(Code)
PROBLEMS = _gauge("il2_board_problem", "1 while the board's page is not live, by what is wrong.", "code")


def show(problems: Iterable[Problem]) -> None:
    """Sets every code: 1 for what is wrong now, 0 for all else."""
    wrong = {problem.code for problem in problems}
    for code in CODES:
        PROBLEMS.labels(code).set(code in wrong)
