"""Pulumi YAML programmes: the data policies written out in them. Programmes in a language are not run."""

from collections.abc import Iterator

from pllint.model.advanced_policy import AdvancedPolicy
from pllint.model.policy import ClassifiedConnector, DlpPolicy, OpenPart, PolicyPart, Scope
from pllint.read import advanced_policy
from pllint.read.document import Notes
from pllint.read.policy_parts import GROUPS, classified_connector
from pllint.text import hcl_text
from pllint.text.node import Node

_RULE_BASED = "powerplatform:index:dlppolicy"
_COMPONENT = ":resdlppolicy"
_REST = "left to the component ResDlpPolicy"
_PARTS = (
    PolicyPart.BUSINESS,
    PolicyPart.NON_BUSINESS,
    PolicyPart.BLOCKED,
    PolicyPart.DEFAULT,
    PolicyPart.SCOPE,
    PolicyPart.ENVIRONMENTS,
    PolicyPart.PATTERNS,
)


def recognises(value: object) -> bool:
    """Tell whether a document is a Pulumi programme with data policies."""
    resources = value.get("resources") if isinstance(value, dict) else None
    return isinstance(resources, dict) and any(
        isinstance(resource, dict) and _is_policy(str(resource.get("type")).lower()) for resource in resources.values()
    )


def policies(node: Node, notes: Notes) -> tuple[list[DlpPolicy], list[AdvancedPolicy]]:
    """Read every policy of a programme; what it interpolates, and what a component makes of it, stays open."""
    found: list[DlpPolicy] = []
    advanced: list[AdvancedPolicy] = []
    for name, resource in node["resources"].items():
        kind = (resource["type"].text or "").lower()
        properties = resource["properties"]
        if kind == _RULE_BASED:
            literal = Node(hcl_text.templated(properties.value), properties.at)
            advanced.extend(
                policy._replace(id=policy.id or name, name=policy.name or name)
                for policy in advanced_policy.written(literal, notes)
            )
        elif kind.endswith(_COMPONENT):
            found.append(_component(name, properties, notes))
    return found, advanced


def _is_policy(kind: str) -> bool:
    return kind == _RULE_BASED or kind.endswith(_COMPONENT)


def _component(name: str, properties: Node, notes: Notes) -> DlpPolicy:
    title = properties.get("displayName", "name")
    written = title.text if title.text and "${" not in title.text else name
    parts = tuple(OpenPart(part=part, at=properties.at, how=_REST) for part in _PARTS)
    return DlpPolicy(
        id=written,
        name=written,
        at=title.at if title.present else properties.at,
        scope=Scope.ONLY,
        environments_known=False,
        classified=tuple(_classified(properties["ruleSets"], notes)),
        open_parts=parts,
    )


def _classified(sets: Node, notes: Notes) -> Iterator[ClassifiedConnector]:
    for each in sets.elements():
        group = GROUPS.get((each.get("classification").text or "").strip().lower())
        for entry in each.get("connectors").elements() if group is not None else ():
            spelled = entry if entry.text is not None else entry.get("id")
            if group is not None and "${" not in (spelled.text or ""):
                found = classified_connector(entry, group, notes)
                if found is not None:
                    yield found
