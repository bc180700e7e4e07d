"""Checks of what is known: facts nobody reads, ports that somebody needs and nobody serves."""

from collections.abc import Iterator, Mapping

from commands.checks.finding import Checked, Finding, finding, in_playbook, place
from policy.playbook import Playbook
from settings import SettingInvalid, with_environment
from tools.standard import KIT as STANDARD
from tools.tool import Tool

OURS = ("history",)
"""Ports that the service itself serves."""
ALWAYS = ("customer",)


def check_facts(found: Checked) -> Iterator[Finding]:
    uses = {playbook.intent: _facts_of(found, playbook) for playbook in found.company.playbooks.values()}
    needed = {name for tool in found.kit.actions if tool.name in found.company.tools for name in tool.needs}
    yield from _unread(found, needed.union(*uses.values()))
    yield from _unserved(found, uses)
    yield from _unset(found)
    yield from _unneeded(found)


def _facts_of(found: Checked, playbook: Playbook) -> set[str]:
    """The facts that handling this intent may read."""
    named = {*ALWAYS, *playbook.needs}
    for rule in playbook.rules:
        named |= {*rule.facts, *(rule.when.variables if rule.when else ())}
    for step in playbook.guide.steps if playbook.guide else ():
        named |= set(step.facts)
    for tool in playbook.tools:
        named |= {name for clause in found.company.tools[tool].clauses for name in clause.when.variables}
    return named & found.kit.sources.keys()


def _unread(found: Checked, read: set[str]) -> Iterator[Finding]:
    unread = [name for name in found.kit.sources if name not in read]
    where = place(found.about, "kits")
    own = [name for name in unread if name not in STANDARD.sources]
    for name in own:
        what = f"Nothing reads the fact {name} of the company's own kit."
        yield finding("warning", where, what, "Name it in a playbook or a clause, or take it out of the kit.")
    standard = [name for name in unread if name not in own]
    if standard:
        what = f"Facts of the standard kit that nothing reads: {', '.join(standard)}."
        yield finding("note", where, what, "Nothing, unless one of them would help.")


def _unserved(found: Checked, uses: Mapping[str, set[str]]) -> Iterator[Finding]:
    for intent, facts in uses.items():
        playbook = found.company.playbooks[intent]
        ports = {found.kit.sources[name].system: name for name in sorted(facts)}
        ports |= {port: tool for tool in playbook.tools if (port := _port_of(found.kit.action(tool)))}
        for port in sorted(ports.keys() - {*found.company.wiring.connections, *OURS}):
            what = f"It needs {ports[port]} from {port}, and no system is connected there."
            do = f"Connect it in company.yaml (`connections: {{{port}: …}}`), or do without {ports[port]}."
            yield finding("warning", in_playbook(playbook), what, do)


def _port_of(tool: Tool | None) -> str:
    return tool.port if tool else ""


def _unset(found: Checked) -> Iterator[Finding]:
    """The service will not start without them; where the folder is checked they need not be set."""
    for connection in found.company.wiring.connections.values():
        for name, value in connection.options.items():
            try:
                with_environment(value)
            except SettingInvalid as error:
                what = f"{connection.field}.{name}: {error.detail}"
                yield finding("note", (connection.file, connection.line), what, "Set it where the service runs.")


def _unneeded(found: Checked) -> Iterator[Finding]:
    known = {source.system for source in found.kit.sources.values()} | {_port_of(tool) for tool in found.kit.actions}
    for port, connection in found.company.wiring.connections.items():
        if port not in known:
            what = f"No fact and no tool of the kits uses the port {port}."
            do = "Mend its name, or give the tool that uses it `system`."
            yield finding("warning", (connection.file, connection.line), what, do)
