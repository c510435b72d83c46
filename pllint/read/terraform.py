"""Resources of the Power Platform provider for Terraform, whichever file holds them, as records.

A value that Terraform computes is an `Expression`; a `Module` may know what it stands for. What stays an expression
is an open part of the record, never an empty one.
"""

from collections.abc import Iterator, Mapping, Sequence

from pllint.model.advanced_policy import AdvancedPolicy, AllowedConnector
from pllint.model.connector_id import ConnectorKey, parse_connector_id
from pllint.model.environment import Environment, EnvironmentRef, EnvironmentType
from pllint.model.policy import (
    ActionRule,
    ActionRules,
    Behaviour,
    ClassifiedConnector,
    DataGroup,
    DlpPolicy,
    EndpointRule,
    EndpointRules,
    OpenPart,
    PolicyPart,
    Scope,
    UrlPattern,
)
from pllint.model.tenant import AllowedTenant, TenantIsolation, TenantSetting
from pllint.read.document import Notes
from pllint.read.policy_parts import BEHAVIOURS, GROUPS, SCOPES
from pllint.record import NamedTuple
from pllint.text.node import Node
from pllint.text.places import Expression

POLICY = "powerplatform_data_loss_prevention_policy"
ENVIRONMENT = "powerplatform_environment"
MANAGED = "powerplatform_managed_environment"
GROUP = "powerplatform_environment_group"
RULE_SET = "powerplatform_environment_group_rule_set"
ISOLATION = "powerplatform_tenant_isolation_policy"
SETTINGS = "powerplatform_tenant_settings"
READ = frozenset((POLICY, ENVIRONMENT, MANAGED, GROUP, RULE_SET, ISOLATION, SETTINGS))
"""The types of resource that pllint reads."""

GROUP_LISTS = (
    ("business_connectors", DataGroup.BUSINESS, PolicyPart.BUSINESS),
    ("non_business_connectors", DataGroup.NON_BUSINESS, PolicyPart.NON_BUSINESS),
    ("blocked_connectors", DataGroup.BLOCKED, PolicyPart.BLOCKED),
)
_TYPES = {
    "production": EnvironmentType.PRODUCTION,
    "sandbox": EnvironmentType.SANDBOX,
    "trial": EnvironmentType.TRIAL,
    "developer": EnvironmentType.DEVELOPER,
    "default": EnvironmentType.DEFAULT,
    "teams": EnvironmentType.TEAMS,
}
_NOT_GIVEN = "not given in the file"
_SAME_ITEMS = frozenset(("toset", "tolist"))
_ALL_ITEMS = frozenset(("concat", "setunion"))
_DEPTH = 20
"""How many references and calls are followed for one value."""


class Resource(NamedTuple):
    """One resource, its arguments in the provider's own spelling."""

    type: str
    address: str
    """Its name in Terraform, such as `powerplatform_environment.hr`."""
    body: Node
    made: OpenPart | None = None
    """Why it may be made once, often or never."""
    inventory: bool = False
    """It comes from a list of everything there is; what Terraform makes is only a part of that."""


class Found(NamedTuple):
    """What some resources say."""

    policies: list[DlpPolicy]
    environments: list[Environment]
    advanced: list[AdvancedPolicy]
    isolation: list[TenantIsolation]
    settings: list[TenantSetting]


class Module:
    """What expressions stand for, as far as the files tell. This one knows nothing but other resources."""

    def __init__(self, resources: Sequence[Resource] = ()) -> None:
        self._resources = {resource.address: resource for resource in resources}

    def value(self, reference: tuple[str, ...]) -> Node | None:
        """Give what a reference such as `("local", "rest")` stands for, when a file says."""
        del reference
        return None

    def resource(self, node: Node) -> Resource | None:
        """Give the resource whose id an expression asks for."""
        reference = node.value.reference if isinstance(node.value, Expression) else ()
        return self._resources.get(".".join(reference[:2])) if reference[2:] == ("id",) else None

    def resolved(self, node: Node) -> Node:
        """Follow references as far as the files tell."""
        for _ in range(_DEPTH):
            if not isinstance(node.value, Expression) or not node.value.reference:
                break
            found = self.value(node.value.reference)
            if found is None:
                break
            node = found
        return node

    def get(self, node: Node, name: str) -> Node:
        """Give a member, references followed."""
        return self.resolved(self.resolved(node)[name])

    def items(self, node: Node, depth: int = _DEPTH) -> tuple[list[Node], Node | None]:
        """Give the items of a list that are written, and the expression that may give more of them."""
        node = self.resolved(node)
        if isinstance(node.value, Expression):
            arguments = [Node(value, node.at / index) for index, value in enumerate(node.value.arguments)]
            followed = node.value.function in _ALL_ITEMS or (node.value.function in _SAME_ITEMS and len(arguments) == 1)
            if not followed or not depth:
                return [], node
            parts = [self.items(argument, depth - 1) for argument in arguments]
            found = [item for items, _ in parts for item in items]
            return found, next((rest for _, rest in parts if rest is not None), None)
        if isinstance(node.value, dict):  # a map by key, as `for_each` and older modules write it
            return [], node
        found = [self.resolved(element) for element in node.elements()]
        rest = next((item for item in found if isinstance(item.value, Expression)), None)
        return [item for item in found if not isinstance(item.value, Expression)], rest


