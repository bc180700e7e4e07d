"""The company as its folder stands now: an edit takes effect without a restart, a broken edit takes none."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from policy.company import Company, company_files, load_company
from policy.source import CompanyInvalid
from policy.vocabulary import Vocabulary
from policy.wiring import read_wiring

Stamp = tuple[tuple[str, int, int], ...]

_SECONDS_BETWEEN_LOOKS = 1.0
RESTART = "Other kits or connections are written in company.yaml than the service works with: restart it."


class LiveCompany:
    """`monotonic` gives seconds. The first load raises CompanyInvalid; afterwards `problem` holds what is wrong
    with the folder while `current()` keeps answering with the last company that was whole. Its kits and connections stay
    those of the first load, since they are code that runs; `restart` says when the folder has others."""

    def __init__(self, folder: Path, vocabulary: Vocabulary, monotonic: Callable[[], float]) -> None:
        self._folder = folder
        self._vocabulary = vocabulary
        self._monotonic = monotonic
        self._stamp = stamp_of(folder)
        self._company = load_company(folder, vocabulary)
        self._looked = monotonic()
        self.problem: CompanyInvalid | None = None
        self.restart = ""

    def current(self) -> Company:
        """The newest whole company. Looks at the files' times at most once a second."""
        now = self._monotonic()
        if now - self._looked >= _SECONDS_BETWEEN_LOOKS:
            self._looked = now
            self._refresh()
        return self._company

    def _refresh(self) -> None:
        stamp = stamp_of(self._folder)
        if stamp == self._stamp:
            return
        self._stamp = stamp
        self.restart = RESTART if self._rewired() else ""
        try:
            company = load_company(self._folder, self._vocabulary)
            self._company = replace(company, wiring=self._company.wiring)
            self.problem = None
        except CompanyInvalid as problem:
            self.problem = problem

    def _rewired(self) -> bool:
        try:
            return not self._company.wiring.same(read_wiring(self._folder))
        except CompanyInvalid:
            return False


def stamp_of(folder: Path) -> Stamp:
    """Name, time of change and size of each of the company's files; changes when any of them does."""
    return tuple(_stamp(path) for path in company_files(folder))


def _stamp(path: Path) -> tuple[str, int, int]:
    try:
        found = path.stat()
    except OSError:
        return path.name, 0, 0
    return path.name, found.st_mtime_ns, found.st_size
