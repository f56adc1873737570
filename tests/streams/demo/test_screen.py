"""What the demo's screen shows of fixed assessments and alerts, on terminals large and small."""

from __future__ import annotations

from math import inf
from typing import Any

import pytest
from rich.cells import cell_len

from rules.wire.assessments import Assessment
from streams.demo.screen import feet, head, newest, picture
from streams.demo.ward_table import bed, urgent
from streams.display import LEVEL_COLOUR
from streams.projections.pages import OpenPage
from tests.streams.demo.views import screen, seen, view
from tests.streams.samples import alert_record, assessed, assessment, criterion


def cells(found: Assessment) -> list[str]:
    return [str(cell) for cell in bed(found, screen())]


@pytest.mark.parametrize(
    ("recommendation", "shown"),
    [
        ("stop", "▲ stop"),
        ("delay", "▲ delay"),
        ("correct", "● correct"),
        ("cannot-tell", "? cannot-tell"),
        ("proceed", "· proceed"),
    ],
)
def test_a_recommendation_is_a_shape_and_a_word_without_its_reasons(recommendation: str, shown: str) -> None:
    assert cells(assessed(recommendation=recommendation))[1] == shown


@pytest.mark.parametrize(
    ("fields", "shown"),
    [
        ({"readiness": "waiting"}, "· waiting  #4 12:00Z"),
        ({"readiness": "hold", "delayed_h": 1.25}, "▲ hold  #4 12:00Z +1:15 h"),
        ({"readiness": "decide"}, "● decide  #4 12:00Z"),
        ({"readiness": "unknown", "delayed_h": 0.04}, "? unknown  #4 12:00Z +0:02 h"),
        ({"readiness": "ready"}, "· ready  #4 12:00Z"),
        ({"readiness": "finished", "number": 5}, "· finished, 5 given"),
        ({"readiness": "not-started", "number": 0, "due": None}, "· not-started, 0 given"),
    ],
)
def test_the_dose_clock_says_which_dose_when_whether_and_how_late(fields: dict[str, Any], shown: str) -> None:
    assert cells(assessed(dose=assessment()["dose"] | fields))[2] == shown


CALM = {
    "reasons": [],
    "recommendation": "proceed",
    "blood_pressure": assessment()["blood_pressure"] | {"state": "clear"},
    "monitoring": [],
}


@pytest.mark.parametrize(
    ("rows", "fields", "shown"),
    [
        ([], {}, "nothing tripped"),
        ([criterion("urine-hour", "absolute", value=8.0, limit="<10")], {}, "▲ urine-hour 8 mL/h <10"),
        ([criterion("atrial-fibrillation", "absolute", value=None, unit=None)], {}, "▲ atrial-fibrillation"),
        ([criterion("rales", "relative", value="one-third", unit=None)], {}, "● rales one-third"),
        (
            [criterion("creatinine", "relative", value=2.6, limit=">=2.5", stale=True)],
            {},
            "● creatinine 2.6 mg/dL >=2.5 (stale)",
        ),
        (
            [criterion("creatinine", "relative"), criterion("urine-hour", "absolute")],
            {},
            "▲ urine-hour  ● creatinine",
        ),
        ([], {"reasons": ["stop-rule:arrhythmia"], "recommendation": "stop"}, "▲ stop: arrhythmia"),
        ([], {"blood_pressure": assessment()["blood_pressure"]}, "● pressure 88 target >90"),
        (
            [],
            {"reasons": ["platelets", "blood-pressure"], "recommendation": "cannot-tell"},
            "? cannot see platelets, blood-pressure",
        ),
        ([criterion("platelets", "indeterminate", missing=["platelets"])], {}, "nothing tripped"),
        ([], {"monitoring": assessment()["monitoring"]}, "■ overdue vital-signs"),
    ],
)
def test_why_names_what_tripped_with_value_and_limit_the_gravest_first(
    rows: list[dict[str, Any]], fields: dict[str, Any], shown: str
) -> None:
    assert cells(assessed("p1", *rows, **(CALM | fields)))[3] == shown


