"""compose.yaml: valid by the specification's schema and by compose itself, and nothing in it runs as root,
unlimited or with a known password.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from rules.wire.topics import PARTITIONS
from streams.cli.main import COMMANDS, load
from streams.dev_broker.jars import VERSION
from tests.deploy.places import DEPLOY, ROOT, loaded

COMPOSE = DEPLOY / "compose.yaml"
PIPE = re.compile(r"\$\{[A-Z0-9_]+:-([^}]*)\}")
ONCE = {"topics"}
OURS = ("topics", "worker", "pager", "board", "census", "feed-hl7", "feed-fhir")
NON_ROOT = {"10001:10001", "65534:65534", "472:0", "appuser"}


def compose() -> dict[str, Any]:
    found: dict[str, Any] = loaded(COMPOSE)
    return found


SERVICES: dict[str, dict[str, Any]] = compose()["services"]
LASTING = {name: service for name, service in SERVICES.items() if name not in ONCE}


def each(services: dict[str, dict[str, Any]]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(("name", "service"), services.items(), ids=list(services))


def test_it_is_valid_by_the_compose_specifications_schema() -> None:
    checker = [
        sys.executable,
        "-m",
        "check_jsonschema",
        "--builtin-schema",
        "vendor.compose-spec",
        str(COMPOSE),
    ]
    done = subprocess.run(checker, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_schema_notices_a_key_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text(
        COMPOSE.read_text(encoding="utf-8").replace("healthcheck:", "heathcheck:"), encoding="utf-8"
    )
    checker = [
        sys.executable,
        "-m",
        "check_jsonschema",
        "--builtin-schema",
        "vendor.compose-spec",
        str(tmp_path / "compose.yaml"),
    ]
    assert subprocess.run(checker, capture_output=True, check=False).returncode == 1


def client() -> list[str]:
    """The compose client of this machine; skips without one."""
    for command in (["docker", "compose"], ["docker-compose"]):
        if (
            shutil.which(command[0])
            and subprocess.run([*command, "version"], capture_output=True, check=False).returncode == 0
        ):
            return command
    pytest.skip("no docker compose here")


def test_compose_itself_takes_it(tmp_path: Path) -> None:
    command = client()
    copied = shutil.copytree(DEPLOY, tmp_path / "deploy", ignore=shutil.ignore_patterns("secrets"))
    subprocess.run(
        ["sh", str(copied / "secrets.sh"), "https://receiver.example"], capture_output=True, check=True
    )
    done = subprocess.run(
        [*command, "--file", str(copied / "compose.yaml"), "config", "--quiet"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


@each(SERVICES)
def test_a_service_has_limits_drops_its_capabilities_and_is_not_root(
    name: str, service: dict[str, Any]
) -> None:
    limits = service["deploy"]["resources"]["limits"]
    assert float(limits["cpus"]) > 0
    assert re.fullmatch(r"[0-9]+[mg]", limits["memory"])
    assert service["user"] in NON_ROOT
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in service
    assert service["logging"]["options"]["max-size"]


@each(LASTING)
def test_a_service_that_lasts_is_started_again_and_says_how_it_is(name: str, service: dict[str, Any]) -> None:
    assert service["restart"] == "unless-stopped"
    assert service["healthcheck"]["test"][0] in ("CMD", "CMD-SHELL")


@each(SERVICES)
def test_an_image_is_pinned_to_a_version(name: str, service: dict[str, Any]) -> None:
    tag = PIPE.sub(r"\1", service["image"]).rpartition(":")[2]
    assert re.fullmatch(r"v?[0-9]+\.[0-9]+\.[0-9]+", tag)


@each(SERVICES)
def test_a_port_is_open_to_this_machine_alone_unless_asked_otherwise(
    name: str, service: dict[str, Any]
) -> None:
    for port in service.get("ports", ()):
        assert PIPE.sub(r"\1", port).startswith("127.0.0.1:")


@each(SERVICES)
def test_no_password_stands_in_the_file(name: str, service: dict[str, Any]) -> None:
    for key, value in (service.get("environment") or {}).items():
        secret = re.search(r"PASSWORD|TOKEN|SECRET|_KEY", key)
        assert not secret or str(value).startswith("/run/secrets/"), key


def test_every_secret_is_a_file_that_the_script_makes_and_that_no_commit_takes(tmp_path: Path) -> None:
    copied = shutil.copy(DEPLOY / "secrets.sh", tmp_path)
    subprocess.run(["sh", copied, "https://receiver.example"], capture_output=True, check=True)
    made = {path.name: path for path in (tmp_path / "secrets").iterdir()}
    assert {Path(secret["file"]).name for secret in compose()["secrets"].values()} == set(made)
    assert all(path.read_text(encoding="utf-8").strip() for path in made.values())
    assert "deploy/secrets/" in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()


def test_the_script_leaves_what_is_there_and_tells_what_is_missing(tmp_path: Path) -> None:
    copied = shutil.copy(DEPLOY / "secrets.sh", tmp_path)
    first = subprocess.run(["sh", copied], capture_output=True, text=True, check=False)
    token = (tmp_path / "secrets" / "pager-token").read_text(encoding="utf-8")
    assert first.returncode == 1
    assert "clinical-absolute-url (one address)" in first.stderr
    subprocess.run(["sh", copied, "https://receiver.example"], capture_output=True, check=True)
    assert (tmp_path / "secrets" / "pager-token").read_text(encoding="utf-8") == token


def test_two_runs_of_the_script_make_different_passwords(tmp_path: Path) -> None:
    made = []
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        subprocess.run(
            ["sh", shutil.copy(DEPLOY / "secrets.sh", tmp_path / name), "https://r.example"],
            capture_output=True,
            check=True,
        )
        made.append((tmp_path / name / "secrets" / "grafana-admin").read_text(encoding="utf-8"))
    assert made[0] != made[1]


def source(volume: str | dict[str, Any]) -> str:
    """What is mounted: a volume's name, or a path."""
    return PIPE.sub(r"\1", volume["source"] if isinstance(volume, dict) else volume).split(":")[0]


