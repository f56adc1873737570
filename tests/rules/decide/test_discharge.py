"""Discharge goes by `at`, comes late, moves, and is taken back (criteria.md section 1)."""

from __future__ import annotations

import pytest

from rules.decide.engine import assessments
from tests.rules.courses import Course, alerts, clock, folded, iso, states_at, table, timed, transitions

ITEM = "monitoring/after-discharge"


def stay() -> Course:
    return Course().start("00:00").finding("infection", "08:00")


def discharged(at: str = "10:00", **more: str) -> Course:
    return stay().encounter("discharge", at, id="out", **more)


def again(course: Course, at: str) -> Course:
    """A new stay, in which platelets are low."""
    return course.start(at).labs(f"{int(at.split(':', maxsplit=1)[0]) + 1}:00", platelets=20)


def present(course: Course) -> bool:
    return bool(assessments(folded(course)))


ENDS = {
    "in time": (discharged(), ["opened absolute 08:00", "resolved clear 10:00"]),
    "known later": (discharged(known="11:00"), ["opened absolute 08:00", "resolved clear 10:00 @11:00"]),
    "ahead, it counts at once": (
        discharged("10:15", known="10:00"),
        ["opened absolute 08:00", "resolved clear 10:15 @10:00"],
    ),
}


@table(ENDS, "course expected")
def test_a_discharge_ends_the_present_stay(course: Course, expected: list[str]) -> None:
    """criteria.md sections 1 and 9."""
    assert timed(course.tick("12:00"), "infection") == expected
    assert not present(course)


def test_a_late_discharge_behind_the_present_stay_leaves_it() -> None:
    """criteria.md section 1: what is known of the present stay stands as if it had been known in time."""
    drawn = again(stay(), "20:00").encounter("discharge", "19:00", known="22:00").tick("23:00")
    assert timed(drawn, "platelets") == ["opened absolute 21:00"]
    found = states_at(drawn, "23:00")
    assert found["criteria"]["infection"]["state"] == "clear"
    assert found["reasons"] == ["platelets"]


def test_what_fluid_would_have_harmed_in_the_stay_before_keeps_no_advice_open() -> None:
    """criteria.md sections 1 and 7.1: as if the discharge had been known in time."""
    drawn = Course().start("00:00").vitals("08:00", spo2=85).start("20:00").vitals("21:00", sbp=75)
    assert "add-pressor" in states_at(drawn, "21:00")["advice"]
    known = drawn.encounter("discharge", "10:00", known="22:00")
    assert "add-pressor" not in states_at(known, "22:00")["advice"]
    assert timed(known, "hypotension") == ["opened absolute 21:00"]


def test_it_ends_what_opened_before_the_present_stay() -> None:
    """criteria.md section 1: only the episodes that opened before that stay."""
    drawn = (
        stay()
        .encounter("admit", "20:00", location="ward")
        .encounter("discharge", "19:00", known="22:00")
        .tick("23:00")
    )
    (ended,) = [a for a in alerts(drawn) if a["subject"] == "infection" and a["transition"] == "resolved"]
    assert (clock(ended["decided"]), ended["context"]["reason"]) == ("22:00", "discharged")
    assert present(drawn)


def test_what_ends_by_it_is_told_in_the_order_of_an_instant() -> None:
    """criteria.md section 9: also what opened in the present stay, of a cycle that is not of that stay."""
    drawn = Course().start("00:00").end("08:00").labs("20:00", platelets=20).baseline("21:00")
    drawn.labs("22:00", creatinine=4, bilirubin=8).encounter("discharge", "20:30", known="23:00")
    ended = [a for a in alerts(drawn) if clock(a["decided"]) == "23:00" and a["kind"] == "criterion"]
    assert [(a["subject"], a["transition"]) for a in ended] == [
        ("bilirubin", "amended"),
        ("platelets", "resolved"),
        ("creatinine", "amended"),
    ]


BEGINS = {
    "an admit": Course().encounter("admit", "12:00"),
    "a baseline": Course().baseline("12:00"),
    "a cycle-start": Course().encounter("cycle-start", "12:00"),
    "a dose": Course().dose("12:00"),
}


@pytest.mark.parametrize("what", BEGINS)
def test_what_begins_the_next_stay(what: str) -> None:
    """criteria.md section 1."""
    drawn = discharged()
    (record,) = BEGINS[what].records
    drawn.records.append(record | {"id": "next"})
    assert present(drawn)


