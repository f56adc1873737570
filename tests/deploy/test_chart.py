"""The Helm chart: rendered by Helm with each values file, valid for Kubernetes and the operators, and what it starts starts."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import kubernetes_validate
import pytest
import yaml

from streams.cli import main
from streams.cli.main import COMMANDS, load
from tests.deploy import helm, servers
from tests.deploy.places import BOARDS, DEPLOY, ROOT, RULES, alarms, loaded

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("chart")]

CHART = DEPLOY / "chart"
README = (CHART / "README.md").read_text(encoding="utf-8")
EXAMPLES = sorted((CHART / "examples").glob("*.yaml"))
VALUES = {"default": [], **{path.stem: ["--values", str(path)] for path in EXAMPLES}}
VERSIONS = ("1.27", "1.33")
SCHEMAS = ROOT / "tests" / "data" / "kubernetes"
OPERATORS = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in SCHEMAS.glob("*.json")}
EVERYTHING = ["--values", str(CHART / "examples" / "strimzi.yaml")]
Manifest = dict[str, Any]

each = pytest.mark.parametrize("values", VALUES)


@cache
def rendered(values: str) -> tuple[Manifest, ...]:
    return tuple(render(*VALUES[values]))


def render(*options: str) -> Iterator[Manifest]:
    """What `helm template` makes of the chart."""
    text = helm.ran(helm.found(), "template", "il2watch", str(CHART), "--namespace", "il2", *options)
    return (one for one in yaml.safe_load_all(text) if one is not None)


def of(values: str, *kinds: str) -> list[Manifest]:
    return [one for one in rendered(values) if one["kind"] in kinds]


def pods(values: str) -> Iterator[tuple[str, Manifest]]:
    """The name and the pod of everything that runs one."""
    for one in of(values, "Deployment", "StatefulSet", "Job"):
        yield one["metadata"]["name"], one["spec"]["template"]["spec"]
    for one in of(values, "CronJob"):
        yield one["metadata"]["name"], one["spec"]["jobTemplate"]["spec"]["template"]["spec"]


def containers(values: str) -> Iterator[tuple[str, Manifest]]:
    return ((name, container) for name, pod in pods(values) for container in pod["containers"])


def closed(schema: Any) -> Any:
    """The schema, where an object of named properties has no others: a cluster would drop them unsaid."""
    if isinstance(schema, list):
        return [closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    made = {key: closed(value) for key, value in schema.items()}
    if isinstance(schema.get("properties"), dict) and "additionalProperties" not in schema:
        made["additionalProperties"] = False
    return made


def leaves(values: Manifest, before: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in values.items():
        if isinstance(value, dict) and value and key not in ("resources", "dashboardLabels"):
            yield from leaves(value, f"{before}{key}.")
        else:
            yield f"{before}{key}", value


@each
@pytest.mark.parametrize("version", VERSIONS)
def test_every_manifest_is_valid_for_kubernetes_strictly(values: str, version: str) -> None:
    ours = [one for one in rendered(values) if one["kind"] not in OPERATORS]
    assert len(ours) > 10
    for one in ours:
        kubernetes_validate.validate(one, version, strict=True)


def test_what_is_no_key_of_kubernetes_is_noticed() -> None:
    (worker, *_) = of("default", "Deployment")
    worker = json.loads(json.dumps(worker))
    worker["spec"]["template"]["spec"]["containers"][0]["livenesProbe"] = {}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(worker, VERSIONS[-1], strict=True)


def test_every_manifest_of_an_operator_is_valid_by_its_schema() -> None:
    found = of("strimzi", *OPERATORS)
    assert {one["kind"] for one in found} == set(OPERATORS)
    for one in found:
        jsonschema.validate(one, closed(OPERATORS[one["kind"]]["schema"]))


@pytest.mark.parametrize("kind", OPERATORS)
def test_what_is_no_key_of_an_operator_is_noticed(kind: str) -> None:
    (one,) = of("strimzi", kind)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(one | {"spec": one["spec"] | {"nothing": 1}}, closed(OPERATORS[kind]["schema"]))


@pytest.mark.prometheus
def test_the_rules_are_the_repositorys_and_promtool_takes_them(tmp_path: Path) -> None:
    (made,) = of("strimzi", "PrometheusRule")
    (tmp_path / "rules.yml").write_text(yaml.safe_dump(made["spec"]), encoding="utf-8")
    servers.run("promtool", "check", "rules", str(tmp_path / "rules.yml"))
    groups = {group["name"]: len(group["rules"]) for path in RULES for group in loaded(path)["groups"]}
    assert {group["name"]: len(group["rules"]) for group in made["spec"]["groups"]} == groups
    assert "$externalLabels" not in yaml.safe_dump(made)


def test_the_dashboards_are_the_repositorys() -> None:
    found = {
        name: text
        for one in of("strimzi", "ConfigMap")
        if one["metadata"]["labels"].get("grafana_dashboard")
        for name, text in one["data"].items()
    }
    assert {name: json.loads(text) for name, text in found.items()} == {
        path.name: json.loads(path.read_text(encoding="utf-8")) for path in BOARDS
    }


@each
def test_no_container_runs_as_root_writes_its_root_or_is_without_limits(values: str) -> None:
    for name, pod in pods(values):
        assert pod["securityContext"]["runAsNonRoot"], name
        assert pod["securityContext"]["runAsUser"] == 10001, name
        assert pod["automountServiceAccountToken"] is False, name
    for name, container in containers(values):
        security = container["securityContext"]
        assert security["readOnlyRootFilesystem"], name
        assert security["capabilities"] == {"drop": ["ALL"]}, name
        assert security["allowPrivilegeEscalation"] is False, name
        assert set(container["resources"]["limits"]) == {"cpu", "memory"}, name


@each
def test_every_service_that_lasts_is_probed_where_it_serves_and_spread_and_disrupted_one_by_one(
    values: str,
) -> None:
    lasting = of(values, "Deployment", "StatefulSet")
    budgets = {one["metadata"]["name"] for one in of(values, "PodDisruptionBudget")}
    assert {one["metadata"]["name"] for one in lasting} == budgets
    for one in lasting:
        (container,) = one["spec"]["template"]["spec"]["containers"]
        ports = {port["name"]: port["containerPort"] for port in container["ports"]}
        for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
            assert container[probe]["httpGet"]["port"] == "metrics"
        arguments = container["args"]
        assert int(arguments[arguments.index("--metrics-port") + 1]) == ports["metrics"]
        if one["kind"] == "Deployment":
            assert one["spec"]["template"]["spec"]["topologySpreadConstraints"]
            assert one["spec"]["strategy"]["rollingUpdate"] == {"maxSurge": 1, "maxUnavailable": 0}


@each
def test_every_container_runs_a_command_there_is_with_options_it_takes(values: str) -> None:
    for name, container in containers(values):
        words = container["args"]
        command = next((found for found in (" ".join(words[:2]), words[0]) if found in COMMANDS), None)
        assert command is not None, name
        load(COMMANDS[command].parser)().parse_args(words[len(command.split()) :])


@each
def test_every_site_configuration_is_one_and_each_secret_that_it_names_is_mounted(
    values: str, tmp_path: Path
) -> None:
    for one in of(values, "ConfigMap"):
        if "site.toml" not in one["data"]:
            continue
        file = tmp_path / f"{one['metadata']['name']}.toml"
        file.write_text(one["data"]["site.toml"], encoding="utf-8")
        assert main.main(["config", "check", str(file)]) == 0, file.read_text()
    for name, pod in pods(values):
        configuration = next(one for one in of(values, "ConfigMap") if one["metadata"]["name"] == name)[
            "data"
        ]["site.toml"]
        assert needed(name, configuration) - mounted(pod) == set(), name


def mounted(pod: Manifest) -> set[str]:
    (secrets,) = (volume for volume in pod["volumes"] if volume["name"] == "secrets")
    sources = secrets.get("projected", {}).get("sources", [])
    return {item["path"] for source in sources for item in source["secret"]["items"]}


def needed(name: str, configuration: str) -> set[str]:
    """The secrets in the tables that a service reads: [broker], and its own."""
    own = name.removeprefix("il2watch-").partition("-")[0].replace("feed", "feeds")
    tables = {key: table for key, table in tomllib.loads(configuration).items() if key in ("broker", own)}
    return set(re.findall(r"/run/secrets/([\w.-]+)", json.dumps(tables)))


@each
def test_what_carries_a_port_is_reached_under_it(values: str) -> None:
    services = {one["metadata"]["name"]: one["spec"] for one in of(values, "Service")}
    for one in of(values, "Deployment", "StatefulSet"):
        (container,) = one["spec"]["template"]["spec"]["containers"]
        names = {port["name"] for port in container["ports"]}
        assert {port["targetPort"] for port in services[one["metadata"]["name"]]["ports"]} == names
        assert services[one["metadata"]["name"]]["selector"].items() <= (
            one["spec"]["template"]["metadata"]["labels"].items()
        )


def test_the_nightly_qualification_asks_the_services_there_are_and_may_reach_them() -> None:
    assert of("default", "CronJob", "PersistentVolumeClaim") == []
    (job,) = of("strimzi", "CronJob")
    pod = job["spec"]["jobTemplate"]["spec"]["template"]
    (container,) = pod["spec"]["containers"]
    words = container["args"]
    asked = [tuple(words[place + 1].split(":")) for place, word in enumerate(words) if word == "--service"]
    ports = {
        (one["metadata"]["name"], str(port["port"]))
        for one in of("strimzi", "Service")
        for port in one["spec"]["ports"]
    }
    assert len(asked) == 2
    assert set(asked) <= ports
    policies = {one["metadata"]["name"]: one["spec"] for one in of("strimzi", "NetworkPolicy")}
    for name, way in (("il2watch-qualify", "egress"), ("il2watch-qualified", "ingress")):
        allowed = {str(port["port"]) for port in policies[name][way][0]["ports"]}
        assert {port for _, port in asked} <= allowed
    assert (
        policies["il2watch-qualify"]["podSelector"]["matchLabels"].items()
        <= pod["metadata"]["labels"].items()
    )
    assert job["spec"]["jobTemplate"]["spec"]["backoffLimit"] == 0
    for alarm in ("Il2QualificationFailed", "Il2QualificationOld"):
        (looked_for,) = set(re.findall(r'cronjob=~"([^"]+)"', alarms()[alarm]["expr"]))
        assert re.fullmatch(looked_for, job["metadata"]["name"])
    (volume,) = [one for one in pod["spec"]["volumes"] if one["name"] == "report"]
    (claim,) = of("strimzi", "PersistentVolumeClaim")
    assert volume["persistentVolumeClaim"]["claimName"] == claim["metadata"]["name"]


def test_more_workers_than_partitions_are_refused() -> None:
    options = ["--set", "keda.enabled=true,keda.maxReplicas=13,topics.partitions=12"]
    with pytest.raises(AssertionError, match="more workers than partitions"):
        list(render(*options))


def test_with_keda_nobody_else_sets_the_number_of_workers() -> None:
    workers = [one for one in of("strimzi", "Deployment") if one["metadata"]["name"] == "il2watch-worker"]
    assert ["replicas" in one["spec"] for one in workers] == [False]


def test_the_jobs_that_prometheus_sees_have_the_names_that_rules_ask_for() -> None:
    (monitor,) = of("strimzi", "ServiceMonitor")
    (relabeling,) = monitor["spec"]["endpoints"][0]["relabelings"]
    given = {
        re.sub(
            f"^{relabeling['regex']}$", r"il2-\1", one["metadata"]["labels"]["app.kubernetes.io/component"]
        )
        for values in VALUES
        for one in of(values, "Service")
    }
    jobs = {job["job_name"] for job in loaded(DEPLOY / "prometheus" / "prometheus.yml")["scrape_configs"]}
    assert given == {job for job in jobs if job.startswith("il2-")}


def test_the_chart_is_of_the_programs_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    chart = loaded(CHART / "Chart.yaml")
    assert (chart["version"], chart["appVersion"]) == (project["version"], project["version"])


def test_every_value_is_documented_with_its_default() -> None:
    rows = dict(re.findall(r"^\| `([\w.]+)` \| (.*?) \| .+ \|$", README, re.M))
    assert rows == {key: shown(value) for key, value in leaves(loaded(CHART / "values.yaml"))}


def shown(value: Any) -> str:
    """A default as the table shows it."""
    if isinstance(value, str) and "\n" in value:
        return "a pager on Alertmanager, a board with a login"
    return f"`{json.dumps(value)}`"


def test_the_readme_says_that_it_has_not_run_on_a_cluster() -> None:
    assert "has not run on a cluster" in README
