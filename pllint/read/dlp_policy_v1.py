"""Data policies of the first generation: two groups, `hbi` and `lbi`, from the old cmdlets and the raw interface."""

import os.path
from collections.abc import Iterator, Mapping, Sequence

from pllint.model.environment import EnvironmentRef
from pllint.model.policy import ClassifiedConnector, DataGroup, DlpPolicy, OpenPart, PolicyPart, Scope
from pllint.read.document import Notes
from pllint.read.policy_parts import CUT_OFF, GROUPS, candidates, classified_connector, environment_ref, member
from pllint.read.powershell import Cuts, is_cut, unwrapped
from pllint.source import Anchor
from pllint.text.node import Node

_CMDLET_GROUPS = ("BusinessDataGroup", "NonBusinessDataGroup", "BlockedGroup")
_FILTERS = {"include": Scope.ONLY, "exclude": Scope.EXCEPT, "none": Scope.ALL, "": Scope.ALL}
_RAW_TYPE = "apipolicies"
_ENVIRONMENT_TYPE = "/environments/apipolicies"


def recognises(value: object) -> bool:
    """Tell whether a document holds data policies of the first generation."""
    return any(_form(item) for item in candidates(value))


def policies(node: Node, notes: Notes) -> list[DlpPolicy]:
    """Read every data policy of a document; what is cut off or is no policy word is noted."""
    found: list[DlpPolicy] = []
    for item in unwrapped(node):
        form = _form(item.value)
        if form == "cmdlet":
            found.append(_cmdlet(item, notes))
        elif form == "raw":
            found.append(_raw(item, notes))
    return found


def _form(value: object) -> str | None:
    if not isinstance(value, dict):
        return None
    if member(value, "PolicyName") is not None and any(
        member(value, name) is not None for name in ("BusinessDataGroup", "FilterType")
    ):
        return "cmdlet"
    return "raw" if _is_raw(value) else None


def _is_raw(value: Mapping[object, object]) -> bool:
    properties = member(value, "properties")
    if str(member(value, "type")).lower().endswith(_RAW_TYPE):
        return isinstance(properties, dict) or is_cut(properties)
    inner: object = properties
    for name in ("definition", "apiGroups"):
        inner = member(inner, name) if isinstance(inner, dict) else None
    return inner is not None


def _cmdlet(item: Node, notes: Notes) -> DlpPolicy:
    cuts = Cuts()
    identity, title = item.get("PolicyName"), item.get("DisplayName")
    word = item.get("FilterType")
    written = (word.text or "").strip()
    scope = _FILTERS.get(written.lower(), Scope.ALL)
    if _is_environment_level(item.get("Type")):
        scope = Scope.SINGLE
    groups = [(item.get(name), GROUPS[name.lower()]) for name in _CMDLET_GROUPS]
    classified = _classified(groups, cuts, notes)
    refs, known = _environments(item.get("Environments"), scope, notes)
    cuts.note(notes, "the data groups of the policy are")
    return _policy(
        item,
        identity=identity,
        title=title,
        scope=scope,
        unknown_scope=written if written.lower() not in _FILTERS else None,
        environments=refs,
        environments_known=known,
        # The cmdlet prints no default group; that of this generation is Non-Business until an admin changes it.
        default=None,
        default_at=None,
        classified=classified if any(group.present for group, _ in groups) else None,
        open_parts=(OpenPart(PolicyPart.DEFAULT, identity.at, "not printed by Get-AdminDlpPolicy"),),
    )


def _raw(item: Node, notes: Notes) -> DlpPolicy:
    cuts = Cuts()
    properties = cuts.mapping(item.get("properties"))
    definition = cuts.mapping(properties.get("definition")) if properties is not None else None
    groups_node = cuts.mapping(definition.get("apiGroups")) if definition is not None else None
    blocked_words, rules_known = _blocked_groups(definition, cuts)
    groups = [
        (group.get("apis"), DataGroup.BLOCKED if name.lower() in blocked_words else GROUPS.get(name.lower()))
        for name, group in (groups_node.items() if groups_node is not None else ())
    ]
    known_groups = [(apis, group) for apis, group in groups if group is not None]
    classified = _classified(known_groups, cuts, notes)
    scope, refs, known = _constraints(item, definition, cuts, notes)
    cuts.note(notes, "the data groups of the policy are")
    word = definition.get("defaultApiGroup") if definition is not None else Node(None, item.at)
    default = DataGroup.BLOCKED if (word.text or "").lower() in blocked_words else GROUPS.get((word.text or "").lower())
    whole = groups_node is not None and len(known_groups) == len(groups) and rules_known
    parts = () if known else (OpenPart(PolicyPart.SCOPE, item.at, CUT_OFF),) if scope is None else ()
    return _policy(
        item,
        identity=item.get("name", "id"),
        title=properties.get("displayName") if properties is not None else Node(None, item.at),
        scope=scope or Scope.ONLY,
        unknown_scope=None,
        environments=refs,
        environments_known=known,
        default=default,
        default_at=word.at if word.present else None,
        classified=classified if whole else None,
        open_parts=parts,
    )


