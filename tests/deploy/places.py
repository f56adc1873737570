"""Where the files of `deploy/` are, and what is asked in them: every expression of a rule and of a
dashboard's panel.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import yaml

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
RULES = sorted((DEPLOY / "prometheus" / "rules").glob("*.yml"))
RULE_TESTS = sorted((DEPLOY / "prometheus" / "tests").glob("*.yml"))
BOARDS = sorted((DEPLOY / "grafana" / "dashboards").glob("*.json"))
RUNBOOKS = ROOT / "docs" / "runbooks"

SCRAPE_S = 15
NAME = re.compile(r"\bil2_[a-z0-9_]+")


class Expression(NamedTuple):
    """An expression and where it stands."""

    place: str
    text: str


def loaded(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def rules() -> Iterator[dict[str, Any]]:
    """Every rule, alarms and recordings."""
    for path in RULES:
        for group in loaded(path)["groups"]:
            yield from group["rules"]


def alarms() -> dict[str, dict[str, Any]]:
    return {rule["alert"]: rule for rule in rules() if "alert" in rule}


def recordings() -> list[Expression]:
    return [Expression(rule["record"], rule["expr"]) for rule in rules() if "record" in rule]


def panels() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every panel that is no heading, with its dashboard's file."""
    for path in BOARDS:
        board = json.loads(path.read_text(encoding="utf-8"))
        for panel in board["panels"]:
            if panel["type"] != "row":
                yield path.name, panel


def panel_expressions() -> list[Expression]:
    """As Grafana asks them: with its variables at "all", and rates over four scrapes."""
    return [
        Expression(f"{board}: {panel['title']}: {target['refId']}", asked(target["expr"]))
        for board, panel in panels()
        for target in panel["targets"]
    ]


def asked(expression: str) -> str:
    return (
        expression.replace("$__rate_interval", f"{4 * SCRAPE_S}s")
        .replace("$unit", ".*")
        .replace("$level", ".*")
    )


def named() -> set[str]:
    """Every metric of ours that a file of `deploy/` names; the boards' Python names them in parts, their JSON
    whole.
    """
    kinds = {".yml", ".yaml", ".json", ".toml", ".md"}
    return {
        name
        for path in DEPLOY.rglob("*")
        if path.suffix in kinds
        for name in NAME.findall(path.read_text(encoding="utf-8"))
    }
