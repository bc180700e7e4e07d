"""A figure with its interval, and the table that evals print of several."""

from collections.abc import Mapping
from dataclasses import dataclass

from rich.table import Table


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A value with its 95 % interval; both None where the files hold no such thing."""

    value: float | None
    interval: tuple[float, float] | None


def table_of(figures: Mapping[str, Figure], titles: Mapping[str, str], title: str, *, of: str) -> Table:
    """A row a figure. `of`: what the files lack where there is none: questions, messages."""
    made = Table("figure", title=title, title_justify="left")
    made.add_column("value", justify="right")
    made.add_column("95 % interval", justify="right")
    for name, figure in figures.items():
        if figure.value is None or figure.interval is None:
            made.add_row(titles[name], "–", f"the files hold no such {of}")
        else:
            made.add_row(titles[name], f"{figure.value:.4f}", f"{figure.interval[0]:.4f} to {figure.interval[1]:.4f}")
    return made
