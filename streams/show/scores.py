"""Show a score to people: what was detected, what was paged, and the sums."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from rich.console import Console
from rich.table import Table

from streams.display import draft_banner, plain
from streams.show.score_numbers import (
    Burden,
    HoursOfLevel,
    OfLevel,
    OfSubject,
    Onsets,
    Readiness,
    Records,
    Score,
)
from streams.show.terminal import table

LEVELS: tuple[Literal["absolute", "relative"], ...] = ("absolute", "relative")
MOST = 12
"""Missed episodes and untrue pages shown; json has them all."""


def show(scores: list[Score], screen: Console) -> None:
    """Print each configuration's score."""
    for score in scores:
        for banner in draft_banner(score["guideline"]):
            screen.print(banner)
        screen.print(
            f"{plain(score['configuration'])}: {score['guideline']['id']} version "
            f"{score['guideline']['version']}"
        )
        screen.print(episodes(score))
        screen.print(pages(score))
        for line in [*summary(score), *misses(score)]:
            screen.print(line)


def episodes(score: Score) -> Table:
    """Return a table, a row a subject and level: true and detected episodes, delay, and patient-hours."""
    made = table(
        "subject",
        "level",
        "true",
        "found",
        "distinct",
        "found",
        "after",
        "delay",
        "worst",
        "h right",
        "h false",
        "h missed",
        "score",
    )
    for name, numbers in rows(score):
        for level in LEVELS:
            found = numbers[level]
            if found["all"]["episodes"] or found["hours"]["fp"]:
                made.add_row(name, level, *cells(found))
    return made


def rows(score: Score) -> Iterator[tuple[str, OfSubject]]:
    yield from score["subjects"].items()
    yield "all criteria", score["criteria"]


def cells(found: OfLevel) -> list[str]:
    every, distinct = found["all"], found["distinct"]
    delay, hours = found["delay_min"], found["hours"]
    return [
        number_or_dash(one)
        for one in (
            every["episodes"],
            every["detected"],
            distinct["episodes"],
            distinct["detected"],
            found["afterwards"],
            delay and delay["median"],
            delay and delay["worst"],
            hours["tp"],
            hours["fp"],
            hours["fn"],
            hours["score"],
        )
    ]


KINDS: tuple[Literal["all", "absolute", "relative", "true", "borderline", "less", "false"], ...] = (
    "all",
    "absolute",
    "relative",
    "true",
    "borderline",
    "less",
    "false",
)


def pages(score: Score) -> Table:
    """Return a table, a row a subject that paged: how often, and how many pages were true."""
    made = table("subject", "pages", *KINDS[1:], "share true")
    for name, numbers in rows(score):
        found = numbers["pages"]
        if found["all"]:
            made.add_row(name, *(number_or_dash(found[kind]) for kind in KINDS), number_or_dash(found["ppv"]))
    return made


def summary(score: Score) -> Iterator[str]:
    """Yield the headline numbers, a line each."""
    yield f"{score['patients']} patients, {score['patient_days']:g} patient-days"
    for level in LEVELS:
        yield f"sensitivity {level}: {', '.join(sensitivity(score['criteria'][level]))}"
    for level, words in zip(LEVELS, ("absolute", "relative or absolute"), strict=True):
        yield f"score of patient-hours, any criterion {words}: {', '.join(scored(score['criteria'][level]))}"
        yield (
            "  criterion by criterion, those that tripped or truly held: "
            f"{', '.join(scored(score['criterion_hours'][level]))}"
        )
    yield from burden(score["pages"])
    yield from readiness(score["readiness"])
    yield from onsets(score["onsets"])
    yield from records(score["records"])


def sensitivity(found: OfLevel) -> Iterator[str]:
    which: tuple[Literal["all", "distinct", "borderline"], ...] = ("all", "distinct", "borderline")
    for name in which:
        yield (
            f"{name} {number_or_dash(found[name]['sensitivity'])} ({found[name]['detected']} of "
            f"{found[name]['episodes']})"
        )


def scored(found: HoursOfLevel) -> Iterator[str]:
    yield f"all {number_or_dash(found['hours']['score'])}"
    decided = found["hours_decided"]
    yield f"those that could be told {number_or_dash(decided['score'])} ({decided['undecided']} could not)"


def burden(found: Burden) -> Iterator[str]:
    kinds = ", ".join(f"{one['kind']} {one['level']} {one['pages']}" for one in found["kinds"])
    a_day = number_or_dash(found["per_patient_day"])
    yield f"pages: {found['all']}, {a_day} a patient-day ({kinds or 'none'})"
    together = number_or_dash(found["with_reminders_per_patient_day"])
    yield (
        f"pages and reminders: {together} a patient-day, share that says something new "
        f"{number_or_dash(found['share_new'])}"
    )
    judged = number_or_dash(found["of_criteria_and_pressure_per_patient_day"])
    yield (
        f"pages of criteria and hypotension: {judged} a patient-day, share true "
        f"{number_or_dash(found['share_true'])}; reminders {found['reminders']}"
    )
    yield (
        f"floods (10 pages in 10 min): {found['floods']['of_one_patient']} of one patient, "
        f"{found['floods']['of_the_ward']} of the ward"
    )


def readiness(found: Readiness) -> Iterator[str]:
    """Yield how long a dose was ready, and how much of it was unsafe."""
    yield (
        f"a dose was ready for {found['ready_min']:g} min; unsafe {found['unsafe_min']:g} min "
        f"(by latent truth alone {found['unsafe_by_latent_truth_min']:g} min)"
    )
    for one in found["unsafe"][:MOST]:
        yield f"ready though not safe: {plain(one['patient'])} {one['subject']}, {one['minutes']:g} min"


def onsets(found: Onsets) -> Iterator[str]:
    """Yield how late absolute onsets were paged, by how often vital signs are charted."""
    for charting, numbers in found["by_charting"].items():
        late = numbers["delay_min"]
        words = (
            f"median {late['median']:g}, 95 % within {late['p95']:g}, worst {late['worst']:g} min"
            if late
            else "none"
        )
        yield (
            f"true absolute onset to page, {charting}: {numbers['paged']} of {numbers['onsets']} paged, "
            f"{words}"
        )


def records(found: Records) -> Iterator[str]:
    yield (
        f"records: {found['read']} read; refused {spelled(found['refused'])}; implausible "
        f"{spelled(found['implausible'])}"
    )
    if found["ledger"] is not None:
        agreed = "agrees with" if found["accounted"] else "DOES NOT agree with"
        log = found["ledger"]
        yield (
            f"what was refused {agreed} the fault log: {log['altered']} altered, {log['lost']} lost, "
            f"refused {spelled(log['refused'])}"
        )


def misses(score: Score) -> Iterator[str]:
    """Yield the first of the distinct episodes that were not alerted, and of the pages that were not true."""
    missed = [one for one in score["missed"] if one["distinct"]]
    for one in missed[:MOST]:
        yield (
            f"missed: {plain(one['patient'])} {one['subject']} {one['level']} {one['start']} to {one['end']}"
        )
    for page in score["untrue"][:MOST]:
        yield (
            f"not so ({page['verdict']}): {plain(page['patient'])} {page['subject']} {page['level']} at "
            f"{page['at']}"
        )


def spelled(counts: dict[str, int]) -> str:
    """Return `3 (bad-unit 2, malformed 1)`."""
    return (
        f"{sum(counts.values())} ({', '.join(f'{name} {number}' for name, number in counts.items())})"
        if counts
        else "0"
    )


def number_or_dash(value: float | None) -> str:
    return "-" if value is None else f"{value:g}"
