"""The site configuration that compose.yaml starts with: taken by the program, and its secrets are those that its services are given."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from streams.pager.config import load
from tests.deploy.places import DEPLOY, ROOT, loaded

SITE = DEPLOY / "site.compose.toml"
SECRET = re.compile(r"/run/secrets/([a-z-]+)\"")


@pytest.mark.parametrize("name", ["site.compose.toml", "site.example.toml"])
def test_config_check_takes_it(name: str) -> None:
    command = [sys.executable, "-m", "streams", "config", "check", str(DEPLOY / name)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_pager_is_given_every_secret_that_its_configuration_reads_and_no_other() -> None:
    given = loaded(DEPLOY / "compose.yaml")["services"]["pager"]["secrets"]
    read = [line for line in SITE.read_text(encoding="utf-8").splitlines() if not line.lstrip().startswith("#")]
    assert set(SECRET.findall("\n".join(read))) == set(given)


def test_alertmanager_is_given_every_secret_that_its_configuration_reads_and_no_other() -> None:
    given = loaded(DEPLOY / "compose.yaml")["services"]["alertmanager"]["secrets"]
    receivers = loaded(DEPLOY / "alertmanager" / "alertmanager.yml")["receivers"]
    assert {one["webhook_configs"][0]["url_file"].removeprefix("/run/secrets/") for one in receivers} == set(given)


def test_it_has_a_heartbeat_and_a_door_on_the_published_port() -> None:
    made = load(SITE.read_text(encoding="utf-8"), SITE.name)
    assert made.watchdog == "dead-man"
    assert made.api is not None
    (published,) = loaded(DEPLOY / "compose.yaml")["services"]["pager"]["ports"]
    assert published.endswith(f":{made.api.port}")
    assert made.api.listen == "0.0.0.0"
