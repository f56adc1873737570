"""The site configuration that compose.yaml starts with: taken by the program, and its secrets are those that
its services are given.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import msgspec
import pytest

from streams.board import settings
from streams.board.access.users import hashed
from streams.config.board import section
from streams.config.section import parsed
from streams.pager.service.config import load
from tests.deploy.places import DEPLOY, ROOT, loaded

SITE = DEPLOY / "site.compose.toml"
SECRET = re.compile(r"/run/secrets/([a-z-]+)\"")


@pytest.mark.parametrize("name", ["site.compose.toml", "site.example.toml"])
def test_config_check_takes_it(name: str) -> None:
    command = [sys.executable, "-m", "streams", "config", "check", str(DEPLOY / name)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("service", ["pager", "board"])
def test_a_service_is_given_every_secret_that_its_table_reads_and_no_other(service: str) -> None:
    given = loaded(DEPLOY / "compose.yaml")["services"][service]["secrets"]
    table = tomllib.loads(SITE.read_text(encoding="utf-8"))[service]
    assert set(SECRET.findall(json.dumps(table))) == set(given)


def test_the_board_lets_nobody_in_before_somebody_is_put_into_its_users_file(tmp_path: Path) -> None:
    subprocess.run(
        ["sh", shutil.copy(DEPLOY / "secrets.sh", tmp_path), "https://receiver.example"],
        capture_output=True,
        check=True,
    )
    made = tmp_path / "secrets" / "board-users"
    board = section(parsed(SITE.read_text(encoding="utf-8"), SITE.name))
    door = settings.auth_settings(msgspec.structs.replace(board, users_file=str(made)))
    assert not door.open
    door.check("0.0.0.0", plain_http=True)
    assert door.users is not None
    assert not door.users.admits("", "")


def test_the_script_that_makes_the_secrets_keeps_the_boards_users_and_says_when_there_are_none(
    tmp_path: Path,
) -> None:
    script = ["sh", shutil.copy(DEPLOY / "secrets.sh", tmp_path), "https://receiver.example"]
    assert "nobody may log in" in subprocess.run(script, capture_output=True, text=True, check=True).stderr
    users = f'[users.rn-14]\npassword = "{hashed("a long password")}"\nroles = ["act"]\n'
    (tmp_path / "secrets" / "board-users").write_text(users, encoding="utf-8")
    assert subprocess.run(script, capture_output=True, text=True, check=True).stderr == ""
    assert (tmp_path / "secrets" / "board-users").read_text(encoding="utf-8") == users


def test_alertmanager_is_given_every_secret_that_its_configuration_reads_and_no_other() -> None:
    given = loaded(DEPLOY / "compose.yaml")["services"]["alertmanager"]["secrets"]
    receivers = loaded(DEPLOY / "alertmanager" / "alertmanager.yml")["receivers"]
    assert {one["webhook_configs"][0]["url_file"].removeprefix("/run/secrets/") for one in receivers} == set(
        given
    )


def test_it_has_a_heartbeat_and_a_door_on_the_published_port() -> None:
    made = load(SITE.read_text(encoding="utf-8"), SITE.name)
    assert made.watchdog == "dead-man"
    assert made.api is not None
    (published,) = loaded(DEPLOY / "compose.yaml")["services"]["pager"]["ports"]
    assert published.endswith(f":{made.api.port}")
    assert made.api.listen == "0.0.0.0"
