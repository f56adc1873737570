"""Hold one OBX and what surrounds it: its codes, its unit, its device, its time, what its status means.

Source: docs/spec/feeds.md, Time, Identity; PCD B.8.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from rules.wire.instants import Instant
from streams.feeds.mapping import values
from streams.feeds.mapping.code_map import READINGS, UNIT, CodeMap, Coding, Found, MapRow, system_of
from streams.feeds.mapping.corrections import CORRECTED, FINAL, PRELIMINARY, WITHDRAWN
from streams.feeds.mapping.feed_rules import FeedRules
from streams.feeds.mapping.hl7.context import Context, entity
from streams.feeds.mapping.hl7.splitting import DELETE, Segment
from streams.feeds.mapping.identity import Origin
from streams.feeds.mapping.times import latest
from streams.feeds.mapping.unit_words import accepted_by, spelled
from streams.feeds.mapping.values import Range

NOTHING, GONE, REFUSED = "nothing", "gone", "refused"
_STATUS = {
    **dict.fromkeys("FUBV", FINAL),
    **dict.fromkeys("PS", PRELIMINARY),
    **dict.fromkeys("CA", CORRECTED),
    **dict.fromkeys("DW", WITHDRAWN),
    **dict.fromkeys("INO", NOTHING),
}
"""OBX-11 (table 0085) -> the wire's status; R, X and none depend on the feed."""
NEVER_USED = ("DEMO", "TEST", "CALIB", "INV")
SETTINGS = ("ASET", "MSET", "CSET")


class Group(NamedTuple):
    """An OBR with what belongs to it."""

    pid: Segment | None
    orc: Segment | None
    obr: Segment
    observations: tuple[Segment, ...]
    pv1: Segment | None = None


def codings(segment: Segment, field: int) -> list[Coding]:
    """Return the codings of a coded field: the first, and its alternate."""
    parts = [*segment.parts(segment.first(field)), "", "", "", "", "", ""]
    found = [Coding(system_of(system), code, text) for code, text, system in (parts[0:3], parts[3:6])]
    return [each for each in found if each.code or each.text]


class Form(NamedTuple):
    """What an OBX says but for its value, device and time, as its next one will: codes, unit, flags.

    `named`: system and code, for its id; `letter`: OBX-11; `status`: what that means beside a value;
    `setting`: it was set, not measured; `structured`: OBX-2 is SN; `units`: the spellings of its unit, as
    sent; `unit`: as the wire spells it (None: none that it takes); `ordinary`: beside a plain number it is a
    reading that stands, and nothing else has to be asked.
    """

    coding: Coding
    found: Found
    named: str
    sub_id: str
    level: tuple[str, ...]
    letter: str
    status: str
    never_used: bool
    setting: bool
    structured: bool
    units: list[str]
    unit: str | None
    range_text: str
    range: Range
    ordinary: bool


MOST_FORMS = 4096


def form_of(obx: Segment, rules: FeedRules) -> Form:
    """Return the form of an OBX, kept by its fields as they stand."""
    fields, kept = obx.fields, rules.kept
    status = fields[11] if len(fields) > 11 else ""
    key = (obx.delimiters, status, *fields[2:5], *fields[6:9], *fields[17:18])
    form: Form | None = kept.get(key)
    if form is None:
        if len(kept) >= MOST_FORMS:
            kept.clear()
        form = kept[key] = _form(obx, rules)
    return form


def _form(obx: Segment, rules: FeedRules) -> Form:
    sub_id, range_text = obx.text(4), obx.text(7)
    coding, found = rules.codes.find(codings(obx, 3), sub_id, obx.text(6))
    units, letter = unit_texts(obx, 6, rules.codes), obx.text(11).upper()
    form = Form(
        coding=coding,
        found=found,
        named=f"{coding.system} {coding.code or coding.text}",
        sub_id=sub_id,
        level=level(sub_id),
        letter=letter,
        status=_status(letter, rules),
        never_used=_holds(obx, 8, NEVER_USED),
        setting=_holds(obx, 17, SETTINGS),
        structured=obx.text(2).upper() == "SN",
        units=units,
        unit=_unit(units, found, rules),
        range_text=range_text,
        range=values.reference_range(range_text),
        ordinary=False,
    )
    return form._replace(ordinary=_is_ordinary(form))


def _is_ordinary(form: Form) -> bool:
    measured = isinstance(form.found, MapRow) and form.found.type in READINGS and form.unit is not None
    stands = form.status in (FINAL, PRELIMINARY, CORRECTED)
    return measured and stands and not (form.never_used or form.setting or form.structured)


def _holds(obx: Segment, field: int, words: tuple[str, ...]) -> bool:
    return any(obx.parts(each)[0].upper() in words for each in obx.repetitions(field))


def _unit(units: list[str], found: Found, rules: FeedRules) -> str | None:
    """Return the unit as the wire spells it for the row's code; that of the row where none was sent."""
    if not isinstance(found, MapRow):
        return None
    texts = units or ([found.unit_default] if found.unit_default else [])
    return spelled(texts, rules.codes, rules.units, accepted_by(found.type, found.our_code))


def status_of(obx: Segment, form: Form) -> str:
    """Return what OBX-11 means: a status, `nothing`, `gone` (X without a value) or `refused`."""
    value = obx.raw(5).strip()
    if value == DELETE or (form.letter == "X" and not value):
        return GONE
    return form.status


