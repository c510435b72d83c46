"""What the tenant is set to: isolation from other tenants, admin settings, and settings of single connectors."""

from collections.abc import Iterator, Mapping

from pllint.model.advanced_policy import ConnectorSetting
from pllint.model.connector_id import parse_connector_id
from pllint.model.tenant import AllowedTenant, TenantIsolation, TenantSetting
from pllint.read.document import Notes
from pllint.read.policy_parts import member
from pllint.read.powershell import Cuts, is_cut, unwrapped
from pllint.text.node import Node

_SETTINGS = frozenset(
    (
        "walkmeoptout",
        "disablenpscommentsreachout",
        "disablenewslettersendout",
        "disableenvironmentcreationbynonadminusers",
        "disableportalscreationbynonadminusers",
        "disablesurveyfeedback",
        "disabletrialenvironmentcreationbynonadminusers",
        "disablecapacityallocationbyenvironmentadmins",
        "disablesupportticketsvisiblebyallusers",
    )
)
_ENOUGH = 3
"""How many settings of the tenant make a document its settings: one alone may be anybody's."""
_FIRST = 20
_DEPTH = 6
_WRAPPERS = ("tenant_isolation", "environment_creation", "Raw", "value")


def recognises(value: object) -> bool:
    """Tell whether a document holds tenant isolation, tenant settings or connector settings."""
    return any(_form(item) for item in _candidates(value, _DEPTH))


def isolation(node: Node, notes: Notes) -> list[TenantIsolation]:
    """Read the tenant isolation of a document."""
    return [_isolation(item, notes) for item in _items(node) if _form(item.value) == "isolation"]


def settings(node: Node) -> list[TenantSetting]:
    """Read the tenant settings of a document; those that the export cut off are left out."""
    return [
        setting for item in _items(node) if _form(item.value) == "settings" for setting in _flattened(item, (), _DEPTH)
    ]


def connector_settings(node: Node, notes: Notes) -> list[ConnectorSetting]:
    """Read which connectors the tenant switches off."""
    found = []
    for item in _items(node):
        if _form(item.value) != "connectors":
            continue
        for entry in item.get("ConnectorSettings").elements():
            spelled = entry.get("id")
            parsed = parse_connector_id(spelled.text or "")
            if parsed is None:
                message = f'"{spelled.text}" is no connector id'
                notes.find("SRC002", spelled.at, message, "Correct the value, or export the file again")
                continue
            denied = (entry.get("behavior").text or "").strip().lower() == "deny"
            found.append(ConnectorSetting(connector=parsed.key, denied=denied, at=spelled.at))
    return found


def _items(node: Node) -> Iterator[Node]:
    """Unwrap; a document of several wrappers, as ScubaGear writes, gives what each of them holds."""
    named = [node.get(name) for name in _WRAPPERS[:2]] if node.is_mapping else []
    inner = [each for each in named if each.present]
    if inner:
        for each in inner:
            yield from unwrapped(each)
    elif node.is_mapping and node.get("Raw").is_mapping:
        yield from _items(node.get("Raw"))
    else:
        yield from unwrapped(node)


def _candidates(value: object, depth: int) -> Iterator[object]:
    if isinstance(value, list):
        for item in value[:_FIRST] if depth else ():
            yield from _candidates(item, depth - 1)
        return
    if isinstance(value, dict) and depth:
        for name in _WRAPPERS:
            inner = member(value, name)
            if isinstance(inner, list | dict):
                yield from _candidates(inner, depth - 1)
    yield value


def _form(value: object) -> str | None:
    if not isinstance(value, dict):
        return None
    properties = member(value, "properties")
    for holder in (value, properties):
        if isinstance(holder, dict) and _is_isolation(holder):
            return "isolation"
    if _is_connectors(value):
        return "connectors"
    names = {key.lower() for key in value if isinstance(key, str)}
    return "settings" if len(names & _SETTINGS) >= _ENOUGH else None


def _is_isolation(value: Mapping[object, object]) -> bool:
    tenants = member(value, "allowedTenants")
    return isinstance(member(value, "isDisabled"), bool) and (isinstance(tenants, list) or is_cut(tenants))


def _is_connectors(value: Mapping[object, object]) -> bool:
    entries = member(value, "ConnectorSettings")
    first = [entry for entry in entries[:_FIRST] if isinstance(entry, dict)] if isinstance(entries, list) else []
    return any({"id", "behavior"} <= {str(key).lower() for key in entry} for entry in first)


def _isolation(item: Node, notes: Notes) -> TenantIsolation:
    holder = item.get("properties") if item.get("properties").is_mapping else item
    switch, tenants = holder.get("isDisabled"), holder.get("allowedTenants")
    cuts = Cuts()
    # PowerShell writes an empty array it has no depth left for as an empty text.
    entries = [] if tenants.value == "" else cuts.items(tenants)
    allowed = [_allowed(entry, cuts) for entry in entries or ()]
    cuts.note(notes, "the tenants that isolation lets through are")
    return TenantIsolation(
        at=switch.at,
        enabled=None if switch.flag is None else not switch.flag,
        allowed=None if cuts.places else tuple(entry for entry in allowed if entry is not None),
        tenant=(holder.get("tenantId").text or "").strip() or None,
    )


def _allowed(entry: Node, cuts: Cuts) -> AllowedTenant | None:
    tenant, direction = entry.get("tenantId"), entry.get("direction")
    if cuts.mapping(direction) is None:
        return None
    return AllowedTenant(
        tenant=(tenant.text or "").strip(),
        inbound=direction.get("inbound").flag or False,
        outbound=direction.get("outbound").flag or False,
        at=tenant.at,
    )


def _flattened(node: Node, path: tuple[str, ...], depth: int) -> Iterator[TenantSetting]:
    for key, inner in node.items():
        name = (*path, key)
        if inner.is_mapping and depth:
            yield from _flattened(inner, name, depth - 1)
        elif isinstance(inner.value, str | int | float | bool) and not str(inner.value).startswith("@{"):
            yield TenantSetting(name=".".join(name), value=inner.value, at=inner.at)
