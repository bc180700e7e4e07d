"""The kinds of argument a model may give a tool. Their limits are part of the schema that the model and policy see."""

from typing import Annotated

from pydantic import Field

Id = Annotated[str, Field(min_length=1, max_length=80, pattern=r"^[!-~]+$")]
"""A business system's id: printable ASCII without spaces."""

OptionalId = Annotated[str, Field(max_length=80, pattern=r"^[!-~]*$")]
"""An id, or "" for the one that is meant by default."""

Cents = Annotated[int, Field(gt=0, le=100_000_000)]
"""Money in minor units."""

Sum = Annotated[int, Field(ge=0, le=100_000_000)]
"""Money in minor units, or none."""

Line = Annotated[str, Field(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*[^\x00-\x20\x7f][^\x00-\x1f\x7f]*$")]
"""One line of text with something in it."""

Text = Annotated[str, Field(max_length=4000, pattern=r"^[^\x00]*[^\x00-\x20][^\x00]*$")]
"""Text of any number of lines with something in it."""

OptionalLine = Annotated[str, Field(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
"""One line of text, or "" for none."""

Mention = Annotated[str, Field(max_length=4000, pattern=r"^[^\x00]*$")]
"""An id, or a few words of the customer's, or "" for what is meant by default."""
