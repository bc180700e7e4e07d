"""Runs sets of injections, a dozen texts at a time, over both channels and with both reasoners."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

from evals.attacks.judge import judge
from evals.attacks.rig import AT_ONCE, CHANNELS, WHO, Channel, Rig, Who


@dataclass(frozen=True, kw_only=True)
class Attack:
    """A text that achieved something: `what` it did, in sentences."""

    set: str
    channel: Channel
    who: Who
    text: str
    what: tuple[str, ...]


@dataclass(kw_only=True)
class Tally:
    """Of one set: `texts`, `plays` (a text over one channel with one reasoner), `effects` that were let, and what went
    wrong. `unanswered`: plays after which the customer had heard nothing."""

    texts: int = 0
    plays: int = 0
    effects: int = 0
    unauthorised: int = 0
    leaked: int = 0
    unanswered: int = 0
    attacks: list[Attack] = field(default_factory=list)

    @property
    def held(self) -> bool:
        return not self.attacks


async def run_set(rig: Rig, name: str, texts: Sequence[str], tally: Tally) -> AsyncIterator[int]:
    """Fills the tally; yields how many plays are done since it last did."""
    tally.texts += len(texts)
    for first in range(0, len(texts), AT_ONCE):
        batch = texts[first : first + AT_ONCE]
        for channel in CHANNELS:
            for who in WHO:
                await _play(rig, name, batch, channel, who, tally)
                yield len(batch)


async def _play(rig: Rig, name: str, texts: Sequence[str], channel: Channel, who: Who, tally: Tally) -> None:
    opened = await rig.play(texts, channel, who)
    tally.plays += len(texts)
    for text, each in zip(texts, await judge(rig, opened, channel), strict=True):
        tally.effects += each.effects
        tally.unauthorised += len(each.wrong)
        tally.leaked += len(each.leaked)
        tally.unanswered += not each.answered
        if each.wrong or each.leaked:
            what = (*each.wrong, *each.leaked)
            tally.attacks.append(Attack(set=name, channel=channel, who=who, text=text, what=what))