def test_the_whole_screen_has_the_ward_the_newest_alert_first_and_how_to_stop() -> None:
    shown = seen(
        screen(),
        picture(
            view(
                newest=[
                    alert_record(patient="p1"),
                    alert_record(patient="p2", decided="2026-03-02T10:05:00Z"),
                ]
            ),
            screen(),
        ),
    )
    assert (
        shown[0]
        == "il2watch demo  2026-03-02 10:00Z  120 times real time  3.1 records/s  2,103 records, 87 alerts"
    )
    assert shown[1].split("  ")[0] == "patient"
    assert shown[3].startswith("p1        ▲ delay   · waiting  #4 12:00Z")
    assert shown[4].startswith("p2        -")
    assert shown[5] == "no pages to acknowledge"
    assert shown[6] == "10:05Z  p2  ▲ absolute    ┌ opened    Urine 8 mL/h, below 10"
    assert shown[7].startswith("10:00Z  p1  ")
    assert shown[-1].startswith("Ctrl-C stops everything.")


@pytest.mark.parametrize(("width", "height"), [(80, 24), (120, 40), (60, 12), (200, 60)])
@pytest.mark.parametrize("patients", [1, 8, 60])
def test_it_fits_the_terminal_whatever_its_size(width: int, height: int, patients: int) -> None:
    names = [f"patient-{number}" for number in range(patients)]
    rows = [
        criterion("urine-hour", "absolute", value=8.0, limit="<10"),
        criterion("creatinine", "relative", value=2.6, limit=">=2.5"),
    ]
    newest = [alert_record(patient=name) for name in names * 3]
    full = view(patients=names, assessments={name: assessed(name, *rows) for name in names}, newest=newest)
    shown = seen(screen(width, height), picture(full, screen(width, height)))
    assert len(shown) <= height
    assert max(map(cell_len, shown)) <= width
    assert shown[-1].startswith("Ctrl-C stops everything.")


def test_what_a_small_terminal_has_no_room_for_is_said_and_alerts_keep_theirs() -> None:
    names = [f"p{number}" for number in range(40)]
    shown = seen(
        screen(100, 20),
        picture(view(patients=names, assessments={}, newest=[alert_record()] * 30), screen(100, 20)),
    )
    assert sum("30 more, less urgent: p10, p11" in line for line in shown) == 1
    assert sum("Urine 8 mL/h" in line for line in shown) == 5


def test_before_the_first_word_of_the_worker_it_says_what_is_waited_for() -> None:
    head_text = str(head(view(clock=None, joined=False, speed=inf)))
    assert "history is being published  the worker is joining  as fast as it goes" in head_text


def test_advice_is_named_since_its_message_is_the_advice() -> None:
    advice = alert_record("fluid-bolus", level="advisory", kind="advice", message="Give a crystalloid bolus")
    assert (
        str(newest(view(newest=[advice]), screen(), 1)[0])
        == "10:00Z  p1  ○ advisory    ┌ opened    fluid-bolus: Give a crystalloid bolus"
    )


def test_without_utf_8_every_shape_is_ascii() -> None:
    narrow = screen(encoding="ascii")
    drawn = picture(view(newest=[alert_record()]), narrow)
    assert all(line.isascii() for line in seen(narrow, drawn) if not line.startswith("\\u2500"))


def test_a_colour_stands_beside_each_shape_and_never_alone() -> None:
    coloured = screen(colour=True)
    red, green, blue = (int(LEVEL_COLOUR["absolute"][at : at + 2], 16) for at in (1, 3, 5))
    shown = "\n".join(seen(coloured, newest(view(), coloured, 1)[0]))
    assert f"38;2;{red};{green};{blue}m▲ absolute" in shown


@pytest.mark.parametrize("patient", ["[red]p1[/red]", "p\x1b[31m", "p\n\n1"])
def test_a_patient_id_is_printed_as_text_and_nothing_else(patient: str) -> None:
    console = screen()
    shown = view(
        patients=[patient], assessments={patient: assessed(patient)}, newest=[alert_record(patient=patient)]
    )
    text = "\n".join(seen(console, picture(shown, console)))
    assert "\x1b" not in text
    assert "p\n" not in text


def test_it_says_that_it_is_made_up() -> None:
    assert "Made-up patients; it advises and never doses." in str(feet(view(), 80)[-1])


def test_what_is_served_where_stands_above() -> None:
    places = ["board http://127.0.0.1:1/", "/metrics 127.0.0.1:2 (worker)"]
    assert str(feet(view(places=places), 80)[0]) == "board http://127.0.0.1:1/  /metrics 127.0.0.1:2 (worker)"


@pytest.mark.parametrize(
    ("width", "shown"),
    [
        (19, ["board http://b/", "/metrics m", "broker k"]),
        (27, ["board http://b/  /metrics m", "broker k"]),
        (36, ["board http://b/  /metrics m", "broker k"]),
        (37, ["board http://b/  /metrics m  broker k"]),
        (5, ["board http://b/", "/metrics m", "broker k"]),
    ],
)
def test_no_address_is_cut_where_a_line_more_holds_it(width: int, shown: list[str]) -> None:
    found = feet(view(places=["board http://b/", "/metrics m", "broker k"]), width)
    assert [str(line) for line in found[:-1]] == shown


