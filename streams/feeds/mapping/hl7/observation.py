"""Hold one OBX and what surrounds it: its codes, its device, its time, and what its status means.

Source: docs/spec/feeds.md, Time, Identity; PCD B.8.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from rules.wire.instants import Instant
from streams.feeds.mapping.code_map import UNIT, CodeMap, Coding, MapRow, system_of
from streams.feeds.mapping.corrections import CORRECTED, FINAL, PRELIMINARY, WITHDRAWN
from streams.feeds.mapping.hl7.context import Context, entity
from streams.feeds.mapping.hl7.splitting import DELETE, Segment
from streams.feeds.mapping.identity import Origin
from streams.feeds.mapping.times import latest

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


def status_of(obx: Segment, context: Context) -> str:
    """Return what OBX-11 means: a status, `nothing`, `gone` (X without a value) or `refused`."""
    letter, value = obx.text(11).upper(), obx.raw(5).strip()
    if letter == "X":
        with_value = FINAL if context.rules.x_with_value == "final" else REFUSED
        return with_value if value and value != DELETE else GONE
    if value == DELETE:
        return GONE
    if letter == "R":
        return context.rules.raw
    if not letter:
        return FINAL if context.rules.empty_status == "final" else REFUSED
    return _STATUS.get(letter, REFUSED)


def is_never_used(obx: Segment) -> bool:
    """Return whether OBX-8 marks a reading as none of a patient: a demonstration, a test, a calibration."""
    return bool(obx.raw(8)) and any(obx.parts(each)[0].upper() in NEVER_USED for each in obx.repetitions(8))


def is_setting(obx: Segment) -> bool:
    """Return whether OBX-17 says that it was set, not measured."""
    return bool(obx.raw(17)) and any(obx.parts(each)[0].upper() in SETTINGS for each in obx.repetitions(17))


@lru_cache(maxsize=4096)
def level(sub_id: str) -> tuple[str, ...]:
    """Return an OBX-4 as its levels, without the zeros that fill it up: `1.1.0.0` is the device `1.1`."""
    levels = sub_id.split(".") if sub_id else []
    while len(levels) > 1 and levels[-1] == "0":
        levels.pop()
    return tuple(levels)


class Containment:
    """The levels of one OBR: which device and which time hold for what is inside a level."""

    def __init__(self, group: Group) -> None:
        self.group = group
        self.origins: dict[str, Origin] = {}
        self.devices: dict[tuple[str, ...], str] = {}
        self.times: dict[tuple[str, ...], str] = {}
        for obx in group.observations:
            here = level(obx.text(4))
            if device := entity(obx, 18):
                self.devices[here] = device
            if time := obx.text(14):
                self.times.setdefault(here, time)

    def device(self, obx: Segment) -> str:
        """Return the device of a reading: its own, that of the nearest level around it, or the only one."""
        named = entity(obx, 18) or (nearest(self.devices, level(obx.text(4))) if self.devices else "")
        if named:
            return named
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
        if own := obx.text(14):
            return own
        around = nearest(self.times, level(obx.text(4)))
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
    orders = (entity(group.obr, 3), entity(group.orc, 3), entity(group.obr, 2), entity(group.orc, 2))
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
        if segment.name == "PID":
            pid, pv1, orc = segment, None, None
        elif segment.name == "PV1":
            pv1 = segment
        elif segment.name == "ORC":
            orc = segment
        elif segment.name == "OBR":
            found.append((pid, orc, segment, [], pv1))
            orc = None
        elif segment.name == "OBX" and found and found[-1][0] is pid:
            found[-1][3].append(segment)
    return [Group(pid, orc, obr, tuple(observations), pv1) for pid, orc, obr, observations, pv1 in found]
