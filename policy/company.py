"""A company, read from its folder: company.yaml, policy.yaml, playbooks/*.md; the articles are read elsewhere."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from policy.authority import THEN, ApprovalRule, Role, approval_of, roles_of
from policy.budgets import Budget, budgets_of
from policy.entitlement import ToolPolicy, tools_of
from policy.hours import Hours, hours_of
from policy.manner import Email, Tone, email_of, tone_of
from policy.playbook import Playbook, playbook_of
from policy.retention import Retention, retention_of
from policy.routing import RoutingRule, routing_of
from policy.source import CompanyInvalid, Node, Problem, document
from policy.sources import ArticleSource, sources_of
from policy.sure import Sure
from policy.triggers import Thresholds, Trigger, thresholds_of, triggers_of
from policy.usage import Usage, usage_of
from policy.vocabulary import Vocabulary, situation_environment
from policy.wiring import Wiring, wiring_of

MOVES = ("person", "withdraw", "status", "thanks", "confirm", "none")
SIGNALS = ("strong_emotion", "time_critical")
COMPANY_KEYS = (
    "name",
    "voice",
    "currency",
    "language",
    "queues",
    "routing",
    "hours",
    "tiers",
    "roles",
    "moves",
    "signals",
    "connections",
    "kits",
    "usage",
    "close_after",
    "retention",
    "tone",
    "email",
    "sources",
)
POLICY_KEYS = ("tools", "budgets", "drafts", "triggers", "thresholds")


SILENCE = timedelta(hours=72)
"""How long a conversation waits for its customer, where company.yaml does not say."""


@dataclass(frozen=True, kw_only=True)
class Company:
    """`voice`: how it writes, for a model. `queues`: name to title. `tiers`: lowest first. `moves`: what a customer may
    do besides asking, to example sentences; under `none`, sentences that ask for nothing. `wiring`: its kits, and which
    adapter serves which port. `drafts`: who approves drafted replies. `budgets`:
    what one customer may get in all. `usage`: how much a
    caller and a run may use. `close_after`: how long a silent customer is waited for. `retention`: how long what is kept.
    `tone`: how it writes to whom, for a model; `email`: what stands around its letters. `sources`: where the help
    centre's articles come from. `version`: sha256 of every file but the articles."""

    name: str
    voice: str
    currency: str
    language: str
    queues: Mapping[str, str]
    routing: tuple[RoutingRule, ...]
    hours: Hours
    tiers: tuple[str, ...]
    roles: Mapping[str, Role]
    moves: Mapping[str, tuple[str, ...]]
    signals: Mapping[str, tuple[str, ...]]
    wiring: Wiring
    tools: Mapping[str, ToolPolicy]
    drafts: ApprovalRule
    budgets: tuple[Budget, ...]
    triggers: tuple[Trigger, ...]
    thresholds: Thresholds
    playbooks: Mapping[str, Playbook]
    articles: Path
    version: str
    usage: Usage = field(default_factory=Usage)
    close_after: timedelta = SILENCE
    retention: Retention = field(default_factory=lambda: retention_of(None))
    tone: Tone = field(default_factory=Tone)
    email: Email = field(default_factory=lambda: email_of(None))
    sources: tuple[ArticleSource, ...] = ()

    def sure(self, intent: str) -> Sure:
        """How sure the agent must be of this intent; as the company is in all, where it has no playbook."""
        playbook = self.playbooks.get(intent)
        return playbook.sure if playbook else self.thresholds.sure

    @property
    def examples(self) -> dict[str, tuple[str, ...]]:
        """Example sentences by intent and by move, without `none`: what the intent model learns to tell apart."""
        moves = {name: sentences for name, sentences in self.moves.items() if name != "none"}
        return {intent: playbook.examples for intent, playbook in self.playbooks.items()} | moves


def load_company(folder: Path, vocabulary: Vocabulary) -> Company:
    """The company of a folder. Raises CompanyInvalid with every mistake found in it."""
    problems: list[Problem] = []
    company = _Reader(folder=folder.resolve(), vocabulary=vocabulary, problems=problems).company()
    if problems:
        raise CompanyInvalid(problems)
    return company


def company_files(folder: Path) -> list[Path]:
    """The files that make a company: its two YAML files, whether or not they exist, and its playbooks."""
    return [folder / "company.yaml", folder / "policy.yaml", *sorted((folder / "playbooks").glob("*.md"))]


