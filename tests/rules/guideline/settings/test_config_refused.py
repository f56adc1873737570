"""What a site configuration is refused for: each fault with the line, the key, what is wrong and
the remedy.
"""

import re

import pytest

from rules.guideline import ConfigError, load
from rules.guideline.settings.keys import keys

CHOICES = sorted(key.path[1] for key in keys() if key.path[0] == "choices")


def problems(text: str) -> tuple[str, ...]:
    with pytest.raises(ConfigError) as refused:
        load(text)
    assert str(refused.value) == "\n".join(refused.value.problems)
    return refused.value.problems


REFUSED = {
    # relative before absolute
    "inverted upward": (
        "\n" * 10 + "[criteria.creatinine]\nrelative = 3.5",
        (
            "line 12: criteria.creatinine.relative: 3.5 lies beyond absolute (3.0); relative must be reached "
            "first"
        ),
    ),
    "inverted by absolute": (
        "[criteria.creatinine]\nabsolute = 2",
        (
            "line 2: criteria.creatinine.absolute: 2.0 is reached before relative (2.5); relative must be "
            "reached first"
        ),
    ),
    "inverted downward": (
        "[criteria.platelets]\nrelative = 20",
        (
            "line 2: criteria.platelets.relative: 20.0 lies beyond absolute (30.0); relative must be reached "
            "first"
        ),
    ),
    "no room between": (
        "[criteria.creatinine]\nrelative = 3",
        "line 2: criteria.creatinine.relative: 3.0 lies at absolute (3.0); relative must be reached first",
    ),
    "both set": (
        "[criteria.urine-hour]\nabsolute = 15\nrelative = 12",
        (
            "line 3: criteria.urine-hour.relative: 12.0 lies beyond absolute (15.0); relative must be "
            "reached "
            "first"
        ),
    ),
    "oxygen flows": (
        "criteria.oxygen-requirement.absolute-flow = 2",
        "line 1: criteria.oxygen-requirement.absolute-flow: "
        "2.0 is reached before relative-flow (3.0); relative-flow must be reached first",
    ),
    "nested rates": (
        "criteria.sinus-tachycardia.relative.trip = 140",
        (
            "line 1: criteria.sinus-tachycardia.relative.trip: 140.0 lies beyond absolute.trip (130.0); "
            "relative.trip must be reached first"
        ),
    ),
    "second limit": (
        "advice.acidosis.second = 21",
        "line 1: advice.acidosis.second: 21.0 is reached before limit (20.0); limit must be reached first",
    ),
    # hysteresis
    "clear above trip": (
        "criteria.sinus-tachycardia.relative.clear = 121",
        (
            "line 1: criteria.sinus-tachycardia.relative.clear: 121.0 is not on the safe side of trip "
            "(120.0); "
            "clear must lie below trip"
        ),
    ),
    "clear below trip": (
        "criteria.oxygen-requirement.low.clear = 94",
        (
            "line 1: criteria.oxygen-requirement.low.clear: 94.0 is not on the safe side of trip (95.0); "
            "clear "
            "must lie above trip"
        ),
    ),
    "trip past clear": (
        "criteria.oxygen-requirement.low.trip = 96",
        (
            "line 1: criteria.oxygen-requirement.low.trip: 96.0 would trip what clear (95.0) calls safe; "
            "clear "
            "must lie above trip"
        ),
    ),
    "nested clearing": (
        "criteria.sinus-tachycardia.absolute.clear = 110",
        "line 1: criteria.sinus-tachycardia.absolute.clear: "
        "110.0 is not at least criteria.sinus-tachycardia.relative.clear (115.0); raise it, or lower the "
        "other",
    ),
    # ranges
    "intensive above ward": (
        'monitoring.weight.intensive = "1.5 d"',
        (
            "line 1: monitoring.weight.intensive: 36 h is not at most monitoring.weight.ward (24 h); lower "
            "it, "
            "or raise the other"
        ),
    ),
    "peak": (
        'pressure.peak-from = "6 h"',
        "line 1: pressure.peak-from: 6 h is not below pressure.peak-to (6 h); lower it, or raise the other",
    ),
    "baselines": (
        "pressure.low-baseline = 130",
        (
            "line 1: pressure.low-baseline: 130.0 is not below pressure.high-baseline (120.0); lower it, or "
            "raise the other"
        ),
    ),
    "targets": (
        "pressure.target-high = 82",
        (
            "line 1: pressure.target-high: 82.0 is not at least pressure.target-normal (85.0); raise it, or "
            "lower the other"
        ),
    ),
    "severe below zero": (
        "pressure.severe-below = 60",
        "line 1: pressure.severe-below: "
        "target-low - severe-below is 20.0, beyond plausible.systolic-bp.low: such readings would be "
        "dropped; bring it inside",
    ),
    "target out of sight": (
        "pressure.target-low = 35",
        "line 1: pressure.target-low: "
        "target-low - severe-below is 25.0, beyond plausible.systolic-bp.low: such readings would be "
        "dropped; bring it inside",
    ),
    "clear out of sight": (
        "pressure.clear-above = 200",
        "line 1: pressure.clear-above: "
        "target-high + clear-above is 290.0, beyond plausible.systolic-bp.high: such readings would be "
        "dropped; bring it inside",
    ),
    "volumes": (
        "advice.fluid-limit.second-volume = 1000",
        (
            "line 1: advice.fluid-limit.second-volume: 1000.0 is not above advice.fluid-limit.volume "
            "(1000.0); "
            "raise it, or lower the other"
        ),
    ),
    "plausible inverted": (
        "plausible.heart-rate = {low = 200, high = 150}",
        (
            "line 1: plausible.heart-rate.low: 200.0 is not below plausible.heart-rate.high (150.0); lower "
            "it, "
            "or raise the other"
        ),
    ),
    "plausible too narrow": (
        "plausible.creatinine.high = 2.9",
        "line 1: plausible.creatinine.high: "
        "2.9 leaves out criteria.creatinine.absolute (3.0): such readings would be dropped; widen the range",
    ),
    "limit out of sight": (
        "criteria.platelets.absolute = 0.5",
        "line 1: criteria.platelets.absolute: "
        "0.5 lies outside plausible.platelets (1.0 to 2000.0), where readings are dropped; bring it inside",
    ),
    "an advice's limit out of sight": (
        "plausible.potassium.low = 4",
        "line 1: plausible.potassium.low: "
        "4.0 leaves out advice.hypokalemia.limit (3.6): such readings would be dropped; widen the range",
    ),
    "gap of a shift": (
        'criteria.urine-shift.wait = "8 h"',
        (
            "line 1: criteria.urine-shift.wait: 8 h is not shorter than the shortest shift (8 h); lower it, "
            "or "
            "lengthen the shift"
        ),
    ),
    "more than kept": (
        'choices.late-readings = "12 h"',
        "line 1: choices.late-readings: 12 h is more than the chart keeps; write at most 8 h",
    ),
    "warmer than kept": (
        'advice.septic-workup.within = "2 d"',
        "line 1: advice.septic-workup.within: 48 h is more than the chart keeps; write at most 25 h",
    ),
    "mental status": (
        'criteria.mental-status.lasts = "16 h"',
        (
            "line 1: criteria.mental-status.lasts: 16 h is not below criteria.mental-status.stale (16 h); "
            "lower it, or raise the other"
        ),
    ),
    # types and values
    "true is no number": (
        "criteria.creatinine.relative = true",
        "line 1: criteria.creatinine.relative: a number is wanted, not true; write it plain, like 2.5",
    ),
    "text is no number": (
        'criteria.creatinine.relative = "2.5"',
        'line 1: criteria.creatinine.relative: a number is wanted, not text "2.5"; write it plain, like 2.5',
    ),
    "an operator": (
        'criteria.creatinine.relative = ">2.5"',
        "line 1: criteria.creatinine.relative: "
        'a number is wanted, not text ">2.5"; write it plain, like 2.5 (the comparison >= cannot be '
        "overridden)",
    ),
    "nan": (
        "criteria.creatinine.relative = nan",
        "line 1: criteria.creatinine.relative: nan is no possible number here; write one like 2.5",
    ),
    "huge": (
        "criteria.creatinine.relative = 1" + "0" * 400,
        "line 1: criteria.creatinine.relative: "
        "1" + "0" * 59 + "... is no possible number here; write one like 2.5",
    ),
    "negative": (
        "criteria.creatinine.relative = -1",
        "line 1: criteria.creatinine.relative: -1.0 is not above 0; write a number like 2.5",
    ),
    "negative margin": (
        "pressure.clear-above = -1",
        "line 1: pressure.clear-above: -1.0 is below 0; write 0 or more",
    ),
    "fraction": (
        "choices.weight-jump = 25",
        "line 1: choices.weight-jump: 25.0 lies outside 0 to 1; write a fraction (25 % is 0.25)",
    ),
    "factor": (
        "criteria.creatinine.stale-factor = 0.5",
        (
            "line 1: criteria.creatinine.stale-factor: 0.5 is below 1, which would be late before the "
            "interval "
            "is over; write 1 or more"
        ),
    ),
    "count": (
        "table4.relative-to-delay = 2.5",
        "line 1: table4.relative-to-delay: a whole number from 1 is wanted, not 2.5; write it like 3",
    ),
    "count of true": (
        "table4.relative-to-delay = true",
        "line 1: table4.relative-to-delay: a whole number from 1 is wanted, not true; write it like 3",
    ),
    "number for duration": (
        "choices.ahead = 15",
        'line 1: choices.ahead: a duration is wanted, not 15; write it as text with its unit, like "15 min"',
    ),
    "no duration": (
        'choices.ahead = "soon"',
        "line 1: choices.ahead: 'soon' is not a duration; write a number and s, min, h or d, like \"30 min\"",
    ),
    "zero duration": (
        'choices.ahead = "0 min"',
        (
            "line 1: choices.ahead: '0 min' is not a possible duration; it must be longer than 0 and at most "
            "366 d"
        ),
    ),
    "negative duration": (
        'choices.ahead = "-5 min"',
        (
            "line 1: choices.ahead: '-5 min' is not a possible duration; it must be longer than 0 and at "
            "most "
            "366 d"
        ),
    ),
    "endless duration": (
        'choices.ahead = "9999 d"',
        (
            "line 1: choices.ahead: '9999 d' is not a possible duration; it must be longer than 0 and at "
            "most "
            "366 d"
        ),
    ),
    "table for number": (
        "[criteria.creatinine.relative]\nop = '<'",
        "line 1: criteria.creatinine.relative: "
        "a number is wanted, not a table; write it plain, like 2.5 (the comparison >= cannot be overridden)",
    ),
    "number for table": (
        "criteria.oxygen-requirement.low = 95",
        (
            "line 1: criteria.oxygen-requirement.low: a table is wanted, not 95; set what is in it: clear, "
            "span, trip"
        ),
    ),
    # shifts
    "zone": (
        'shifts.timezone = "Europe/Atlantis"',
        (
            'line 1: shifts.timezone: text "Europe/Atlantis" is no known time zone; write an IANA name like '
            '"Europe/Berlin"'
        ),
    ),
    "a folder of zones": (
        'shifts.timezone = "Europe"',
        (
            'line 1: shifts.timezone: text "Europe" is no known time zone; write an IANA name like '
            '"Europe/Berlin"'
        ),
    ),
    "no zone": (
        'shifts.timezone = ""',
        'line 1: shifts.timezone: text "" is no known time zone; write an IANA name like "Europe/Berlin"',
    ),
    "a file, not a zone": (
        'shifts.timezone = "../../etc/passwd"',
        (
            'line 1: shifts.timezone: text "../../etc/passwd" is no known time zone; write an IANA name like '
            '"Europe/Berlin"'
        ),
    ),
    "machine's zone": (
        'shifts.timezone = "localtime"',
        (
            'line 1: shifts.timezone: text "localtime" is no known time zone; write an IANA name like '
            '"Europe/Berlin"'
        ),
    ),
    "zone of a number": (
        "shifts.timezone = 1",
        'line 1: shifts.timezone: a time zone is wanted, not 1; write an IANA name like "Europe/Berlin"',
    ),
    "no starts": (
        "shifts.starts = []",
        (
            'line 1: shifts.starts: a list of clock times is wanted, not an empty one; write ["07:00", '
            '"15:00", "23:00"]'
        ),
    ),
    "one start as text": (
        'shifts.starts = "07:00"',
        (
            'line 1: shifts.starts: a list of clock times is wanted, not text "07:00"; write ["07:00", '
            '"15:00", "23:00"]'
        ),
    ),
    "no clock time": (
        'shifts.starts = ["7:00"]',
        'line 1: shifts.starts: text "7:00" is no clock time; write "HH:MM" from "00:00" to "23:59"',
    ),
    "no such hour": (
        'shifts.starts = ["24:00"]',
        'line 1: shifts.starts: text "24:00" is no clock time; write "HH:MM" from "00:00" to "23:59"',
    ),
    "descending": (
        'shifts.starts = ["15:00", "07:00"]',
        (
            "line 1: shifts.starts: 15:00, 07:00 do not ascend; list each start once, the earliest of the "
            "day "
            "first"
        ),
    ),
    "twice": (
        'shifts.starts = ["07:00", "07:00"]',
        (
            "line 1: shifts.starts: 07:00, 07:00 do not ascend; list each start once, the earliest of the "
            "day "
            "first"
        ),
    ),
    "too near": (
        'shifts.starts = ["07:00", "07:30"]',
        "line 1: shifts.starts: 07:00, 07:30 lie less than 1 h apart; let every shift last an hour or more",
    ),
    "too near over midnight": (
        'shifts.starts = ["00:10", "12:00", "23:50"]',
        (
            "line 1: shifts.starts: 00:10, 12:00, 23:50 lie less than 1 h apart; let every shift last an "
            "hour "
            "or more"
        ),
    ),
    # unknown
    "unknown table": (
        "[criterion.creatinine]\nrelative = 1",
        "line 1: criterion: unknown table; did you mean criteria?",
    ),
    "unknown code": (
        "[criteria.creatinin]\nrelative = 1",
        "line 1: criteria.creatinin: unknown table; did you mean criteria.creatinine?",
    ),
    "unknown key": (
        "[criteria.creatinine]\nrelativ = 1",
        "line 2: criteria.creatinine.relativ: unknown key; did you mean criteria.creatinine.relative?",
    ),
    "underscores": (
        "[choices]\novedue_grace = 1",
        "line 2: choices.ovedue_grace: unknown key; did you mean choices.overdue-grace?",
    ),
    "nothing near": (
        "[premedication]\nxyz = 1",
        (
            "line 2: premedication.xyz: unknown key; known here: acetaminophen, h2-blocker, indomethacin, "
            "overdue-factor"
        ),
    ),
    "an odd key": (
        '[choices]\n"a\\nb.c" = 1',
        f"line 2: choices.'a\\nb.c': unknown key; known here: {', '.join(CHOICES[:12])}, ...",
    ),
    "an operator key": (
        "[criteria.creatinine]\nop = '<'",
        "line 2: criteria.creatinine.op: "
        "unknown key; comparison operators, codes, systems, groups, texts and sources cannot be "
        "overridden, only numbers",
    ),
    "a code": (
        "[criteria.creatinine]\ncode = 'x'",
        "line 2: criteria.creatinine.code: "
        "unknown key; comparison operators, codes, systems, groups, texts and sources cannot be "
        "overridden, only numbers",
    ),
    "a text": (
        "[advice.fever]\ntext = 'x'",
        "line 2: advice.fever.text: "
        "unknown key; comparison operators, codes, systems, groups, texts and sources cannot be "
        "overridden, only numbers",
    ),
    "a stop rule without numbers": (
        '[stop-rules.infection]\nlasts = "1 h"',
        "line 2: stop-rules.infection.lasts: "
        "unknown key; the guideline has no such number here, so there is none to override; remove it",
    ),
    "a finding": (
        "[criteria.infection]\nabsolute = 1",
        "line 2: criteria.infection.absolute: "
        "unknown key; comparison operators, codes, systems, groups, texts and sources cannot be "
        "overridden, only numbers",
    ),
    "no such number": (
        "[criteria.bilirubin]\nabsolute = 9",
        (
            "line 2: criteria.bilirubin.absolute: unknown key; the guideline has no such number here, so "
            "there "
            "is none to override; remove it"
        ),
    ),
    "zero is a reading": (
        "[plausible.phenylephrine]\nlow = 0.1",
        (
            "line 2: plausible.phenylephrine.low: unknown key; the guideline has no such number here, so "
            "there "
            "is none to override; remove it"
        ),
    ),
    "one number": (
        "[pressure]\nstale-factor = 3",
        (
            "line 2: pressure.stale-factor: unknown key; it is one number with "
            "criteria.sinus-tachycardia.stale-factor: set that one"
        ),
    ),
    # TOML
    "not toml": (
        "[choices]\nahead == 1",
        (
            'line 2, column 8: not TOML: Invalid value; mend the syntax there (values are numbers, "texts", '
            "[lists] or {tables})"
        ),
    ),
    "cut off": (
        "[choices]\nahead = ",
        (
            'line 2, column 9: not TOML: Invalid value; mend the syntax there (values are numbers, "texts", '
            "[lists] or {tables})"
        ),
    ),
    "twice in a table": (
        "[choices]\nahead = '1 h'\nahead = '2 h'\n",
        "line 3: choices.ahead: given twice, first on line 2; keep one of the two",
    ),
    "twice across tables": (
        "choices.ahead = '1 h'\n[choices]\nahead = '2 h'\n",
        "line 3: choices.ahead: given twice, first on line 1; keep one of the two",
    ),
    "twice inline": ("a = {b = 1, b = 2}", "line 1: a.b: given twice, first on line 1; keep one of the two"),
    "table twice": (
        "[choices]\n\n[choices]",
        "line 3: choices: given twice, first on line 1; keep one of the two",
    ),
    "too deep": (
        "a = " + "[" * 20_000,
        "line 1: a number or an array of the file is too large to be read; write it as the example does",
    ),
    "too long a number": (
        "a = " + "9" * 5_000,
        "line 1: a number or an array of the file is too large to be read; write it as the example does",
    ),
    "shifts as short as the gap": (
        'shifts.starts = ["07:00", "08:00"]',
        "line 1: shifts.starts: "
        "the shortest shift lasts 1 h, no longer than criteria.urine-shift.wait (1 h); lengthen it, or "
        "lower the wait",
    ),
}


