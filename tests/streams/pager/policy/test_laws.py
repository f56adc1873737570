"""Laws of the pager's core, over courses nobody thought of: alerts of several episodes, commands, time,
receivers that take or refuse.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from rules.wire import pages
from rules.wire.alerts import RANK
from rules.wire.instants import HOUR, MINUTE
from streams.pager.policy.alerts import receive
from streams.pager.policy.commands import command
from streams.pager.policy.escalation import accepted, due, refused, started, wake
from streams.pager.policy.notifications import PagingOutcome
from streams.pager.policy.routes import Paging, covering
from streams.pager.policy.state import Notification, PagingState, ReceivedAlert, pack, unpack
from tests.streams.pager.policy.telling import PAGING, START, ack, alert, silence

LEVELS = ("relative", "absolute", "technical")
GONE = {pages.EXPIRED, pages.REPLACED, pages.MASKED, pages.SILENCED, pages.OFF_HOURS}
EVERYTHING = replace(
    PAGING,
    clinical=(PAGING.clinical[0], replace(PAGING.clinical[1], match=PAGING.system[0].match)),
    flood=3,
    expire=20 * MINUTE,
)

acts = st.one_of(
    st.tuples(
        st.just("alert"),
        st.integers(0, 3),
        st.sampled_from(("clear", "clear", *LEVELS, *LEVELS, "reminder", "again", "worse")),
    ),
    st.tuples(st.just("ack"), st.integers(0, 3), st.integers(-5, 5)),
    st.tuples(st.just("silence"), st.integers(0, 3), st.sampled_from(LEVELS)),
    st.tuples(st.just("wait"), st.sampled_from((1, 1000, MINUTE, 10 * MINUTE, HOUR, 5 * HOUR)), st.none()),
    st.tuples(st.sampled_from(("start", "accept", "refuse")), st.integers(0, 5), st.none()),
)


class Course:
    """A book that lives through acts. Each step is (book before, what happened, outcome)."""

    def __init__(self, paging: Paging = EVERYTHING) -> None:
        self.paging = paging
        self.state, self.now, self.seq, self.stays = PagingState(patient="p1"), START, 0, [0, 0, 0, 0]
        self.alerts: list[ReceivedAlert] = []
        self.expired: set[tuple[str, str]] = set()
        self.taken: set[tuple[str, str]] = set()

    def live(
        self, course: list[tuple[str, Any, Any]]
    ) -> Iterator[tuple[PagingState, ReceivedAlert | None, PagingOutcome]]:
        for act, what, how in course:
            self.now += 7
            before = self.state
            received, outcome = getattr(self, f"_{act}")(what, how)
            self.state = outcome.state
            self.expired |= {
                (one.channel or "", one.key or "") for one in outcome.audits if one.outcome == pages.EXPIRED
            }
            yield before, received, outcome

    def _alert(self, number: int, word: str) -> tuple[ReceivedAlert | None, PagingOutcome]:
        if word == "again" and self.alerts:
            received = self.alerts[-1 - number % len(self.alerts)]
            return received, receive(self.state, received, self.now, self.paging)
        received = self._made(number, word)
        self.alerts.append(received)
        return received, receive(self.state, received, self.now, self.paging)

    def _made(self, number: int, word: str) -> ReceivedAlert:
        """A transition as the engine could give it."""
        self.seq += 1
        id = f"e{number}-{self.stays[number]}"
        here = self.state.episodes.get(id)
        level = word if word in LEVELS or word == "clear" else here.level if here else "relative"
        if word == "worse" and here is not None and here.level == "absolute":
            transition = "worsened"
        elif word in ("worse", "again"):
            level, transition = "absolute", "worsened" if here else "opened"
        elif level == "clear":
            transition = "resolved"
            self.stays[number] += 1
        elif here is None:
            transition = "opened"
        else:
            rose = RANK[level] - RANK[here.level]
            transition = "reminder" if not rose else "worsened" if rose > 0 else "improved"
        return alert(transition, level, self.now, id=id, seq=self.seq, subject=f"s{number}")

    def _ack(self, number: int, off: int) -> tuple[None, PagingOutcome]:
        made = ack(self.now + off, alert=f"e{number}-{self.stays[number]}", id=f"a{self.now}")
        return None, command(self.state, made, self.now, self.paging)

    def _silence(self, number: int, level: str) -> tuple[None, PagingOutcome]:
        made = silence(level, self.now + 2 * HOUR, self.now, id=f"s{self.now}", subject=f"s{number}")
        return None, command(self.state, made, self.now, self.paging)

    def _wait(self, length: int, _: None) -> tuple[None, PagingOutcome]:
        self.now += length
        return None, due(self.state, self.now, self.paging)

    def _start(self, number: int, _: None) -> tuple[None, PagingOutcome]:
        return None, started(self.state, self._pending_number(number), self.now, self.paging)

    def _accept(self, number: int, _: None) -> tuple[None, PagingOutcome]:
        self.state = started(self.state, self._pending_number(number), self.now, self.paging).state
        self.taken |= {
            (one.channel, one.key) for one in self.state.pending if one.number == self._pending_number(number)
        }
        return None, accepted(self.state, self._pending_number(number), self.now, self.paging)

    def _refuse(self, number: int, _: None) -> tuple[None, PagingOutcome]:
        return None, refused(self.state, self._pending_number(number), self.now, self.paging)

    def _pending_number(self, number: int) -> int:
        return self.state.pending[number % len(self.state.pending)].number if self.state.pending else 0


courses = st.lists(acts, max_size=60)


@given(courses)
def test_an_alert_read_again_changes_nothing(course: list[tuple[str, Any, Any]]) -> None:
    for _, received, outcome in Course().live(course):
        if received is not None:
            again = receive(outcome.state, received, START + 100 * HOUR, EVERYTHING)
            assert again == (outcome.state, [], [], False)


@given(courses)
def test_a_worsening_is_never_swallowed(course: list[tuple[str, Any, Any]]) -> None:
    """It is owed at once, under a key no receiver has heard, to somebody; and nobody has acknowledged it."""
    seen: set[str] = set()
    for _, received, outcome in Course().live(course):
        if received is not None and outcome.fresh and received.transition.transition == "worsened":
            new = [
                one
                for one in outcome.pending
                if one.ordering_key == received.transition.id and one.action == "trigger"
            ]
            assert new
            assert not {one.key for one in new} & seen
            assert outcome.state.episodes[received.transition.id].acked is None
        seen |= {one.key for one in outcome.pending}


@given(courses)
def test_a_silence_never_hides_a_higher_level(course: list[tuple[str, Any, Any]]) -> None:
    """What opens is owed at once, or told in a flood, unless a silence of its own or a higher level stands;
    an absolute is never in a flood.
    """
    for before, received, outcome in Course().live(course):
        if received is None or not outcome.fresh or received.transition.transition != "opened":
            continue
        covered = covering(
            before.silences, received.transition.subject, received.transition.level, outcome.audits[0].when
        )
        pending = any(one.ordering_key == received.transition.id for one in outcome.pending)
        gathered = received.transition.level != "absolute" and any(
            one.outcome == pages.FLOODED for one in outcome.audits
        )
        assert covered is not None or pending or gathered
        assert covered is None or RANK[covered.level] >= RANK[received.transition.level]


@given(courses)
def test_what_is_owed_is_owed_until_it_is_accepted_or_the_audit_says_why_not(
    course: list[tuple[str, Any, Any]],
) -> None:
    for (act, *_), (before, _, outcome) in zip(course, Course().live(course), strict=False):
        left = {one.number for one in before.pending} - {one.number for one in outcome.state.pending}
        accounted = {one.number for one in outcome.audits if one.outcome in GONE}
        assert len(left) <= 1 if act == "accept" else left <= accounted


def openings(pending: Iterable[Notification]) -> set[tuple[str, str]]:
    return {(one.channel, one.key) for one in pending if one.action == "trigger"}


@given(courses)
def test_what_has_left_is_ended_and_what_has_not_is_not(course: list[tuple[str, Any, Any]]) -> None:
    """Whoever may hold an incident open is told its end, once and last; whoever cannot is never told."""
    lived = Course()
    ended: Counter[tuple[str, str]] = Counter()
    left: set[tuple[str, str]] = set()
    for _, _, outcome in lived.live(course):
        ended.update((one.channel, one.key) for one in outcome.pending if one.action == "resolve")
        left |= {
            (one.channel, one.key) for one in outcome.state.pending if one.action == "trigger" and one.tried
        }
        assert not {pair for pair, count in ended.items() if count > 1}
        assert not openings(
            one
            for one in outcome.pending
            if (one.channel, one.key) in ended and one.number > _end(outcome.state, one)
        )
    standing = {
        (channel, one.incident.key)
        for one in lived.state.episodes.values()
        if one.incident
        for channel in one.incident.channels
    }
    assert left <= set(ended) | standing
    assert set(ended) <= left | lived.taken | openings(lived.state.pending) | lived.expired


@given(courses)
def test_an_end_is_dropped_only_with_the_opening_that_never_left(course: list[tuple[str, Any, Any]]) -> None:
    for (act, *_), (before, _, outcome) in zip(course, Course().live(course), strict=False):
        kept = {one.number for one in outcome.state.pending}
        unheard = {
            (one.channel, one.key)
            for one in before.pending
            if one.action == "trigger" and (not one.tried or one.parked)
        }
        dropped = {
            (one.channel, one.key)
            for one in before.pending
            if one.action == "resolve" and one.number not in kept
        }
        assert act == "accept" or dropped <= unheard


def _end(state: PagingState, one: Notification) -> int:
    return next(
        (
            other.number
            for other in state.pending
            if other.action == "resolve" and (other.channel, other.key) == (one.channel, one.key)
        ),
        1 << 40,
    )


@given(courses)
def test_a_book_is_its_bytes_and_its_steps_leave_it_as_it_was(course: list[tuple[str, Any, Any]]) -> None:
    for before, _, outcome in Course().live(course):
        kept = pack(before)
        assert unpack(pack(outcome.state)) == outcome.state
        assert pack(before) == kept


@given(courses)
def test_nothing_changes_before_the_instant_it_wakes(course: list[tuple[str, Any, Any]]) -> None:
    lived = Course()
    for _ in lived.live(course):
        pass
    state = due(lived.state, lived.now, EVERYTHING).state
    moment = wake(state, EVERYTHING)
    assert moment is None or moment > lived.now
    until = lived.now + HOUR if moment is None else moment - 1
    assert due(state, until, EVERYTHING).state == state