NOTHING = {
    "vital signs": Course().vitals("12:00", hr=90),
    "a transfer": Course().transfer("12:00", "icu"),
    "a held dose": Course().dose("12:00", given=False),
    "a therapy-end": Course().end("12:00"),
    "an admit at the discharge's own at": Course().encounter("admit", "10:00", known="12:00"),
}


@pytest.mark.parametrize("what", NOTHING)
def test_what_begins_no_stay(what: str) -> None:
    """criteria.md section 1: facts before the next admit, baseline, cycle-start or dose belong to no stay."""
    drawn = discharged()
    (record,) = NOTHING[what].records
    drawn.records.append(record | {"id": "next"})
    assert not present(drawn)


def test_a_fact_known_before_the_beginning_of_its_stay_is_of_it() -> None:
    """criteria.md section 1: arrival order does not matter."""
    drawn = discharged().labs("12:05", platelets=20).start("12:00", known="12:30")
    for record in drawn.records[-3:]:
        record["known"] = iso("12:30")
    assert states_at(drawn, "12:30")["criteria"]["platelets"]["state"] == "absolute"


def test_a_withdrawn_discharge_opens_again_what_still_holds() -> None:
    """criteria.md section 1: `at` and `decided` the withdrawal's `known`; `since` counts from the first."""
    drawn = discharged().withdraw("out", "14:00").tick("15:00")
    assert timed(drawn, "infection") == [
        "opened absolute 08:00",
        "resolved clear 10:00",
        "opened absolute 14:00",
    ]
    found = states_at(drawn, "15:00")
    assert found["recommendation"] == "stop"
    assert clock(found["criteria"]["infection"]["since"]) == "08:00"


JOINED = {
    "what was clear in the stay after it": (
        discharged().encounter("admit", "12:00").withdraw("out", "14:00"),
        ("infection", "08:00"),
    ),
    "an enzyme, which that stay had never seen": (
        stay()
        .labs("09:00", troponin_t={"value": 0.5, "high": 0.01})
        .encounter("discharge", "10:00", id="out")
        .encounter("admit", "12:00")
        .withdraw("out", "14:00"),
        ("cardiac-enzymes", "09:00"),
    ),
    "what opened at the instant decided": (
        stay()
        .phenylephrine("09:00", 1.2)
        .encounter("discharge", "10:00", id="out")
        .encounter("admit", "12:00")
        .withdraw("out", "14:00"),
        ("phenylephrine-maximum", "09:00"),
    ),
    "never before the start of a cycle of that stay": (
        stay()
        .labs("09:00", troponin_t={"value": 0.5, "high": 0.01})
        .encounter("discharge", "10:00", id="out")
        .encounter("admit", "12:00")
        .encounter("cycle-start", "12:30")
        .withdraw("out", "14:00"),
        ("cardiac-enzymes", "12:30"),
    ),
    "what that stay has opened has its own": (
        stay()
        .labs("09:00", platelets=20)
        .encounter("discharge", "10:00", id="out")
        .start("12:00")
        .labs("13:00", platelets=20)
        .withdraw("out", "14:00"),
        ("platelets", "13:00"),
    ),
}


@table(JOINED, "course expected")
def test_since_counts_from_the_stay_to_which_a_withdrawal_joins_another(
    course: Course, expected: tuple[str, str]
) -> None:
    """criteria.md section 1: the stay goes on as if the discharge had never been."""
    code, since = expected
    assert clock(states_at(course.tick("15:00"), "15:00")["criteria"][code]["since"]) == since


def test_what_came_since_has_its_own_at() -> None:
    """criteria.md section 1: facts of no stay are kept for a withdrawal."""
    drawn = discharged().labs("12:00", platelets=20).withdraw("out", "14:00")
    assert timed(drawn, "platelets") == ["opened absolute 12:00 @14:00"]


def test_what_opened_since_has_its_own_at_though_a_discharge_known_late_had_ended_it() -> None:
    """criteria.md section 1: it was not open then; the weight is of the stay before."""
    drawn = Course().baseline("00:00").vitals("08:00", weight=80).encounter("cycle-start", "20:00")
    drawn = drawn.encounter("discharge", "10:00", id="out", known="22:00").withdraw("out", "24:00")
    assert timed(drawn, "edema-caution") == [
        "opened advisory 20:00",
        "resolved clear 22:00",
        "opened advisory 20:00 @24:00",
    ]


def test_deadlines_since_have_their_own_at() -> None:
    """criteria.md section 1: with what has fallen due since."""
    drawn = stay().vitals("04:00", hr=90, sbp=120).vitals("08:00", hr=90, sbp=120)
    drawn.encounter("discharge", "10:00", id="out").withdraw("out", "20:00")
    assert timed(drawn, "monitoring/vital-signs") == ["opened technical 13:00 @20:00"]


