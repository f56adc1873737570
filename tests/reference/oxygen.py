"""Oxygen: the device in force, and saturation (criteria.md 3.1, the stop rule `oxygen` of 4)."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction

from .clock import FOREVER, MINUTE
from .facts import Value
from .heart import signal
from .knowledge import Knowledge, timeless
from .row import ABSOLUTE, CLEAR, INDETERMINATE, RELATIVE, Row, ids, worse
from .windows import STALE_VITAL, Latch, Reading, confirmed, confirming, latch, stale, sustained

SPAN = 5 * MINUTE
LONG = 30 * MINUTE
CODES = ("o2-device", "o2-flow", "fio2")
MACHINES = ("high-flow", "nippv", "ventilator")


@dataclass(frozen=True)
class Supply:
    """Device, flow and FiO2 in force, each with the reading that charted it, and what could not be read."""

    charted: Value | None = None
    flow: Value | None = None
    fio2: Value | None = None
    unread: tuple[str, ...] = ()

    @property
    def device(self) -> str:
        """The device; none charted: cannula by a flow, mask by a FiO2, else room air."""
        if self.charted is not None:
            return str(self.charted.value)
        if self.flow is not None and self.flow.value > 0:
            return "nasal-cannula"
        return "mask" if self.rich else "room-air"

    @property
    def litres(self) -> Fraction | None:
        """The flow in force."""
        return None if self.flow is None else self.flow.value

    @property
    def share(self) -> Fraction | None:
        """The FiO2 in force."""
        return None if self.fio2 is None else self.fio2.value

    @property
    def rich(self) -> bool:
        """Whether the FiO2 is above that of air."""
        return self.fio2 is not None and self.fio2.value > 21

    @property
    def masked(self) -> bool:
        """A mask, or `other` with a FiO2 and no flow."""
        return self.device == "mask" or (
            self.device == "other" and self.flow is None and self.fio2 is not None
        )

    @property
    def ids(self) -> tuple[str, ...]:
        """What charted it."""
        return ids(v for v in (self.charted, self.flow, self.fio2) if v is not None)


@timeless
def supplies(k: Knowledge) -> list[tuple[int, Supply]]:
    """The supply after each record that charts oxygen, in order of `at`."""
    values = sorted((v for c in CODES for v in k.results(c)), key=lambda v: v.rank)
    supply, found = Supply(), []
    groups: dict[tuple[int, str], list[Value]] = {}
    for value in values:
        groups.setdefault((value.at, value.id), []).append(value)
    for (at, _), charted in groups.items():
        supply = _next(supply, charted)
        found.append((at, supply))
    return found


def _next(was: Supply, charted: list[Value]) -> Supply:
    usable = {v.code: v for v in charted if v.usable}
    unread = {v.code for v in charted if not v.usable}
    supply = was
    if "o2-device" in usable:
        device = usable["o2-device"]
        changed = device.value != was.device
        supply = Supply() if changed else replace(was, unread=_without(was, "o2-device"))
        supply = replace(supply, charted=device)
    elif "o2-device" not in unread and _starts(usable) and _off(was):
        supply = Supply(unread=tuple(c for c in was.unread if c == "o2-device"))
    if "o2-flow" in usable:
        supply = replace(supply, flow=usable["o2-flow"], unread=_without(supply, "o2-flow"))
    if "fio2" in usable:
        supply = replace(supply, fio2=usable["fio2"], unread=_without(supply, "fio2"))
    bad = [c for c in CODES if c in unread and c not in supply.unread]
    return replace(supply, unread=(*supply.unread, *bad))


def _without(supply: Supply, code: str) -> tuple[str, ...]:
    return tuple(c for c in supply.unread if c != code)


def _starts(usable: dict[str, Value]) -> bool:
    flow, fio2 = usable.get("o2-flow"), usable.get("fio2")
    return (flow is not None and flow.value > 0) or (fio2 is not None and fio2.value > 21)


def _off(supply: Supply) -> bool:
    if supply.charted is not None and supply.charted.value == "room-air":
        return True
    return supply.litres == 0 and supply.device not in ("ventilator", "nippv")


def supply_at(k: Knowledge, at: int) -> Supply:
    """The supply in force at an instant, records of that instant included."""
    return next((s for since, s in reversed(supplies(k)) if since <= at), Supply())


def now(k: Knowledge) -> Supply:
    """The latest supply."""
    found = supplies(k)
    return found[-1][1] if found else Supply()


def idle(supply: Supply) -> bool:
    """Room air, or a flow of 0 and no FiO2 above 21 on any device that can be without."""
    off = supply.litres == 0 and not supply.rich and supply.device not in ("ventilator", "nippv")
    return supply.device == "room-air" or off


def band(supply: Supply) -> str:
    """The device table."""
    if idle(supply):
        return CLEAR
    if supply.device in MACHINES:
        return ABSOLUTE
    if supply.masked:
        return RELATIVE if supply.share is not None and supply.share < 40 else ABSOLUTE
    if supply.litres is None:
        return INDETERMINATE
    return CLEAR if supply.litres < 3 else RELATIVE if supply.litres <= 4 else ABSOLUTE


def much(supply: Supply, assumed: bool = True) -> bool:
    """At least 4 L/min, a FiO2 of 40 or more, or one of the last three devices; for the stop rule only what
    is charted in figures.
    """
    if (supply.litres or 0) >= 4 or (supply.share or 0) >= 40:
        return True
    if not assumed or idle(supply):
        return False
    return supply.device in MACHINES or (supply.masked and supply.share is None)


# ---- the device over time


@dataclass(frozen=True)
class Held:
    """The device's state, kept from before where it cannot be told."""

    state: str
    since: int | None = None
    missing: tuple[str, ...] = ()
    stale: bool = False


