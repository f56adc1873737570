"""Map what infusion pumps report (IHE PCD-01, PCD-10): the rate in force on each line, 0 if it stands.

Source: docs/spec/feeds.md, Values.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from rules.ingest import units
from rules.wire import instants
from rules.wire.agents import vasopressor
from rules.wire.instants import MINUTE, BadTime
from rules.wire.refusals import BAD_UNIT, NOT_A_NUMBER, UNMAPPED, UNSUPPORTED
from streams.feeds.mapping import values
from streams.feeds.mapping.code_map import MapRow
from streams.feeds.mapping.hl7.context import Context, entity
from streams.feeds.mapping.hl7.observation import (
    Containment,
    Form,
    Group,
    origin,
)
from streams.feeds.mapping.hl7.splitting import Segment
from streams.feeds.mapping.identity import event_id
from streams.feeds.mapping.values import NotANumber
from streams.feeds.mapping.wire_events import SentInfusion

REPEATED_MS = 15 * MINUTE
RUNNING, STOPPED = "running", "stopped"
_STOPS = ("not-infusing", "standby", "paused", "stopped", "pause", "stop", "hold", "off")
_PER_HOUR = "mL/h"


class PumpPart(NamedTuple):
    """An OBX of a pump with its row and its form."""

    obx: Segment
    row: MapRow
    form: Form


class Rate(NamedTuple):
    """A rate in the unit the wire takes, and the OBX that says it; a text: it cannot be read."""

    rate: float | str
    unit: str
    obx: Segment


class PumpFault(Exception):
    """An error: a pump's report cannot be used; reason, message, the OBX to blame.

    `rate`: what a vasopressor runs at in a unit that the wire does not take; None: nothing is known to run.
    """

    def __init__(self, reason: str, message: str, obx: Segment, rate: Rate | None = None) -> None:
        self.reason, self.obx, self.rate = reason, obx, rate
        super().__init__(message)


def handle(parts: Sequence[PumpPart], group: Group, containment: Containment, context: Context) -> None:
    """Publish the rate of each source channel of each pump in a group."""
    for channel, found in _channels(parts).items():
        try:
            _publish(channel, found, group, containment, context)
        except PumpFault as fault:
            code = " ".join((fault.obx.text(3, 3), fault.obx.text(3)))
            context.refuse_segment(fault.obx, fault.reason, code, str(fault))
        except BadTime as fault:
            context.refuse_segment_time(found["any"].obx, "", fault)


Parts = dict[str, PumpPart]


def _channels(parts: Sequence[PumpPart]) -> dict[str, Parts]:
    """Return the parts of each source channel that has a rate or a drug, with the status of its pump."""
    channels: defaultdict[tuple[str, ...], Parts] = defaultdict(dict)
    shared: list[tuple[tuple[str, ...], PumpPart]] = []
    for part in parts:
        if part.form.never_used or not part.obx.raw(5).strip():
            continue
        place = part.form.level[:3]
        if part.row.our_code in ("status", "event"):
            shared.append((place, part))
        else:
            channels[place][part.row.our_code] = part
            channels[place].setdefault("any", part)
    for place, part in shared:
        for channel, found in channels.items():
            if channel[:1] == place[:1]:
                found[part.row.our_code] = part
    return {".".join(channel): found for channel, found in channels.items()}


def _publish(channel: str, found: Parts, group: Group, containment: Containment, context: Context) -> None:
    agent = _agent(found)
    rate, readable = _rate_or_what_runs(found, agent, context)
    at = containment.time(rate.obx, context)
    placed = entity(group.obr, 2)
    device = containment.device(rate.obx) or context.tables.pumps.get((context.patient, placed), "")
    if device and placed:
        context.tables.pumps[context.patient, placed] = device
    source = origin(group, device, context)
    line = f"{device or source.named}/{channel}".replace("\x1f", " ")[-128:]
    stated = (rate.rate, rate.unit, at)
    if not context.tables.rate_is_new(context.patient, line, stated, REPEATED_MS):
        context.handled.count("skipped", "rate-unchanged")
        return
    context.handled.rates[context.patient, line] = stated
    when = instants.text(at)
    event = SentInfusion(
        id=event_id("infusion", source.named, agent, channel, when), patient=context.patient, at=when,
        known=context.known(), source=context.source, agent=agent, rate=rate.rate, unit=rate.unit,
        line=line,
    )  # fmt: skip
    if readable:
        context.publish_segment(event, rate.obx, f"MDC {rate.obx.text(3)}")
    else:
        context.send(event, "", "")


def _rate_or_what_runs(found: Parts, agent: str, context: Context) -> tuple[Rate, bool]:
    """Return the rate and True; of a vasopressor whose rate is refused what it runs at, and False.

    Raises PumpFault where no rate came.
    """
    try:
        return _rate(found, agent, context), True
    except PumpFault as fault:
        runs = fault.rate or _as_sent(found)
        if vasopressor(agent) is None or runs is None:
            raise
        context.refuse_segment(fault.obx, fault.reason, f"MDC {fault.obx.text(3)}", str(fault))
        return runs, False


def _as_sent(found: Parts) -> Rate | None:
    """Return the rate that was sent, as text: whether and how fast it runs is not known."""
    stated = found.get("dose-rate") or found.get("fluid-rate")
    return None if stated is None else Rate(stated.obx.text(5)[:60], stated.obx.text(6)[:60], stated.obx)


def _agent(found: Parts) -> str:
    named = found.get("drug-name")
    name = "" if named is None else named.obx.text(5) or named.obx.text(5, 2)
    if not name:
        raise PumpFault(UNMAPPED, "a pump that does not say what runs", found["any"].obx)
    return name.lower()[:128]


def _rate(found: Parts, agent: str, context: Context) -> Rate:
    """Return the rate in force: the status counts before the programmed rate. Raises PumpFault."""
    if _state(found) == STOPPED:
        stated = found.get("status") or found["event"]
        return Rate(0.0, "ug/kg/min", stated.obx)
    if "dose-rate" in found:
        return _taken(_measured(found["dose-rate"], context), agent)
    if "fluid-rate" not in found:
        raise PumpFault(UNSUPPORTED, "a pump without a rate", found["any"].obx)
    fluid = _measured(found["fluid-rate"], context)
    if vasopressor(agent) is None or "concentration" not in found:
        return _taken(fluid, agent)
    return _taken(_flat(fluid, _measured(found["concentration"], context)), agent)


def _state(found: Parts) -> str:
    """Return whether a pump runs, by its status and its event. Raises PumpFault for a word not known."""
    event = found.get("event")
    if event is not None and _means_stop(event.obx.text(5, 2) or event.obx.text(5)):
        return STOPPED
    status = found.get("status")
    if status is None:
        return RUNNING
    word = (status.obx.text(5, 2) or status.obx.text(5)).lower()
    if any(each in word for each in _STOPS):
        return STOPPED
    if "infusing" in word or "delivering" in word:
        return RUNNING
    raise PumpFault(UNSUPPORTED, "a pump status that is not known", status.obx)


def _means_stop(event: str) -> bool:
    return any(word in event.upper() for word in ("DELIV_STOP", "DELIV_PAUSE", "DELIV_COMP", "DELIV_END"))


class Measured(NamedTuple):
    """A number with its unit as sent, and its OBX."""

    rate: float
    unit: str
    obx: Segment


def _measured(part: PumpPart, context: Context) -> Measured:
    try:
        number = values.number(part.obx.text(5), context.rules.decimal_comma)
    except NotANumber as fault:
        raise PumpFault(NOT_A_NUMBER, str(fault), part.obx) from None
    texts = part.form.units
    own = (context.rules.units.get(text) or context.rules.codes.unit(text) for text in texts)
    unit = next((each for each in own if each), texts[0] if texts else "")
    return Measured(number, unit, part.obx)


def _flat(fluid: Measured, concentration: Measured) -> Measured:
    """Return mL/h of a concentration as mass or units by time, not by kg: the weight is the patient's own."""
    substance, _, volume = concentration.unit.partition("/")
    if fluid.unit.lower() != _PER_HOUR.lower() or volume.lower() != "ml":
        raise PumpFault(BAD_UNIT, "a flow and a concentration whose units do not fit", concentration.obx)
    return Measured(round(fluid.rate * concentration.rate, 6), f"{substance}/h", fluid.obx)


def _taken(rate: Measured, agent: str) -> Rate:
    """Return a rate that the wire takes for this agent. Raises PumpFault."""
    pressor = vasopressor(agent)
    if pressor is not None and rate.rate and units.rate(pressor, rate.unit) is None:
        text = "a vasopressor by volume, and its concentration is not known"
        raise PumpFault(BAD_UNIT, text, rate.obx, Rate(*rate))
    return Rate(*rate)
