"""Build the kinds of panel that the dashboards use. Every panel has one sentence on what it answers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from grafana_foundation_sdk.builders import bargauge, common, dashboard, prometheus, stat, timeseries
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.models.common import (
    BarGaugeDisplayMode,
    BigValueColorMode,
    BigValueGraphMode,
    DataSourceRef,
    GraphDrawStyle,
    LegendDisplayMode,
    LegendPlacement,
    SortOrder,
    StackingMode,
    TooltipDisplayMode,
    VizOrientation,
)
from grafana_foundation_sdk.models.dashboard import (
    DashboardLinkType,
    Threshold,
    ThresholdsMode,
    VariableRefresh,
    VariableSort,
)
from grafana_foundation_sdk.models.dashboard import Panel as Built

DATA = DataSourceRef(type_val="prometheus", uid="il2-prometheus")
"""The uid that provisioning/datasources/prometheus.yml gives."""
WIDE = 24
GREEN, YELLOW, RED = "green", "yellow", "red"
Panel = Builder[Built]


class Query(NamedTuple):
    """A query to Prometheus, and its line's name (`{{label}}` is replaced by a label's value)."""

    expr: str
    legend: str = ""


class PanelRow(NamedTuple):
    """A heading and the panels below it; their widths fill lines of 24."""

    title: str
    panels: tuple[Panel, ...]


def lines(
    title: str, description: str, unit: str, *queries: Query, width: int = 12, stacked: bool = False
) -> timeseries.Panel:
    """Return a panel of values over time; `stacked` where their sum has a meaning."""
    panel = (
        timeseries.Panel()
        .title(title)
        .description(description)
        .unit(unit)
        .datasource(DATA)
        .span(width)
        .height(8)
    )
    panel.axis_soft_min(0).line_width(1).draw_style(GraphDrawStyle.LINE).fill_opacity(25 if stacked else 5)
    panel.legend(
        common.VizLegendOptions()
        .display_mode(LegendDisplayMode.LIST)
        .placement(LegendPlacement.BOTTOM)
        .show_legend(True)
        .calcs([])
    )
    panel.tooltip(common.VizTooltipOptions().mode(TooltipDisplayMode.MULTI).sort(SortOrder.DESCENDING))
    if stacked:
        panel.stacking(common.StackingConfig().mode(StackingMode.NORMAL).group("A"))
    for name, query in named(queries):
        panel.with_target(target(name, query).range())
    return panel


def number(
    title: str,
    description: str,
    unit: str,
    expr: str,
    width: int = 4,
    steps: tuple[tuple[float, str], ...] = (),
) -> stat.Panel:
    """Return a panel of the latest value, large.

    `steps`: from which value on it has which colour; below the first it is green.
    """
    panel = (
        stat.Panel().title(title).description(description).unit(unit).datasource(DATA).span(width).height(4)
    )
    panel.graph_mode(BigValueGraphMode.AREA).color_mode(
        BigValueColorMode.VALUE if steps else BigValueColorMode.NONE
    )
    panel.reduce_options(latest()).thresholds(thresholds(steps))
    return panel.with_target(target("A", Query(expr)).range())


def bars(
    title: str, description: str, unit: str, *queries: Query, width: int = 8, height: int = 8
) -> bargauge.Panel:
    """Return a panel of the latest value of each series, as bars beside each other."""
    panel = (
        bargauge.Panel()
        .title(title)
        .description(description)
        .unit(unit)
        .datasource(DATA)
        .span(width)
        .height(height)
        .min(0)
    )
    panel.display_mode(BarGaugeDisplayMode.BASIC).orientation(VizOrientation.HORIZONTAL).reduce_options(
        latest()
    )
    panel.thresholds(thresholds(()))
    for name, query in named(queries):
        panel.with_target(target(name, query).instant())
    return panel


def target(name: str, query: Query) -> prometheus.Dataquery:
    return (
        prometheus.Dataquery()
        .ref_id(name)
        .datasource(DATA)
        .expr(query.expr)
        .legend_format(query.legend or "__auto")
    )


def named(queries: Iterable[Query]) -> Iterable[tuple[str, Query]]:
    return zip("ABCDEFGH", queries, strict=False)


def latest() -> common.ReduceDataOptions:
    return common.ReduceDataOptions().calcs(["lastNotNull"]).fields("").values(False)


def thresholds(steps: tuple[tuple[float, str], ...]) -> dashboard.ThresholdsConfig:
    made = [
        Threshold(value=None, color=GREEN),
        *(Threshold(value=value, color=color) for value, color in steps),
    ]
    return dashboard.ThresholdsConfig().mode(ThresholdsMode.ABSOLUTE).steps(made)


def choice(name: str, label: str, metric: str) -> dashboard.QueryVariable:
    """Return a control to choose some of a label's values; all of them at first, the empty one included."""
    return (
        dashboard.QueryVariable(name)
        .label(label)
        .datasource(DATA)
        .query(f"label_values({metric}, {name})")
        .refresh(VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(VariableSort.ALPHABETICAL_ASC)
        .multi(True)
        .include_all(True)
        .all_value(".*")
    )


def board(
    uid: str,
    title: str,
    description: str,
    since: str,
    rows: Iterable[PanelRow],
    choices: Iterable[dashboard.QueryVariable] = (),
) -> dashboard.Dashboard:
    """Return a dashboard that cannot be edited in Grafana, with links to the others."""
    made = (
        dashboard.Dashboard(title)
        .uid(uid)
        .description(description)
        .tags(["il2watch"])
        .readonly()
        .timezone("browser")
        .refresh("30s")
        .time(since, "now")
    )
    made.link(
        dashboard.DashboardLink("il2watch")
        .type(DashboardLinkType.DASHBOARDS)
        .tags(["il2watch"])
        .as_dropdown(False)
        .include_vars(False)
    )
    for variable in choices:
        made.with_variable(variable)
    panel_id = 0
    for row in rows:
        made.with_row(dashboard.Row(row.title))
        for panel in row.panels:
            panel_id += 1
            made.with_panel(numbered(panel, panel_id))
    return made


def numbered(panel: Panel, panel_id: int) -> Panel:
    """Give a panel its number, which it keeps as long as its place; Grafana's links to it use the number."""
    panel.build().id_val = panel_id
    return panel
