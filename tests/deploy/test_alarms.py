"""A real Prometheus scrapes, a real Alertmanager routes, and what comes out at the end is what it must be:
alarms arrive and resolve.
"""

from __future__ import annotations

import asyncio
import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from rules.wire.alerts import SYSTEM
from streams.channels.page import Page
from streams.channels.registry import channel
from streams.config.secrets import Secrets
from streams.kafka.ports import wait_until
from tests.deploy import sites
from tests.deploy.places import DEPLOY, alarms
from tests.deploy.servers import Prometheus, Receiver, alertmanager, asked, prometheus, receiving
from tests.deploy.sites import here, on_loopback
from tests.patience import PATIENCE_S
from tests.streams.channels.pages import PATIENT, page

pytestmark = [pytest.mark.prometheus, pytest.mark.slow, pytest.mark.xdist_group("alarms")]

NOBODY = "127.0.0.1:9"
"""The port of `discard`, where nobody listens: a process that is down."""


class Site(NamedTuple):
    prometheus: Prometheus
    alertmanager: str
    receiver: Receiver
    targets: Path
    """Who answers as which job; written anew, Prometheus follows."""


def quick(config: str, manager: str, targets: Path) -> str:
    """prometheus.yml with every clock at a second, and jobs found in a file instead of by name service."""
    made = yaml.safe_load(config)
    made["global"] |= {"scrape_interval": "1s", "evaluation_interval": "1s"}
    made["alerting"]["alertmanagers"] = [{"static_configs": [{"targets": [manager]}]}]
    for job in made["scrape_configs"]:
        job.pop("dns_sd_configs", None)
        job["static_configs"] = [{"targets": [manager]}] if job["job_name"] == "alertmanager" else []
        job["file_sd_configs"] = [
            {"files": [str(targets / f"{job['job_name']}.json")], "refresh_interval": "1s"}
        ]
    return yaml.safe_dump(made)


def impatient(folder: Path, into: Path) -> None:
    """The rules as they stand, but without the time they wait."""
    for path in (folder / "rules").glob("*.yml"):
        (into / path.name).write_text(
            re.sub(r"(?m)^ +(for|interval): \w+\n", "", path.read_text(encoding="utf-8")), encoding="utf-8"
        )


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    for name in ("prometheus", "alertmanager", "rules", "targets"):
        (folder / name).mkdir()
    impatient(DEPLOY / "prometheus", folder / "rules")
    with (
        receiving() as receiver,
        alertmanager(folder / "alertmanager", sites.quick(on_loopback(receiver.url))) as manager,
    ):
        config = quick(here(DEPLOY / "prometheus"), manager, folder / "targets").replace(
            str(DEPLOY / "prometheus" / "rules"), str(folder / "rules")
        )
        with prometheus(folder / "prometheus", config) as server:
            yield Site(server, manager, receiver, folder / "targets")


def answer(site: Site, job: str, *addresses: str) -> None:
    """From now on these answer as a job."""
    (site.targets / f"{job}.json").write_text(
        json.dumps([{"targets": list(addresses)}] if addresses else []), encoding="utf-8"
    )


def arrives(site: Site, path: str, status: str, **labels: str) -> dict[str, str]:
    """The alert that came there with these labels. Fails when none does."""
    found: list[dict[str, str]] = []

    def came() -> bool:
        found[:] = [one for one in site.receiver.received(path, status) if labels.items() <= one.items()]
        return bool(found)

    assert wait_until(came, PATIENCE_S), (path, status, labels, site.receiver.posted)
    return found[0]


@pytest.fixture
def census() -> Iterator[str]:
    """A real census's page of metrics, and nothing behind it."""
    from http.server import BaseHTTPRequestHandler, HTTPServer
    from threading import Thread

    from streams.service import metrics

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(metrics.text())

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Page)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_watchdog_alarm_always_reaches_the_dead_mans_switch(site: Site) -> None:
    arrives(site, "/dead-mans-switch", "firing", alertname="Il2Watchdog")


def test_a_census_that_is_missing_becomes_a_ticket_and_resolves_when_it_answers(
    site: Site, census: str
) -> None:
    alarm = arrives(site, "/system-tickets", "firing", alertname="Il2NoCensus")
    assert alarm == {"alertname": "Il2NoCensus", "severity": "ticket", "component": "census"}
    answer(site, "il2-census", census)
    assert wait_until(lambda: no_census_rings(site) is False, PATIENCE_S)


def no_census_rings(site: Site) -> bool | None:
    """Whether Alertmanager holds the alarm as active; None: it does not answer."""
    held = asked(f"http://{site.alertmanager}/api/v2/alerts?active=true&filter=alertname%3D%22Il2NoCensus%22")
    return None if held is None else bool(held)


