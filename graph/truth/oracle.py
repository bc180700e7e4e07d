"""Compares a sent message with the ledger: a second opinion that shares nothing with the guard but the two of them.

It knows less than the lexicons on purpose, in one language, and reads nothing but the message and the rows: a proof may
call it on whatever was sent, by whichever reasoner.
"""

import re
from collections.abc import Iterator, Sequence

from records.ledger import Entry

_DID: dict[str, str] = {
    r"refunded|reimbursed|paid (?:\S+ )?back|repaid|returned the money": r"refund|prorate|revert|payment|return",
    r"credited|issued (?:a|the|your) credit": r"credit",
    r"cancel+ed|terminated|ended|closed": r"cancel|end|close|void",
    r"sent|shipped|dispatched|reshipped|replaced|mailed": r"ship|send|reset|seat|replace|exchange|book|call",
    r"changed|updated|moved|switched|adjusted|upgraded|downgraded": r"change|move|switch|revert|plan|reset|modify|update|mfa",
    r"extended|prolonged": r"extend",
    r"deleted|erased|removed": r"delete|free|remove|void|cancel",
    r"reset|unlocked|restored|reopened|reactivated": r"reset|reopen|resume|unlock|mfa|seat",
    r"booked|scheduled": r"book|move|schedule",
    r"filed|reported": r"file|report|bug|request",
}
"""What the agent says it did, and the tools that do it."""
_AGENT = r"\b(?:i|we)(?:'ve| have| had|)(?: (?:just|now|already|also|successfully|fully|gone ahead and))* (?:{did})\b"
_PASSIVE = r"\byour [a-z]+(?: [a-z]+)? (?:has|have) (?:now |just |already )*been (?:{did})\b"
_NOUN = r"\b(?:your|the|a) refund\b.*\b(?:has been (?:issued|processed|approved|made|sent)|is on its way|was (?:issued|processed|made))\b"
_MONEY = re.compile(r"(?<![\w.,-])(\d{1,3}(?:[,']\d{3})*|\d+)[.,](\d{2})(?!\d)")


def claims_without_receipt(said: str, ledger: Sequence[Entry]) -> list[str]:
    """The sentences that say the agent did something which no action of the ledger shows as done, or with another sum.
    `ledger`: the customer's entries. What records show by themselves ("it was delivered") is no claim of the agent's."""
    done = [entry for entry in ledger if entry.status == "done"]
    return [sentence for sentence in re.split(r"(?<=[.!?])\s+|\n+", said) if _unproved(sentence, done)]


def _unproved(sentence: str, done: Sequence[Entry]) -> bool:
    for tools in _claimed(sentence.casefold().replace("’", "'")):
        proof = [entry for entry in done if re.search(tools, entry.tool)]
        sums = [int(re.sub(r"\D", "", whole) + cents) for whole, cents in _MONEY.findall(sentence)]
        if not proof or any(amount not in {each for entry in proof for each in _sums(entry)} for amount in sums):
            return True
    return False


def _claimed(sentence: str) -> Iterator[str]:
    """For each thing that is said to be done, the tools that do it."""
    for did, tools in _DID.items():
        if re.search(_AGENT.format(did=did), sentence) or re.search(_PASSIVE.format(did=did), sentence):
            yield tools
    if re.search(_NOUN, sentence):
        yield next(iter(_DID.values()))


def _sums(entry: Entry) -> Iterator[int]:
    """Minor units that an action moved."""
    yield entry.amount
    amount = (entry.receipt or {}).get("amount")
    if isinstance(amount, int):
        yield amount
