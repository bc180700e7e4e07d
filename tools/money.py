"""The type of a fact's field that is money, so that whoever writes it out knows it from a count."""

from typing import Annotated

MONEY = "money"
Cents = Annotated[int, MONEY]
"""Minor units of the fact's own `currency`, or else of the company's."""