@dataclass(frozen=True, kw_only=True)
class _Reader:
    folder: Path
    vocabulary: Vocabulary
    problems: list[Problem]

    def company(self) -> Company:
        texts = {path: self._read(path) for path in company_files(self.folder)}
        (about_path, about), (rules_path, rules), *playbooks = texts.items()
        if not playbooks:
            self._problem(self.folder / "playbooks", "there is no playbook here")
        company = document(about, file=self._name(about_path), problems=self.problems)
        policy = document(rules, file=self._name(rules_path), problems=self.problems)
        company.only(*COMPANY_KEYS)
        policy.only(*POLICY_KEYS)
        return self._company(company, policy, dict(playbooks), version=self._version(texts))

    def _company(self, company: Node, policy: Node, playbooks: Mapping[Path, str], *, version: str) -> Company:
        queues = {name: entry.text() for name, entry in company.need("queues").entries().items()}
        tiers = company.need("tiers").texts()
        roles = roles_of(company.need("roles"), tuple(self.vocabulary.tools), tuple(queues))
        situations = situation_environment()
        thresholds = thresholds_of(policy.need("thresholds"), tiers)
        tools = tools_of(policy.need("tools"), self.vocabulary, tuple(roles), tiers)
        return Company(
            name=company.need("name").text(),
            voice=company.need("voice").text(),
            currency=company.need("currency").text(),
            language=company.need("language").text(),
            queues=queues,
            routing=routing_of(company.need("routing"), situations, tuple(queues)),
            hours=hours_of(company.need("hours")),
            tiers=tiers,
            roles=roles,
            moves=_sentences_of(company.need("moves"), MOVES),
            signals=_sentences_of(company.need("signals"), SIGNALS),
            wiring=wiring_of(company),
            tools=tools,
            drafts=_drafts_of(policy.need("drafts"), roles),
            budgets=budgets_of(policy.get("budgets"), tuple(tools)),
            triggers=triggers_of(policy.need("triggers"), situations, tiers, tuple(queues)),
            thresholds=thresholds,
            playbooks=self._playbooks(playbooks, tuple(queues), tuple(tools), thresholds.sure),
            articles=self.folder / "articles",
            version=version,
            close_after=_silence_of(company.get("close_after")),
            retention=retention_of(company.get("retention")),
            usage=usage_of(company.get("usage")),
            tone=tone_of(company.get("tone"), tiers),
            email=email_of(company.get("email")),
            sources=sources_of(company.get("sources"), self.folder),
        )

    def _playbooks(
        self, texts: Mapping[Path, str], queues: tuple[str, ...], tools: tuple[str, ...], sure: Sure
    ) -> dict[str, Playbook]:
        found: dict[str, Playbook] = {}
        for path, text in texts.items():
            file = self._name(path)
            if path.stem in MOVES:
                self._problem(path, f"'{path.stem}' is the name of a move and cannot be an intent")
            found[path.stem] = playbook_of(
                text,
                file=file,
                stem=path.stem,
                vocabulary=self.vocabulary,
                queues=queues,
                tools=tools,
                problems=self.problems,
                sure=sure,
            )
        return found

    def _read(self, path: Path) -> str:
        try:
            return path.read_text(encoding="utf-8-sig")
        except FileNotFoundError:
            self._problem(path, "there is no such file")
        except UnicodeDecodeError:
            self._problem(path, "is not UTF-8 text")
        except OSError as error:
            self._problem(path, f"cannot be read: {error.strerror}")
        return ""

    def _version(self, texts: Mapping[Path, str]) -> str:
        digest = hashlib.sha256()
        for path, text in texts.items():
            name, content = path.relative_to(self.folder).as_posix().encode(), text.encode()
            digest.update(b"%d %b %d %b" % (len(name), name, len(content), content))
        return digest.hexdigest()

    def _name(self, path: Path) -> str:
        return path.relative_to(self.folder.parent).as_posix()

    def _problem(self, path: Path, message: str) -> None:
        self.problems.append(Problem(file=self._name(path), line=1, field="", message=message))


def _silence_of(node: Node | None) -> timedelta:
    if node is None:
        return SILENCE
    found = node.duration()
    if found < timedelta(hours=1):
        node.fail("must be at least 1h: a customer needs time to read an answer")
    return found


def _sentences_of(node: Node, names: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    node.only(*names)
    return {name: node.need(name).texts() for name in names}


def _drafts_of(node: Node, roles: Mapping[str, Role]) -> ApprovalRule:
    """A draft has no words for a rejection, so nothing could be denied with it."""
    endings = tuple(each for each in THEN if each != "deny")
    approval = approval_of(node, tuple(roles), money=False, then=endings)
    return ApprovalRule(role=approval.role, people=1, expires=approval.expires, then=approval.then)
