"""The Library page's charts, in the theme's colours: articles over time, and by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

if TYPE_CHECKING:
    from collections.abc import Sequence

    from index.store.catalogue import Count

_BAR_PIXELS = 22
_COUNT = {
    "field": "articles",
    "type": "quantitative",
    "axis": {"title": None, "tickMinStep": 1, "tickCount": 5, "format": ",d"},
}


def draw_months(counts: Sequence[Count]) -> None:
    """Draw articles over time: months without any leave a gap as wide as they are."""
    spec = {
        "mark": {"type": "bar", "tooltip": True, "minBandSize": 3},
        "encoding": {
            "x": {
                "field": "month",
                "type": "temporal",
                "timeUnit": "utcyearmonth",
                "axis": {"title": None, "grid": False, "labelAngle": 0, "labelOverlap": True},
            },
            "y": _COUNT,
        },
    }
    table = {"month": [f"{count.label}-01" for count in counts], **_articles(counts)}
    _draw(table, spec, height=220)


def draw_bars(counts: Sequence[Count]) -> None:
    """Draw a bar for each label, in the order given."""
    spec = {
        "mark": {"type": "bar", "tooltip": True},
        "encoding": {
            "y": {
                "field": "name",
                "type": "nominal",
                "sort": None,
                "axis": {"title": None, "labelLimit": 150},
            },
            "x": _COUNT,
        },
    }
    table = {"name": [count.label for count in counts], **_articles(counts)}
    _draw(table, spec, height=_BAR_PIXELS * len(counts) + 50)


def _draw(table: dict[str, list[Any]], spec: dict[str, Any], height: int) -> None:
    """Draw a chart with labels in the theme's text colour: Streamlit's grey is too light to read."""
    ink = st.get_option(f"theme.{st.context.theme.type or 'light'}.textColor")
    st.vega_lite_chart(table, {**spec, "config": {"axis": {"labelColor": ink}}}, height=height)


def _articles(counts: Sequence[Count]) -> dict[str, list[Any]]:
    return {"articles": [count.articles for count in counts]}
