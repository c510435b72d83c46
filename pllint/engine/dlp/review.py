"""Weaknesses of data policies, alone and together: the questions that the checks of the policy set ask."""

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

from pllint.catalogue import Catalogue
from pllint.engine.dlp import ordered
from pllint.engine.dlp.judge import bindable, filterable
from pllint.engine.dlp.partition import Partition
from pllint.engine.dlp.pattern import extends_host, hazards, is_star
from pllint.engine.dlp.policy_set import PolicySet
from pllint.model.advanced_policy import ConnectorSetting
from pllint.model.connector_id import ConnectorKey
from pllint.model.environment import ANY_OTHER, Environment, EnvironmentRef
from pllint.model.policy import Behaviour, DataGroup, DlpPolicy, EndpointRules, PolicyPart, Scope
from pllint.model.policy_ids import VIRTUAL
from pllint.model.policy_review import Emptiness, FamilySplit, FaultyList, Hazard, Separation, Shadow
from pllint.model.verdict import Subject

_OPEN_CLASSES = (PolicyPart.BUSINESS, PolicyPart.NON_BUSINESS, PolicyPart.BLOCKED, PolicyPart.DEFAULT)
_GROUPS = {DataGroup.BUSINESS, DataGroup.NON_BUSINESS}


class PolicyReview:
    """The policies of a workspace, looked at for what is wrong with them."""

    def __init__(
        self,
        policies: Sequence[DlpPolicy],
        policy_set: PolicySet,
        catalogue: Catalogue,
        *,
        environments: Sequence[Environment] = (),
        listed: Sequence[Environment] = (),
        settings: Iterable[ConnectorSetting] = (),
    ) -> None:
        self._policies = policies
        self._set = policy_set
        self._catalogue = catalogue
        self._environments = environments
        self._listed = listed
        self._denied = {setting.connector.lower() for setting in settings if setting.denied}

    # Ordered lists

    def faulty_lists(self, policy: DlpPolicy) -> Iterator[FaultyList]:
        """Give the ordered lists of a policy that the service rejects or misreads."""
        for connector, entries in self._lists(policy):
            found = ordered.faults(entries)
            if found:
                yield FaultyList(connector=connector, faults=found)

    def shadows(self, policy: DlpPolicy) -> Iterator[Shadow]:
        """Give the rules of a policy that are never reached although they say something else."""
        for connector, entries in self._lists(policy):
            for rule, by in ordered.shadowed(entries):
                yield Shadow(connector, rule.text, rule.result, rule.at, by.text, by.result, by.at)

    def _lists(self, policy: DlpPolicy) -> Iterator[tuple[ConnectorKey | None, tuple[ordered.Entry, ...]]]:
        if not policy.rules_known or policy.opening(PolicyPart.PATTERNS, PolicyPart.RULES):
            return
        if policy.tenant_level and policy.patterns:
            yield None, ordered.of_patterns(policy.patterns)
        for rules in policy.endpoints:
            if rules.rules and filterable(rules.connector):
                yield rules.connector, ordered.of_endpoints(rules.rules)

    def hazards(self, policy: DlpPolicy) -> Iterator[Hazard]:
        """Give the URL patterns that let more hosts in than they look like."""
        for pattern in policy.patterns or ():
            if not policy.tenant_level or pattern.group not in _GROUPS or is_star(pattern.pattern):
                continue
            found = hazards(pattern.pattern)
            for words in found:
                yield Hazard(pattern=pattern, words=words, slight=False)
            if not found and extends_host(pattern.pattern):
                text = pattern.pattern.strip()
                example = f"{text.partition('://')[2].rstrip('*')}.evil.example"
                yield Hazard(pattern, f"has no slash before its last *, so it takes {example} as well", slight=True)

    # Classes

    def split_families(self, policy: DlpPolicy) -> Iterator[FamilySplit]:
        """Give the families of connectors that a policy does not keep together."""
        from pllint.catalogue.facts import FAMILIES

        for family in FAMILIES:
            classes = [(key, self._set.classify(policy, key, ANY_OTHER)) for key in family.members]
            known = tuple(
                (key, classification)
                for key, classification in classes
                # One that cannot be blocked, and is listed there, is another fault than a split.
                if classification.known
                and not (classification.group is DataGroup.BLOCKED and key in self._catalogue.unblockable())
            )
            if len({classification.group for _, classification in known}) > 1:
                yield FamilySplit(family=family, parts=known)

    def usable(self, connector: ConnectorKey, environment: Environment) -> bool | None:
        """Tell whether anything keeps a connector from being used in an environment; None when that is open."""
        if connector.lower() in self._denied:
            return False
        blocked = self._set.effect(connector, environment).blocked
        if blocked:
            return False
        allowed = self._allowed_by_advanced(connector, environment)
        if allowed is False or blocked is False:
            return allowed
        return None

    def _allowed_by_advanced(self, connector: ConnectorKey, environment: Environment) -> bool | None:
        advanced = self._set.advanced(environment)
        lowered = connector.lower()
        if advanced is None or lowered in VIRTUAL or lowered.startswith("desktopflow."):
            return True
        if any(entry.connector.lower() == lowered for entry in advanced.allowed):
            return True
        row = self._catalogue.find(connector)
        if row is not None and row.unblockable is True and environment.managed is not True:
            return True
        return False if advanced.allowed_known else None

    def has_endpoint_wall(self, policy: DlpPolicy, connector: ConnectorKey) -> bool:
        """Tell whether a policy's endpoint list of a connector ends in Deny `*`."""
        for rules in policy.endpoints:
            if rules.connector.lower() == connector.lower() and rules.rules:
                last = ordered.of_endpoints(rules.rules)[-1]
                return is_star(last.text) and last.result == Behaviour.DENY
        return False

    def allows_only(self, rules: EndpointRules) -> bool:
        """Tell of an endpoint list with rules of its own that none of them can keep anything out."""
        lets_through = all(rule.behaviour is Behaviour.ALLOW for rule in rules.rules)
        return lets_through and any(not is_star(rule.endpoint) for rule in rules.rules)

    def binds_actions(self, connector: ConnectorKey) -> bool:
        """Tell whether action rules have an effect on a connector."""
        return bindable(Subject(key=connector), self._catalogue)

    def filters_endpoints(self, connector: ConnectorKey) -> bool:
        """Tell whether endpoint rules have an effect on a connector."""
        return filterable(connector)

    # Partitions

    def separations(self) -> Iterator[Separation]:
        """Give each pair of overlapping policies of which one takes apart what the other declares together."""
        overlapping: dict[tuple[int, int], list[Environment]] = {}
        by_reach: dict[tuple[int, ...], list[Environment]] = {}
        index = {id(policy): position for position, policy in enumerate(self._policies)}
        for environment in self._environments:
            advanced = self._set.advanced(environment)
            if advanced is None or not advanced.only:
                reaching = tuple(index[id(policy)] for policy in self._set.reaching(environment))
                by_reach.setdefault(reaching, []).append(environment)
        # Environments with the same policies ask the same question.
        for reaching, environments in by_reach.items():
            for declaring in reaching:
                if self._partitions[declaring].business:
                    for separating in reaching:
                        overlapping.setdefault((declaring, separating), []).extend(environments)
        for (declaring, separating), environments in sorted(overlapping.items(), key=lambda item: item[0]):
            sides = self._partitions[separating].separated(self._partitions[declaring].business)
            if declaring != separating and sides is not None:
                business, non_business = sides
                yield Separation(
                    declaring=self._policies[declaring],
                    separating=self._policies[separating],
                    business=business,
                    non_business=non_business,
                    environments=tuple(sorted(environments, key=lambda environment: environment.name)),
                )

    @cached_property
    def _partitions(self) -> list[Partition]:
        return [Partition(policy, self._catalogue) for policy in self._policies]

    def separates(self, policy: DlpPolicy) -> bool | None:
        """Tell whether a policy keeps any usable connectors apart; None when the files do not tell."""
        if policy.classified is None:
            return None
        groups = {entry.group for entry in policy.classified} | {policy.default or DataGroup.NON_BUSINESS}
        if policy.tenant_level:
            groups |= {pattern.group for pattern in policy.patterns or ()}
        unblockable = self._catalogue.unblockable()
        listed = {entry.connector for entry in policy.classified}
        if policy.default is DataGroup.BLOCKED and not unblockable <= listed:
            groups.add(DataGroup.NON_BUSINESS)
        if groups >= _GROUPS:
            return True
        if policy.opening(*_OPEN_CLASSES, PolicyPart.PATTERNS):
            return None
        allowed = {entry.connector for entry in policy.classified if entry.group is not DataGroup.BLOCKED}
        by_pattern = any(pattern.group in _GROUPS for pattern in policy.patterns or ())
        # Where nothing is left but what cannot be blocked, there is nothing to keep apart from it.
        return policy.default is DataGroup.BLOCKED and allowed <= unblockable and not by_pattern

    def emptiness(self, policy: DlpPolicy) -> Emptiness | None:
        """Say why a policy has no effect, if it has none."""
        if self._is_nothing(policy):
            return Emptiness.NOTHING
        if policy.scope in {Scope.ALL, Scope.EXCEPT} or not policy.environments_known or policy.may_not_reach:
            return None  # the first two reach what is created tomorrow
        if policy.environments and (not self._listed or any(map(self._is_listed, policy.environments))):
            return None
        return Emptiness.NOWHERE

    def unlisted(self, policy: DlpPolicy) -> tuple[EnvironmentRef, ...]:
        """Give the environments a policy names that are on no list of the tenant's."""
        if policy.scope is Scope.ALL or not self._listed:
            return ()
        return tuple(ref for ref in policy.environments if not self._is_listed(ref))

    def _is_listed(self, ref: EnvironmentRef) -> bool:
        return any(name.strip().lower() in self._listed_names for name in (ref.name, ref.display_name) if name)

    @cached_property
    def _listed_names(self) -> frozenset[str]:
        return frozenset(
            name.lower()
            for environment in self._listed
            for name in (environment.name, environment.id or environment.name, *environment.aliases)
        )

    @staticmethod
    def _is_nothing(policy: DlpPolicy) -> bool:
        return (
            policy.classified == ()
            and policy.default in {None, DataGroup.NON_BUSINESS}
            and not policy.actions
            and not policy.endpoints
            and all(pattern.group is DataGroup.IGNORE for pattern in policy.patterns or ())
            and not policy.open_parts
            and policy.rules_known
        )

    def identical(self) -> Iterator[tuple[DlpPolicy, ...]]:
        """Give the policies that say the same of the same environments, each set once."""
        by_content: dict[object, list[DlpPolicy]] = {}
        for policy in self._policies:
            if policy.classified is not None and policy.environments_known and not policy.open_parts:
                by_content.setdefault(_content(policy), []).append(policy)
        for policies in by_content.values():
            if len(policies) > 1:
                yield tuple(policies)


def _content(policy: DlpPolicy) -> object:
    """Give what a policy does, without its name and whom it exempts."""
    everywhere = policy.scope is Scope.ALL
    return (
        policy.scope,
        frozenset() if everywhere else frozenset(ref.name.strip().lower() for ref in policy.environments),
        policy.default or DataGroup.NON_BUSINESS,
        frozenset((entry.connector, entry.group, entry.environment) for entry in policy.classified or ()),
        None if policy.patterns is None else _lines(ordered.of_patterns(policy.patterns)),
        frozenset(
            (
                rules.connector,
                rules.default,
                frozenset((rule.operation.lower(), rule.behaviour) for rule in rules.rules),
            )
            for rules in policy.actions
        ),
        frozenset((rules.connector, _lines(ordered.of_endpoints(rules.rules))) for rules in policy.endpoints),
        policy.legacy,
    )


def _lines(entries: Iterable[ordered.Entry]) -> tuple[tuple[str, str], ...]:
    return tuple((entry.text.lower(), entry.result) for entry in entries)
