"""What every row that rests on a charted finding must do, drawn once (criteria.md section 3)."""

from __future__ import annotations

from typing import Any

from tests.rules.courses import Course

Cases = dict[str, tuple[Any, ...]]


def course() -> Course:
    return Course().start("00:00")


def finding_states(finding: str, level: str, there: bool | str = True, gone: bool | str = False) -> Cases:
    """`finding` charted as `there` makes the row `level`; charted as `gone` it is absent."""
    charted = course().finding(finding, "08:00", there, id="f")
    return {
        f"without a record of {finding} it is absent": (course(), "10:00", "clear"),
        f"just before {finding} is charted it is absent": (charted, "07:59:59.999", "clear"),
        f"from the record of {finding} on it is {level}": (charted, "08:00", level),
        f"{finding} does not go stale in 100 h": (charted, "108:00", level),
        f"{finding} charted as gone clears": (
            course().finding(finding, "08:00", there).finding(finding, "09:00", gone),
            "09:00",
            "clear",
        ),
        f"{finding} only ever denied is clear": (course().finding(finding, "08:00", gone), "09:00", "clear"),
        f"{finding} corrected to gone never was": (
            course()
            .finding(finding, "08:00", there, id="f")
            .finding(finding, "08:00", gone, id="f", status="corrected", known="09:00"),
            "09:00",
            "clear",
        ),
        f"{finding} withdrawn never was": (
            course().finding(finding, "08:00", there, id="f").withdraw("f", "09:00"),
            "09:00",
            "clear",
        ),
        f"{finding} denied late, for a time before, does not end it": (
            course().finding(finding, "08:00", there).finding(finding, "07:00", gone, known="09:00"),
            "09:00",
            level,
        ),
        f"{finding} learned late but denied since is absent": (
            course().finding(finding, "08:00", gone).finding(finding, "07:00", there, known="09:00"),
            "09:00",
            "clear",
        ),
        f"{finding} of the time before a second cycle does not carry over": (
            course().finding(finding, "08:00", there).encounter("cycle-start", "20:00"),
            "20:00",
            "clear",
        ),
        f"{finding} at the instant of the second cycle-start belongs to it": (
            course().encounter("cycle-start", "20:00").finding(finding, "20:00", there),
            "20:00",
            level,
        ),
        f"{finding} charted before the first cycle-start carries over": (
            Course().finding(finding, "-02:00", there).start("00:00"),
            "01:00",
            level,
        ),
    }


def finding_alerts(finding: str, level: str, there: bool | str = True, gone: bool | str = False) -> Cases:
    charted = lambda **more: course().finding(finding, "08:00", there, id="f", **more)  # noqa: E731 - read as a word of the table
    return {
        f"{finding} opens at its own time and resolves at that of its denial": (
            charted(known="08:20").finding(finding, "09:00", gone, known="09:10"),
            None,
            [f"opened {level} 08:00 @08:20", "resolved clear 09:00 @09:10"],
        ),
        f"{finding} withdrawn is amended": (
            charted().withdraw("f", "09:00").tick("10:00"),
            None,
            [f"opened {level}", "amended clear"],
        ),
        f"{finding} corrected to gone is amended": (
            charted().finding(finding, "08:00", gone, id="f", status="corrected", known="09:00"),
            None,
            [f"opened {level}", "amended clear"],
        ),
        f"{finding} charted again says nothing more": (
            charted().finding(finding, "09:00", there),
            None,
            [f"opened {level} 08:00"],
        ),
        f"a withdrawal of {finding} that another record still says prints nothing": (
            charted().finding(finding, "08:30", there, id="g").withdraw("f", "09:00"),
            None,
            [f"opened {level}"],
        ),
        f"{finding} from before the cycle is opened at cycle-start": (
            Course().finding(finding, "-02:00", there).start("00:00"),
            None,
            [f"opened {level} 00:00"],
        ),
    }


def writes_times(expected: list[str]) -> bool:
    """Whether a table's line writes times with its transitions."""
    return any(len(line.split()) > 2 for line in expected)
