"""National identity numbers: each by how it is written, and valid by its own rules (python-stdnum)."""

import re
from collections.abc import Callable, Iterator

from stdnum.br import cpf
from stdnum.ca import sin
from stdnum.ch import ssn as ahv
from stdnum.de import idnr
from stdnum.es import dni, nie
from stdnum.fr import nir
from stdnum.gb import nhs
from stdnum.it import codicefiscale
from stdnum.nl import bsn
from stdnum.pl import pesel
from stdnum.se import personnummer
from stdnum.us import ssn

_NINO = r"[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d\d ?\d\d ?\d\d ?[A-D]"
"""The British National Insurance number carries no checksum."""

Valid = Callable[[str], bool]
_KINDS: tuple[tuple[str, Valid], ...] = (
    (r"\d{3}-\d{2}-\d{4}", ssn.is_valid),
    (_NINO, bool),
    (r"\d{3} \d{3} \d{4}", nhs.is_valid),
    (r"\d{3}[ -]\d{3}[ -]\d{3}", sin.is_valid),
    (r"\d{8}-?[A-Z]", dni.is_valid),
    (r"[XYZ]-?\d{7}-?[A-Z]", nie.is_valid),
    (r"[A-Z]{6}\d\d[A-EHLMPRST]\d\d[A-Z]\d{3}[A-Z]", codicefiscale.is_valid),
    (r"[12] ?\d\d ?\d\d ?\d[\dAB] ?\d{3} ?\d{3} ?\d\d", nir.is_valid),
    (r"\d{3}\.\d{3}\.\d{3}-\d\d", cpf.is_valid),
    (r"756\.?\d{4}\.?\d{4}\.?\d\d", ahv.is_valid),
    (r"\d\d ?\d{3} ?\d{3} ?\d{3}", idnr.is_valid),
    (r"\d{11}", pesel.is_valid),
    (r"(?:\d\d)?\d{6}[-+]\d{4}", personnummer.is_valid),
    (r"\d{4}\.\d\d\.\d{3}", bsn.is_valid),
)
_COMPILED = tuple((re.compile(rf"(?<![\w.-]){written}(?![\w-])", re.IGNORECASE), valid) for written, valid in _KINDS)


def national_ids(text: str) -> Iterator[tuple[int, int]]:
    """Where they stand."""
    for pattern, valid in _COMPILED:
        for match in pattern.finditer(text):
            if valid(match[0]):
                yield match.start(), match.end()
