from __future__ import annotations

from pathlib import Path

import pytest

from streams.board import settings
from streams.cli.main import main
from streams.config.board import Board
from streams.errors import UsageError


def written(folder: Path, text: str) -> str:
    path = folder / "site.toml"
    path.write_text(text)
    return str(path)


def test_without_a_configuration_it_is_open_on_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("IL2WATCH_CONFIG", raising=False)
    found = settings.load(None)
    assert settings.auth_settings(found).open
    assert settings.display_settings(found, True).quiet_s == 900


def test_the_table_says_units_and_proxy(tmp_path: Path) -> None:
    text = '[board]\nsite = "4 West"\nunits = [{ patients = "w4-*", unit = "4 West" }]\n'
    text += 'proxy-header = "X-User"\nproxy-from = ["10.0.0.7"]\nhttps = true\n'
    found = settings.load(written(tmp_path, text))
    assert settings.display_settings(found, True).unit_of("w4-17") == "4 West"
    assert settings.display_settings(found, True).unit_of("w5-17") is None
    assert settings.auth_settings(found).proxy is not None
    assert settings.auth_settings(found).secure


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('[board]\nsight = "x"', "line 2: board.sight: no such key; did you mean site"),
        ("[board]\nsite = 3", "line 2: board.site: expected str, got int"),
        ('[board]\nquiet = "soon"', "line 2: board.quiet: "),
        ('[board]\nproxy-header = "X-User"', "line 2: board.proxy-header: .* proxy-from go together"),
        ('[board]\nhttps = true\nproxy-from = ["10.0.0.1"]', "line 3: board.proxy-from: .* go together"),
        (
            '[board]\nusers-file = "u"\nproxy-from = ["10.0.0.1"]\nproxy-header = "X"',
            "line 4: board.proxy-header: stands beside users-file: .* not both",
        ),
        ('[board]\ntls-certfile = "c"', "line 2: board.tls-certfile: .* go together"),
        ('[board]\nhttps = true\ntls-keyfile = "k"', "line 3: board.tls-keyfile: .* go together"),
        ('[board]\nproxy-roles-header = "X"', "line 2: board.proxy-roles-header: needs proxy-header"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, fault: str) -> None:
    with pytest.raises(UsageError, match=fault):
        settings.load(written(tmp_path, text))


def test_config_check_checks_the_boards_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["config", "check", written(tmp_path, '[board]\nsite = "4 West"\n')]) == 0
    assert main(["config", "check", written(tmp_path, '[board]\nquite = "5 min"\n')]) == 1
    assert "quite" in capsys.readouterr().err


def test_session_keys_are_the_lines_of_their_file_and_config_check_does_not_read_them(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    table = written(tmp_path, f'[board]\nsession-keys-file = "{path}"\n')
    assert main(["config", "check", table]) == 0
    path.write_text(f"{'n' * 32}\n\n{'o' * 40}\n")
    found = settings.session_keys(settings.load(table))
    assert [key.reveal() for key in found] == ["n" * 32, "o" * 40]
    assert settings.session_keys(Board()) == ()


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("\n", "holds no key; write one a line"),
        (f"{'n' * 32}\nshort\n", "line 2: a key has at least 32 char"),
    ],
)
def test_a_file_of_keys_that_guards_nothing_is_refused(tmp_path: Path, text: str, fault: str) -> None:
    (tmp_path / "keys").write_text(text)
    with pytest.raises(UsageError, match=fault) as refused:
        settings.session_keys(Board(session_keys_file=str(tmp_path / "keys")))
    assert "short" not in str(refused.value)