def _policy(
    item: Node,
    *,
    identity: Node,
    title: Node,
    scope: Scope,
    unknown_scope: str | None,
    environments: tuple[EnvironmentRef, ...],
    environments_known: bool,
    default: DataGroup | None,
    default_at: Anchor | None,
    classified: tuple[ClassifiedConnector, ...] | None,
    open_parts: tuple[OpenPart, ...],
) -> DlpPolicy:
    plain = (identity.text or "").rpartition("/")[2].strip()
    name = (title.text or "").strip() or plain
    if not name:
        name = os.path.splitext(os.path.basename(item.at.source.path))[0]
    return DlpPolicy(
        id=plain or name,
        name=name,
        at=title.at if title.present else identity.at if identity.present else item.at,
        scope=scope,
        unknown_scope=unknown_scope,
        environments=environments,
        environments_known=environments_known,
        default=default,
        default_at=default_at,
        classified=classified,
        legacy=True,
        open_parts=open_parts,
    )


def _classified(
    groups: Sequence[tuple[Node, DataGroup]], cuts: Cuts, notes: Notes
) -> tuple[ClassifiedConnector, ...] | None:
    found: list[ClassifiedConnector] = []
    complete = True
    for node, group in groups:
        entries = cuts.items(node) if node.present else []
        if entries is None:
            complete = False
            continue
        read = (classified_connector(entry, group, notes) for entry in entries)
        found.extend(entry for entry in read if entry is not None)
    return tuple(found) if complete else None


def _environments(node: Node, scope: Scope, notes: Notes) -> tuple[tuple[EnvironmentRef, ...], bool]:
    if scope is Scope.ALL or not node.present:
        return (), scope is Scope.ALL
    cuts = Cuts()
    entries = cuts.items(node)
    cuts.note(notes, "the environments of the policy are")
    refs = [environment_ref(entry) for entry in entries or ()]
    return tuple(ref for ref in refs if ref is not None), entries is not None and None not in refs


def _is_environment_level(node: Node) -> bool:
    return (node.text or "").lower().endswith(_ENVIRONMENT_TYPE)


def _constraints(
    item: Node, definition: Node | None, cuts: Cuts, notes: Notes
) -> tuple[Scope | None, tuple[EnvironmentRef, ...], bool]:
    """Read which environments a raw policy reaches; no scope when the export cut that off."""
    single = _is_environment_level(item.get("type"))
    constraints = definition.get("constraints") if definition is not None else Node(None, item.at)
    if definition is None or (constraints.present and cuts.mapping(constraints) is None):
        return Scope.SINGLE if single else None, (), False
    for constraint in constraints.values():
        if (constraint.get("type").text or "").lower() != "environmentfilter":
            continue
        parameters = constraint.get("parameters")
        if cuts.mapping(parameters) is None:
            return Scope.SINGLE if single else None, (), False
        scope = _FILTERS.get((parameters.get("filterType").text or "").strip().lower(), Scope.ALL)
        refs, known = _environments(parameters.get("environments"), Scope.SINGLE if single else scope, notes)
        return Scope.SINGLE if single else scope, refs, known
    if single:
        refs = tuple(_from_path(item.get("id")))
        return Scope.SINGLE, refs, bool(refs)
    return Scope.ALL, (), True


def _from_path(node: Node) -> Iterator[EnvironmentRef]:
    """Give the environment that the path of an environment-level policy names."""
    parts = (node.text or "").split("/")
    lowered = [part.lower() for part in parts]
    if "environments" in lowered[:-1]:
        yield EnvironmentRef(name=parts[lowered.index("environments") + 1], at=node.at)


def _blocked_groups(definition: Node | None, cuts: Cuts) -> tuple[tuple[str, ...], bool]:
    """Give the groups that a rule blocks outright, and whether all rules could be read."""
    if definition is None:
        return (), False
    rules = definition.get("rules")
    if not rules.present:
        return (), True
    if cuts.mapping(rules) is None:
        return (), False
    found = []
    for rule in rules.values():
        parameters, actions = rule.get("parameters"), rule.get("actions")
        if is_cut(parameters.value) or is_cut(actions.value):
            return (), False
        word = (parameters.get("apiGroup").text or "").lower()
        blocks = any((action.get("type").text or "").lower() == "block" for action in actions.values())
        if word and blocks:
            found.append(word)
    return tuple(found), True
