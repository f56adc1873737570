"""Define the descriptor of a row type: how its rows are evaluated, and what can change them."""

from collections.abc import Callable
from typing import Generic, TypeVar

import msgspec

from rules.chart.chart import Chart
from rules.evaluate.accepted_criteria import OfPack
from rules.evaluate.result import Memory, Result
from rules.guideline.declarations import Row
from rules.wire.instants import Instant

R = TypeVar("R", bound=Row)


class RowType(msgspec.Struct, Generic[R], frozen=True):
    """The descriptor that a module of `rules/evaluate/rows/` has as `ROW_TYPE`.

    `evaluate`: the state of a row at an instant; `inputs`: the dirty flags (`rules.chart.dirty_flags`) of all
    that it reads: facts without any of these are taken not to change it. `of_pack`: evaluates a row that a
    resume ends, which may name the pack that it means.
    """

    evaluate: Callable[[R, Chart, Instant, Memory], Result]
    inputs: Callable[[R], int]
    of_pack: Callable[[R, Chart, Instant, Memory, OfPack | None], Result] | None = None
