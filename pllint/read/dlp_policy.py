"""Data policies as the admin cmdlets, connectors and REST interface write them, in JSON or YAML."""

import os.path
import re
from collections.abc import Iterator, Mapping, Sequence

from pllint.finding import Related
from pllint.model.connector_id import parse_connector_id
from pllint.model.environment import EnvironmentRef
from pllint.model.policy import (
    ActionRule,
    ActionRules,
    Behaviour,
    ClassifiedConnector,
    DataGroup,
    DlpPolicy,
    EndpointRule,
    EndpointRules,
    ExemptResource,
    OpenPart,
    PolicyPart,
    Scope,
    UrlPattern,
)
from pllint.read.document import Notes, check_schema
from pllint.read.powershell import Cuts, is_cut, unwrapped
from pllint.record import NamedTuple
from pllint.source import Anchor
from pllint.text.node import Node

GROUPS: Mapping[str, DataGroup] = {
    "confidential": DataGroup.BUSINESS,
    "business": DataGroup.BUSINESS,
    "hbi": DataGroup.BUSINESS,
    "businessdatagroup": DataGroup.BUSINESS,
    "general": DataGroup.NON_BUSINESS,
    "nonbusiness": DataGroup.NON_BUSINESS,
    "non-business": DataGroup.NON_BUSINESS,
    "lbi": DataGroup.NON_BUSINESS,
    "nonbusinessdatagroup": DataGroup.NON_BUSINESS,
    "blocked": DataGroup.BLOCKED,
    "blockedgroup": DataGroup.BLOCKED,
    "ignore": DataGroup.IGNORE,
}
"""The words of every file form for a data group, in lower case."""

SCOPES = {scope.value.lower(): scope for scope in Scope}
BEHAVIOURS = {behaviour.value.lower(): behaviour for behaviour in Behaviour}

# The export's own object, and what ScubaGear's files wrap it in.
_WRAPPERS = ("dlp_policies", "Raw")
_LOOSE = ("connectorActionConfigurations", "endpointConfigurations", "exemptResources")
_FIRST = 20
"""How many items of a list decide what the list is."""

_EXPRESSION = re.compile(r"#\{.*\}#|\$\{|\$\(|\{\{|^<.*>$")
_REWRITE = "Correct the value, or export the file again"


_SINGULAR = frozenset((str(PolicyPart.DEFAULT), str(PolicyPart.SCOPE), str(PolicyPart.EXISTENCE)))
_SHOWN = 6
"""How many open parts of a policy a message names."""
CUT_OFF = "cut off in the export"
MIXED_UP = "mixed up by version"


class LooseRules(NamedTuple):
    """Rules exported without the policy they belong to; None where the file does not hold that part."""

    at: Anchor
    patterns: tuple[UrlPattern, ...] | None = None
    actions: tuple[ActionRules, ...] | None = None
    endpoints: tuple[EndpointRules, ...] | None = None
    exempt: tuple[ExemptResource, ...] | None = None
    complete: bool = True
    """False: the export cut off a part."""
    policy: str | None = None
    """The policy they belong to, by id or name, where the file says so."""
    open_parts: tuple[OpenPart, ...] = ()
    """What it cut off."""


def recognises(value: object) -> bool:
    """Tell whether a document holds data policies, or rules of one, in a form this module reads."""
    return any(_form(item) for item in candidates(value))


def policies(node: Node, notes: Notes) -> list[DlpPolicy]:
    """Read every data policy of a document; what is cut off or breaks the schema, also in loose rules, is noted."""
    found: list[DlpPolicy] = []
    forms = [(item, _form(item.value)) for item in unwrapped(node, *_WRAPPERS)]
    if all(form != "cut" for _, form in forms):
        check_schema(node, notes, "policy")
    for item, form in forms:
        if form == "cut":
            cuts = Cuts()
            cuts.places.append(item.at)
            cuts.note(notes, "the whole policy is")
        elif form == "rest":
            found += _wrapped_policy(item, notes)
        elif form == "v2":
            found.append(_policy(item, item, notes))
    return found