def _status(letter: str, rules: FeedRules) -> str:
    """Return what OBX-11 means beside a value."""
    if letter == "X":
        return FINAL if rules.x_with_value == "final" else REFUSED
    if letter == "R":
        return rules.raw
    if not letter:
        return FINAL if rules.empty_status == "final" else REFUSED
    return _STATUS.get(letter, REFUSED)


@lru_cache(maxsize=4096)
def level(sub_id: str) -> tuple[str, ...]:
    """Return an OBX-4 as its levels, without the zeros that fill it up: `1.1.0.0` is the device `1.1`."""
    levels = sub_id.split(".") if sub_id else []
    while len(levels) > 1 and levels[-1] == "0":
        levels.pop()
    return tuple(levels)


class Containment:
    """The levels of one OBR: which device and which time hold for what is inside a level.

    `forms`, `own_devices`, `own_times`: what each OBX says itself, by its number.
    """

    def __init__(self, group: Group, rules: FeedRules) -> None:
        self.group = group
        self.forms: dict[int, Form] = {}
        self.origins: dict[str, Origin] = {}
        self.devices: dict[tuple[str, ...], str] = {}
        self.times: dict[tuple[str, ...], str] = {}
        self.own_devices: dict[int, str] = {}
        self.own_times: dict[int, str] = {}
        for obx in group.observations:
            form = self.forms[obx.number] = form_of(obx, rules)
            here = form.level
            if device := entity(obx, 18):
                self.own_devices[obx.number] = self.devices[here] = device
            if time := obx.text(14):
                self.own_times[obx.number] = time
                self.times.setdefault(here, time)

    def device(self, obx: Segment) -> str:
        """Return the device of a reading: its own, that of the nearest level around it, or the only one."""
        if own := self.own_devices.get(obx.number):
            return own
        around = nearest(self.devices, self.forms[obx.number].level) if self.devices else ""
        if around:
            return around
        only = set(self.devices.values())
        return only.pop() if len(only) == 1 else ""

    def origin(self, obx: Segment, context: Context) -> Origin:
        """Return where a reading comes from."""
        device = self.device(obx)
        if device not in self.origins:
            self.origins[device] = origin(self.group, device, context)
        return self.origins[device]

    def time(self, obx: Segment, context: Context) -> Instant:
        """Return when a reading was true. Raises BadTime."""
        return context.time(self._stated(obx, context))

    def latest(self, obx: Segment, context: Context) -> Instant | None:
        """Return when a reading whose time is refused was true at the latest; None: nothing says.

        It is not later than its message.
        """
        found = (latest(self._stated(obx, context), context.zones), context.stamp)
        return min((each for each in found if each), default=None)

    def _stated(self, obx: Segment, context: Context) -> str:
        if own := self.own_times.get(obx.number):
            return own
        around = nearest(self.times, self.forms[obx.number].level)
        of_message = context.header.time if context.rules.message_time else ""
        return around or self.group.obr.text(7) or of_message


def nearest(levels: dict[tuple[str, ...], str], inside: tuple[str, ...]) -> str:
    """Return what the nearest level around says; empty when none says anything."""
    for length in range(len(inside) - 1, 0, -1):
        around = inside[:length]
        while len(around) > 1 and around[-1] == "0":
            around = around[:-1]
        if around in levels:
            return levels[around]
    return ""


def origin(group: Group, device: str, context: Context) -> Origin:
    """Return where a group's records come from: filler, else placer order, device, sender."""
    own = context.header.control_id
    orders = (entity(*place) for place in ((group.obr, 3), (group.orc, 3), (group.obr, 2), (group.orc, 2)))
    named = (each for each in orders if each and each.partition("^")[0] != own)
    return Origin(next(named, ""), device, "^".join(context.header.sender))


def unit_texts(segment: Segment, field: int, codes: CodeMap) -> list[str]:
    """Return the spellings of a unit to try: a code of the map, the whole field, then its parts.

    A part that is only digits is none: `10^9/L` was split where it should have been escaped.
    """
    raw = segment.first(field)
    coded = codings(segment, field)
    mapped = [_of_map(coding, codes) for coding in coded]
    whole = "" if any(coding.system for coding in coded) else segment.plain(raw)
    parts = [part for place, part in enumerate(segment.parts(raw)) if place in (0, 3) and not part.isdigit()]
    return [text for text in (*mapped, whole, *parts) if text]


def _of_map(coding: Coding, codes: CodeMap) -> str:
    found = codes.of(coding)
    return found.our_code if isinstance(found, MapRow) and found.type == UNIT else ""


def grouped(segments: Iterable[Segment]) -> list[Group]:
    """Return the groups of an ORU: each OBR with its PID, PV1, ORC and OBX."""
    pid: Segment | None = None
    pv1: Segment | None = None
    orc: Segment | None = None
    found: list[tuple[Segment | None, Segment | None, Segment, list[Segment], Segment | None]] = []
    for segment in segments:
        name = segment.name
        if name == "OBX":
            if found and found[-1][0] is pid:
                found[-1][3].append(segment)
        elif name == "PID":
            pid, pv1, orc = segment, None, None
        elif name == "PV1":
            pv1 = segment
        elif name == "ORC":
            orc = segment
        elif name == "OBR":
            found.append((pid, orc, segment, [], pv1))
            orc = None
    return [Group(pid, orc, obr, tuple(observations), pv1) for pid, orc, obr, observations, pv1 in found]