def sources(service: dict[str, Any]) -> list[str]:
    return [source(volume) for volume in service.get("volumes", ())]


def test_what_mounts_a_file_of_the_repository_finds_it() -> None:
    mounted = [name for service in SERVICES.values() for name in sources(service) if name.startswith("./")]
    assert mounted
    assert [name for name in mounted if not (DEPLOY / name).exists()] == []


@each(SERVICES)
def test_a_path_that_a_site_may_name_must_exist_and_is_not_made_as_a_folder(
    name: str, service: dict[str, Any]
) -> None:
    for volume in service.get("volumes", ()):
        named = isinstance(volume, str) and "${" in volume
        assert not named
        assert isinstance(volume, str) or volume["bind"] == {"create_host_path": False}


def test_the_image_is_built_once() -> None:
    """Of five builds of one tag compose keeps the last by chance, and makes running services anew."""
    assert [name for name, service in SERVICES.items() if "build" in service] == ["topics"]


@pytest.mark.parametrize("key", ["VERSION", "REVISION"])
def test_a_build_writes_on_the_image_what_it_is(key: str) -> None:
    dockerfile = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    assert key in SERVICES["topics"]["build"]["args"]
    assert f'org.opencontainers.image.{key.lower()}="${key}"' in dockerfile


def test_nothing_of_the_build_is_fetched_by_a_name_that_moves() -> None:
    assert "# syntax=" not in (DEPLOY / "Dockerfile").read_text(encoding="utf-8")


def test_the_number_of_workers_is_kept_by_every_up() -> None:
    assert SERVICES["worker"]["deploy"]["replicas"] == "${IL2WATCH_WORKERS:-1}"


@each(SERVICES)
def test_a_service_cannot_write_its_root_nor_fork_without_end(name: str, service: dict[str, Any]) -> None:
    assert service["deploy"]["resources"]["limits"]["pids"] > 0
    assert service.get("read_only") or name == "grafana"


def test_kafka_writes_its_volume_alone() -> None:
    kafka = SERVICES["kafka"]
    assert kafka["environment"]["KAFKA_GC_LOG_OPTS"] == "-Xlog:disable"
    assert sources(kafka) == ["kafka-data"]