@timeless
def by_device(k: Knowledge) -> list[tuple[int, Held]]:
    """The device table after each record, tripped states kept where one cannot be read."""
    held, found = Held(CLEAR), []
    for at, supply in supplies(k):
        missing = tuple(f"{c}.unreadable" for c in supply.unread)
        state = band(supply)
        if state == INDETERMINATE and not missing:
            missing = ("o2-flow",)
        if missing:
            tripped = held.state in (RELATIVE, ABSOLUTE)
            state = held.state if tripped else INDETERMINATE
            held = Held(state, held.since if state == held.state else at, missing, tripped)
        else:
            held = Held(state, held.since if state == held.state else at)
        found.append((at, held))
    return found


def device_now(k: Knowledge) -> Held:
    """The device's state after the latest record."""
    found = by_device(k)
    return found[-1][1] if found else Held(CLEAR)


@timeless
def strong_since(k: Knowledge) -> int | None:
    """Since when devices that make the row absolute, none by an assumed FiO2, have been in force on end; what
    cannot be read ends nothing.
    """
    since = None
    for at, supply in supplies(k):
        counts = band(supply) == ABSOLUTE and not (supply.masked and supply.share is None)
        if counts:
            since = at if since is None else since
        elif not supply.unread:
            since = None
    return since


# ---- saturation


def least(k: Knowledge) -> Fraction:
    """The patient's limit."""
    baseline = k.baseline("spo2")
    return Fraction(95) if baseline is None or baseline >= 97 else Fraction(baseline - 2)


def shifted(k: Knowledge, limit: int) -> Fraction:
    """A lower limit, moved with the patient's."""
    return limit + least(k) - 95


@timeless
def below(k: Knowledge) -> list[Latch]:
    """SpO2 below the patient's limit, sustained, until at or above it is."""
    return latch(k, signal(k, "spo2"), SPAN, lambda r: r.value < least(k), lambda r: r.value >= least(k))


@dataclass(frozen=True)
class Part:
    """One of the conditions of saturation: whether it holds, since which reading, by which run."""

    on: bool = False
    since: Reading | None = None
    run: tuple[Reading, ...] = ()

    @property
    def moment(self) -> int:
        """When it last began or ended."""
        return 0 if self.since is None else self.since.at


@dataclass(frozen=True)
class Saturation:
    """What saturation makes of the row after a reading.

    `low`: below the patient's limit; `rich`: so with much oxygen; `dire`: below 90.
    """

    low: Part = Part()
    rich: Part = Part()
    dire: Part = Part()
    stops: bool = False

    @property
    def critical(self) -> bool:
        """Whether it is below 90."""
        return self.dire.on

    @property
    def state(self) -> str:
        """The state by saturation alone."""
        if self.rich.on or self.dire.on:
            return ABSOLUTE
        return RELATIVE if self.low.on else CLEAR

    @property
    def run(self) -> tuple[Reading, ...]:
        """The readings that made the state: of two conditions that make it absolute the first one's, of what
        is better the last one's that began or ended.
        """
        if self.rich.on and self.dire.on:
            return min(self.dire, self.rich, key=lambda part: part.moment).run
        if self.rich.on or self.dire.on:
            return (self.rich if self.rich.on else self.dire).run
        return max(self.low, self.dire, key=lambda part: part.moment).run


@timeless
def saturations(k: Knowledge) -> list[Saturation]:
    """Saturation after each reading in order of `at`."""
    state, found = Saturation(), []
    for i in range(len(signal(k, "spo2"))):
        state = _step(k, i, state)
        found.append(state)
    return found


def _step(k: Knowledge, i: int, was: Saturation) -> Saturation:
    values = signal(k, "spo2")
    found, run = below(k)[i], sustained(k, values, i, SPAN, lambda r: r.value < least(k))
    low = _turned(was.low, found.on, values[i], found.run)
    rich, stops = was.rich, was.stops
    if not low.on:
        rich, stops = _turned(rich, False, values[i], found.run), False
    elif run:
        rich = _turned(rich, rich.on or _with_much(k, run), values[i], tuple(run))
        stops = stops or _with_much(k, run, assumed=False)
    return Saturation(low, rich, _dire(k, i, was.dire), stops)