def test_a_stop_rule_that_came_to_hold_while_discharged_stands() -> None:
    """criteria.md section 1: the stay goes on as if the discharge had never been."""
    drawn = (
        Course()
        .start("00:00")
        .encounter("discharge", "10:00", id="out")
        .finding("infection", "12:00")
        .finding("infection", "13:00", False)
        .withdraw("out", "14:00")
    )
    assert states_at(drawn, "14:00")["recommendation"] == "stop"


KEPT = {
    "at 96 h it is taken back": ("106:00", True),
    "later it is not": ("106:00:00.001", False),
}


@table(KEPT, "known expected")
def test_how_long_a_discharge_can_be_taken_back(known: str, expected: bool) -> None:
    """criteria.md section 1: 96 h after it became known [choice]."""
    assert present(discharged().withdraw("out", known)) == expected


def test_after_96_h_the_next_stay_still_begins() -> None:
    """criteria.md section 1."""
    drawn = again(discharged(), "120:00").tick("122:00")
    assert transitions(drawn, "platelets") == ["opened absolute"]


def test_what_is_late_for_a_sealed_stay_is_of_no_stay() -> None:
    """criteria.md section 1."""
    drawn = again(discharged(), "120:00").labs("09:00", known="121:30", creatinine=9).tick("122:00")
    assert states_at(drawn, "122:00")["criteria"]["creatinine"]["state"] == "indeterminate"


MOVED = {
    "to another time: the patient stays discharged": (
        discharged().encounter("discharge", "09:00", id="out", known="11:00", status="corrected"),
        False,
    ),
    "to a transfer: the stay goes on": (
        discharged().transfer("10:00", "icu", id="out", known="11:00", status="corrected"),
        True,
    ),
    "behind an admit: its stay goes on": (
        stay()
        .encounter("admit", "09:00", location="ward")
        .encounter("discharge", "10:00", id="out")
        .encounter("discharge", "08:30", id="out", known="11:00", status="corrected"),
        True,
    ),
}


@table(MOVED, "course expected")
def test_a_corrected_discharge(course: Course, expected: bool) -> None:
    """criteria.md section 1: if it is corrected the stay goes on as if it had never been."""
    assert present(course) == expected


def test_an_admit_within_a_stay_begins_nothing() -> None:
    """criteria.md section 1."""
    drawn = stay().encounter("admit", "09:00", location="ward").tick("10:00")
    assert timed(drawn, "infection") == ["opened absolute 08:00"]


def test_numbers_go_on_over_discharges() -> None:
    """criteria.md section 9: `seq`."""
    found = alerts(again(discharged(), "20:00").tick("22:00"))
    assert [a["seq"] for a in found] == list(range(1, len(found) + 1))


def test_no_two_episodes_share_an_id() -> None:
    """criteria.md section 9: if that id was given before, over `decided` too."""
    drawn = (
        stay()
        .labs("09:00", "l", platelets=20)
        .correct("l", "09:10", platelets=100)
        .correct("l", "09:20", platelets=20)
        .correct("l", "09:30", platelets=100)
        .correct("l", "09:40", platelets=20)
    )
    opened = [a for a in alerts(drawn) if a["subject"] == "platelets" and a["transition"] == "opened"]
    assert [clock(a["at"]) for a in opened] == ["09:00", "09:00", "09:00"]
    assert len({a["id"] for a in opened}) == 3


GOES_ON = {
    "a vital sign": (Course().vitals("10:15:00.001", hr=90), True),
    "a pressure": (Course().vitals("11:00", sbp=120), True),
    "urine": (Course().urine("11:00", 100), True),
    "a rate": (Course().phenylephrine("11:00", 0.5), True),
    "a dose": (Course().dose("11:00"), True),
    "a vital sign that cannot be": (Course().vitals("11:00", hr=301), True),
    "urine that cannot be": (Course().urine("11:00", 5000), True),
    "urine in a unit that nobody knows": (
        Course().add("io", "11:00", direction="out", kind="urine", volume=5, unit="cup").unreadable(),
        True,
    ),
    "a rate in a unit that nobody knows": (
        Course().add("infusion", "11:00", agent="dopamine", rate=3, unit="drop").unreadable(),
        True,
    ),
    "not a code that nobody knows": (
        Course().add("vitals", "11:00", readings=[{"code": "mood", "value": 3, "unit": "1"}]).unreadable(),
        False,
    ),
    "not 15 min after": (Course().vitals("10:15", hr=90), False),
    "not what was true before": (Course().vitals("09:00", hr=90, known="11:00"), False),
    "not a lab": (Course().labs("11:00", platelets=100), False),
    "not a finding": (Course().finding("infection", "11:00"), False),
    "not a held dose": (Course().dose("11:00", given=False), False),
    "not stool": (Course().stool("11:00", 100), False),
}