def loose_rules(node: Node, notes: Notes) -> list[LooseRules]:
    """Read the rules of a document that does not hold their policy; `policies` checks their schema."""
    return [_loose(item, notes) for item in unwrapped(node, *_WRAPPERS) if _form(item.value) == "loose"]


def join(policies: Sequence[DlpPolicy], loose: Sequence[LooseRules], notes: Notes) -> tuple[DlpPolicy, ...]:
    """Give each policy once, with the rules of other files that can only be meant for it.

    A file of rules belongs to the policy that its name (else its folder) names, or that lies alone in its folder.
    Rules that fit no policy, or several, are noted.
    """
    joined = _united(policies, notes)
    for rules in loose:
        owner = _owner(rules, joined)
        if owner is None and rules.policy is not None:
            message = f"the rules name the data policy '{rules.policy}', which no file holds"
            notes.find("SRC008", rules.at, message, "Commit the export of that policy, or correct the name")
        elif owner is None:
            notes.find(
                "SRC008",
                rules.at,
                "the file does not say which data policy its rules belong to, and its name fits no single policy",
                "Name it after the policy's file, such as baseline.url-patterns.json beside baseline.json,"
                " or put it in a folder where that policy is the only one",
            )
        else:
            joined[owner] = _with_rules(joined[owner], rules, notes)
    for policy in joined:
        _note_open(policy, notes)
    return tuple(joined)


def _note_open(policy: DlpPolicy, notes: Notes) -> None:
    """Note once for a policy what of it is computed where no file shows it; other gaps have findings of their own."""
    parts = [part for part in policy.open_parts if part.how != CUT_OFF and not part.how.startswith(MIXED_UP)]
    if not parts:
        return
    ways: dict[str, list[str]] = {}
    for part in parts:
        named = ways.setdefault(part.how, [])
        if str(part.part) not in named:
            named.append(str(part.part))
    words = [f"its {', '.join(named)} {_verb(named)} {how}" for how, named in ways.items()]
    shown = ", ".join(words[:_SHOWN])
    more = f", and {len(words) - _SHOWN} more parts" if len(words) > _SHOWN else ""
    notes.find(
        "SRC009",
        parts[0].at,
        f"the data policy '{policy.name}' is not whole here, so verdicts that depend on the rest stay open: "
        + shown
        + more,
        "Commit the policy as the tenant has it, from `terraform show -json` or Get-DlpPolicy",
    )
    related = tuple(Related(f"its {part.part}", part.at) for part in parts[1:_SHOWN])
    notes.findings[-1] = notes.findings[-1]._replace(related=related)


def candidates(value: object, depth: int = 6) -> Iterator[object]:
    """Unwrap as the readers do, looking at the first items of a list only."""
    if isinstance(value, list) and depth:
        for item in value[:_FIRST]:
            yield from candidates(item, depth - 1)
        return
    if isinstance(value, dict) and depth:
        for name in (*_WRAPPERS, "value"):
            inner = member(value, name)
            if isinstance(inner, list | dict) or (name == "dlp_policies" and inner is not None):
                yield from candidates(inner, depth - 1)
                return
    yield value


def member(value: Mapping[object, object], name: str) -> object:
    """Give a member by name, ignoring case."""
    if name in value:
        return value[name]
    lowered = name.lower()
    return next((inner for key, inner in value.items() if isinstance(key, str) and key.lower() == lowered), None)


def _form(value: object) -> str | None:
    if isinstance(value, str):
        cut = value.startswith("@{")
        return "cut" if cut and ("connectorGroups=" in value or "policyDefinition=" in value) else None
    if not isinstance(value, dict):
        return None
    definition = member(value, "policyDefinition")
    if _is_v2(definition) or (is_cut(definition) and definition):
        return "rest"
    if _is_v2(value):
        return "v2"
    return "loose" if _is_loose(value) else None


