"""`il2watch deadletters` against real brokers, as a user types it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from rules.wire.deadletters import Letter, Refused, encode
from rules.wire.topics import DEADLETTERS
from streams.cli.main import main
from streams.kafka.clients import producer
from streams.kafka.partition_check import partition
from streams.kafka.settings import Broker
from tests.streams.deadletters.letters import AT, KNOWN, REFUSED, letter, value
from tests.streams.replay.brokers import KINDS, PARTITIONS, records, topics
from tests.streams.samples import vitals


@pytest.fixture(params=KINDS)
def broker(request: pytest.FixtureRequest) -> Iterator[Broker]:
    with topics(request.getfixturevalue(request.param).settings) as ready:
        yield ready


def refuse(broker: Broker, *letters: Letter) -> None:
    """Writes dead letters as the worker does."""
    into = producer(broker)
    for one in letters:
        topic, place, offset = one.where.rsplit("/", 2)
        headers = encode(Refused(topic, int(place), int(offset), one.reason, one.message))
        into.send(DEADLETTERS, one.value, key=one.key, headers=headers, timestamp_ms=one.timestamp).get(
            timeout=30
        )
    into.close()


def deadletters(broker: Broker, *arguments: str) -> int:
    return main(["deadletters", *arguments, "--broker", broker.servers])


def listed(
    broker: Broker, capfdbinary: pytest.CaptureFixture[bytes], *arguments: str
) -> list[dict[str, object]]:
    assert deadletters(broker, "ls", "-o", "json", *arguments) == 0
    return [json.loads(line) for line in capfdbinary.readouterr().out.splitlines()]


def test_every_letter_is_listed_with_its_reason_and_bytes(
    broker: Broker, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    refuse(broker, *REFUSED.values())
    found = listed(broker, capfdbinary)
    assert {one["where"]: (one["reason"], str(one["value"]).encode()) for one in found} == {
        one.where: (one.reason, one.value) for one in REFUSED.values()
    }


def test_letters_are_listed_by_reason_and_the_newest_few(
    broker: Broker, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    refuse(
        broker,
        *(letter(where=f"il2.vitals/0/{number}", timestamp=KNOWN + number) for number in range(5)),
        REFUSED["bad-unit"],
    )
    assert [one["where"] for one in listed(broker, capfdbinary, "--reason", "bad-unit")] == ["il2.io/0/3"]
    assert [one["where"] for one in listed(broker, capfdbinary, "--reason", "malformed", "--limit", "2")] == [
        "il2.vitals/0/3",
        "il2.vitals/0/4",
    ]


def test_for_people_a_letter_is_a_row_and_its_number_is_told(
    broker: Broker, capsys: pytest.CaptureFixture[str]
) -> None:
    refuse(broker, letter(b"\x1b[31m\xff" + b"x" * 200))
    assert deadletters(broker, "ls", "-o", "text") == 0
    captured = capsys.readouterr()
    assert "il2.vitals/3/1042" in captured.out
    assert "\x1b[31m" not in captured.out
    assert captured.err == "il2watch: 1 dead letters (malformed 1)\n"


def test_without_a_letter_nothing_is_listed(broker: Broker, capsys: pytest.CaptureFixture[str]) -> None:
    assert deadletters(broker, "ls", "-o", "text") == 0
    assert capsys.readouterr().out == "no dead letters\n"


def test_mended_letters_are_sent_where_they_came_from(
    broker: Broker, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    refuse(broker, *REFUSED.values())
    path = tmp_path / "refused.jsonl"
    assert deadletters(broker, "ls", "--save", str(path)) == 0
    lines = [json.loads(line) for line in path.read_bytes().splitlines()]
    for line in lines:
        if line["reason"] == "bad-unit":
            line["value"] = mended(line["value"])
    path.write_text("\n".join(map(json.dumps, lines)))
    capsys.readouterr()
    assert (
        deadletters(broker, "replay", "--from", str(path), "--reason", "bad-unit", "--reason", "bad-time")
        == 1
    )
    errors = capsys.readouterr().err
    assert "il2.vitals/0/5: bad-time: " in errors
    assert "il2watch: 1 of 2 sent and acknowledged; not sent 1 (bad-time 1)" in errors
    (sent,) = records(broker, "il2.io")
    assert (sent.key, sent.timestamp, sent.partition) == (b"p1", KNOWN, partition(b"p1", PARTITIONS))
    assert sent.value == mended((REFUSED["bad-unit"].value or b"").decode()).encode()


def mended(value: str) -> str:
    """A collection of urine that could not be read is in the chart: the mended record is a correction."""
    return value.replace("furlong", "mL").replace('"id"', '"status":"corrected","id"', 1)


def test_a_wrong_key_is_mended_without_a_file(broker: Broker, capsys: pytest.CaptureFixture[str]) -> None:
    refuse(broker, REFUSED["wrong-key"])
    assert deadletters(broker, "replay", "--reason", "wrong-key") == 1
    assert records(broker, "il2.vitals") == []
    assert deadletters(broker, "replay", "--reason", "wrong-key", "--key") == 0
    assert [one.key for one in records(broker, "il2.vitals")] == [b"p1"]
    assert "il2watch: 1 of 1 sent and acknowledged\n" in capsys.readouterr().err


def test_a_dry_run_sends_nothing(broker: Broker, capsys: pytest.CaptureFixture[str]) -> None:
    refuse(broker, letter(), REFUSED["malformed"])
    assert deadletters(broker, "replay", "--dry-run") == 1
    assert (
        "1 of 2 would be sent; not sent 1 (malformed 1); nothing was, this is a dry run"
        in capsys.readouterr().err
    )
    assert records(broker, "il2.vitals") == []


def test_force_sends_what_would_be_refused_again(broker: Broker) -> None:
    refuse(broker, REFUSED["malformed"], letter(key=None, value=b"\xff", where="il2.vitals/2/7"))
    assert deadletters(broker, "replay", "--force") == 0
    assert {(one.key, one.value) for one in records(broker, "il2.vitals")} == {
        (b"p1", b"{}"),
        (None, b"\xff"),
    }


def test_one_letter_is_sent_by_its_place(broker: Broker, capsys: pytest.CaptureFixture[str]) -> None:
    refuse(broker, letter(where="il2.vitals/0/7"), letter(where="il2.vitals/0/8"))
    assert deadletters(broker, "replay", "--id", "il2.vitals/0/7") == 0
    assert len(records(broker, "il2.vitals")) == 1
    assert deadletters(broker, "replay", "--id", "il2.vitals/0/9") == 2
    assert "--id il2.vitals/0/9: no such dead letter" in capsys.readouterr().err


def test_a_record_that_was_taken_in_part_needs_to_be_corrected(
    broker: Broker, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spoiled = vitals("v1", AT, heart_rate=90, spo2=97)
    spoiled["readings"][0]["unit"] = "furlong"
    refuse(broker, letter(value(spoiled), reason="bad-unit"))
    path = tmp_path / "refused.jsonl"
    assert deadletters(broker, "ls", "--save", str(path)) == 0
    path.write_text(path.read_text().replace("furlong", "/min"))
    assert deadletters(broker, "replay", "--from", str(path)) == 1
    assert '"status":"corrected"' in capsys.readouterr().err
    path.write_text(path.read_text().replace('\\"id\\"', '\\"status\\":\\"corrected\\",\\"id\\"'))
    assert deadletters(broker, "replay", "--from", str(path)) == 0


def test_a_file_that_may_hold_mended_letters_is_not_overwritten(
    broker: Broker, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "refused.jsonl"
    path.write_text("mended")
    assert deadletters(broker, "ls", "--save", str(path)) == 2
    assert "is there already" in capsys.readouterr().err
    assert path.read_text() == "mended"


def test_a_spoiled_file_sends_nothing_and_names_the_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "refused.jsonl"
    path.write_text('{"where":"il2.vitals/0/1","value":"{}"}\n{"where":"il2.vitals/0/1","value":"{}"\n')
    assert main(["deadletters", "replay", "--from", str(path), "--broker", "127.0.0.1:9"]) == 2
    assert f"{path}:2: no dead letter" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["ls", "--limit", "0"], "no number from 1"),
        (["replay", "--id", "x"], "topic/partition/offset"),
        (["list"], "needs one of its commands"),
    ],
)
def test_a_wrong_option_is_named(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["deadletters", *arguments]) == 2
    assert message in capsys.readouterr().err