def read(resources: Sequence[Resource], module: Module, notes: Notes) -> Found:
    """Read every resource of a module that pllint knows; others are left alone."""
    found = Found([], [], [], [], [])
    managed = _managed_environments(resources, module)
    for resource in resources:
        if resource.type == POLICY:
            found.policies.append(policy(resource, module, notes))
        elif resource.type == ENVIRONMENT and resource.made is None:
            environment = _environment(resource, module, managed=resource.address in managed)
            found.environments.extend([environment] if environment else [])
        elif resource.type == MANAGED and resource.made is None:
            found.environments.extend(_managed_only(resource, module))
        elif resource.type == RULE_SET:
            found.advanced.extend(_advanced(resource, module))
        elif resource.type == ISOLATION and resource.made is None:
            found.isolation.append(_isolation(resource, module))
        elif resource.type == SETTINGS and resource.made is None:
            found.settings.extend(_settings(resource.body, module, ()))
    return found


def how(node: Node, absent: str = _NOT_GIVEN) -> str:
    """Say how an open value comes about."""
    value = node.value
    if isinstance(value, Expression):
        return value.shown if value.shown.startswith("known ") else f"computed by {value.shown}"
    return absent


# Data policies


class _Reader:
    """Reads one policy and gathers what stays open."""

    def __init__(self, body: Node, module: Module, notes: Notes, *, rest: str | None) -> None:
        self.body = body
        self.module = module
        self.notes = notes
        self.open: list[OpenPart] = []
        self.rest = rest
        """How the rest of each list comes about, where the lists written are inputs of something else."""

    def get(self, name: str) -> Node:
        return self.module.get(self.body, name)

    def leave(
        self, part: PolicyPart, node: Node, way: str | None = None, connector: ConnectorKey | None = None
    ) -> None:
        self.open.append(OpenPart(part=part, at=node.at, how=way or how(node), connector=connector))

    def word(self, name: str, part: PolicyPart) -> Node:
        """Give a word, or leave its part open."""
        node = self.get(name)
        if node.text is None:
            self.leave(part, node, None if node.present or self.rest is None else self.rest)
            return Node(None, node.at)
        return node

    def listed(self, name: str, part: PolicyPart) -> list[Node]:
        """Give the items of a list that are written, and leave the others open."""
        node = self.get(name)
        if not node.present:
            self.leave(part, node, self.rest)
            return []
        items, rest = self.module.items(node)
        if rest is not None or self.rest is not None:
            self.leave(part, rest or node, how(rest) if rest is not None else self.rest)
        return items


def policy(resource: Resource, module: Module, notes: Notes, *, rest: str | None = None) -> DlpPolicy:
    """Read a data policy; `rest` says how what is not written comes about, where these are inputs of a module."""
    reader = _Reader(resource.body, module, notes, rest=rest)
    if resource.made is not None:
        reader.open.append(resource.made)
    title, identity = reader.get("display_name"), reader.get("id")
    name = (title.text or "").strip() or resource.address
    classified, actions, endpoints = _connectors(reader)
    default = reader.word("default_connectors_classification", PolicyPart.DEFAULT)
    scope, unknown_scope, environments = _reach(reader)
    patterns = _patterns(reader)
    return DlpPolicy(
        id=(identity.text or "").strip() or name,
        name=name,
        at=title.at if title.text is not None else resource.body.at,
        scope=scope or Scope.ONLY,
        unknown_scope=unknown_scope,
        environments=environments,
        environments_known=_knows(reader, PolicyPart.ENVIRONMENTS),
        default=GROUPS.get((default.text or "").strip().lower()),
        default_at=default.at if default.present else None,
        classified=classified,
        patterns=patterns,
        patterns_at=reader.get("custom_connectors_patterns").at if patterns is not None else None,
        actions=actions,
        endpoints=endpoints,
        rules_known=_knows(reader, PolicyPart.RULES),
        open_parts=tuple(reader.open),
    )


