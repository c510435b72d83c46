"""The agents of a solution: their elements, with their parts and what a missing part uses."""

from __future__ import annotations

from pllint.read.solution.parts import AgentEntry, AgentLink, AgentPart
from pllint.source import Anchor

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pllint.read.solution.files import SolutionFiles

_ORPHAN = "part of a Copilot Studio agent that the solution does not hold"
_FILE_PART = "14"
_WITHOUT_DOCUMENT = frozenset({"0", "3", _FILE_PART})
_LINKS = (
    ("botcomponent_connectionreference", "connectionreferenceid.connectionreferencelogicalname"),
    ("botcomponent_workflow", "workflowid.workflowid"),
)


def agents(files: SolutionFiles) -> tuple[tuple[AgentEntry, ...], bool]:
    """Give the agents, and whether all their parts are here."""
    bots = list(files.own("bots", "/bot.xml", "/bot.yml"))
    names = [element.get("schemaname") or name.split("/")[1] for name, element, _ in bots]
    parts, orphan = _parts(files, names)
    if orphan:
        files.leave(f"{orphan}/", _ORPHAN)
    entries: list[AgentEntry] = []
    for (name, element, source), schema_name in zip(bots, names, strict=True):
        mode = element.child("authenticationmode")
        own = parts[schema_name.lower()]
        entries.append(
            AgentEntry(
                name=element.value("name") or schema_name,
                id=schema_name,
                at=Anchor(source, (element.ordinal,)),
                authentication=element.value("authenticationmode"),
                authentication_at=Anchor(source, ((mode or element).ordinal,)),
                configuration=files.tree.find(f"{name.rpartition('/')[0]}/configuration.json"),
                parts=tuple(own),
                links=tuple(_links(files, own)),
            )
        )
    is_complete = not orphan and not any(part.is_missing for own in parts.values() for part in own)
    return tuple(entries), is_complete


def _links(files: SolutionFiles, parts: list[AgentPart]) -> Iterator[AgentLink]:
    missing = {part.schema_name.lower() for part in parts if part.is_missing}
    if not missing:
        return
    for tag, attribute in _LINKS:
        # In YAML each set has a folder of its own.
        own = files.own("assets", f"/{tag}set.xml"), files.own(f"{tag}set", ".yml")
        for _, element, source in (*own[0], *own[1]):
            for link in (*element.children_of(tag), element):
                part = (link.get("botcomponentid.schemaname") or "").lower()
                target = link.get(attribute)
                if part in missing and target:
                    at = Anchor(source, (link.ordinal,))
                    yield AgentLink(part=part, target=target, is_flow=attribute == _LINKS[1][1], at=at)


def _parts(files: SolutionFiles, names: Iterable[str]) -> tuple[dict[str, list[AgentPart]], str | None]:
    """Give the parts by the agent's schema name, lower case, and the folder of a part whose agent is not here."""
    by_agent: dict[str, list[AgentPart]] = {name.lower(): [] for name in names}
    folders: dict[str, dict[str, str]] = {}
    for name in files.inside("botcomponents"):
        folder, _, base = name.rpartition("/")
        folders.setdefault(folder, {})[base.lower()] = name
    orphan: str | None = None
    for folder, inside in folders.items():
        described = inside.get("botcomponent.xml") or inside.get("botcomponent.yml")
        if folder.count("/") != 1 or not (described or inside.get("data")):
            continue
        agent, part = _part(files, folder, described, inside.get("data"), by_agent)
        if agent in by_agent:
            by_agent[agent].append(part)
        else:
            orphan = orphan or folder.partition("/")[0]
    return by_agent, orphan


def _part(
    files: SolutionFiles, folder: str, described: str | None, data: str | None, agents: Iterable[str]
) -> tuple[str | None, AgentPart]:
    """Give a part and its agent's schema name, lower case."""
    schema_name = folder.partition("/")[2]
    agent = max((name for name in agents if schema_name.lower().startswith(f"{name}.")), key=len, default=None)
    # The document says what a part is; only where there is none, or no name to go by, is its element needed.
    opened = files.open_part(described) if described and (agent is None or data is None) else None
    parent = opened[0].child("parentbotid") if opened else None
    kind = opened[0].value("componenttype") if opened else None
    part = AgentPart(
        schema_name=schema_name,
        data=data,
        is_file=kind == _FILE_PART,
        at=Anchor(files.tree.source(data or described or folder)),
        is_missing=data is None and kind not in _WITHOUT_DOCUMENT,
    )
    return agent or ((parent.value("schemaname") or "").lower() if parent else None), part
