"""The drawn course: what is on the page, checked on the artists, never on pixels."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from matplotlib.axes import Axes

from rules.guideline import load
from rules.ingest.decode import decode
from streams.cli import plot
from streams.display import LEVEL_COLOUR
from streams.errors import UsageError
from streams.plot.course import PlottedCourse, course
from streams.plot.page import Drawing, draw
from streams.plot.sheet import save
from streams.times import DAY, HOUR, instant
from tests.streams.conftest import StubEngine
from tests.streams.samples import GUIDELINE, alert_record, assessed, record, vitals

DAY_ONE = "2026-03-02T{:02}:00:00Z"
ZERO = instant("2026-03-02T00:00:00Z")
HR = 1 / 24


def at(hour: int) -> str:
    return DAY_ONE.format(hour)


def hours(day: float) -> float:
    """A place on the axis of time, as hours into the day."""
    return round((day - ZERO / DAY) * 24, 6)


def events(*records: dict[str, Any]) -> list[Any]:
    decoded = [decode(msgspec.json.encode(one)) for one in records]
    assert all(event is not None for event, _ in decoded)
    return [event for event, _ in decoded]


def seen(*records: dict[str, Any]) -> PlottedCourse:
    return course("p1", events(*records), GUIDELINE)


def page(*records: dict[str, Any], alerts: tuple[dict[str, Any], ...] = (), until: int = 24) -> Drawing:
    return draw(seen(*records), alerts, GUIDELINE, ZERO + until * HOUR)


def start(**fields: Any) -> dict[str, Any]:
    return record("encounter", "start", at(0), event="cycle-start", **fields)


def baseline(pressure: float, weight: float = 70) -> dict[str, Any]:
    readings = [
        {"code": "systolic-bp", "value": pressure, "unit": "mm[Hg]"},
        {"code": "weight", "value": weight, "unit": "kg"},
    ]
    return record("encounter", "base", at(0), event="baseline", readings=readings)


def urine(id: str, hour: int, volume: float, since: int | None = None) -> dict[str, Any]:
    charted = {"start": at(since)} if since is not None else {}
    return record("io", id, at(hour), direction="out", kind="urine", volume=volume, unit="mL", **charted)


def dose(id: str, hour: int, given: bool = True) -> dict[str, Any]:
    return record(
        "dose", id, at(hour), agent="aldesleukin", given=given, amount=600000, unit="[iU]/kg", reason="asked"
    )


def phenylephrine(id: str, hour: int, rate: float, unit: str = "ug/kg/min", **fields: Any) -> dict[str, Any]:
    return record("infusion", id, at(hour), agent="phenylephrine", rate=rate, unit=unit, **fields)


def named(ax: Axes, gid: str) -> list[Any]:
    return [artist for artist in ax.get_children() if artist.get_gid() == gid]


def limits(ax: Axes) -> list[float]:
    return sorted(float(line.get_ydata()[0]) for line in ax.lines if str(line.get_gid()).startswith("limit"))


def curve(ax: Axes, label: str) -> list[tuple[float, float]]:
    [line] = [line for line in ax.lines if line.get_label() == label]
    return [(hours(x), y) for x, y in zip(line.get_xdata(), line.get_ydata(), strict=True)]


def words(ax: Axes) -> list[str]:
    return [text.get_text() for text in ax.texts]


@pytest.mark.parametrize(("usual", "target"), [(95, 80), (100, 85), (120, 85), (124, 90)])
def test_the_pressure_band_is_the_target_of_table_2(usual: float, target: float) -> None:
    ax = page(baseline(usual), start(), vitals("v1", at(2), systolic_bp=110)).axes["pressure"]
    [relative], [absolute] = named(ax, "band relative"), named(ax, "band absolute")
    assert (relative.get_y(), relative.get_y() + relative.get_height()) == (target - 10, target)
    assert absolute.get_y() + absolute.get_height() == target - 10
    assert relative.get_hatch() != absolute.get_hatch()
    assert limits(ax) == [target]


def test_without_a_baseline_the_target_is_the_strictest() -> None:
    assert limits(page(start(), vitals("v1", at(2), systolic_bp=110)).axes["pressure"]) == [90]


def test_systolic_readings_are_drawn_and_those_at_or_below_target_marked() -> None:
    ax = page(
        baseline(124), start(), vitals("v1", at(2), systolic_bp=110), vitals("v2", at(3), systolic_bp=90)
    ).axes["pressure"]
    assert curve(ax, "systolic") == [(2, 110), (3, 90)]
    assert curve(ax, "at or below target") == [(3, 90)]


def test_each_dose_given_shades_4_to_6_hours_after_it_on_every_panel() -> None:
    drawing = page(start(), dose("d1", 0), dose("d2", 8), dose("d3", 16, given=False))
    for name in ("pressure", "heart_rate", "urine", "temperature", "strips"):
        shaded = [
            (hours(patch.get_x()), hours(patch.get_x() + patch.get_width()))
            for patch in named(drawing.axes[name], "peak")
        ]
        assert shaded == [(4, 6), (12, 14)]


def test_doses_are_numbered_within_their_cycle_and_a_held_one_is_hollow() -> None:
    again = record("encounter", "again", at(10), event="cycle-start")
    ax = page(start(), dose("d1", 0), dose("d2", 8, given=False), again, dose("d3", 10)).axes["pressure"]
    assert [hours(mark.get_xdata()[0]) for mark in named(ax, "given")] == [0, 10]
    assert [hours(mark.get_xdata()[0]) for mark in named(ax, "held")] == [8]
    assert [text for text in words(ax) if text in {"1", "2", "held"}] == ["1", "held", "1"]


def test_a_urine_bar_is_as_wide_as_its_collection_and_as_high_as_its_rate() -> None:
    ax = page(start(), urine("o1", 4, 240, since=0), urine("o2", 5, 8), urine("o3", 6, 15)).axes["urine"]
    bars = [patch for patch in ax.patches if patch.get_gid() != "peak"]
    assert [
        (hours(bar.get_x()), round(bar.get_width() * 24, 6), round(bar.get_height(), 6)) for bar in bars
    ] == [(0, 4, 60), (4, 1, 8), (5, 1, 15)]
    assert [bar.get_hatch() or "" for bar in bars] == ["", "xxxx", "////"]
    assert limits(ax) == [10, 20]


def test_a_collection_that_began_nobody_knows_when_has_no_bar_but_a_mark() -> None:
    ax = page(start(), urine("o1", 4, 240)).axes["urine"]
    assert [patch for patch in ax.patches if patch.get_gid() != "peak"] == []
    assert [x for x, _ in curve(ax, "rate unknown")] == [4]


def test_the_pressor_is_drawn_as_steps_until_the_end_with_three_limits() -> None:
    ax = page(start(), phenylephrine("i1", 2, 0.7), phenylephrine("i2", 5, 1.2), until=8).axes[
        "phenylephrine"
    ]
    [steps] = [line for line in ax.lines if len(line.get_xdata()) > 2]
    assert steps.get_drawstyle() == "steps-post"
    assert [(hours(x), y) for x, y in zip(steps.get_xdata(), steps.get_ydata(), strict=True)] == [
        (2, 0.7),
        (5, 1.2),
        (8, 1.2),
    ]
    assert limits(ax) == [0.5, 1.0, 1.5]


def test_two_lines_of_a_pressor_add_up_and_a_rate_without_kg_is_converted() -> None:
    rates = (
        phenylephrine("i1", 1, 40, "ug/min", line="a"),
        phenylephrine("i2", 2, 0.3, line="b"),
        phenylephrine("i3", 3, 0, line="a"),
    )
    made = seen(baseline(124, weight=80), *rates)
    assert [rate for _, rate in made.pressor] == [0.5, 0.8, 0.3]


def test_a_rate_that_needs_an_unknown_weight_is_not_drawn() -> None:
    assert seen(phenylephrine("i1", 1, 40, "ug/min")).pressor == []


def test_saturation_flow_and_device_have_their_limits_and_names() -> None:
    device = {"code": "o2-device", "value": "nasal-cannula"}
    first, second = vitals("v1", at(2), spo2=97, o2_flow=3), vitals("v2", at(3), spo2=93, o2_flow=4)
    first["readings"].append(device)
    second["readings"].append(device)
    drawing = page(start(), first, second)
    assert curve(drawing.axes["saturation"], "spo2") == [(2, 97), (3, 93)]
    assert limits(drawing.axes["saturation"]) == [95]
    assert limits(drawing.axes["oxygen"]) == [3, 4]
    assert [text.strip() for text in words(drawing.axes["oxygen"])].count("nasal-cannula") == 1


@pytest.mark.parametrize(
    ("code", "unit", "lines"),
    [
        ("creatinine", "mg/dL", [2.5, 3]),
        ("platelets", "10*3/uL", [30, 50]),
        ("bilirubin", "mg/dL", [7]),
        ("potassium", "mmol/L", [3.6]),
        ("bicarbonate", "mmol/L", [18, 20]),
    ],
)
def test_each_lab_panel_has_the_lines_it_is_judged_by(code: str, unit: str, lines: list[float]) -> None:
    labs = record("labs", "l1", at(6), readings=[{"code": code, "value": 5, "unit": unit}])
    ax = page(start(), labs).axes[code]
    assert limits(ax) == lines
    assert [list(line.get_ydata()) for line in ax.lines if line.get_marker() == "o"] == [[5]]


def test_a_panel_without_readings_says_none_charted() -> None:
    drawing = page(start(), dose("d1", 0))
    for name in (
        "pressure",
        "heart_rate",
        "urine",
        "phenylephrine",
        "saturation",
        "oxygen",
        "temperature",
        "creatinine",
    ):
        assert "none charted" in words(drawing.axes[name])


def test_an_artefact_is_not_drawn() -> None:
    assert seen(vitals("v1", at(1), heart_rate=1000, systolic_bp=110)).series == {
        "systolic-bp": [(ZERO + HOUR, 110.0)]
    }


def test_strips_stand_in_table_order_with_level_by_colour_hatch_and_height() -> None:
    alerts = (
        alert_record("creatinine", level="relative", at=at(6), id="b"),
        alert_record("hypotension", kind="blood-pressure", level="relative", at=at(5), id="c"),
        alert_record("urine-hour", level="relative", at=at(1), id="a"),
        alert_record("urine-hour", "worsened", level="absolute", at=at(3), id="a"),
        alert_record("urine-hour", "reminder", level="absolute", at=at(4), id="a"),
        alert_record("urine-hour", "resolved", level="clear", at=at(8), id="a"),
        alert_record("hypokalemia", kind="advice", level="advisory", at=at(2), id="d"),
    )
    ax = page(start(), dose("d1", 0), alerts=alerts).axes["strips"]
    assert [tick.get_text() for tick in ax.get_yticklabels()] == ["hypotension", "urine-hour", "creatinine"]
    pieces = {level: named(ax, f"strip {level}") for level in ("relative", "absolute")}
    assert [(hours(bar.get_x()), round(bar.get_width() * 24, 6)) for bar in pieces["absolute"]] == [(3, 5)]
    assert [(hours(bar.get_x()), round(bar.get_width() * 24, 6)) for bar in pieces["relative"]] == [
        (5, 19),
        (1, 2),
        (6, 18),
    ]
    relative, absolute = pieces["relative"][0], pieces["absolute"][0]
    assert relative.get_hatch() != absolute.get_hatch()
    assert relative.get_height() < absolute.get_height()
    assert LEVEL_COLOUR["relative"] != LEVEL_COLOUR["absolute"]


def test_an_amended_level_takes_over_from_its_own_instant() -> None:
    alerts = (
        alert_record("platelets", level="absolute", at=at(2), id="a"),
        alert_record("platelets", "amended", level="relative", at=at(6), id="a"),
    )
    ax = page(start(), dose("d1", 0), alerts=alerts, until=10).axes["strips"]
    bars = named(ax, "strip absolute") + named(ax, "strip relative")
    assert [(hours(bar.get_x()), round(bar.get_width() * 24, 6)) for bar in bars] == [(2, 4), (6, 4)]


def test_a_course_without_alerts_says_so() -> None:
    assert "no criterion tripped" in words(page(start(), dose("d1", 0)).axes["strips"])


def test_the_page_starts_four_hours_before_the_cycle_and_ends_at_the_clock() -> None:
    early = record("encounter", "admit", "2026-03-01T00:00:00Z", event="admit")
    ax = page(
        early,
        record("encounter", "start", at(8), event="cycle-start"),
        vitals("v1", at(9), heart_rate=90),
        until=20,
    ).axes["heart_rate"]
    assert tuple(map(hours, ax.get_xlim())) == (4, 20)


def test_a_site_limit_moves_the_line() -> None:
    raised: Any = GUIDELINE.row["urine-hour"]
    raised = msgspec.structs.replace(raised, relative=msgspec.structs.replace(raised.relative, value=25))
    stricter = msgspec.structs.replace(
        GUIDELINE, rows=tuple(raised if row.code == raised.code else row for row in GUIDELINE.rows)
    )
    drawing = draw(seen(start(), urine("o1", 4, 240, since=0)), [], stricter, ZERO + DAY)
    assert limits(drawing.axes["urine"]) == [10, 25]


def written_on(drawing: Drawing) -> str:
    return " ".join(text.get_text() for text in drawing.figure.texts)


def test_what_is_looser_than_published_stands_on_the_page() -> None:
    loose = load('criteria.creatinine.absolute = 3.5\nmonitoring.vital-signs.ward = "6 h"\n')
    drawn = written_on(draw(seen(start(), urine("o1", 4, 240, since=0)), [], loose, ZERO + DAY))
    assert "Looser than published: Creatinine, absolute: >=3.5 mg/dL, not >=3 mg/dL; " in drawn
    assert "Vital signs, ward: 6 h, not 4 h" in drawn
    published = written_on(draw(seen(start(), urine("o1", 4, 240, since=0)), [], GUIDELINE, ZERO + DAY))
    assert "Looser" not in published


@pytest.mark.parametrize(
    ("change", "values"),
    [
        pytest.param({"status": "corrected"}, [80], id="corrected"),
        pytest.param({"status": "entered-in-error"}, [], id="withdrawn"),
        pytest.param({}, [90], id="a duplicate changes nothing"),
        pytest.param({"status": "preliminary"}, [90], id="a preliminary after a final is a duplicate"),
    ],
)
def test_the_last_word_on_a_record_is_drawn(change: dict[str, str], values: list[float]) -> None:
    made = seen(
        vitals("v1", at(1), heart_rate=90), vitals("v1", at(1), heart_rate=80) | change | {"known": at(2)}
    )
    assert [value for _, value in made.of("heart-rate")] == values


def test_a_final_replaces_a_preliminary() -> None:
    made = seen(
        vitals("v1", at(1), heart_rate=90) | {"status": "preliminary"}, vitals("v1", at(1), heart_rate=80)
    )
    assert [value for _, value in made.of("heart-rate")] == [80]


def test_another_patient_is_not_drawn() -> None:
    assert seen(vitals("v1", at(1), patient="p2", heart_rate=90)).instants == []


@pytest.mark.parametrize("ending", ["svg", "png", "pdf"])
def test_the_same_course_gives_the_same_bytes(ending: str, tmp_path: Path) -> None:
    digests = set()
    for number in range(2):
        path = tmp_path / f"{number}.{ending}"
        save(
            page(
                baseline(124),
                start(),
                dose("d1", 0),
                urine("o1", 4, 30, since=0),
                vitals("v1", at(1), heart_rate=90),
            ).figure,
            path,
        )
        digests.add(hashlib.sha256(path.read_bytes()).hexdigest())
    assert len(digests) == 1


@pytest.mark.parametrize("patient", ["$x^2$", "p 1", "[b]", "患者", "_^{"])
def test_a_patient_id_is_drawn_as_it_is_written(patient: str, tmp_path: Path) -> None:
    facts = course(patient, events(vitals("v1", at(1), patient=patient, heart_rate=90)), GUIDELINE)
    save(draw(facts, [], GUIDELINE, ZERO + DAY).figure, tmp_path / "page.png")
    assert (tmp_path / "page.png").stat().st_size > 1000


def run_plot(engine: StubEngine, path: str, page: Path, *more: str) -> int:
    engine.assessments = {patient: assessed(patient) for patient in ("p1", "p2")}
    return plot.main([path, "-o", str(page), *more])


def test_the_command_writes_the_page(engine: StubEngine, write: Callable[..., str], tmp_path: Path) -> None:
    path = write(vitals("v1", at(1), heart_rate=90), vitals("v2", at(2), patient="p2", heart_rate=90))
    assert run_plot(engine, path, tmp_path / "course.svg", "--patient", "p1") == 0
    assert (tmp_path / "course.svg").read_text().startswith("<?xml")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--patient", "p9"], r"no patient 'p9'; there are p1, p2"),
        ([], r"holds 2 patients; name one with --patient: p1, p2"),
        (["--patient", "p2"], r"nothing to draw for patient 'p2'"),
    ],
)
def test_a_page_that_cannot_be_drawn_says_why(
    engine: StubEngine, write: Callable[..., str], tmp_path: Path, arguments: list[str], says: str
) -> None:
    path = write(
        vitals("v1", at(1), heart_rate=90), record("encounter", "e", at(2), patient="p2", event="admit")
    )
    with pytest.raises(UsageError, match=says):
        run_plot(engine, path, tmp_path / "course.svg", *arguments)


def test_a_page_in_no_folder_says_so(engine: StubEngine, write: Callable[..., str], tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be written: No such file or directory"):
        run_plot(engine, write(vitals("v1", at(1), heart_rate=90)), tmp_path / "none" / "course.svg")


def test_without_matplotlib_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plot, "find_spec", lambda name: None)
    with pytest.raises(UsageError, match=r"pip install 'il2watch\[plot\]'"):
        plot.check_page(Path("course.svg"))
