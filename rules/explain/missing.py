"""What cannot be seen: each missing input by its wire code, when it was last charted and what would mend it."""

from rules.chart.chart import Chart
from rules.evaluate.monitoring import last_seen
from rules.explain.amounts import when

WITHOUT_RECORD = {
    "baseline-weight": "no baseline event gives a weight; chart one",
    "o2-flow": "a device is charted without its flow; chart the flow",
}


def charted(chart: Chart, code: str) -> int | None:
    """When a wire code was last charted, by `at`, whether or not it still counts."""
    signals = chart.tail.now
    if code == "spo2":
        return None if signals.spo2.last is None else signals.spo2.last.at
    if code == "temperature":
        return None if signals.temp.last is None else signals.temp.last.at
    return last_seen(chart, code)


def unseen(chart: Chart, code: str) -> str:
    """`Missing: creatinine: never charted.`"""
    if code in WITHOUT_RECORD:
        return f"Missing: {code}: {WITHOUT_RECORD[code]}."
    if code.endswith(".high"):
        return f"Missing: {code}: the reading carries no upper reference limit and the site has set none."
    last = charted(chart, code)
    if last is None:
        return f"Missing: {code}: never charted."
    reason = "too old, or not covering what is needed" if code == "urine" else "too old to count"
    return f"Missing: {code}: last charted at {when(last)}, {reason}."
