"""Bars of outcome by intent, as an SVG that is readable on light and dark pages."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from html import escape

from evals.messages.judge import Judged

OUTCOMES = {
    "acted": "acted",
    "answered": "answered",
    "asked_customer": "asked the customer",
    "awaiting_approval": "waits for approval",
    "declined": "declined",
    "handed_over": "handed over",
    "hung": "hung",
    "error": "error",
}
WIDTH, NAME, BAR, ROW, TOP = 960, 330, 480, 20, 96
STYLE = """
  text { font: 12px system-ui, sans-serif; fill: #24292f }
  .title { font-size: 16px; font-weight: 600 }
  .faint { fill: #57606a }
  .count { text-anchor: end }
  .name { text-anchor: end }
  .acted { fill: #1a7f37 } .answered { fill: #0969da } .asked_customer { fill: #8250df }
  .awaiting_approval { fill: #bf8700 } .declined { fill: #953800 } .handed_over { fill: #afb8c1 }
  .hung, .error { fill: #cf222e }
  .wrong { fill: #cf222e }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 } .faint { fill: #8d96a0 } .handed_over { fill: #484f58 }
    .acted { fill: #3fb950 } .answered { fill: #4493f8 } .asked_customer { fill: #ab7df8 }
    .awaiting_approval { fill: #d29922 } .declined { fill: #db6d28 } .wrong, .hung, .error { fill: #f85149 }
  }
"""


def draw(judged: Sequence[Judged]) -> str:
    """The mapped intents of each data set first, then the others."""
    rows = list(_rows(judged))
    height = TOP + ROW * len(rows) + 16
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
        'role="img" aria-label="Outcome of real messages by intent">',
        f"<style>{STYLE}</style>",
        f'<text class="title" x="16" y="28">What became of {len(judged)} real messages, by intent</text>',
        *_legend(),
        *(part for number, row in enumerate(rows) for part in _drawn(row, TOP + ROW * number)),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _rows(judged: Sequence[Judged]) -> Iterator[str | tuple[str, list[Judged]]]:
    """Headings and, under each, its intents with their messages."""
    grouped: defaultdict[tuple[str, bool], list[Judged]] = defaultdict(list)
    for each in judged:
        grouped[each.sent.message.source, not each.mapped].append(each)
    for (source, unmapped), members in sorted(
        grouped.items(), key=lambda group: (group[0][1], group[0][0] != "bitext")
    ):
        yield f"{source}: {'not covered' if unmapped else 'covered'}"
        intents: defaultdict[str, list[Judged]] = defaultdict(list)
        for each in members:
            intents[each.sent.message.intent].append(each)
        yield from sorted(intents.items())


def _drawn(row: str | tuple[str, list[Judged]], y: int) -> Iterator[str]:
    if isinstance(row, str):
        yield f'<text class="faint" x="16" y="{y + 15}">{escape(row)}</text>'
        return
    intent, members = row
    yield f'<text class="name" x="{NAME}" y="{y + 14}">{escape(intent)}</text>'
    left = float(NAME + 12)
    for outcome, count in _counted(each.sent.outcome for each in members):
        wide = BAR * count / len(members)
        tip = f"{intent}: {OUTCOMES[outcome]} {count} of {len(members)}"
        yield (
            f'<rect class="{outcome}" x="{left:.1f}" y="{y + 3}" width="{wide:.1f}" height="{ROW - 5}">'
            f"<title>{escape(tip)}</title></rect>"
        )
        left += wide
    wrong = sum(each.verdict in ("wrong", "as_if_known") for each in members)
    yield f'<text class="count faint" x="{NAME + BAR + 44}" y="{y + 14}">{len(members)}</text>'
    if wrong:
        yield f'<text class="count wrong" x="{WIDTH - 16}" y="{y + 14}">{wrong} wrong</text>'


def _counted(outcomes: Iterable[str]) -> list[tuple[str, int]]:
    """In the order of the legend."""
    counts = Counter(outcomes)
    return [(outcome, counts[outcome]) for outcome in OUTCOMES if counts[outcome]]


def _legend() -> Iterator[str]:
    x = 16
    for outcome, name in OUTCOMES.items():
        yield f'<rect class="{outcome}" x="{x}" y="46" width="12" height="12"/>'
        yield f'<text x="{x + 17}" y="56">{name}</text>'
        x += 34 + round(6.6 * len(name))
    yield (
        '<text class="faint" x="16" y="80">Each bar is one intent; at its end the number of messages, and how many of '
        "them were taken for something else.</text>"
    )