def with_more(course: Course, more: Course) -> Course:
    course.records.append(more.records[0] | {"id": "more"})
    return course.unreadable() if more.unread else course


@pytest.mark.parametrize("what", GOES_ON)
def test_charting_that_goes_on_after_the_discharge_is_told(what: str) -> None:
    """criteria.md section 1: though no cycle runs."""
    more, expected = GOES_ON[what]
    drawn = with_more(discharged(), more)
    found = [a for a in alerts(drawn) if a["subject"] == ITEM]
    assert [(a["transition"], a["level"], a["kind"]) for a in found] == (
        [("opened", "technical", "monitoring")] if expected else []
    )


@pytest.mark.parametrize("after", [Course().vitals("09:30", weight=71), Course().urine("09:30", 100)])
def test_what_was_charted_after_a_discharge_that_is_known_late_tells_it_too(after: Course) -> None:
    """criteria.md section 1."""
    drawn = stay()
    drawn.records.append(after.records[0] | {"id": "more"})
    drawn.encounter("discharge", "09:00", known="10:30")
    [found] = [a for a in alerts(drawn) if a["subject"] == ITEM]
    assert (found["transition"], found["level"], clock(found["decided"])) == ("opened", "technical", "10:30")


@pytest.mark.parametrize("what", GOES_ON)
def test_so_is_what_was_known_before_the_discharge_was(what: str) -> None:
    """criteria.md section 1: arrival order does not matter."""
    more, expected = GOES_ON[what]
    drawn = with_more(stay(), more)
    drawn.encounter("discharge", "10:00", known="12:00")
    found = [a for a in alerts(drawn) if a["subject"] == ITEM]
    assert [(a["transition"], clock(a["decided"])) for a in found] == (
        [("opened", "12:00")] if expected else []
    )


CLOSES = {
    "8 h after the at of the first": (
        discharged().vitals("11:00", hr=90, known="11:30").vitals("12:00", hr=90).tick("20:00"),
        ["opened technical 11:30", "resolved clear 19:00"],
    ),
    "once per discharge": (
        discharged().vitals("11:00", hr=90).vitals("20:00", hr=90).tick("21:00"),
        ["opened technical 11:00", "resolved clear 19:00"],
    ),
    "by an admit": (
        discharged().vitals("11:00", hr=90).encounter("admit", "12:00").tick("13:00"),
        ["opened technical 11:00", "resolved clear 12:00"],
    ),
    "not by a dose": (
        discharged().vitals("11:00", hr=90).dose("12:00").tick("20:00"),
        ["opened technical 11:00", "resolved clear 19:00"],
    ),
    "by the withdrawal": (
        discharged().vitals("11:00", hr=90).withdraw("out", "12:00").tick("13:00"),
        ["opened technical 11:00", "amended clear 12:00"],
    ),
    "by the withdrawal in a stay that a dose began": (
        discharged().vitals("11:00", hr=90).dose("12:00").withdraw("out", "13:00").tick("14:00"),
        ["opened technical 11:00", "amended clear 13:00"],
    ),
    "by a discharge that is moved behind it": (
        discharged().vitals("11:00", hr=90).correct("out", "12:00", at="12:00").tick("13:00"),
        ["opened technical 11:00", "amended clear 12:00"],
    ),
    "by an admit of the instant of the withdrawal": (
        discharged()
        .vitals("11:00", hr=90)
        .withdraw("out", "12:00")
        .encounter("admit", "12:00")
        .tick("13:00"),
        ["opened technical 11:00", "resolved clear 12:00"],
    ),
    "by the withdrawal of what was charted": (
        discharged().vitals("11:00", hr=90, id="v").withdraw("v", "12:00").tick("13:00"),
        ["opened technical 11:00", "amended clear 12:00"],
    ),
    "after which other charting opens it": (
        discharged().urine("11:00", 100, id="v").withdraw("v", "12:00").vitals("13:00", hr=90).tick("14:00"),
        ["opened technical 11:00", "amended clear 12:00", "opened technical 13:00"],
    ),
    "8 h after the first that is left": (
        discharged().vitals("11:00", hr=90, id="v").urine("11:30", 100).withdraw("v", "12:00").tick("20:00"),
        ["opened technical 11:00", "resolved clear 19:30"],
    ),
    "8 h after the first that is left, one that cannot be used": (
        discharged()
        .vitals("11:00", hr=90, id="v")
        .vitals("11:30", hr=900)
        .withdraw("v", "12:00")
        .tick("20:00"),
        ["opened technical 11:00", "resolved clear 19:30"],
    ),
    "8 h after an earlier one, known late in a stay that a dose began": (
        discharged().dose("12:00").vitals("11:00", hr=90, known="13:00").tick("20:00"),
        ["opened technical 12:00", "resolved clear 19:00"],
    ),
    "by a final that replaces its preliminary": (
        discharged()
        .vitals("11:00", hr=90, id="v", status="preliminary")
        .vitals("10:10", hr=90, id="v", known="12:00")
        .tick("13:00"),
        ["opened technical 11:00", "resolved clear 12:00"],
    ),
    "known already when a late discharge becomes known": (
        stay().vitals("11:00", hr=90).encounter("discharge", "10:00", id="out", known="12:00").tick("20:00"),
        ["opened technical 12:00", "resolved clear 19:00"],
    ),
    "not by what shares the instant of the discharge": (
        stay()
        .vitals("11:00", hr=90, known="12:00")
        .encounter("discharge", "10:00", id="out", known="12:00")
        .labs("13:00", platelets=100)
        .tick("20:00"),
        [],
    ),
    "by the withdrawal of all that was charted": (
        discharged().vitals("11:00", "v", hr=90).withdraw("v", "12:00").tick("20:00"),
        ["opened technical 11:00", "amended clear 12:00"],
    ),
    "not by that of the first alone: then 8 h after the next": (
        discharged().vitals("11:00", "v", hr=90).vitals("11:30", hr=90).withdraw("v", "12:00").tick("20:00"),
        ["opened technical 11:00", "resolved clear 19:30"],
    ),
    "nor by a correction of the first": (
        discharged().vitals("11:00", "v", hr=90).correct("v", "12:00", hr=95).tick("20:00"),
        ["opened technical 11:00", "resolved clear 19:00"],
    ),
    "over before it was known": (discharged().vitals("11:00", hr=90, known="19:00").tick("20:00"), []),
}