def _is_v2(value: object) -> bool:
    if not isinstance(value, dict):
        return False
    groups = member(value, "connectorGroups")
    if isinstance(groups, list) or is_cut(groups) or (isinstance(groups, dict) and "Count" in groups):
        return True
    names = {key.lower() for key in value if isinstance(key, str)}
    return {"defaultconnectorsclassification", "environmenttype"} <= names


def _is_loose(value: Mapping[object, object]) -> bool:
    for name, item_key in (
        ("connectorActionConfigurations", "connectorId"),
        ("endpointConfigurations", "connectorId"),
        ("rules", "customConnectorRuleClassification"),
        ("RuleSet", "customConnectorRuleClassification"),  # as Microsoft365DSC calls it
        ("exemptResources", "type"),
    ):
        part = member(value, name)
        if isinstance(part, dict):
            part = member(part, "value")
        if isinstance(part, list):
            if any(isinstance(item, dict) and member(item, item_key) is not None for item in part[:_FIRST]):
                return True
            # The names of the connector configurations say enough by themselves.
            if name.endswith("Configurations") and (not part or is_cut(part[0])):
                return True
    return False


def _wrapped_policy(item: Node, notes: Notes) -> Iterator[DlpPolicy]:
    definition = item.get("policyDefinition")
    if definition.is_mapping:
        yield _policy(definition, item, notes)
    else:
        cuts = Cuts()
        cuts.places.append(definition.at)
        cuts.note(notes, "the whole policy is")


def _policy(item: Node, wrapper: Node, notes: Notes) -> DlpPolicy:
    identity, title = item.get("name"), item.get("displayName")
    name = (title.text or identity.text or "").strip()
    if not name:
        name = os.path.splitext(os.path.basename(item.at.source.path))[0]
    scope_word = (item.get("environmentType").text or "").strip()
    scope = SCOPES.get(scope_word.lower(), Scope.ALL)
    environments, known = _environments(item, scope, notes)
    default = item.get("defaultConnectorsClassification")
    rules = _rules_of(wrapper, notes)
    return DlpPolicy(
        id=(identity.text or "").strip() or name,
        name=name,
        at=title.at if title.present else identity.at if identity.present else item.at,
        scope=scope,
        unknown_scope=scope_word if scope_word and scope_word.lower() not in SCOPES else None,
        environments=environments,
        environments_known=known,
        default=_group(default),
        default_at=default.at if default.present else None,
        classified=_classified(item.get("connectorGroups"), notes),
        patterns=rules.patterns,
        patterns_at=rules.at if rules.patterns is not None else None,
        actions=rules.actions or (),
        endpoints=rules.endpoints or (),
        exempt=rules.exempt or (),
        rules_known=rules.complete,
        open_parts=rules.open_parts,
        legacy=item.get("isLegacySchemaVersion").flag or False,
    )


def _environments(item: Node, scope: Scope, notes: Notes) -> tuple[tuple[EnvironmentRef, ...], bool]:
    """Read the environments a policy names, and whether the file says them all."""
    node = item.get("environments")
    needed = scope is not Scope.ALL
    if not node.present:
        return (), not needed
    cuts = Cuts()
    entries = cuts.items(node)
    if entries is None:
        cuts.note(notes, "the environments of the policy are")
        return (), False
    refs, known = [], True
    for entry in entries:
        ref = environment_ref(entry)
        if ref is None:
            known = False
        elif _EXPRESSION.search(ref.name):
            known = False
            if needed:
                notes.find(
                    "SRC009", ref.at, f"the environment {ref.name} is filled in elsewhere, so the reach stays open"
                )
        else:
            refs.append(ref)
    return tuple(refs), known or not needed


def environment_ref(entry: Node) -> EnvironmentRef | None:
    """Read one environment of a policy; None for the placeholder of a template."""
    if entry.text is not None:
        text = entry.text.strip()
        return EnvironmentRef(name=text, at=entry.at) if text else None
    path, name = entry.get("id"), entry.get("name")
    segment = (path.text or "").rpartition("/")[2].strip()
    written = (name.text or "").strip()
    if path.present and not segment and written.lower() in {"", "default"}:
        return None
    text = segment or written
    if not text:
        return None
    differs = bool(written) and written.lower() != text.lower()
    return EnvironmentRef(name=text, at=(path if segment else name).at, display_name=written if differs else None)