def _dire(k: Knowledge, i: int, was: Part) -> Part:
    """Below 90 confirmed, until it is not so over 5 min."""
    values = signal(k, "spo2")
    if confirmed(values, i, lambda r: r.value < shifted(k, 90)):
        return _turned(was, True, values[i], confirming(values, i))
    up = sustained(k, values, i, SPAN, lambda r: r.value >= shifted(k, 90))
    return _turned(was, was.on and not up, values[i], tuple(up))


def _turned(was: Part, on: bool, at: Reading, run: tuple[Reading, ...]) -> Part:
    return was if on == was.on else Part(on, at, run)


def _with_much(k: Knowledge, run: list[Reading], assumed: bool = True) -> bool:
    """Whether each reading of a run that is below the limit was so with much oxygen."""
    return all(much(supply_at(k, r.at), assumed) for r in run if r.value < least(k))


def saturation(k: Knowledge) -> Saturation:
    """Saturation after the latest reading."""
    found = saturations(k)
    return found[-1] if found else Saturation()


# ---- the row


@timeless
def course(k: Knowledge) -> tuple[str, int | None]:
    """The worse of device and saturation, whatever their age, and since when it is so: since the first of
    the parts that make it so began, and the last of the worse ones ended.
    """
    parts = _parts(k)
    state = functools.reduce(worse, (states[-1][1] for states in parts if states), CLEAR)
    began = [at for states in parts if (at := _last_turn(states, lambda s: s == state)) is not None]
    ended = [at for states in parts if (at := _last_turn(states, lambda s: not _above(s, state))) is not None]
    at = max([*([min(began)] if began else []), *ended], default=0)
    return state, at or None


def _parts(k: Knowledge) -> list[list[tuple[int, str]]]:
    """The state by the device, and by each condition of the saturation, after each record."""
    values = list(zip(signal(k, "spo2"), saturations(k), strict=True))
    return [
        [(at, held.state) for at, held in by_device(k)],
        [(r.at, RELATIVE if s.low.on else CLEAR) for r, s in values],
        [(r.at, ABSOLUTE if s.rich.on else CLEAR) for r, s in values],
        [(r.at, ABSOLUTE if s.dire.on else CLEAR) for r, s in values],
    ]


def _above(state: str, level: str) -> bool:
    return state != level and worse(state, level) == state


def _last_turn(states: list[tuple[int, str]], meets: Callable[[str], bool]) -> int | None:
    """When a part that meets something now came to; None: it does not, or it always has."""
    pairs = itertools.pairwise([(0, CLEAR), *states])
    turns = [at for (_, was), (at, state) in pairs if meets(state) and not meets(was)]
    return turns[-1] if states and meets(states[-1][1]) and turns else None


def _by_share(supply: Supply) -> bool:
    """Whether the FiO2 decides by device: a mask's, or one that stands alone."""
    return supply.device == "mask" or supply.litres is None


def requirement(k: Knowledge, at: int) -> Row:
    """The worse of device and saturation; clear only with a fresh SpO2."""
    values, sat, device, supply = signal(k, "spo2"), saturation(k), device_now(k), now(k)
    old, (state, begun) = not values or stale(k, values[-1].at, STALE_VITAL, at), course(k)
    if sat.state != CLEAR and worse(sat.state, device.state) != device.state:
        return Row(
            sat.state,
            values[-1].value,
            "%",
            old or bool(device.missing),
            device.missing,
            evidence=ids(sat.run),
            at=begun,
            basis=(state, begun),
        )
    value, unit = (supply.share, "%") if _by_share(supply) else (supply.litres, "L/min")
    row = Row(device.state, value, unit, device.stale, device.missing, at=begun, basis=(state, begun))
    if device.state == CLEAR and old:
        return replace(row, state=INDETERMINATE, missing=("spo2",), at=None)
    seen = ids(sat.run or values[-1:]) if device.state == CLEAR else ()
    return replace(row, evidence=(*supply.ids, *seen))


def marginal(k: Knowledge, at: int) -> bool:
    """Marginal saturation, which makes rales halfway up a reason to stop."""
    values, supply = signal(k, "spo2"), now(k)
    fresh = bool(values) and not stale(k, values[-1].at, STALE_VITAL, at)
    if fresh and values[-1].value < least(k):
        return True
    if idle(supply):
        return False
    return (supply.litres or 0) >= 3 or supply.device in ("mask", *MACHINES)


def stops(k: Knowledge, at: int) -> bool:
    """Whether 95 % cannot be met by 4 L or 40 %."""
    since = strong_since(k)
    return saturation(k).stops or (since is not None and since + LONG <= at < FOREVER)
