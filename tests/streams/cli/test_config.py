"""A site configuration is well, or is wrong in one line that says where."""

from __future__ import annotations

from pathlib import Path

import pytest

from streams.cli import main
from streams.config import site as engine
from tests.streams.samples import GUIDELINE

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def site(tmp_path: Path) -> str:
    path = tmp_path / "site.toml"
    path.write_text("")
    return str(path)


def test_a_good_one_prints_the_guideline_it_makes(
    site: str, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.setattr(engine, "checked", lambda path: (GUIDELINE, None))
    assert main.main(["config", "check", site]) == 0
    assert (
        capsys.readouterr().out
        == f"{site}: ok; guideline {GUIDELINE.id} version {GUIDELINE.version}, sha256 {GUIDELINE.sha256}\n"
    )


def test_what_is_looser_than_published_is_named_with_its_line_and_is_no_error(
    site: str, capsys: Capture
) -> None:
    Path(site).write_text(
        "[criteria.creatinine]\nrelative = 2.3\nabsolute = 3.5\n[choices]\nreminder-first = '20 min'\n"
        "acknowledged-long = ['platelets', 'urine-hour']\n[monitoring]\nvital-signs.ward = '6 h'\n"
    )
    assert main.main(["config", "check", site]) == 0
    out, err = capsys.readouterr()
    assert out.startswith(f"{site}: ok; guideline")
    assert err.splitlines() == [
        f"{site}: warning: line {line}: looser than published: {words}"
        for line, words in (
            (3, "criteria.creatinine.absolute >=3.5 mg/dL (published >=3 mg/dL)"),
            (5, "choices.reminder-first 20 min (published 15 min)"),
            (6, "choices.acknowledged-long with urine-hour (published without)"),
            (8, "monitoring.vital-signs.ward 6 h (published 4 h)"),
        )
    ]


def test_a_wrong_one_says_what_and_exits_1(
    site: str, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.setattr(engine, "checked", lambda path: (None, "line 3: no key 'shfts'"))
    assert main.main(["config", "check", site]) == 1
    assert capsys.readouterr() == ("", f"{site}: line 3: no key 'shfts'\n")


def test_another_command_with_a_wrong_one_exits_2(
    site: str, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.setattr(engine, "checked", lambda path: (None, "line 3: no key 'shfts'"))
    monkeypatch.setenv("IL2WATCH_CONFIG", site)
    assert main.main(["assess", "-"]) == 2
    assert capsys.readouterr().err == f"il2watch: {site}: line 3: no key 'shfts'\n"


def test_one_that_is_not_text_says_so(site: str, capsys: Capture) -> None:
    Path(site).write_bytes(b"\xff\xfe\x00")
    assert main.main(["config", "check", site]) == 2
    assert "not UTF-8 text; is it a TOML file?" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            "[broker]\nsasl-user = 'x'\n",
            ": line 2: broker.sasl-user: no such key; did you mean sasl-username?",
        ),
        ("[broker]\nservers = 'kafka'\n", ": line 2: broker.servers: broker 'kafka' is not host:port, like"),
        (
            "[broker]\nsecurity-protocol = 'SASL_SSL'\n",
            ": line 1: broker.sasl-username: missing, and security-protocol asks for it",
        ),
        ("broker = 3\n", ": line 1: broker: a table is wanted, not 3; write [broker] and its keys below"),
        ("[pager]\nrotes = []\n", "rotes"),
    ],
)
def test_a_wrong_table_of_a_service_is_found_too(site: str, text: str, says: str, capsys: Capture) -> None:
    Path(site).write_text(text)
    assert main.main(["config", "check", site]) == 1
    assert says in capsys.readouterr().err


def test_a_password_file_is_not_read_where_the_configuration_is_checked(site: str, capsys: Capture) -> None:
    """It is on the machine that runs the service."""
    Path(site).write_text(
        "[broker]\nsecurity-protocol = 'SASL_SSL'\nsasl-username = 'ward'\npassword-file = "
        "'/run/secrets/nowhere'\n"
    )
    assert main.main(["config", "check", site]) == 0
    assert capsys.readouterr().err == ""