def _knows(reader: _Reader, part: PolicyPart) -> bool:
    """Tell whether nothing of a kind stayed open."""
    return all(each.part is not part for each in reader.open)


def _reach(reader: _Reader) -> tuple[Scope | None, str | None, tuple[EnvironmentRef, ...]]:
    """Read the scope, None when it is open, the word that is none, and the environments it names."""
    word = reader.word("environment_type", PolicyPart.SCOPE)
    if not word.present:
        reader.leave(PolicyPart.ENVIRONMENTS, word, "open like the scope")
        return None, None, ()
    written = (word.text or "").strip()
    scope = SCOPES.get(written.lower(), Scope.ALL)
    node = reader.get("environments")
    if scope is Scope.ALL or (not node.present and reader.rest is None):
        # The list of environments is the one that need not be written.
        return scope, None if written.lower() in SCOPES else written, ()
    refs = []
    for item in _environment_items(reader, node):
        declared = reader.module.resource(item)
        title = reader.module.get(declared.body, "display_name") if declared is not None else item
        if title.text:
            refs.append(EnvironmentRef(name=title.text.strip(), at=item.at))
        elif item.present:
            reader.leave(PolicyPart.ENVIRONMENTS, item)
    return scope, None, tuple(refs)


def _environment_items(reader: _Reader, node: Node) -> list[Node]:
    if not node.present:
        reader.leave(PolicyPart.ENVIRONMENTS, node, reader.rest)
        return []
    node = reader.module.resolved(node)
    while isinstance(node.value, Expression) and node.value.function in _SAME_ITEMS and len(node.value.arguments) == 1:
        node = reader.module.resolved(Node(node.value.arguments[0], node.at / 0))
    if node.is_list:  # an item may be the id of an environment that is declared beside the policy
        return [reader.module.resolved(element) for element in node.elements()]
    items, rest = reader.module.items(node)
    return [*items, *([rest] if rest is not None else [])]


def _connectors(
    reader: _Reader,
) -> tuple[tuple[ClassifiedConnector, ...], tuple[ActionRules, ...], tuple[EndpointRules, ...]]:
    classified: list[ClassifiedConnector] = []
    actions: list[ActionRules] = []
    endpoints: list[EndpointRules] = []
    for name, group, part in GROUP_LISTS:
        for item in reader.listed(name, part):
            spelled = item if item.text is not None else reader.module.get(item, "id")
            parsed = parse_connector_id(spelled.text or "")
            if parsed is None:
                if spelled.text is not None:
                    message = f'"{spelled.text}" is no connector id'
                    reader.notes.find("SRC002", spelled.at, message, "Correct the value, or export the file again")
                else:
                    reader.leave(part, spelled)
                continue
            classified.append(
                ClassifiedConnector(
                    connector=parsed.key,
                    group=group,
                    at=spelled.at,
                    spelling=parsed.spelling,
                    custom=parsed.custom,
                    environment=parsed.environment,
                )
            )
            if item.is_mapping:
                actions.extend(_actions(reader, item, parsed.key))
                endpoints.extend(_endpoints(reader, item, parsed.key))
    return tuple(classified), tuple(actions), tuple(endpoints)


def _rules(reader: _Reader, item: Node, name: str, key: ConnectorKey) -> list[Node] | None:
    """Give the rules of a connector; None when they are not all written."""
    node = reader.module.get(item, name)
    if not node.present:
        return []
    rules, rest = reader.module.items(node)
    if rest is not None:
        reader.leave(PolicyPart.RULES, rest, connector=key)
        return None
    return rules


def _texts(reader: _Reader, rule: Node, names: Sequence[str], key: ConnectorKey) -> list[Node] | None:
    """Give members of a rule; None when one is not written, which leaves the connector's rules open."""
    members = [reader.module.get(rule, name) for name in names]
    missing = next((node for node in members if node.text is None), None)
    if missing is not None:
        reader.leave(PolicyPart.RULES, missing, connector=key)
        return None
    return members


