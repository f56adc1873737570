"""Explain one subject in words and as markup, from the worker's own chart of the patient. Nothing is decided
here.
"""

from __future__ import annotations

import re
from typing import NamedTuple

import htpy as h

from rules.decide import codec
from rules.decide.engine import settled
from rules.explain import Explanation, UnknownSubject, explain, lines
from rules.guideline import Guideline
from streams.board.html.element import Html, render, time
from streams.kafka.state_record import UnknownStateRecord, unpack
from streams.projections.patients import PatientProjection


class Untold(NamedTuple):
    """Why there is no explanation, in words."""

    why: str


def explained(patient: PatientProjection, subject: str, guideline: Guideline) -> Explanation | Untold:
    """The explanation of one subject, as the worker's chart has it."""
    if patient.chart is None:
        return Untold(
            "The worker's chart of this patient is not here: the board may be reading another worker's, "
            "see --worker-id."
        )
    if patient.assessment is not None and patient.assessment.guideline["sha256"] != guideline.sha256:
        return Untold("The worker goes by another configuration than this board.")
    try:
        state = unpack(patient.chart).state
        if not state:
            return Untold("The stay is over.")
        return explain(settled(codec.decode(state, guideline)), subject)
    except (UnknownStateRecord, codec.UnknownState) as fault:
        return Untold(f"The worker's chart cannot be read: {fault}.")
    except UnknownSubject as fault:
        return Untold(f"{fault}.")


INSTANT = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z)")


def explanation(found: Explanation | Untold) -> Html:
    """A fragment of a page. The second line names the patient, who stands on the page already."""
    if isinstance(found, Untold):
        return render(h.p[found.why])
    headline, _, *rest = lines(found)
    return render([h.h2[timed(headline)], *map(line, rest)])


def line(found: str) -> h.Node:
    """What is indented is said below a heading."""
    return h.p[timed(found.strip())] if found.startswith(" ") else h.h3[found.rstrip(":")]


def timed(found: str) -> h.Node:
    """A line with its instants in the site's zone."""
    parts = INSTANT.split(found)
    return h.fragment[*(time(part) if place % 2 else part for place, part in enumerate(parts))]
