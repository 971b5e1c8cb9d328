"""The report's charts as small SVG drawings that take the page's colours."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from eval.comparing import Result

_WIDTH, _LEFT, _RIGHT = 720, 150, 80
_ROW = 30
_SERIES = ("before", "after")


def intervals(rows: Sequence[tuple[str, Result]]) -> str:
    """Return the difference of each row with its interval, around a line at no difference."""
    reach = max([0.05, *(abs(end) for _, r in rows for end in (r.low, r.high))]) * 1.05
    inner = _WIDTH - _LEFT - _RIGHT

    def x(value: float) -> float:
        return _LEFT + inner * (value + reach) / (2 * reach)

    height = _ROW * len(rows) + 40
    parts = [_line(x(0), 8, x(0), height - 28, "axis")]
    for at, (name, result) in enumerate(rows):
        y = 22 + at * _ROW
        kind = {"better": "good", "worse": "bad"}.get(result.verdict or "", "plain")
        parts += [
            _text(_LEFT - 12, y + 4, name, "end"),
            _line(x(result.low), y, x(result.high), y, f"span {kind}"),
            f'<circle cx="{x(result.difference):.1f}" cy="{y}" r="5" class="{kind}"/>',
            _text(_WIDTH - _RIGHT + 12, y + 4, f"n = {result.n}", "start"),
        ]
    for value in (-reach, 0, reach):
        parts.append(_text(x(value), height - 8, f"{100 * value:+.0f}", "middle"))
    return _svg(height, parts, "Difference in right answers, in points, by slice")


def curves(series: Sequence[Sequence[tuple[float, float]]]) -> str:
    """Return risk against coverage, one line a run."""
    height, bottom = 260, 220

    def place(coverage: float, risk: float) -> tuple[float, float]:
        return _LEFT + coverage * (_WIDTH - _LEFT - _RIGHT), bottom - risk * 200

    parts = [
        _line(_LEFT, bottom, _WIDTH - _RIGHT, bottom, "axis"),
        _line(_LEFT, 20, _LEFT, bottom, "axis"),
    ]
    for value in (0, 0.25, 0.5, 0.75, 1):
        parts.append(_text(place(value, 0)[0], bottom + 18, f"{value:.0%}", "middle"))
        parts.append(_text(_LEFT - 8, place(0, value)[1] + 4, f"{value:.0%}", "end"))
    for name, points in zip(_SERIES, series, strict=True):
        drawn = " ".join("{:.1f},{:.1f}".format(*place(*point)) for point in points)
        parts.append(f'<polyline points="{drawn}" class="{name}"/>')
        if points:
            x, y = place(*points[-1])
            parts.append(_text(x + 6, y + (14 if name == "after" else -4), name, "start"))
    parts.append(_text(_WIDTH / 2, height - 6, "share of questions answered", "middle"))
    return _svg(height, parts, "Share of answers that are not right, by share answered")


def boxes(series: Sequence[Sequence[float]]) -> str:
    """Return seconds to the answer: quartiles as a box, 5% to 95% as a line, one row a run."""
    most = max([0.001, *(quantile(values, 0.95) for values in series if values)]) * 1.1
    inner = _WIDTH - _LEFT - _RIGHT
    height = 2 * _ROW + 40
    parts = []
    for at, (name, values) in enumerate(zip(_SERIES, series, strict=True)):
        y = 22 + at * _ROW
        parts.append(_text(_LEFT - 12, y + 4, name, "end"))
        if not values:
            continue
        low, first, middle, third, high = (
            _LEFT + inner * quantile(values, q) / most for q in (0.05, 0.25, 0.5, 0.75, 0.95)
        )
        parts += [
            _line(low, y, high, y, "span plain"),
            f'<rect x="{first:.1f}" y="{y - 8}" width="{max(1, third - first):.1f}" height="16"'
            f' class="{name}"/>',
            _line(middle, y - 8, middle, y + 8, "median"),
            _text(_WIDTH - _RIGHT + 12, y + 4, f"{quantile(values, 0.5):.2f} s", "start"),
        ]
    for share in (0, 0.5, 1):
        parts.append(_text(_LEFT + inner * share, height - 8, f"{most * share:.2f} s", "middle"))
    return _svg(height, parts, "Seconds to the complete answer")


def quantile(ordered: Sequence[float], share: float) -> float:
    """Return a quantile of sorted values, the nearest of them."""
    return ordered[min(len(ordered) - 1, round(share * (len(ordered) - 1)))]


def _line(x1: float, y1: float, x2: float, y2: float, kind: str) -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" class="{kind}"/>'


def _text(x: float, y: float, words: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{words}</text>'


def _svg(height: float, parts: Sequence[str], title: str) -> str:
    return (
        f'<svg viewBox="0 0 {_WIDTH} {height:.0f}" role="img" aria-label="{title}">'
        f"<title>{title}</title>{''.join(parts)}</svg>"
    )
