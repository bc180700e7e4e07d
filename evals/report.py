"""What people see: a table of the cases, what differed, and how much of the drawing they cover."""

from collections.abc import Iterator, Sequence

from rich.table import Table
from rich.text import Text

from evals.found import Edge
from evals.suite import Result


def table(results: Sequence[Result]) -> Table:
    """A row for each case."""
    passed = sum(result.passed for result in results)
    seconds = sum(result.seconds for result in results)
    title = f"{passed} of {len(results)} cases passed, {len(results) - passed} failed, in {seconds:.0f} s"
    made = Table(title=title, title_justify="left")
    made.add_column("case", no_wrap=True)
    for name in ("", "phrasings", "twin", "s"):
        made.add_column(name, justify="right")
    for result in results:
        mark = Text("passed", "green") if result.passed else Text("failed", "bold red")
        own, twin = (_share(result, twin=which) for which in (False, True))
        made.add_row(result.case.name, mark, own, twin, f"{result.seconds:.1f}")
    return made


def _share(result: Result, *, twin: bool) -> str:
    plays = [each for each in result.plays if each.twin is twin]
    return f"{sum(not each.wrong for each in plays)}/{len(plays)}"


def wrong_lines(results: Sequence[Result]) -> Iterator[Text]:
    """What differed, phrasing by phrasing."""
    for result in results:
        for played in result.plays:
            if played.wrong:
                yield Text(f"{result.case.name}{', twin' if played.twin else ''}: “{played.phrasing}”", "bold red")
                yield from (Text(f"  {line}") for line in played.wrong)


def edges_line(drawn: set[Edge], results: Sequence[Result]) -> Text:
    """How many edges of the drawing were taken, and which never."""
    taken = {edge for result in results for edge in result.edges} & drawn
    missing = sorted(drawn - taken)
    told = f"{len(taken)} of {len(drawn)} edges of the drawing were taken."
    names = ", ".join(f"{before} → {after}" for before, after in missing)
    return Text(f"{told} Never: {names}." if missing else told, "yellow" if missing else "green")
