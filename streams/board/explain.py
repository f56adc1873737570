"""Why, in words: told from the worker's own chart of the patient, with the guideline it goes by. Nothing is decided here."""

from __future__ import annotations

from typing import NamedTuple

from rules.decide import codec
from rules.explain import Explanation, UnknownSubject, explain
from rules.guideline import Guideline
from streams.board.bedside import Bedside
from streams.worker.row import UnknownRow, unpack
from streams.worker.showing import settled


class Untold(NamedTuple):
    """Why there is no explanation, in words."""

    why: str


def explained(bedside: Bedside, subject: str, guideline: Guideline) -> Explanation | Untold:
    """The explanation of one subject, as the worker's chart has it."""
    if bedside.chart is None:
        return Untold("The worker's chart of this patient is not here: the board may be reading another worker's, see --worker-id.")
    if bedside.assessment is not None and bedside.assessment["guideline"]["sha256"] != guideline.sha256:
        return Untold("The worker goes by another configuration than this board.")
    try:
        state = unpack(bedside.chart).state
        if not state:
            return Untold("The stay is over.")
        return explain(settled(codec.decode(state, guideline)), subject)
    except (UnknownRow, codec.UnknownState) as fault:
        return Untold(f"The worker's chart cannot be read: {fault}.")
    except UnknownSubject as fault:
        return Untold(f"{fault}.")