def _group(node: Node) -> DataGroup | None:
    return GROUPS.get((node.text or "").strip().lower())


def _classified(node: Node, notes: Notes) -> tuple[ClassifiedConnector, ...] | None:
    if not node.present:
        return None
    cuts = Cuts()
    found: list[ClassifiedConnector] = []
    complete = True
    for group_node in cuts.items(node) or ():
        group = _group(group_node.get("classification"))
        if group is None or group is DataGroup.IGNORE:
            # The schema reports the word; connectors of a group that nobody knows are not unclassified.
            complete = False
            continue
        entries = (
            classified_connector(entry, group, notes) for entry in cuts.items(group_node.get("connectors")) or ()
        )
        found.extend(entry for entry in entries if entry is not None)
    cuts.note(notes, "the data groups of the policy are")
    return tuple(found) if complete and not cuts.places else None


def classified_connector(entry: Node, group: DataGroup, notes: Notes) -> ClassifiedConnector | None:
    spelled = entry if entry.text is not None else entry.get("id")
    parsed = parse_connector_id(spelled.text or "")
    if parsed is None:
        if spelled.text is not None:
            notes.find("SRC002", spelled.at, f'"{spelled.text}" is no connector id', _REWRITE)
        return None
    return ClassifiedConnector(
        connector=parsed.key,
        group=group,
        at=spelled.at,
        spelling=parsed.spelling,
        custom=parsed.custom,
        environment=parsed.environment,
    )


def _rules_of(wrapper: Node, notes: Notes) -> LooseRules:
    """Read the rules beside a policy: in their REST objects, or as members of the policy itself."""
    patterns = wrapper.get("customConnectorUrlPatternsDefinition")
    configurations = wrapper.get("connectorConfigurationsDefinition")
    exempt = wrapper.get("exemptResourcesDefinition")
    cuts = _RuleCuts()
    pattern_part = cuts.patterns.mapping(patterns) if patterns.present else None
    configuration_part = cuts.rules.mapping(configurations) if configurations.present else None
    exempt_part = cuts.exempt.mapping(exempt) if exempt.present else None
    configuration_part = configuration_part or wrapper
    exempt_part = exempt_part or wrapper
    return LooseRules(
        at=patterns.at,
        patterns=_patterns(pattern_part.get("rules"), cuts.patterns, notes) if pattern_part else None,
        actions=_actions(configuration_part.get("connectorActionConfigurations"), cuts.rules),
        endpoints=_endpoints(configuration_part.get("endpointConfigurations"), cuts.rules, notes),
        exempt=_exempt(exempt_part.get("exemptResources"), cuts.exempt),
        open_parts=cuts.noted(notes),
        complete=cuts.complete,
    )


def _loose(item: Node, notes: Notes) -> LooseRules:
    cuts = _RuleCuts()
    actions, endpoints, exempt = (item.get(name) for name in _LOOSE)
    patterns = item.get("rules", "RuleSet")
    return LooseRules(
        at=next((part.at for part in (patterns, actions, endpoints, exempt) if part.present), item.at),
        patterns=_patterns(patterns, cuts.patterns, notes),
        actions=_actions(actions, cuts.rules),
        endpoints=_endpoints(endpoints, cuts.rules, notes),
        exempt=_exempt(exempt, cuts.exempt),
        open_parts=cuts.noted(notes),
        complete=cuts.complete,
    )