@pytest.mark.parametrize(("text", "problem"), REFUSED.values(), ids=REFUSED)
def test_a_configuration_is_refused_with_line_key_fault_and_remedy(text: str, problem: str) -> None:
    assert problems(text) == (problem,)


@pytest.mark.parametrize(
    "text",
    [
        "shifts.starts = ['00:00']",
        "shifts.starts = ['00:00', '12:00']",
        "shifts.starts = ['00:30', '04:00', '08:00', '12:00', '16:00', '20:00']",
        "pressure.clear-above = 0",
        "choices.weight-jump = 1",
        "criteria.platelets.absolute = 50",
        "[criteria.infection]",
    ],
)
def test_an_odd_but_possible_configuration_is_taken(text: str) -> None:
    assert load(text)


def test_all_problems_of_a_file_are_told_in_its_order() -> None:
    text = """
[shifts]
timezone = "Mars/Olympus"

[choices]
ahead = 15
weight-jump = 1.5

[criteria.creatinine]
relative = 3.5

[nonsense]
"""
    assert [re.sub(r":.*", "", problem) for problem in problems(text)] == [
        "line 3",
        "line 6",
        "line 7",
        "line 10",
        "line 12",
    ]


def test_two_keys_given_twice_are_both_told() -> None:
    assert len(problems("a = 1\na = 2\nb = 1\nb = 2")) == 2


def test_what_follows_from_a_value_that_cannot_be_read_is_not_told() -> None:
    found = problems("[criteria.creatinine]\nrelative = '1.5'\nabsolute = 2.0")
    assert len(found) == 1
    assert found[0].startswith("line 2: criteria.creatinine.relative: a number is wanted")