def test_every_variable_of_the_file_has_a_line_in_the_example() -> None:
    used = set(re.findall(r"\$\{(IL2WATCH_\w+)", COMPOSE.read_text(encoding="utf-8")))
    example = (DEPLOY / ".env.example").read_text(encoding="utf-8")
    assert used == set(re.findall(r"^(IL2WATCH_\w+)=", example, re.M))


def test_every_volume_and_network_and_secret_that_is_used_is_declared_and_the_other_way_round() -> None:
    volumes = {name for service in SERVICES.values() for name in sources(service) if name[0] != "."}
    networks = {network for service in SERVICES.values() for network in service["networks"]}
    secrets = {secret for service in SERVICES.values() for secret in service.get("secrets", ())}
    assert (volumes, networks, secrets) == tuple(
        set(compose()[kind]) for kind in ("volumes", "networks", "secrets")
    )


@pytest.mark.parametrize("name", OURS)
def test_a_service_of_ours_runs_a_command_there_is_with_options_it_takes(name: str) -> None:
    words = SERVICES[name]["command"]
    command = next(found for found in (" ".join(words[:2]), words[0]) if found in COMMANDS)
    parser = load(COMMANDS[command].parser)()
    chosen = parser.parse_args(words[len(command.split()) :])
    assert getattr(chosen, "listen", "0.0.0.0") == "0.0.0.0"


def test_prometheus_looks_for_each_service_where_it_serves() -> None:
    jobs = {
        job["job_name"]: job for job in loaded(DEPLOY / "prometheus" / "prometheus.yml")["scrape_configs"]
    }
    for name in ("worker", "pager", "board", "census"):
        (found,) = jobs[f"il2-{name}"]["dns_sd_configs"]
        command = SERVICES[name]["command"]
        assert (found["names"], found["port"]) == ([name], int(command[command.index("--metrics-port") + 1]))


def test_prometheus_looks_for_both_feeds_and_tells_them_apart() -> None:
    (job,) = (
        job
        for job in loaded(DEPLOY / "prometheus" / "prometheus.yml")["scrape_configs"]
        if job["job_name"] == "il2-feed"
    )
    for found in job["dns_sd_configs"]:
        (name,) = found["names"]
        command = SERVICES[name]["command"]
        assert found["port"] == int(command[command.index("--metrics-port") + 1])
    assert {found["names"][0] for found in job["dns_sd_configs"]} == {"feed-hl7", "feed-fhir"}
    assert job["relabel_configs"] == [{"source_labels": ["__meta_dns_name"], "target_label": "service"}]


def test_the_image_is_tagged_with_the_programs_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert {PIPE.sub(r"\1", SERVICES[name]["image"]) for name in OURS} == {f"il2watch:{project['version']}"}


def test_the_alarm_on_memory_knows_the_workers_limit() -> None:
    assert SERVICES["worker"]["deploy"]["resources"]["limits"]["memory"] == "2g"


def test_kafka_is_the_version_that_the_tests_run_and_topics_have_their_partitions() -> None:
    assert SERVICES["kafka"]["image"] == f"apache/kafka:{VERSION}"
    command = SERVICES["topics"]["command"]
    assert int(command[command.index("--partitions") + 1]) == PARTITIONS


def test_what_the_board_keeps_lies_on_a_volume_that_is_its_users_own() -> None:
    command = SERVICES["board"]["command"]
    folder = command[command.index("--state-dir") + 1]
    assert f"board-state:{folder}" in SERVICES["board"]["volumes"]
    made = re.search(
        r"install --directory --owner (\d+) --group (\d+) --mode 0700 (\S+)",
        (DEPLOY / "Dockerfile").read_text(encoding="utf-8"),
    )
    assert made is not None
    assert (f"{made[1]}:{made[2]}", made[3]) == (SERVICES["board"]["user"], folder)


def test_the_board_is_published_where_it_serves() -> None:
    from streams.cli.board import parser

    (published,) = SERVICES["board"]["ports"]
    assert published.endswith(f":{parser().parse_args([]).port}")