URINE = criterion("urine-hour", "absolute", value=8.0, limit="<10")
PLATELETS = criterion("platelets", "relative", value=48.0, limit="<=50")
ORDER = {
    "proceed": (CALM, ()),
    "unassessed": None,
    "cannot-tell": (CALM | {"recommendation": "cannot-tell"}, ()),
    "stopped": (CALM | {"recommendation": "stop"}, ()),
    "relative": (CALM | {"recommendation": "correct"}, (PLATELETS,)),
    "stopped-relative": (CALM | {"recommendation": "stop"}, (PLATELETS,)),
    "absolute": (CALM | {"recommendation": "delay"}, (URINE,)),
    "stopped-absolute": (CALM | {"recommendation": "stop"}, (URINE,)),
}
URGENT = [
    "stopped-absolute",
    "absolute",
    "stopped-relative",
    "relative",
    "stopped",
    "cannot-tell",
    "proceed",
    "unassessed",
]


def test_whoever_is_worst_comes_first() -> None:
    found = {
        name: assessed(name, *shown[1], **shown[0]) for name, shown in ORDER.items() if shown is not None
    }
    assert urgent(view(patients=list(ORDER), assessments=found)) == URGENT


def test_those_who_are_alike_stand_in_the_order_of_the_beds() -> None:
    names = ["b", "a", "c"]
    assert urgent(view(patients=names, assessments={name: assessed(name, **CALM) for name in names})) == names


def test_who_was_discharged_is_said_to_be() -> None:
    shown = seen(screen(), picture(view(patients=["p1", "p2"], gone={"p2"}), screen()))
    assert shown[4].startswith("p2        · discharged")


@pytest.mark.parametrize("width", [80, 100])
def test_sixteen_patients_on_a_small_terminal_have_a_line_each_with_all_but_the_reasons_whole(
    width: int,
) -> None:
    names = [f"patient-{number}" for number in range(16)]
    late = assessment()["dose"] | {"readiness": "hold", "delayed_h": 1.25}
    grave = {name: assessed(name, URINE, PLATELETS, dose=late) for name in names}
    shown = seen(
        screen(width, 24),
        picture(view(patients=names, assessments=grave, newest=[alert_record()] * 9), screen(width, 24)),
    )
    beds = [line for line in shown if line.startswith("patient-")]
    assert len(beds) == 14
    assert all("▲ delay  ▲ hold  #4 12:00Z +1:15 h  ▲ urine-hour 8" in line for line in beds)
    assert "  ... 2 more, less urgent: patient-14, patient-15" in shown


def page(number: int, **fields: str) -> OpenPage:
    plain = {
        "alert": f"a{number}",
        "patient": "p1",
        "level": "absolute",
        "subject": "urine-hour",
        "sent": "2026-03-02T10:05:00Z",
    }
    return OpenPage(number, **(plain | fields))


def test_pages_to_acknowledge_stand_above_the_alerts_with_what_to_type() -> None:
    full = view(
        pages=[page(12), page(7, level="relative")],
        messages={"a12": "Urine 8 mL/h, below 10"},
        typed="1",
        acknowledged=3,
    )
    shown = seen(screen(), picture(full, screen()))
    assert shown[5] == "2 pages to acknowledge, 3 acknowledged; type a number and Enter: 1_"
    assert shown[6] == "12  10:05Z  p1  ▲ absolute    Urine 8 mL/h, below 10"
    assert shown[7] == " 7  10:05Z  p1  ● relative    urine-hour"
    assert shown[8].startswith("10:00Z  p1")


def test_where_nobody_can_type_nobody_is_asked_to() -> None:
    assert "1 page to acknowledge" in seen(screen(), picture(view(pages=[page(1)], typed=None), screen()))


def test_many_pages_leave_some_lines_to_the_alerts() -> None:
    full = view(
        pages=[page(number) for number in range(1, 40)],
        newest=[alert_record(message="Newest")] * 30,
        typed="",
    )
    shown = seen(screen(80, 24), picture(full, screen(80, 24)))
    assert (
        sum(line[:2].strip().isdigit() and line[2:4] == "  " for line in shown)
        > sum("Newest" in line for line in shown)
        >= 2
    )
