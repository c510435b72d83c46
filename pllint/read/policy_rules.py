"""The rules of a data policy, beside it or in a file of their own: URL patterns, actions, endpoints, exemptions."""

from collections.abc import Sequence

from pllint.model.connector_id import parse_connector_id
from pllint.model.policy import (
    ActionRule,
    ActionRules,
    Behaviour,
    EndpointRule,
    EndpointRules,
    ExemptResource,
    OpenPart,
    PolicyPart,
    UrlPattern,
)
from pllint.read.document import Notes
from pllint.read.policy_parts import BEHAVIOURS, CUT_OFF, REWRITE, group_of
from pllint.read.powershell import Cuts
from pllint.record import NamedTuple
from pllint.source import Anchor
from pllint.text.node import Node

_LOOSE = ("connectorActionConfigurations", "endpointConfigurations", "exemptResources")


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


def rules_of(wrapper: Node, notes: Notes) -> LooseRules:
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


def loose_rules_of(item: Node, notes: Notes) -> LooseRules:
    """Read the rules of a file that holds no policy."""
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
        group = group_of(word)
        if pattern.text is None or not word.present:
            message = "a URL pattern needs a pattern and a customConnectorRuleClassification"
            notes.find("SRC002", rule.at, message, REWRITE)
        if pattern.text is None or group is None:
            continue
        order = _order(rule, position, notes)
        found.append(UrlPattern(order=order, pattern=pattern.text, group=group, at=pattern.at))
    return tuple(sorted(found, key=lambda rule: rule.order))


def _order(rule: Node, position: int, notes: Notes) -> int:
    order = rule.get("order")
    if not order.present:
        notes.find("SRC002", rule.at, "a rule without an order", REWRITE)
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
            notes.find("SRC002", rule.at, "an endpoint rule without an endPoint", REWRITE)
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
