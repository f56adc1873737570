"""Every **[choice]** of criteria.md is a key of the configuration, and the reference marks it as one
(criteria.md section 11).
"""

import re
from pathlib import Path

import pytest

from rules.guideline.settings.keys import keys
from rules.guideline.settings.values import key_table
from rules.guideline.watches import WATCHES

ROOT = Path(__file__).parents[4]
CRITERIA = re.sub(r"\s+", " ", (ROOT / "docs" / "spec" / "criteria.md").read_text(encoding="utf-8"))
MARKED = [CRITERIA[: found.start()].rstrip(" (") for found in re.finditer(r"\*\*\[choice\]\*\*", CRITERIA)]
OF_THE_DOCUMENT = ("Table 3) settles it and is named.", "Every threshold and")
"""The two places that say what the mark means."""
STEPS = (
    "systolic", "heart-rate", "spo2", "flow", "fio2", "urine-hour", "creatinine", "bilirubin", "platelets",
    "load", "stool", "weight",
)  # fmt: skip
RATES, OXYGEN = "criteria.sinus-tachycardia", "criteria.oxygen-requirement"
CHOICES: list[tuple[str, tuple[str, ...]]] = [
    ("more than 8 h behind the clock", ("choices.late-readings",)),
    ("more than 15 min ahead of its `known`", ("choices.ahead",)),
    ("state is kept for 96 h", ("choices.kept-after-discharge",)),
    ("the withdrawal, or 8 h", ("choices.charting-goes-on",)),
    ("starting 07:00, 15:00, 23:00", ("shifts.starts", "shifts.timezone")),
    ("count once when criteria are counted", ("table4.group-counts-once",)),
    ("JITC 2014 relative;", ("criteria.moist-desquamation.column",)),
    (
        "pressure and SpO2; their numbers are",
        (
            "vital-signs.share", "vital-signs.recovers", "vital-signs.confirms", "vital-signs.repeat",
            "vital-signs.repeat-extreme", "vital-signs.extreme-fast", "vital-signs.extreme-slow",
            "vital-signs.extreme-saturation", f"{RATES}.relative.span", f"{RATES}.absolute.span",
            f"{RATES}.relative.clear", f"{RATES}.absolute.clear", f"{OXYGEN}.low.span", "pressure.span",
        ),
    ),
    ("latest temperature >=38.0 Cel", (f"{RATES}.fever",)),
    ("excuses a rate >150 sustained", (f"{RATES}.unexcused.trip", f"{RATES}.unexcused.clear")),
    ("none charted (>=40 assumed", (f"{OXYGEN}.assumed-fio2",)),
    ("FiO2 <40 `relative`", (f"{OXYGEN}.relative-fio2",)),
    ("moves the 90 and 88 below by as much", (f"{OXYGEN}.baseline-below", f"{OXYGEN}.baseline-margin")),
    ("measured on suspicion only", ("criteria.cardiac-enzymes.never-measured-clear",)),
    (
        "in the paper's drug",
        tuple(
            f"pressors.equivalents.{agent}"
            for agent in ("phenylephrine", "norepinephrine", "epinephrine", "dopamine", "vasopressin")
        ),
    ),
    ("during the 30 min up to the clock", ("criteria.phenylephrine-minimum.window",)),
    ("is above the relative limit too", ("criteria.urine-hour.clears-over",)),
    ("reach its end, or 60 min after it", ("criteria.urine-shift.wait",)),
    ("covering at least 7/8 of it", ("criteria.urine-shift.coverage",)),
    ("last charted 16 h ago", ("choices.finding-asked-again",)),
    ("a quarter of an hour to chart it", ("table4.charting-grace",)),
    ("in force for 30 min on end", ("stop-rules.oxygen.lasts",)),
    ("is 1 h old or more", ("table4.pre-dose-age",)),
    ("clears when above target + 5", ("pressure.clear-above",)),
    (
        "any other as one above target + 5",
        tuple(
            f"pressure.mean-{one}" for one in ("at-target", "severe", "at-low-target", "severe-low")
        ),
    ),
    ("for 4 h after the vasopressor stops", ("choices.intensive-after-pressor",)),
    ("+ 25 % of the interval", ("choices.overdue-grace",)),
    (
        "interval in force, at least 4 h",
        ("choices.lapse-factor", "monitoring.vital-signs.lapses", "monitoring.intake-output.lapses"),
    ),
    ("improves only after 4 h below 1500", ("advice.fluid-limit.lasts",)),
    ("8 h or more after the last dose", ("advice.diurese.after",)),
    ("at least 90 % of its baseline", ("advice.diurese.limits.systolic",)),
    (
        "watches beyond the paper (all",
        (
            *(f"advice.{watch.code}.on" for watch in WATCHES if watch.watch),
            "table4.dose-tolerance", "advice.hyperkalemia.limit", "advice.hyperkalemia.second",
            "vital-signs.slow.trip", "vital-signs.breathing.trip", "advice.dose-error.limits.most-given",
        ),
    ),
    ("the episode so far at the acknowledgement", tuple(f"choices.step-{one}" for one in STEPS)),
    (
        "the recommendation's own",
        (
            "choices.acknowledged-first", "choices.acknowledged-second", "choices.acknowledged-later",
            "choices.acknowledged-long",
        ),
    ),
    (
        "then every 2 h (at + 15, + 75, + 195 min ...)",
        ("choices.reminder-first", "choices.reminder-second", "choices.reminder-every"),
    ),
]  # fmt: skip
"""What stands before each mark, in the order of the document, and the keys it is."""


def test_every_mark_of_the_document_is_in_the_table_in_its_order() -> None:
    wanted = [OF_THE_DOCUMENT[0], *(words for words, _ in CHOICES), OF_THE_DOCUMENT[1]]
    assert [text[-len(words) :] for text, words in zip(MARKED, wanted, strict=True)] == wanted


@pytest.mark.parametrize(("words", "names"), CHOICES, ids=[words for words, _ in CHOICES])
def test_a_choice_is_a_key_and_the_reference_marks_it(words: str, names: tuple[str, ...]) -> None:
    lines = {line.split("`")[1]: line for line in key_table().splitlines() if line.startswith("| `")}
    known = {key.name for key in keys()}
    assert set(names) <= known
    assert [name for name in names if "[choice]" not in lines[name]] == []
