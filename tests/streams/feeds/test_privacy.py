"""No word of a patient is in a log at debug level, a metric, an answer or a report: every sample sent live.

What a sample says of persons is replaced by words that stand nowhere else, so that none is found by chance.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from rules.wire.topics import DEADLETTERS, INPUTS
from streams.cli.main import main
from streams.kafka import blocking_reader
from streams.kafka.ports import HOST
from streams.kafka.settings import Broker
from tests.deploy.servers import asked
from tests.streams.feeds.running import FhirSender, RunningFeed, Sender
from tests.streams.feeds.support import HERE, SAMPLES

OF_PERSONS = {"PID": (2, 3, 4, 5, 6, 7, 9, 11, 13, 14, 18, 19, 20), "MRG": (1, 3, 4, 7), "NK1": (2, 4, 5)}
"""Fields that name a person: ids, names, birth, addresses, telephones."""
IDS = ("PID-2", "PID-3", "PID-4", "PID-18", "MRG-1", "MRG-3", "MRG-4")
"""Of ids the first component alone is the person's; the others name an authority and a type."""
DEBUG = """
import logging, sys
logging.basicConfig(level=logging.DEBUG, stream=sys.stderr)
from streams.cli.main import main
sys.exit(main(sys.argv[1:]))
"""


class Marks:
    """Words that stand for what was said of persons, the same word for the same text."""

    def __init__(self) -> None:
        self.words: dict[str, str] = {}
        self._numbers = count(1)

    def of(self, text: str) -> str:
        if not text.strip('"'):
            return text
        return self.words.setdefault(text, f"Zq{next(self._numbers):04}x")

    def found(self, text: str) -> list[str]:
        return [word for word in self.words.values() if word in text]


def marked_hl7(data: bytes, marks: Marks) -> bytes:
    """Return a message with marks for what it says of persons."""
    parts = re.split(r"([\r\n]+)", data.decode("latin-1"))
    return "".join(_segment(part, marks) for part in parts).encode("latin-1")


def _segment(text: str, marks: Marks) -> str:
    fields = text.split("|")
    for place in OF_PERSONS.get(fields[0].strip(), ()):
        if place < len(fields):
            named = f"{fields[0].strip()}-{place}"
            fields[place] = "~".join(_repetition(each, named, marks) for each in fields[place].split("~"))
    return "|".join(fields)


def _repetition(text: str, named: str, marks: Marks) -> str:
    first, *others = text.split("^")
    kept = others if named in IDS else [marks.of(each) for each in others]
    return "^".join([marks.of(first), *kept])


def marked_fhir(found: Any, marks: Marks) -> Any:
    """Return FHIR JSON with marks for ids of patients, names, addresses, telecoms, births and displays."""
    if isinstance(found, list):
        return [marked_fhir(each, marks) for each in found]
    if not isinstance(found, dict):
        return found
    made = {key: marked_fhir(each, marks) for key, each in found.items()}
    reference = made.get("reference")
    if isinstance(reference, str) and reference.startswith("Patient/"):
        made["reference"] = f"Patient/{marks.of(reference.removeprefix('Patient/'))}"
        made |= {"display": marks.of("the patient's name")}
    if made.get("resourceType") == "Patient":
        made |= _patient(made, marks)
    return made


def _patient(made: dict[str, Any], marks: Marks) -> dict[str, Any]:
    own = [each | {"value": marks.of(str(each.get("value", "")))} for each in made.get("identifier", [])]
    return {
        "id": marks.of(str(made.get("id", "none"))),
        "identifier": own,
        "name": [{"family": marks.of("Doe"), "given": [marks.of("Jane")]}],
        "telecom": [{"value": marks.of("555 0100")}],
        "birthDate": marks.of("1970-01-01"),
    }


class Loud(RunningFeed):
    """A feed whose every logger is at debug."""

    def __init__(self, broker: Broker, folder: Path, keys: str, kind: str) -> None:
        super().__init__(broker, folder, keys, kind)
        self.command[1:3] = ["-c", DEBUG]


HL7_KEYS = """
processing-ids = ["P", "T", "D"]
time-zone = "America/New_York"
patient = { types = ["MR", "PI", "MRN", ""] }
raw = "final"
unmapped = "keep"
"""