class _RuleCuts:
    """Where the export cut off each kind of rules."""

    def __init__(self) -> None:
        self.patterns, self.rules, self.exempt = Cuts(), Cuts(), Cuts()

    @property
    def complete(self) -> bool:
        return not (self.patterns.places or self.rules.places or self.exempt.places)

    def noted(self, notes: Notes) -> tuple[OpenPart, ...]:
        """Note the first cut, and give what is open because of all of them."""
        kinds = (
            (PolicyPart.PATTERNS, self.patterns),
            (PolicyPart.RULES, self.rules),
            (PolicyPart.EXEMPTIONS, self.exempt),
        )
        cut = [(part, cuts) for part, cuts in kinds if cuts.places]
        if cut:
            cut[0][1].note(notes, "some rules of the policy are")
        return tuple(OpenPart(part=part, at=cuts.places[0], how=CUT_OFF) for part, cuts in cut)


def _patterns(node: Node, cuts: Cuts, notes: Notes) -> tuple[UrlPattern, ...] | None:
    if not node.present:
        return None
    rules = cuts.items(node)
    if rules is None:
        return None
    found = []
    for position, rule in enumerate(rules, 1):
        pattern, word = rule.get("pattern"), rule.get("customConnectorRuleClassification")
        group = _group(word)
        if pattern.text is None or not word.present:
            message = "a URL pattern needs a pattern and a customConnectorRuleClassification"
            notes.find("SRC002", rule.at, message, _REWRITE)
        if pattern.text is None or group is None:
            continue
        order = _order(rule, position, notes)
        found.append(UrlPattern(order=order, pattern=pattern.text, group=group, at=pattern.at))
    return tuple(sorted(found, key=lambda rule: rule.order))


def _order(rule: Node, position: int, notes: Notes) -> int:
    order = rule.get("order")
    if not order.present:
        notes.find("SRC002", rule.at, "a rule without an order", _REWRITE)
    return position if order.integer is None else order.integer


def _actions(node: Node, cuts: Cuts) -> tuple[ActionRules, ...] | None:
    if not node.present:
        return None
    found = []
    for entry in cuts.items(node) or ():
        spelled = entry.get("connectorId")
        parsed = parse_connector_id(spelled.text or "")
        rules = cuts.items(entry.get("actionRules"))
        default = _behaviour(entry.get("defaultConnectorActionRuleBehavior"), Behaviour.BLOCK)
        if parsed is not None and rules is not None:
            found.append(
                ActionRules(
                    connector=parsed.key,
                    default=default or Behaviour.ALLOW,
                    rules=tuple(_action(rule) for rule in rules if rule.get("actionId").text),
                    at=spelled.at,
                )
            )
    return tuple(found)


def _action(rule: Node) -> ActionRule:
    operation = rule.get("actionId")
    behaviour = _behaviour(rule.get("behavior", "behaviour"), Behaviour.BLOCK)
    return ActionRule(operation=operation.text or "", behaviour=behaviour or Behaviour.ALLOW, at=operation.at)


def _behaviour(node: Node, refusal: Behaviour) -> Behaviour | None:
    """Read Allow, Block or Deny; the latter two mean one thing, which is spelt `refusal` here."""
    behaviour = BEHAVIOURS.get((node.text or "").strip().lower())
    return refusal if behaviour in {Behaviour.BLOCK, Behaviour.DENY} else behaviour


def _endpoints(node: Node, cuts: Cuts, notes: Notes) -> tuple[EndpointRules, ...] | None:
    if not node.present:
        return None
    found = []
    for entry in cuts.items(node) or ():
        spelled = entry.get("connectorId")
        parsed = parse_connector_id(spelled.text or "")
        rules = cuts.items(entry.get("endpointRules"))
        if parsed is not None and rules is not None:
            found.append(EndpointRules(connector=parsed.key, rules=_ordered_endpoints(rules, notes), at=spelled.at))
    return tuple(found)


def _ordered_endpoints(rules: Sequence[Node], notes: Notes) -> tuple[EndpointRule, ...]:
    found = []
    for position, rule in enumerate(rules, 1):
        endpoint = rule.get("endPoint", "endpoint")
        behaviour = _behaviour(rule.get("behavior", "behaviour"), Behaviour.DENY)
        if endpoint.text is None:
            notes.find("SRC002", rule.at, "an endpoint rule without an endPoint", _REWRITE)
            continue
        found.append(
            EndpointRule(
                order=_order(rule, position, notes),
                endpoint=endpoint.text,
                behaviour=behaviour or Behaviour.ALLOW,
                at=endpoint.at,
            )
        )
    return tuple(sorted(found, key=lambda rule: rule.order))


