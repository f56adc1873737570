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

INPUTS = (VITALS, IO, LABS, TREATMENTS, FINDINGS, ENCOUNTERS, COMMANDS)
OUTPUTS = (ALERTS, ASSESSMENTS, PAGES, DEADLETTERS)
ALL = INPUTS + OUTPUTS

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
