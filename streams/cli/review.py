"""Run `il2watch review`: alarms, answers and feed of some weeks, beside the weeks before."""

from __future__ import annotations

import argparse
import io
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from streams.cli import event_files, options
from streams.cli.options import broker_of, connection
from streams.config import site
from streams.errors import UsageError
from streams.service.event_file import warn
from streams.service.files import naming
from streams.times import wire

if TYPE_CHECKING:
    from streams.config.review import ReviewTable
    from streams.review.page import Review
    from streams.review.records import Records

DESCRIPTION = """\
Counts alarms and pages a patient-day by subject, level and hour, times to acknowledgement, reminders,
escalations and commands, what flaps and what nobody answered, and the feed: late charting, dead letters,
clocks; each beside the period before, of the same length. Writes review.html and review.csv; patients
are numbered, never named. Budgets of the configuration's [review] that are exceeded are named: exit 1.
Reads the topics, or files of their values: one JSON object a line."""
EXAMPLE = """\
  il2watch review --from 2026-03-01T00:00:00Z --to 2026-03-29T00:00:00Z -o march
  il2watch review --from 2026-03-01T00:00:00Z --to 2026-03-29T00:00:00Z --unit icu --save records -o icu
  il2watch review --from 2026-03-01T00:00:00Z --to 2026-03-29T00:00:00Z --records records -o march"""
NAMES = ("alerts", "pages", "events", "deadletters")
PAGE, TABLE = "review.html", "review.csv"


def parser() -> options.Parser:
    command = options.parser("review", DESCRIPTION, EXAMPLE)
    options.at(command, "--from", dest="start", help="the first instant, like 2026-03-01T00:00:00Z")
    options.at(command, "--to", dest="end", help="the instant after the last")
    command.add_argument("--unit", metavar="U", help="this unit alone, by its name in [board] units")
    command.add_argument(
        "-o", dest="folder", metavar="FOLDER", type=Path, required=True, help="where page and table go"
    )
    command.add_argument(
        "--records",
        metavar="FOLDER",
        type=Path,
        help=f"read {', '.join(f'{name}.jsonl' for name in NAMES)} there instead of the topics",
    )
    command.add_argument("--save", metavar="FOLDER", type=Path, help="keep what was read, for --records")
    connection(command)
    return command


def main(arguments: list[str]) -> int:
    """Write page and table; print the whole period's numbers, and what is over its budget on stderr."""
    chosen = parser().parse_args(arguments)
    check(chosen)
    table = budgets(chosen.config)
    review = made(chosen, table, records_of(chosen))
    from streams.review.page import exceeded, summary

    over = exceeded(review, table)
    write(review, over, chosen.folder)
    print(summary(review))
    for one in over:
        warn(f"il2watch: over budget: {one}")
    return int(bool(over))


def check(chosen: argparse.Namespace) -> None:
    """Check the arguments before any work. Raises UsageError."""
    if chosen.start is None or chosen.end is None:
        raise UsageError(
            "review: say --from and --to: the period before, of the same length, stands beside it"
        )
    if chosen.start >= chosen.end:
        raise UsageError(f"review: --from {wire(chosen.start)} is not before --to {wire(chosen.end)}")
    if find_spec("matplotlib") is None:
        raise UsageError("review needs matplotlib, which is not installed: pip install 'il2watch[plot]'")
    if chosen.save is not None and chosen.records is not None:
        raise UsageError("review: --save keeps what was read from the topics, and --records reads none")
    if chosen.save is not None and any((chosen.save / f"{name}.jsonl").exists() for name in NAMES):
        raise UsageError(f"--save {chosen.save}: holds records already; name a new folder")


def budgets(config: str | None) -> ReviewTable:
    """Return the configuration's `[review]` table. Raises UsageError."""
    from streams.config.review import ReviewTable, section

    file = site.opened(config)
    return ReviewTable() if file is None else section(file)


def made(chosen: argparse.Namespace, table: ReviewTable, records: Records) -> Review:
    """Return the review. Raises UsageError for a period without a record, and for a unit nobody is on."""
    from rules.wire.durations import duration
    from streams.board.settings import display_settings
    from streams.board.settings import load as board_table
    from streams.review.numbers import Period, numbers
    from streams.review.page import Review

    zone = site.guideline(chosen.config).shifts.timezone
    period = Period(chosen.start, chosen.end, zone, duration(table.late_after))
    if not any(len(period.of(frame)) for frame in (records.alerts, records.pages, records.facts)):
        raise UsageError(
            f"review: no record from {wire(period.start)} to {wire(period.end)}; {there(records)}"
        )
    units = display_settings(board_table(chosen.config), wall=False).unit_of
    wanted = wanted_by(chosen.unit, units, records)
    return Review(
        period, chosen.unit, numbers(records, period, wanted), numbers(records, period.before, wanted)
    )


def there(records: Records) -> str:
    """Return from when to when there is anything."""
    found = records.span
    return (
        f"there are records from {wire(found[0])} to {wire(found[1])}"
        if found
        else "there is no record at all"
    )