def _exempt(node: Node, cuts: Cuts) -> tuple[ExemptResource, ...] | None:
    if not node.present:
        return None
    return tuple(
        ExemptResource(id=identity, type=entry.get("type").text or "", at=entry.get("id").at)
        for entry in cuts.items(node) or ()
        if (identity := entry.get("id").text)
    )


def _united(policies: Sequence[DlpPolicy], notes: Notes) -> list[DlpPolicy]:
    """Give one policy for each id: the list call's answer, which has no groups, gives way to the whole policy."""
    united: list[DlpPolicy] = []
    by_id: dict[str, int] = {}
    # Terraform code has no ids: it and the state made of it are told to be one policy by their name.
    ids = {policy.name.lower(): policy.id.lower() for policy in policies if policy.id.lower() != policy.name.lower()}
    for policy in policies:
        identity = policy.id.lower()
        place = by_id.setdefault(ids.get(identity, identity) if policy.open_parts else identity, len(united))
        if place == len(united):
            united.append(policy)
            continue
        other = united[place]
        if _says_more(policy, other):
            united[place] = policy
        elif _says_more(other, policy):
            pass
        elif other.classified is None and policy.classified is not None:
            united[place] = policy
        elif policy.classified is not None and _facts(policy) != _facts(other):
            # Code with open parts may be given to several tenants, once for each of its `.tfvars` files.
            if not (policy.open_parts and other.open_parts):
                notes.find(
                    "SRC011",
                    policy.at,
                    f"the data policy '{policy.name}' is also in {other.at.source.path}, and says something else there",
                    "Keep one export of each policy",
                )
                notes.findings[-1] = notes.findings[-1]._replace(related=(Related("the other one", other.at),))
            united.append(policy)
    return united


def _verb(named: Sequence[str]) -> str:
    return "is" if len(named) == 1 and named[0] in _SINGULAR else "are"


def _says_more(policy: DlpPolicy, other: DlpPolicy) -> bool:
    """Tell whether one policy is whole and the other, the same one, has parts that are computed elsewhere."""
    return (
        bool(other.open_parts)
        and not policy.open_parts
        and policy.classified is not None
        and not _contradicts(other, policy)
    )


def _contradicts(partial: DlpPolicy, whole: DlpPolicy) -> bool:
    """Tell whether what is written of a policy says something else than its export."""
    if not partial.may_not_reach and partial.scope is not whole.scope:
        return True
    if partial.default not in {None, whole.default}:
        return True
    groups = {(entry.connector, entry.group) for entry in whole.classified or ()}
    return any((entry.connector, entry.group) not in groups for entry in partial.classified or ())


def _facts(policy: DlpPolicy) -> tuple[object, ...]:
    """Give what a policy says, without where it says it."""
    return (
        policy.scope,
        frozenset(ref.name.lower() for ref in policy.environments),
        policy.default,
        frozenset((entry.connector, entry.group, entry.environment) for entry in policy.classified or ()),
        tuple((rule.order, rule.pattern, rule.group) for rule in policy.patterns or ()),
        _action_facts(policy.actions),
        _endpoint_facts(policy.endpoints),
    )


def _action_facts(actions: Sequence[ActionRules]) -> frozenset[object]:
    return frozenset(
        (rules.connector, rules.default, frozenset((rule.operation.lower(), rule.behaviour) for rule in rules.rules))
        for rules in actions
    )


def _endpoint_facts(endpoints: Sequence[EndpointRules]) -> frozenset[object]:
    return frozenset(
        (rules.connector, tuple((rule.order, rule.endpoint, rule.behaviour) for rule in rules.rules))
        for rules in endpoints
    )


