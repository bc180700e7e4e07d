"""A reliability diagram for each set of messages, as an SVG that is readable on light and dark pages."""

from collections.abc import Iterator, Sequence
from html import escape

from evals.reliability.measure import Bin, Reliability

SIDE, GAP, LEFT, TOP = 220, 44, 44, 74
STYLE = """
  text { font: 12px system-ui, sans-serif; fill: #24292f }
  .title { font-size: 16px; font-weight: 600 }
  .faint { fill: #57606a }
  .middle { text-anchor: middle } .end { text-anchor: end }
  .frame { fill: none; stroke: #d0d7de } .ideal { stroke: #afb8c1; stroke-dasharray: 4 4 }
  .bar { stroke: #0969da; stroke-width: 1.5 } .point { fill: #0969da } .many { fill: #afb8c1; opacity: .35 }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 } .faint { fill: #8d96a0 } .frame { stroke: #30363d } .ideal { stroke: #6e7681 }
    .bar { stroke: #4493f8 } .point { fill: #4493f8 } .many { fill: #6e7681 }
  }
"""


TITLE = "How often the likeliest intent is right, by its probability"


def draw(sets: Sequence[Reliability], *, title: str = TITLE, of: str = "messages", what: str = "triage") -> str:
    """Side by side, in the order given. `of`: what the sets are made of; `what` told the probabilities."""
    width, height = LEFT + len(sets) * (SIDE + GAP), TOP + SIDE + 62
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'role="img" aria-label="{escape(title, quote=True)}">',
        f"<style>{STYLE}</style>",
        f'<text class="title" x="{LEFT}" y="26">{escape(title)}</text>',
        *(part for number, each in enumerate(sets) for part in _panel(each, LEFT + number * (SIDE + GAP), of)),
        f'<text class="faint" x="{LEFT}" y="{height - 10}">On the dashed line, probability and frequency agree; above it {what} '
        f"is surer than it says. Bars: 95 % intervals. Grey: how many {of}.</text>",
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _panel(told: Reliability, left: int, of: str) -> Iterator[str]:
    yield f'<text x="{left}" y="{TOP - 24}">{escape(told.name)}</text>'
    yield f'<text class="faint" x="{left}" y="{TOP - 8}">{len(told.guesses)} {of}, error {told.error:.3f}</text>'
    yield f'<rect class="frame" x="{left}" y="{TOP}" width="{SIDE}" height="{SIDE}"/>'
    yield f'<line class="ideal" x1="{left}" y1="{TOP + SIDE}" x2="{left + SIDE}" y2="{TOP}"/>'
    most = max(each.right.total for each in told.bins)
    for each in told.bins:
        yield from _bin(each, left, most)
    for tick in (0, 0.5, 1):
        x, y = left + SIDE * tick, TOP + SIDE * (1 - tick)
        yield f'<text class="faint middle" x="{x:.0f}" y="{TOP + SIDE + 16}">{tick:g}</text>'
        yield f'<text class="faint end" x="{left - 5}" y="{y + 4:.0f}">{tick:g}</text>'


def _bin(each: Bin, left: int, most: int) -> Iterator[str]:
    tall = SIDE * 0.3 * each.right.total / most
    wide, x = SIDE * (each.high - each.low), left + SIDE * each.mean
    low, high = (TOP + SIDE * (1 - end) for end in each.right.interval)
    tip = f"{each.low:.1f} to {each.high:.1f}: {each.right.hits} of {each.right.total} right"
    yield (
        f'<rect class="many" x="{left + SIDE * each.low:.1f}" y="{TOP + SIDE - tall:.1f}" width="{wide:.1f}" '
        f'height="{tall:.1f}"/>'
    )
    yield f'<line class="bar" x1="{x:.1f}" y1="{low:.1f}" x2="{x:.1f}" y2="{high:.1f}"/>'
    y = TOP + SIDE * (1 - each.right.value)
    yield f'<circle class="point" cx="{x:.1f}" cy="{y:.1f}" r="3.5"><title>{escape(tip)}</title></circle>'
