"""Find when an observation was true: not when it was issued, unless the feed says so."""

from __future__ import annotations

from rules.wire.instants import BadTime, Instant
from streams.feeds.mapping.fhir.context import Context, moment
from streams.feeds.mapping.fhir.resources import Observation
from streams.feeds.mapping.times import resolve_fhir


def observed(observation: Observation, context: Context) -> Instant:
    """Return when an observation was true: of a period its end. Raises BadTime."""
    stated = observation.effective_date_time or observation.effective_instant
    if not stated and observation.effective_period is None:
        if not (context.rules.message_time and observation.issued):
            raise BadTime("is missing")
        stated = observation.issued
    return moment(stated, observation.effective_period)


def issued(observation: Observation) -> Instant | None:
    """Return when an observation was issued; None: it does not say."""
    try:
        return resolve_fhir(observation.issued) if observation.issued else None
    except BadTime:
        return None