def test_no_pager_wakes_who_runs_the_system_with_a_link_to_the_runbook(site: Site) -> None:
    answer(site, "il2-pager", NOBODY)
    arrives(site, "/system-pages", "firing", alertname="Il2NoPager")
    links = {
        alert["annotations"]["runbook_url"] for _, body in site.receiver.posted for alert in body["alerts"]
    }
    assert "docs/runbooks/Il2NoPager.md" in links


@pytest.mark.parametrize("name", ["Il2NoWorker", "Il2NoBoard"])
def test_a_service_that_is_missing_wakes_who_runs_the_system(name: str, site: Site) -> None:
    arrives(site, "/system-pages", "firing", alertname=name)


def test_that_the_receiver_of_pages_takes_nothing_is_told_to_the_one_of_tickets(site: Site) -> None:
    site.receiver.away.add("/system-pages")
    try:
        arrives(site, "/system-tickets", "firing", alertname="Il2NotificationsFail")
    finally:
        site.receiver.away.clear()


def tell(site: Site, name: str, *pages: Page) -> None:
    """Sends pages as the pager would, through a channel of site.compose.toml."""
    options = tomllib.loads((DEPLOY / "site.compose.toml").read_text(encoding="utf-8"))["pager"]["channels"][
        name
    ]
    assert options["url"] == "http://alertmanager:9093"

    async def send() -> None:
        sender = channel(name, options | {"url": f"http://{site.alertmanager}"}, Secrets({}))
        try:
            for one in pages:
                await sender.send(one)
        finally:
            await sender.close()

    asyncio.run(send())


def test_an_absolute_page_goes_to_the_ward_at_once_and_to_nobody_else(site: Site) -> None:
    tell(site, "ward", page(key="e1:absolute"))
    arrives(site, "/clinical-absolute", "firing", key="e1:absolute")
    tell(site, "ward", page("resolve", key="e1:absolute"))
    arrives(site, "/clinical-absolute", "resolved", key="e1:absolute")
    others = {
        path
        for path, body in site.receiver.posted
        for alert in body["alerts"]
        if alert["labels"].get("key") == "e1:absolute"
    }
    assert others == {"/clinical-absolute"}


def test_two_levels_of_one_episode_are_two_notifications(site: Site) -> None:
    tell(site, "ward", page(key="e2:relative", level="relative", priority="medium"), page(key="e2:absolute"))
    arrives(site, "/clinical-absolute", "firing", key="e2:absolute")
    arrives(site, "/clinical", "firing", key="e2:relative")


def test_what_the_pager_says_of_the_system_never_reaches_the_ward(site: Site) -> None:
    tell(
        site,
        "operations",
        page(
            key="e3:technical",
            level="technical",
            priority="medium",
            kind=SYSTEM,
            subject="dead-letters",
            system=None,
        ),
    )
    arrives(site, "/system-pages", "firing", key="e3:technical")
    assert not [
        one
        for path in ("/clinical", "/clinical-absolute")
        for one in site.receiver.received(path, "firing")
        if one.get("kind") == SYSTEM
    ]


def test_no_label_that_comes_out_names_the_patient(site: Site) -> None:
    tell(site, "ward", page(key="e4:absolute"))
    assert PATIENT not in str(arrives(site, "/clinical-absolute", "firing", key="e4:absolute"))


def test_no_alarm_of_the_system_ever_came_to_the_ward(site: Site) -> None:
    arrives(site, "/dead-mans-switch", "firing", alertname="Il2Watchdog")
    came = {
        one["alertname"]
        for path in ("/clinical", "/clinical-absolute")
        for one in site.receiver.received(path, "firing")
    }
    assert came & set(alarms()) == set()


@pytest.mark.parametrize(
    "expression",
    [
        'alertmanager_notifications_failed_total{integration="webhook"}',
        'prometheus_rule_evaluation_failures_total{rule_group=~".*il2-burden.*"}',
        'up{job="alertmanager"} == 1',
        "ALERTS",
        "il2:patients:sum or vector(0)",
    ],
)
def test_the_names_that_are_prometheus_own_are_spelled_as_it_spells_them(expression: str, site: Site) -> None:
    answer(site, "prometheus", site.prometheus.url.removeprefix("http://"))
    assert wait_until(lambda: bool(now(site, expression)), PATIENCE_S)


def now(site: Site, expression: str) -> Any:
    return site.prometheus.get("query", query=expression)["result"]


def test_no_rule_fails_as_prometheus_evaluates_it(site: Site) -> None:
    assert wait_until(lambda: all(rule["health"] != "unknown" for rule in rules(site)), PATIENCE_S)
    assert {rule["health"] for rule in rules(site)} == {"ok"}
    assert {rule["name"] for rule in rules(site)} >= set(alarms())


def rules(site: Site) -> list[dict[str, Any]]:
    return [rule for group in site.prometheus.get("rules")["groups"] for rule in group["rules"]]