def _actions(reader: _Reader, item: Node, key: ConnectorKey) -> Iterator[ActionRules]:
    rules = _rules(reader, item, "action_rules", key)
    default = reader.module.get(item, "default_action_rule_behavior")
    if isinstance(default.value, Expression):
        reader.leave(PolicyPart.RULES, default, connector=key)
        return
    behaviour = BEHAVIOURS.get((default.text or "").strip().lower())
    if rules is None or (not rules and behaviour is not Behaviour.BLOCK):
        return
    found = []
    for rule in rules:
        members = _texts(reader, rule, ("action_id", "behavior"), key)
        if members is None:
            return
        operation, word = members
        blocks = BEHAVIOURS.get((word.text or "").strip().lower()) in {Behaviour.BLOCK, Behaviour.DENY}
        found.append(
            ActionRule(
                operation=operation.text or "",
                behaviour=Behaviour.BLOCK if blocks else Behaviour.ALLOW,
                at=operation.at,
            )
        )
    at = reader.module.get(item, "id").at
    yield ActionRules(connector=key, default=behaviour or Behaviour.ALLOW, rules=tuple(found), at=at)


def _endpoints(reader: _Reader, item: Node, key: ConnectorKey) -> Iterator[EndpointRules]:
    rules = _rules(reader, item, "endpoint_rules", key)
    found = []
    for rule in rules or ():
        members = _texts(reader, rule, ("order", "endpoint", "behavior"), key)
        if members is None:
            return
        order, endpoint, word = members
        denies = BEHAVIOURS.get((word.text or "").strip().lower()) in {Behaviour.BLOCK, Behaviour.DENY}
        found.append(
            EndpointRule(
                order=order.integer or 0,
                endpoint=endpoint.text or "",
                behaviour=Behaviour.DENY if denies else Behaviour.ALLOW,
                at=endpoint.at,
            )
        )
    if found:
        at = reader.module.get(item, "id").at
        ordered = sorted(found, key=lambda rule: rule.order)
        yield EndpointRules(connector=key, rules=tuple(ordered), at=at)


def _patterns(reader: _Reader) -> tuple[UrlPattern, ...] | None:
    """Read the URL patterns; None when they are not all written: an order with gaps decides nothing."""
    items = reader.listed("custom_connectors_patterns", PolicyPart.PATTERNS)
    found = []
    for item in items:
        order, pattern, word = (reader.module.get(item, name) for name in ("order", "host_url_pattern", "data_group"))
        group = GROUPS.get((word.text or "").strip().lower())
        if pattern.text is None or order.integer is None or group is None:
            odd = next((node for node in (order, pattern, word) if node.text is None), word)
            reader.leave(PolicyPart.PATTERNS, odd)
            continue
        found.append(UrlPattern(order=order.integer, pattern=pattern.text, group=group, at=pattern.at))
    if not _knows(reader, PolicyPart.PATTERNS):
        return None
    return tuple(sorted(found, key=lambda rule: rule.order))


# Environments, their groups, and what else governs


def _environment(resource: Resource, module: Module, *, managed: bool) -> Environment | None:
    title, identity = module.get(resource.body, "display_name"), module.get(resource.body, "id")
    name = (title.text or "").strip() or (identity.text or "").strip()
    if not name:
        return None
    word = module.get(resource.body, "environment_type")
    kind = _TYPES.get(word.text.strip().lower(), EnvironmentType.OTHER) if word.text else None
    dataverse = module.get(resource.body, "dataverse")
    domain = (module.get(dataverse, "domain").text or "").strip().lower() if dataverse.is_mapping else ""
    url = (module.get(dataverse, "url").text or "").strip().lower() if dataverse.is_mapping else ""
    host = url.partition("://")[2].partition("/")[0]
    aliases = (name.lower(), (identity.text or "").strip().lower(), domain, host)
    return Environment(
        name=name,
        at=title.at if title.text is not None else identity.at,
        id=(identity.text or "").strip() or None,
        type=kind,
        # That no resource here manages it does not say that nobody does.
        managed=True if managed else None,
        group=next(iter(_group_names(module.get(resource.body, "environment_group_id"), module)), None),
        aliases=tuple(dict.fromkeys(alias for alias in aliases if alias)),
        listed=resource.inventory,
    )