OPENS = {
    "urine that cannot be read": discharged().urine("11:00", 100, unit="cows").unreadable(),
    "a rate that cannot be read": discharged().phenylephrine("11:00", 1, unit="cows").unreadable(),
    "a vital sign that nobody can have": discharged().vitals("11:00", hr=900),
    "such a one before a discharge that is known late": (
        stay().vitals("10:30", hr=900).encounter("discharge", "10:00", known="11:00")
    ),
    "an infusion that nobody knows, before a discharge that is known late": (
        stay().infusion("levosimendan", "10:30", 1).encounter("discharge", "10:00", known="11:00")
    ),
}


@pytest.mark.parametrize("what", OPENS)
def test_charting_that_cannot_be_used_goes_on_too(what: str) -> None:
    """criteria.md sections 1 and 2: what was not understood is not nothing."""
    assert timed(OPENS[what].tick("12:00"), ITEM) == ["opened technical 11:00"]


def test_a_record_without_a_vital_sign_tells_nothing() -> None:
    """criteria.md section 1: a vital sign, urine, rate or dose given."""
    drawn = discharged().add("vitals", "11:00", readings=[{"code": "pain", "value": 3, "unit": "1"}])
    assert timed(drawn.unreadable().dose("12:00", given=False).tick("13:00"), ITEM) == []


@table(CLOSES, "course expected")
def test_when_that_ends(course: Course, expected: list[str]) -> None:
    """criteria.md section 1: until the next admit, the withdrawal, or 8 h after the first such fact."""
    assert timed(course, ITEM) == expected


def test_an_episode_of_the_present_stay_goes_on_over_a_discharge_behind_it_and_blocks() -> None:
    """criteria.md sections 1, 4 and 9: no missing pressure ends it."""
    course = Course().start("00:00").vitals("06:00", sbp=75).encounter("admit", "10:00")
    course.encounter("cycle-start", "10:00").encounter("discharge", "09:00", id="out", known="12:00")
    assert states_at(course, "12:30")["blood_pressure"]["state"] == "indeterminate"
    assert "hypotension" in states_at(course, "12:30")["dose"]["blockers"]
    course.vitals("13:00", sbp=120).vitals("13:05", sbp=120)
    assert "hypotension" not in states_at(course, "13:06")["dose"]["blockers"]
