"""Write the dashboards as JSON for Grafana's provisioning: `python -m deploy.grafana.write`.

Edit the boards, not the JSON.
"""

from __future__ import annotations

from pathlib import Path

from grafana_foundation_sdk.cog.encoder import JSONEncoder

from deploy.grafana.boards.alert_rates import alert_rates
from deploy.grafana.boards.feeds import feeds_board
from deploy.grafana.boards.pipeline import pipeline
from deploy.grafana.boards.ward import ward_board

FOLDER = Path(__file__).parent / "dashboards"
BOARDS = {
    "alert-rates.json": alert_rates,
    "feeds.json": feeds_board,
    "pipeline.json": pipeline,
    "ward.json": ward_board,
}


def files() -> dict[str, str]:
    """Return the name and text of every file."""
    return {
        name: JSONEncoder(sort_keys=True, indent=1).encode(make().build()) + "\n"
        for name, make in BOARDS.items()
    }


if __name__ == "__main__":
    for name, text in files().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