def _managed_environments(resources: Sequence[Resource], module: Module) -> frozenset[str]:
    """Give the addresses of the environments that a resource makes managed ones."""
    managed = set()
    by_id = {
        identity: resource.address
        for resource in resources
        if resource.type == ENVIRONMENT and (identity := module.get(resource.body, "id").text)
    }
    for resource in resources:
        if resource.type == MANAGED and resource.made is None:
            node = module.get(resource.body, "environment_id")
            declared = module.resource(node)
            address = declared.address if declared else by_id.get(node.text or "")
            managed.update([address] if address else [])
    return frozenset(managed)


def _managed_only(resource: Resource, module: Module) -> Iterator[Environment]:
    """Give an environment that is managed here and made elsewhere."""
    node = module.get(resource.body, "environment_id")
    if node.text:
        identity = node.text.strip()
        yield Environment(name=identity, at=node.at, id=identity, managed=True, aliases=(identity.lower(),))


def _group_names(node: Node, module: Module) -> tuple[str, ...]:
    """Give what an environment group is called: by its id and its title, else by its address."""
    declared = module.resource(node)
    if declared is None:
        text = (node.text or "").strip()
        return (text,) if text.strip("0-") else ()
    names = (module.get(declared.body, "id").text, module.get(declared.body, "display_name").text)
    return tuple(name for name in names if name) or (declared.address,)


def _advanced(resource: Resource, module: Module) -> Iterator[AdvancedPolicy]:
    rules = module.get(resource.body, "rules")
    if isinstance(rules.value, Expression):
        lists, only = rules, Node(None, rules.at)
    else:
        lists = module.get(rules, "advanced_connector_policies")
        only = module.get(module.get(rules, "advanced_connector_policies_only"), "enabled")
    if not lists.present and not only.flag:
        return
    target = module.get(resource.body, "environment_group_id")
    groups = _group_names(target, module)
    allowed, known = _allowed(module.get(lists, "allowed_connectors") if lists.is_mapping else lists, module)
    yield AdvancedPolicy(
        id=module.get(resource.body, "id").text or resource.address,
        name=resource.address,
        at=resource.body.at,
        groups=groups,
        allowed=tuple(allowed),
        only=only.flag or False,
        targets_known=bool(groups) and resource.made is None,
        allowed_known=known,
    )


def _allowed(node: Node, module: Module) -> tuple[list[AllowedConnector], bool]:
    items, rest = module.items(node)
    found: list[AllowedConnector] = []
    known = rest is None
    for item in items:
        spelled, mode = module.get(item, "connector_id"), module.get(item, "actions_mode")
        parsed = parse_connector_id(spelled.text or "")
        operations, more = module.items(module.get(item, "allowed_actions"))
        some = (mode.text or "").lower() == "some_allowed"
        if parsed is None or isinstance(mode.value, Expression) or (some and more is not None):
            known = False
            continue
        names = tuple(operation.text for operation in operations if operation.text)
        found.append(AllowedConnector(connector=parsed.key, at=spelled.at, operations=names if some else None))
    return found, known


def _isolation(resource: Resource, module: Module) -> TenantIsolation:
    switch = module.get(resource.body, "is_disabled")
    items, rest = module.items(module.get(resource.body, "allowed_tenants"))
    allowed = [_allowed_tenant(item, module) for item in items]
    whole = rest is None and None not in allowed
    return TenantIsolation(
        at=switch.at if switch.present else resource.body.at,
        enabled=None if switch.flag is None else not switch.flag,
        allowed=tuple(entry for entry in allowed if entry is not None) if whole else None,
    )


def _allowed_tenant(item: Node, module: Module) -> AllowedTenant | None:
    tenant, inbound, outbound = (module.get(item, name) for name in ("tenant_id", "inbound", "outbound"))
    if tenant.text is None or inbound.flag is None or outbound.flag is None:
        return None
    return AllowedTenant(tenant=tenant.text.strip(), inbound=inbound.flag, outbound=outbound.flag, at=tenant.at)


def _settings(node: Node, module: Module, path: tuple[str, ...]) -> Iterator[TenantSetting]:
    for key, member in node.items():
        inner = module.resolved(member)
        if inner.is_mapping:
            yield from _settings(inner, module, (*path, _camel(key)))
        elif isinstance(inner.value, str | int | float | bool) and key not in {"id", "timeouts"}:
            yield TenantSetting(name=".".join((*path, _camel(key))), value=inner.value, at=inner.at)


_IRREGULAR: Mapping[str, str] = {
    "disable_nps_comments_reachout": "disableNPSCommentsReachout",
    "walk_me_opt_out": "walkMeOptOut",
}


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return _IRREGULAR.get(name) or first + "".join(word.capitalize() for word in rest)