def wanted_by(unit: str | None, unit_of: Any, records: Records) -> Any:
    """Return which patients are reviewed. Raises UsageError for a unit nobody is on, with those there are."""
    if unit is None:
        return lambda patient: True
    named = {unit_of(name) for name in patients(records)} - {None}
    if unit not in named:
        from rules.wire.did_you_mean import did_you_mean

        others = f"there are {', '.join(sorted(named))}" if named else "[board] units names none"
        raise UsageError(f"review: no patient on {unit!r}; {did_you_mean(unit, sorted(named), others)}")
    return lambda patient: unit_of(patient) == unit


def patients(records: Records) -> set[str]:
    """Return the patients that any record names."""
    return {
        name
        for frame in (records.alerts, records.pages, records.facts)
        if len(frame)
        for name in frame["patient"].cat.categories
    } - {"*"}


def write(review: Review, over: list[str], folder: Path) -> None:
    """Write page and table into a folder. Raises UsageError when it cannot be made."""
    from streams.review.page import page, write_csv

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise UsageError(f"-o {folder}: is a file; name a folder") from None
    table = io.StringIO(newline="")
    write_csv(review, table)
    for name, text in ((PAGE, page(review, over)), (TABLE, table.getvalue())):
        with event_files.opened(str(folder / name)) as into:
            into.write(text.encode())
    warn(f"il2watch: {folder / PAGE} and {folder / TABLE}")


def records_of(chosen: argparse.Namespace) -> Records:
    """Return what is reviewed, from files or from the topics. Raises UsageError."""
    from streams.review.records import Records

    records = Records()
    source = Saved(chosen.records) if chosen.records is not None else Topics(chosen)
    records.read_alerts(source.values("alerts"))
    records.read_pages(source.values("pages"))
    records.read_facts(source.facts())
    records.refusals = list(source.refusals())
    if records.unread:
        from streams.service.event_file import spelled

        warn(f"il2watch: not read: {spelled(records.unread)}")
    return records


class Saved:
    """A folder of files, as `--save` writes them; a file that is not there is empty."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        if not any((folder / f"{name}.jsonl").exists() for name in NAMES):
            raise UsageError(
                f"--records {folder}: holds none of {', '.join(f'{name}.jsonl' for name in NAMES)}"
            )

    def values(self, name: str) -> Iterator[bytes]:
        """Yield the lines of a file."""
        from streams.service.files import lines

        path = self.folder / f"{name}.jsonl"
        if path.exists():
            yield from (line.data or b"" for line in lines(str(path)))

    def facts(self) -> Iterator[tuple[bytes, int | None]]:
        """Yield the events, each known by its own `known`."""
        yield from ((value, None) for value in self.values("events"))

    def refusals(self) -> Iterator[Any]:
        """Yield the dead letters."""
        import msgspec

        from streams.review.records import Refusal

        decode = msgspec.json.Decoder(Refusal).decode
        yield from (decode(value) for value in self.values("deadletters"))


class Topics:
    """The topics, and the folder to keep their values in, if any."""

    def __init__(self, chosen: argparse.Namespace) -> None:
        self.broker, self.save = broker_of(chosen), chosen.save
        if self.save is not None:
            self.save.mkdir(parents=True, exist_ok=True)

    def _kept(
        self, name: str, values: Iterator[tuple[bytes, int | None]]
    ) -> Iterator[tuple[bytes, int | None]]:
        """Yield the same values, each written to the folder as a line."""
        if self.save is None:
            yield from values
            return
        with naming(self.save), (self.save / f"{name}.jsonl").open("wb") as into:
            for value, stamp in values:
                into.write(value.replace(b"\n", b" ") + b"\n")
                yield value, stamp

    def _of(self, *topics: str) -> Iterator[tuple[bytes, int | None]]:
        from streams.kafka.blocking_reader import records

        yield from ((one.value, one.timestamp) for one in records(self.broker, *topics) if one.value)

    def values(self, name: str) -> Iterator[bytes]:
        """Yield the values of a topic."""
        from rules.wire.topics import ALERTS, PAGES

        topic = {"alerts": ALERTS, "pages": PAGES}[name]
        yield from (value for value, _ in self._kept(name, self._of(topic)))

    def facts(self) -> Iterator[tuple[bytes, int | None]]:
        """Yield the events of the input topics, each with when its topic had it."""
        from rules.wire.topics import INPUTS

        yield from self._kept("events", self._of(*INPUTS))

    def refusals(self) -> Iterator[Any]:
        """Yield the dead letters."""
        import msgspec

        from streams.deadletters.resending import letters
        from streams.review.records import Refusal

        found = [Refusal(one.timestamp, one.topic, one.reason, one.message) for one in letters(self.broker)]
        values = iter([(msgspec.json.encode(one), None) for one in found])
        for _ in self._kept("deadletters", values):
            pass
        yield from found