def speak_hl7(feed: RunningFeed, marks: Marks) -> Iterator[str]:
    """Send every HL7 sample, and yield what is answered."""
    for path in sorted(SAMPLES.glob("hl7/*")):
        sender = Sender(feed.port)
        sender.connect()
        assert sender.connection is not None
        sender.connection.settimeout(0.2)
        try:
            yield from (
                answer.decode("latin-1") for answer in sender.send(marked_hl7(path.read_bytes(), marks))
            )
        except TimeoutError:
            yield ""  # it asked for no answer
        finally:
            sender.close()


def speak_streams(feed: RunningFeed, marks: Marks) -> Iterator[str]:
    """Send every byte stream as it is but for its persons, and yield what is answered."""
    for path in sorted(SAMPLES.glob("mllp/*")):
        data = path.read_bytes()
        sender = Sender(feed.port)
        sender.connect()
        assert sender.connection is not None
        try:
            sender.connection.sendall(data if b"\x00" in data else marked_hl7(data, marks))
            sender.connection.shutdown(1)
            yield from (answer.decode("latin-1") for answer in sender.receive(9))
        except OSError:
            yield ""  # it closed in the middle
        finally:
            sender.close()


def speak_fhir(feed: RunningFeed, marks: Marks) -> Iterator[str]:
    """Send every FHIR sample, and yield what is answered."""
    sender = FhirSender(feed.port)
    for path in sorted(SAMPLES.glob("fhir/*")):
        data = path.read_bytes()
        for one in data.splitlines() if path.suffix == ".ndjson" else [data]:
            sender.send(marked_fhir(json.loads(one), marks))
            yield sender.answer
    sender.close()


def speak_both(feed: RunningFeed, marks: Marks) -> Iterator[str]:
    yield from speak_hl7(feed, marks)
    yield from speak_streams(feed, marks)


@pytest.mark.kafka
@pytest.mark.slow
@pytest.mark.xdist_group("feeds-fhir")
@pytest.mark.parametrize(
    ("kind", "keys", "speak", "least"),
    [("mllp", HL7_KEYS, speak_both, 25), ("fhir", 'unmapped = "keep"', speak_fhir, 9)],
    ids=["hl7", "fhir"],
)
def test_no_log_at_debug_level_no_metric_and_no_answer_names_a_patient(
    kind: str,
    keys: str,
    speak: Callable[[RunningFeed, Marks], Iterator[str]],
    least: int,
    broker: Broker,
    tmp_path: Path,
) -> None:
    marks, feed = Marks(), Loud(broker, tmp_path, keys, kind)
    feed.start()
    try:
        answers = "\n".join(speak(feed, marks))
        metrics = str(asked(f"http://{HOST}:{feed.metrics_port}/metrics"))
    finally:
        feed.stop()
    log = feed.log.read_text(errors="replace")
    assert "DEBUG" in log
    assert len(marks.words) >= least
    published = b"".join(
        record.value or b"" for record in blocking_reader.records(broker, *INPUTS, DEADLETTERS)
    )
    assert marks.found(published.decode("latin-1")), "the marks went nowhere"
    headers = str([record.headers for record in blocking_reader.records(broker, DEADLETTERS)])
    seen = {"log": log, "metrics": metrics, "answers": answers, "headers": headers}
    assert {name: marks.found(text) for name, text in seen.items()} == {name: [] for name in seen}


@pytest.mark.parametrize("command", ["check", "check --json", "import hl7", "import fhir"])
def test_no_report_and_no_refusal_of_an_import_names_a_patient(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    marks = Marks()
    for path in sorted(SAMPLES.glob("hl7/*")):
        (tmp_path / path.name).write_bytes(marked_hl7(path.read_bytes(), marks))
    for path in sorted(SAMPLES.glob("fhir/*.json")):
        if "hl7" not in command:
            (tmp_path / path.name).write_text(json.dumps(marked_fhir(json.loads(path.read_bytes()), marks)))
    words = command.split()
    start = ["import", words[1]] if words[0] == "import" else ["feed", *words]
    into = ["-o", str(tmp_path / "events.jsonl")] if words[0] == "import" else []
    main([*start, str(tmp_path), "--config", str(HERE / "site.toml"), "--feed", "ward", *into])
    found = capsys.readouterr()
    assert len(marks.words) > 25
    assert marks.found(found.out + found.err) == []
