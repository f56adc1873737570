"""Keep the first hours of a ward's file: ward.py FILE HOURS INTO.

Prints when it must begin to have ended two minutes ago.
"""

from __future__ import annotations

import datetime
import json
import sys

source, hours, into = sys.argv[1], float(sys.argv[2]), sys.argv[3]


def known(row: dict[str, str]) -> datetime.datetime:
    return datetime.datetime.fromisoformat(row.get("known") or row["at"])


with open(source, encoding="utf-8") as file:
    rows = [json.loads(line) for line in file]
first = min(map(known, rows))
kept = [row for row in rows if known(row) - first < datetime.timedelta(hours=hours)]
with open(into, "w", encoding="utf-8") as out:
    out.writelines(json.dumps(row) + "\n" for row in kept)
lasted = max(map(known, kept)) - first
begins = datetime.datetime.now(datetime.UTC) - lasted - datetime.timedelta(minutes=2)
print(begins.strftime("%Y-%m-%dT%H:%M:%SZ"))
