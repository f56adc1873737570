"""Events are plain frozen values, built alike by position and by name."""

import pytest

from rules.wire import events

COMMON = {"id": "x1", "patient": "p1", "at": 1000, "known": 2000, "status": "final"}


def test_an_event_is_the_same_by_name_and_by_position():
    by_name = events.Infusion(**COMMON, agent="dopamine", line="", rate=2.0, per_kg=True, offset=5)
    assert by_name == events.Infusion("x1", "p1", 1000, 2000, "final", "dopamine", "", 2.0, True, offset=5)


def test_an_event_has_no_source_unless_the_corridor_gives_one():
    assert events.Tick(**COMMON).offset == -1


def test_an_event_cannot_be_changed():
    with pytest.raises(AttributeError, match="immutable"):
        events.Tick(**COMMON).at = 0


def test_events_of_different_types_are_never_equal():
    assert events.Ack(**COMMON, alert="a", by="b", reason="c") != events.Resume(
        **COMMON, rule="a", by="b", reason="c"
    )
