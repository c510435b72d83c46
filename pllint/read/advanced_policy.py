"""Advanced connector policies, what they are assigned to, and the rule sets of environment groups."""

from collections.abc import Iterator, Mapping, Sequence

from pllint.model.advanced_policy import AdvancedPolicy, AllowedConnector
from pllint.model.connector_id import parse_connector_id
from pllint.model.environment import EnvironmentRef
from pllint.read.document import Notes
from pllint.read.policy_parts import candidates, member
from pllint.read.powershell import Cuts, is_cut, unwrapped
from pllint.record import NamedTuple
from pllint.source import Anchor
from pllint.text.node import Node

_LIST = "ConnectorManagement"
_ONLY = "AdvancedConnectorPoliciesOnly"
_OTHER = frozenset(("MakerOnboardingContent", "PowerAppsContentSecurityPolicy"))
_PARAMETERS = frozenset(
    (
        "sharing",
        "admindigest",
        "solutionchecker",
        "makeronboarding",
        "lifecycle",
        "copilot",
        "crossgeocopilotdatamovement",
        "generativeaisettings",
        "copilotauth",
        "flowautomationrestrictions",
    )
)


class Assignment(NamedTuple):
    """One environment or group that a policy is assigned to."""

    policy: str
    target: str
    group: bool
    at: Anchor


def recognises(value: object) -> bool:
    """Tell whether a document holds advanced connector policies or assignments of rule-based policies."""
    return any(_is_policy(item) or _is_assignment(item) for item in candidates(value))


def is_rule_set(value: object) -> bool:
    """Tell whether a document holds rule sets of environment groups, which say nothing about connectors."""
    return any(_is_rule_set(item) for item in candidates(value))


def policies(node: Node, notes: Notes) -> list[AdvancedPolicy]:
    """Read every advanced connector policy of a document; none of them knows its targets yet."""
    return [policy for item in unwrapped(node) if _is_policy(item.value) for policy in written(item, notes)]


def assignments(node: Node) -> list[Assignment]:
    """Read every assignment of a document."""
    return [
        Assignment(
            policy=(item.get("policyId").text or "").strip(),
            target=(item.get("resourceId").text or "").strip(),
            group=(item.get("resourceType").text or "").strip().lower() == "environmentgroup",
            at=item.get("resourceId").at,
        )
        for item in unwrapped(node)
        if _is_assignment(item.value)
    ]


def join(found: Sequence[AdvancedPolicy], assigned: Sequence[Assignment], notes: Notes) -> tuple[AdvancedPolicy, ...]:
    """Give the policies with their targets; one that no file assigns is noted, and may be in force anywhere."""
    joined = []
    for policy in found:
        targets = [each for each in assigned if each.policy.lower() == policy.id.lower()]
        if policy.targets_known or policy.groups:
            joined.append(policy)
            continue
        if not targets and not assigned:
            notes.find(
                "SRC008",
                policy.at,
                f"the advanced connector policy '{policy.name}' does not say where it is in force,"
                " and no file assigns it",
                "Commit the answer of the assignments call beside it",
            )
        joined.append(
            policy._replace(
                environments=tuple(EnvironmentRef(name=each.target, at=each.at) for each in targets if not each.group),
                groups=tuple(each.target for each in targets if each.group),
                # An export of assignments is complete: what it leaves out is in force nowhere.
                targets_known=bool(assigned),
            )
        )
    return tuple(joined)


def _is_policy(value: object) -> bool:
    sets = member(value, "ruleSets") if isinstance(value, dict) else None
    return isinstance(sets, list) and any(
        isinstance(item, dict) and str(member(item, "id")) in {_LIST, _ONLY, *_OTHER} for item in sets
    )


def _is_assignment(value: object) -> bool:
    if not isinstance(value, dict):
        return False
    names = ("policyId", "resourceId", "resourceType")
    return all(isinstance(member(value, name), str) for name in names) and str(
        member(value, "resourceType")
    ).lower() in {"environment", "environmentgroup"}


def _is_rule_set(value: object) -> bool:
    if not isinstance(value, dict):
        return False
    parameters = member(value, "parameters")
    return isinstance(parameters, list) and any(
        isinstance(item, dict) and str(member(item, "type")).lower() in _PARAMETERS and "value" in _lowered(item)
        for item in parameters
    )


def _lowered(value: Mapping[object, object]) -> set[str]:
    return {key.lower() for key in value if isinstance(key, str)}


def written(item: Node, notes: Notes) -> Iterator[AdvancedPolicy]:
    """Give the advanced connector policy that an object writes out; nothing for a policy about something else."""
    title, identity = item.get("name"), item.get("id", "name")
    lists = [each for each in item.get("ruleSets").elements() if each.get("id").text == _LIST]
    switches = [each for each in item.get("ruleSets").elements() if each.get("id").text == _ONLY]
    if not lists and not switches:
        return  # a rule-based policy about something else
    allowed: list[AllowedConnector] = []
    cuts = Cuts()
    whole = True
    for each in lists:
        inputs = each.get("inputs")
        if cuts.mapping(inputs) is not None:
            entries = cuts.items(inputs.get("AllowedConnectorList"))
            whole = whole and all(entry.get("AllowedConnector").text is not None for entry in entries or ())
            allowed.extend(found for entry in entries or () if (found := _allowed(entry, cuts, notes)) is not None)
    cuts.note(notes, "the allow list of the advanced connector policy is")
    yield AdvancedPolicy(
        id=(identity.text or "").strip(),
        name=(title.text or identity.text or "").strip(),
        at=title.at if title.present else item.at,
        allowed=tuple(allowed),
        only=any(each.get("inputs").get("EnableAdvancedConnectorPoliciesOnly").flag for each in switches),
        targets_known=False,
        allowed_known=not cuts.places and whole,
    )


def _allowed(entry: Node, cuts: Cuts, notes: Notes) -> AllowedConnector | None:
    spelled = entry.get("AllowedConnector")
    parsed = parse_connector_id(spelled.text or "")
    if parsed is None:
        if spelled.text is not None:
            message = f'"{spelled.text}" is no connector id'
            notes.find("SRC002", spelled.at, message, "Correct the value, or export the file again")
        return None
    operations: tuple[str, ...] | None = None
    if (entry.get("AllowedActionsMode").text or "").lower() == "someallowed":
        node = entry.get("AllowedActions")
        actions = [] if is_cut(node.value) and not node.value else cuts.items(node)
        if actions is None:
            return None
        operations = tuple(action.text for action in actions if action.text)
    return AllowedConnector(connector=parsed.key, at=spelled.at, operations=operations)
