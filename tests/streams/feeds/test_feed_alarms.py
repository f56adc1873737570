"""What is wrong with an interface is said on the alerts topic, once, and taken back (docs/spec/feeds.md)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import msgspec
import pytest

from rules.wire.alerts import AlertRecord
from rules.wire.instants import DAY, MINUTE, SECOND
from streams.config.feeds import FeedTable
from streams.feeds.mapping.handled import Handled
from streams.feeds.service.alarms import FeedAlarms
from streams.kafka.producer import OutgoingRecord

BEGAN = 1_772_409_600_000


def table(**keys: object) -> FeedTable:
    return FeedTable(kind="mllp", silence="10 min", **keys)  # type: ignore[arg-type]


def handled(tally: Mapping[tuple[str, str], int] | None = None) -> Handled:
    return Handled(tally=Counter(tally or {}))


def alert(record: OutgoingRecord) -> AlertRecord:
    assert (record.topic, record.key) == ("il2.alerts", b"*")
    return msgspec.json.decode(record.value or b"", type=AlertRecord)


def raised(alarms: FeedAlarms, now: int) -> list[str]:
    """Return subject and level of the alerts of an instant, but for what a start takes back."""
    return [f"{each.subject} {each.level}" for each in map(alert, alarms.after(now))]


def started(**keys: object) -> FeedAlarms:
    """Return the alarms of a feed that has begun, and has had a message whose clock was right."""
    alarms = FeedAlarms("lab", table(**keys), BEGAN)
    alarms.seen(handled(), BEGAN, 0)
    assert raised(alarms, BEGAN) == [f"feed-{each}/lab clear" for each in ("silent", "clock", "codes", "gap")]
    return alarms


def test_a_feed_that_falls_silent_is_told_once_and_when_it_sends_again() -> None:
    alarms = started()
    silent = BEGAN + 10 * MINUTE
    assert raised(alarms, silent - 1) == []
    assert raised(alarms, silent) == ["feed-silent/lab technical"]
    assert raised(alarms, silent + MINUTE) == []
    alarms.seen(handled(), silent + MINUTE)
    assert raised(alarms, silent + MINUTE) == ["feed-silent/lab clear"]


def test_one_that_was_silent_before_a_new_process_is_not_taken_back_by_its_start() -> None:
    alarms = FeedAlarms("lab", table(), BEGAN)
    assert "feed-silent/lab clear" not in raised(alarms, BEGAN + MINUTE)
    assert raised(alarms, BEGAN + 10 * MINUTE) == ["feed-silent/lab technical"]


@pytest.mark.parametrize(
    ("ahead", "alarmed"),
    [
        ([121 * SECOND], True),
        ([120 * SECOND], False),
        ([-121 * SECOND], True),
        ([-3600 * SECOND, -121 * SECOND], True),
        ([-3600 * SECOND, -1 * SECOND], False),
        ([None], False),
    ],
)
def test_a_clock_is_wrong_if_no_message_since_the_last_look_was_near_the_time(
    ahead: list[int | None], alarmed: bool
) -> None:
    alarms = started()
    for each in ahead:
        alarms.seen(handled(), BEGAN + MINUTE, each)
    assert raised(alarms, BEGAN + MINUTE) == (["feed-clock/lab technical"] if alarmed else [])
    alarms.seen(handled(), BEGAN + 2 * MINUTE, 0)
    assert raised(alarms, BEGAN + 2 * MINUTE) == (["feed-clock/lab clear"] if alarmed else [])


def test_a_rehearsal_with_past_traffic_has_no_clock() -> None:
    alarms = FeedAlarms("lab", table(replay=True), BEGAN)
    alarms.seen(handled(), BEGAN, -DAY)
    assert "feed-clock/lab technical" not in raised(alarms, BEGAN)


def unmapped(code: str, number: int = 1) -> Handled:
    return handled({("unmapped", code): number})


def test_a_code_that_no_map_knows_is_told_when_it_came_so_often_on_a_day_and_once() -> None:
    alarms = started(unmapped_alert=3)
    alarms.seen(unmapped("LN 9999-9", 2), BEGAN)
    assert raised(alarms, BEGAN) == []
    alarms.seen(unmapped("LN 9999-9"), BEGAN)
    (record,) = alarms.after(BEGAN)
    assert "no map knows: LN 9999-9;" in alert(record).message
    tomorrow = (BEGAN // DAY + 1) * DAY
    alarms.seen(unmapped("LN 9999-9", 5), tomorrow, 0)
    assert raised(alarms, tomorrow) == ["feed-codes/lab clear"]
    alarms.seen(unmapped("LN 9999-9", 5), tomorrow)
    assert raised(alarms, tomorrow) == []


def test_counts_of_another_day_and_codes_without_a_limit_are_no_alarm() -> None:
    alarms = started(unmapped_alert=3)
    alarms.seen(unmapped("LN 9999-9", 2), BEGAN)
    tomorrow = (BEGAN // DAY + 1) * DAY
    alarms.seen(handled(), tomorrow, 0)
    assert raised(alarms, tomorrow) == []
    alarms.seen(unmapped("LN 9999-9", 2), tomorrow, 0)
    assert raised(alarms, tomorrow) == []
    none = started()
    none.seen(unmapped("LN 9999-9", 1000), BEGAN)
    assert raised(none, BEGAN) == []


def test_a_text_in_the_place_of_a_code_is_not_repeated() -> None:
    alarms = started(unmapped_alert=1)
    alarms.seen(unmapped("L DOE, JANE"), BEGAN)
    (record,) = alarms.after(BEGAN)
    assert "a local code" in alert(record).message
    assert "DOE" not in alert(record).message


def test_lost_notifications_are_an_alarm_for_five_minutes() -> None:
    alarms = started()
    alarms.seen(handled({("lost-notifications", "subscription"): 2}), BEGAN + MINUTE)
    assert raised(alarms, BEGAN + MINUTE) == ["feed-gap/lab technical"]
    alarms.seen(handled(), BEGAN + 6 * MINUTE)
    assert raised(alarms, BEGAN + 6 * MINUTE) == ["feed-gap/lab clear"]


def test_what_was_not_written_is_said_again() -> None:
    alarms = started()
    later = BEGAN + 10 * MINUTE
    first = [alert(each).id for each in alarms.after(later)]
    alarms.unsaid()
    again = {each.subject: each.id for each in map(alert, alarms.after(later))}
    assert first == [again["feed-silent/lab"]]
