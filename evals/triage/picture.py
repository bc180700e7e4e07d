"""How many messages are handled against how many of those are right, as an SVG that is readable on light and dark pages."""

from collections.abc import Iterator, Mapping, Sequence
from html import escape

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

WIDTH, HEIGHT, LEFT, TOP = 520, 260, 56, 64
POINTS = 200
STYLE = """
  text { font: 12px system-ui, sans-serif; fill: #24292f }
  .title { font-size: 16px; font-weight: 600 }
  .faint { fill: #57606a }
  .middle { text-anchor: middle } .end { text-anchor: end }
  .frame { fill: none; stroke: #d0d7de } .mark { stroke: #afb8c1; stroke-dasharray: 4 4 }
  .line { fill: none; stroke-width: 2 }
  .line-0 { stroke: #0969da } .line-1 { stroke: #bf8700 } .line-2 { stroke: #cf222e } .line-3 { stroke: #1a7f37 }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 } .faint { fill: #8d96a0 } .frame { stroke: #30363d } .mark { stroke: #6e7681 }
    .line-0 { stroke: #4493f8 } .line-1 { stroke: #d29922 } .line-2 { stroke: #f85149 } .line-3 { stroke: #3fb950 }
  }
"""
Line = tuple[Sequence[float] | Numbers, Sequence[float] | Numbers]
"""The positions from left to right, and the values there."""


def draw(title: str, across: str, lines: Mapping[str, Line], *, lowest: float, mark: float, whole: bool = True) -> str:
    """One line for each name; values from `lowest` to 1, with a dashed line at `mark`. `whole`: positions are shares;
    else they are counts."""
    height = TOP + HEIGHT + 56 + 18 * len(lines)
    most = 1.0 if whole else max(float(max(places)) for places, _ in lines.values())
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {LEFT + WIDTH + 24} {height}" '
        f'width="{LEFT + WIDTH + 24}" height="{height}" role="img" aria-label="{escape(title, quote=True)}">',
        f"<style>{STYLE}</style>",
        f'<text class="title" x="16" y="26">{escape(title)}</text>',
        f'<rect class="frame" x="{LEFT}" y="{TOP}" width="{WIDTH}" height="{HEIGHT}"/>',
        f'<line class="mark" x1="{LEFT}" x2="{LEFT + WIDTH}" y1="{_y(mark, lowest):.1f}" y2="{_y(mark, lowest):.1f}"/>',
        *_ticks(lowest, most, whole),
        f'<text class="faint middle" x="{LEFT + WIDTH / 2}" y="{TOP + HEIGHT + 36}">{escape(across)}</text>',
        *(
            part
            for number, (name, line) in enumerate(lines.items())
            for part in _line(number, name, line, lowest, most)
        ),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _y(value: float, lowest: float) -> float:
    return TOP + HEIGHT * (1 - (max(value, lowest) - lowest) / (1 - lowest))


def _ticks(lowest: float, most: float, whole: bool) -> Iterator[str]:
    for part in (0, 0.25, 0.5, 0.75, 1):
        value, x = lowest + (1 - lowest) * part, LEFT + WIDTH * part
        told = f"{part:.0%}" if whole else f"{most * part:.0f}"
        yield f'<text class="faint end" x="{LEFT - 6}" y="{_y(value, lowest) + 4:.0f}">{value:.0%}</text>'
        yield f'<text class="faint middle" x="{x:.0f}" y="{TOP + HEIGHT + 16}">{told}</text>'


def _line(number: int, name: str, line: Line, lowest: float, most: float) -> Iterator[str]:
    places, values = (np.asarray(each, dtype=float) for each in line)
    shown = np.unique(np.linspace(0, len(places) - 1, min(POINTS, len(places))).astype(int))
    points = " ".join(f"{LEFT + WIDTH * places[i] / most:.1f},{_y(values[i], lowest):.1f}" for i in shown)
    y = TOP + HEIGHT + 56 + 18 * number
    yield f'<polyline class="line line-{number % 4}" points="{points}"><title>{escape(name)}</title></polyline>'
    yield f'<line class="line line-{number % 4}" x1="{LEFT}" x2="{LEFT + 22}" y1="{y - 4}" y2="{y - 4}"/>'
    yield f'<text x="{LEFT + 30}" y="{y}">{escape(name)}</text>'
