"""Explain one subject in words and as markup, from the worker's state record of the patient.

Nothing is decided here.
"""

from __future__ import annotations

from typing import NamedTuple

import htpy as h

from rules.decide import codec
from rules.decide.engine import settled
from rules.explain import Explanation, UnknownSubject, explain, lines
from rules.guideline import Guideline
from streams.board.html.element import Html, render, time
from streams.kafka.state_record import UnknownStateRecord, apart, blocks_of, unpack
from streams.projections.patients import PatientProjection
from streams.times import INSTANT


class NoExplanation(NamedTuple):
    """Why there is no explanation, in words."""

    why: str


def explained(patient: PatientProjection, subject: str, guideline: Guideline) -> Explanation | NoExplanation:
    """Return the explanation of one subject from the worker's state record."""
    if patient.chart is None:
        return NoExplanation(
            "The worker's chart of this patient is not here: the board may be reading another worker's, "
            "see --worker-id."
        )
    assessment = patient.assessment
    if assessment is not None and guideline.decided_by(assessment.guideline["sha256"]) is None:
        return NoExplanation("The worker goes by another configuration than this board.")
    try:
        record = unpack(patient.chart)
        if not record.state:
            return NoExplanation("The stay is over.")
        blocks = blocks_of(record, lambda name: apart(patient.blocks[name])[1])
        return explain(settled(codec.decode(record.state, guideline, blocks)), subject)
    except KeyError:
        return NoExplanation("A part of the worker's chart has not been read yet: try again in a moment.")
    except (UnknownStateRecord, codec.UnknownState) as fault:
        return NoExplanation(f"The worker's chart cannot be read: {fault}.")
    except UnknownSubject as fault:
        return NoExplanation(f"{fault}.")


def explanation(found: Explanation | NoExplanation) -> Html:
    """Return an explanation as a fragment of a page.

    Its second line, which names the patient, is left out: the page names the patient already.
    """
    if isinstance(found, NoExplanation):
        return render(h.p[found.why])
    headline, _, *rest = lines(found)
    return render([h.h2[timed(headline)], *map(line, rest)])


def line(text: str) -> h.Node:
    """Return a line: an indented one as a paragraph, any other as a heading."""
    return h.p[timed(text.strip())] if text.startswith(" ") else h.h3[text.rstrip(":")]


def timed(text: str) -> h.Node:
    """Return a line with its instants in the site's zone."""
    parts = INSTANT.split(text)
    return h.fragment[*(time(part) if place % 2 else part for place, part in enumerate(parts))]
