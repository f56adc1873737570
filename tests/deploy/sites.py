"""The configurations of `deploy/` made to run on loopback: addresses are replaced, and where it is said,
waits.
"""

from __future__ import annotations

import re
from pathlib import Path

from tests.deploy.places import DEPLOY

SECRET = re.compile(r"url_file: /run/secrets/([a-z-]+)-url")


def on_loopback(receiver: str) -> str:
    """alertmanager.yml with the receivers' addresses written out: `<receiver>/clinical-absolute`, ...

    `url_file` of a webhook is younger (0.26) than Debian's Alertmanager.
    """
    text, made = SECRET.subn(
        rf"url: {receiver}/\1", (DEPLOY / "alertmanager" / "alertmanager.yml").read_text(encoding="utf-8")
    )
    assert made == 5
    return text


def here(folder: Path) -> str:
    """prometheus.yml as it stands, with the rules where they are in this folder."""
    text = (folder / "prometheus.yml").read_text(encoding="utf-8")
    assert "/etc/prometheus/rules" in text
    return text.replace("/etc/prometheus/rules", str(folder / "rules"))


def quick(config: str) -> str:
    """alertmanager.yml with every wait cut to a second; what waits for nothing goes on waiting for
    nothing.
    """
    return re.sub(r"(group_wait|group_interval|repeat_interval): (?!0s)\w+", r"\1: 1s", config)