# Words that say what a file holds and not which policy it is about.
_COMMON_WORDS = frozenset(
    (
        "action",
        "actions",
        "apps",
        "config",
        "configuration",
        "configurations",
        "connector",
        "connectors",
        "custom",
        "data",
        "definition",
        "dlp",
        "endpoint",
        "endpoints",
        "environment",
        "exempt",
        "export",
        "exported",
        "group",
        "groups",
        "json",
        "pattern",
        "patterns",
        "policies",
        "policy",
        "power",
        "powerapp",
        "powerapps",
        "resource",
        "resources",
        "rule",
        "rules",
        "url",
        "urls",
    )
)


def _words(name: str) -> tuple[str, ...]:
    """Split a name into the words that tell policies apart."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name)
    words = re.split(r"[^0-9a-z]+", spaced.lower())
    return tuple(word for word in words if word and word not in _COMMON_WORDS)


def _owner(rules: LooseRules, policies: Sequence[DlpPolicy]) -> int | None:
    """Find the one policy that rules belong to, as an index; None when none or several fit."""
    if rules.policy is not None:
        wanted = rules.policy.lower()
        fitting = [place for place, each in enumerate(policies) if wanted in {each.id.lower(), each.name.lower()}]
        return fitting[0] if len(fitting) == 1 else None
    folder, file = os.path.split(rules.at.source.path)
    folders = [os.path.dirname(policy.at.source.path) for policy in policies]
    named = _named(_words(os.path.splitext(file)[0]), policies)
    beside = [place for place, other in enumerate(folders) if other == folder]
    for fitting in (
        named,
        [place for place in named if folders[place] == folder],
        [] if named else beside,
        [] if named or beside else _named(_words(os.path.basename(folder)), policies),
    ):
        if len(fitting) == 1:
            return fitting[0]
    return None


def _named(words: tuple[str, ...], policies: Sequence[DlpPolicy]) -> list[int]:
    if not words:
        return []
    files = [policy.at.source.path for policy in policies]
    return [
        place
        for place, policy in enumerate(policies)
        if words in {_words(policy.name), _words(policy.id)}
        or (files.count(files[place]) == 1 and words == _words(os.path.splitext(os.path.basename(files[place]))[0]))
    ]


def _with_rules(policy: DlpPolicy, rules: LooseRules, notes: Notes) -> DlpPolicy:
    """Add the rules of another file to a policy; what the policy already says stays, and a difference is noted."""
    if _differs(policy, rules):
        notes.find(
            "SRC011",
            rules.at,
            f"these rules of the data policy '{policy.name}' differ from those in {policy.at.source.path}",
            "Keep one export of the rules",
        )
    patterns_new = policy.patterns is None and rules.patterns is not None
    given = {part.part for part in rules.open_parts}
    given.update([PolicyPart.PATTERNS] if patterns_new else [])
    given.update([PolicyPart.EXEMPTIONS] if rules.exempt is not None else [])
    return policy._replace(
        patterns=rules.patterns if patterns_new else policy.patterns,
        patterns_at=rules.at if patterns_new else policy.patterns_at,
        actions=policy.actions or rules.actions or (),
        endpoints=policy.endpoints or rules.endpoints or (),
        exempt=policy.exempt or rules.exempt or (),
        rules_known=policy.rules_known and rules.complete,
        open_parts=(*(part for part in policy.open_parts if part.part not in given), *rules.open_parts),
    )


def _differs(policy: DlpPolicy, rules: LooseRules) -> bool:
    def shown(patterns: tuple[UrlPattern, ...]) -> list[tuple[int, str, DataGroup]]:
        return [(rule.order, rule.pattern, rule.group) for rule in patterns]

    if policy.patterns is not None and rules.patterns is not None and shown(policy.patterns) != shown(rules.patterns):
        return True
    if policy.actions and rules.actions and _action_facts(policy.actions) != _action_facts(rules.actions):
        return True
    return bool(
        policy.endpoints and rules.endpoints and _endpoint_facts(policy.endpoints) != _endpoint_facts(rules.endpoints)
    )
