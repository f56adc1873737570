"""Name the topics. Source: wire.md (Topics). Their settings are in `streams.kafka.topics`."""

from __future__ import annotations

PARTITIONS = 12

VITALS = "il2.vitals"
IO = "il2.io"
LABS = "il2.labs"
TREATMENTS = "il2.treatments"
FINDINGS = "il2.findings"
ENCOUNTERS = "il2.encounters"
COMMANDS = "il2.commands"

ALERTS = "il2.alerts"
ASSESSMENTS = "il2.assessments"
PAGES = "il2.pages"
DEADLETTERS = "il2.deadletters"

FEED_RESULTS = "il2.feeds.results"
FEED_ALIASES = "il2.feeds.aliases"
FEED_BEDS = "il2.feeds.beds"
FEED_PATIENTS = "il2.feeds.patients"

INPUTS = (VITALS, IO, LABS, TREATMENTS, FINDINGS, ENCOUNTERS, COMMANDS)
OUTPUTS = (ALERTS, ASSESSMENTS, PAGES, DEADLETTERS)
FEEDS = (FEED_RESULTS, FEED_ALIASES, FEED_BEDS, FEED_PATIENTS)
"""What the hospital feeds remember: no service but them reads it."""
ALL = INPUTS + OUTPUTS + FEEDS

CARRIES = {
    "vitals": VITALS,
    "io": IO,
    "labs": LABS,
    "dose": TREATMENTS,
    "infusion": TREATMENTS,
    "medication": TREATMENTS,
    "finding": FINDINGS,
    "encounter": ENCOUNTERS,
    "ack": COMMANDS,
    "silence": COMMANDS,
    "resume": COMMANDS,
    "accept": COMMANDS,
    "tick": COMMANDS,
}


def topic_of(type: str) -> str:
    """Return the input topic that carries an event type.

    Raises KeyError for a type that is not on the wire.
    """
    return CARRIES[type]
