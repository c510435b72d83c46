"""The class of a connector in one policy."""

from collections.abc import Sequence
from functools import cached_property

from pllint.catalogue import Catalogue
from pllint.engine.dlp.pattern import is_star, matches
from pllint.finding import Confidence
from pllint.model.connector_id import custom_names
from pllint.model.custom_connector import Host
from pllint.model.environment import Environment
from pllint.model.policy import (
    ActionRules,
    ClassifiedConnector,
    DataGroup,
    DlpPolicy,
    EndpointRule,
    EndpointRules,
    OpenPart,
    PolicyPart,
    UrlPattern,
)
from pllint.model.policy_ids import CONTENT_CONVERSION, HTTP_FAMILY
from pllint.model.verdict import Classification, Rule, Subject

_GROUP_LISTS = (PolicyPart.BUSINESS, PolicyPart.NON_BUSINESS, PolicyPart.BLOCKED)
_EVERY_GROUP = frozenset[DataGroup | None]({DataGroup.BUSINESS, DataGroup.NON_BUSINESS, DataGroup.BLOCKED})
_NO_SAY = frozenset[DataGroup | None]({None})
_HTTP_FAMILY = {key.lower() for key in HTTP_FAMILY}

_HOST_UNKNOWN = "has a host that the files do not give, so the URL pattern that takes it cannot be told"


class IndexedPolicy:
    """One policy, its connectors and rules found by key."""

    def __init__(self, policy: DlpPolicy, catalogue: Catalogue) -> None:
        self.policy = policy
        self._catalogue = catalogue
        self._known: dict[str, Classification] = {}
        self._known_custom: dict[Subject, Classification] = {}

    def actions_of(self, subject: Subject) -> ActionRules | None:
        """Give the action rules written for a connector, whether or not they bind it."""
        return next((self._actions[name] for name in _spellings(subject) if name in self._actions), None)

    def endpoints_of(self, subject: Subject) -> tuple[EndpointRule, ...] | None:
        """Give the endpoint rules written for a connector, in the order they are tried."""
        return next((self._endpoints[name] for name in _spellings(subject) if name in self._endpoints), None)

    @cached_property
    def _actions(self) -> dict[str, ActionRules]:
        return {rules.connector.lower(): rules for rules in self.policy.actions}

    @cached_property
    def _endpoints(self) -> dict[str, tuple[EndpointRule, ...]]:
        return {rules.connector.lower(): _in_order(rules) for rules in self.policy.endpoints}

    def rules_open(self, subject: Subject) -> OpenPart | None:
        """Give what may hold rules for a connector beyond those read; None when all its rules are known."""
        spellings = _spellings(subject)
        for part in self.policy.open_parts:
            if part.part is PolicyPart.RULES and (part.connector is None or part.connector.lower() in spellings):
                return part
        lists = self.policy.opening(*_GROUP_LISTS)
        # Terraform writes the rules of a connector beside its id, so a list that is computed brings rules too.
        listed = lists is None or any(name in self._by_key for name in spellings)
        return None if listed else lists

    @cached_property
    def exempt(self) -> frozenset[str]:
        """The ids of exempt resources, lower case, without braces."""
        return frozenset(resource.id.strip("{}").lower() for resource in self.policy.exempt)

    @cached_property
    def names_environments(self) -> bool:
        """Tell whether an entry means the connector of one environment only."""
        return any(entry.environment for entry in self.policy.classified or ())

    @cached_property
    def _patterns(self) -> Sequence[UrlPattern]:
        return sorted(self.policy.patterns or (), key=lambda pattern: pattern.order)

    @cached_property
    def _by_key(self) -> dict[str, list[ClassifiedConnector]]:
        index: dict[str, list[ClassifiedConnector]] = {}
        for entry in self.policy.classified or ():
            if not entry.custom:
                index.setdefault(entry.connector.lower(), []).append(entry)
        return index

    @cached_property
    def _by_name(self) -> dict[str, list[tuple[str, ClassifiedConnector]]]:
        # Under the name without publisher prefix; beside each entry its full name.
        index: dict[str, list[tuple[str, ClassifiedConnector]]] = {}
        for entry in self.policy.classified or ():
            plain = entry.connector.removeprefix("shared_")
            # Most names hold nothing to decode.
            simple = plain.isascii() and plain.isalnum() and plain.islower()
            full, short = (plain, plain) if simple else custom_names(entry.connector)
            index.setdefault(short, []).append((full, entry))
            if full != short:
                index.setdefault(full, []).append((full, entry))
        return index

    def classify(self, subject: Subject, environment: Environment) -> Classification:
        """Give the class of a connector; the environment matters to entries that name one."""
        if subject.custom:
            return self._classify_custom(subject, environment)
        key = subject.key.lower()
        if key not in self._known:
            self._known[key] = self._classify_plain(key, subject)
        return self._known[key]

    def _classify_plain(self, key: str, subject: Subject) -> Classification:
        policy = self.policy
        if key == CONTENT_CONVERSION:
            return Classification(_NO_SAY, Rule.NOT_CLASSIFIABLE, "cannot be classified", policy.at)
        row = self._catalogue.find(subject.key)
        unblockable = row is not None and row.unblockable is True
        if policy.classified is None:
            possible = _EVERY_GROUP - {DataGroup.BLOCKED} if unblockable else _EVERY_GROUP
            return self._without_groups(possible)
        entries = self._by_key.get(key)
        if entries:
            return _listed(entries, Confidence.INFERRED if unblockable else Confidence.CERTAIN)
        if key.startswith("desktopflow."):
            if policy.open_groups:
                return self._by_open_group(frozenset({None, *policy.open_groups}))
            return Classification(
                _NO_SAY,
                Rule.MODULE_UNLISTED,
                "is a desktop flow module it does not list",
                policy.at,
                Confidence.INFERRED,
            )
        return self._classify_unlisted(key, unblockable=unblockable)

    def _classify_unlisted(self, key: str, *, unblockable: bool) -> Classification:
        policy = self.policy
        if policy.open_groups:
            possible = policy.open_groups | self._by_default().possible
            if unblockable and DataGroup.BLOCKED in possible:
                # The service saves no policy that lists it there, and a default of Blocked leaves it in Non-Business.
                fallen = {DataGroup.NON_BUSINESS} if DataGroup.BLOCKED in self._by_default().possible else set()
                possible = (possible - {DataGroup.BLOCKED}) | fallen
            return self._by_open_group(possible)
        if policy.legacy and key in _HTTP_FAMILY:
            # Nobody says whether the default group of an old-schema policy holds for these today.
            return Classification(
                frozenset({None, *self._by_default().possible}),
                Rule.LEGACY,
                "is not listed, and a policy of the old schema may not govern the HTTP connectors",
                policy.at,
            )
        if unblockable and policy.opening(PolicyPart.DEFAULT):
            return self._by_default()._replace(possible=_EVERY_GROUP - {DataGroup.BLOCKED})
        if unblockable and policy.default is DataGroup.BLOCKED:
            return Classification(
                frozenset({DataGroup.NON_BUSINESS}),
                Rule.UNBLOCKABLE,
                "is not listed and cannot be blocked, so the default group Blocked leaves it in Non-Business",
                policy.default_at or policy.at,
            )
        return self._by_default()

    def _classify_custom(self, subject: Subject, environment: Environment) -> Classification:
        if self.names_environments:
            return self._work_out_custom(subject, environment)
        if subject not in self._known_custom:
            self._known_custom[subject] = self._work_out_custom(subject, environment)
        return self._known_custom[subject]

    def _work_out_custom(self, subject: Subject, environment: Environment) -> Classification:
        policy = self.policy
        if policy.classified is None:
            return self._without_groups(_EVERY_GROUP)
        entries = self._naming(subject, environment)
        if entries:
            return _listed(entries, Confidence.CERTAIN)
        unnamed = self._by_patterns(subject.host) if policy.tenant_level else self._by_default()
        if policy.open_groups - unnamed.possible:
            return self._by_open_group(policy.open_groups | unnamed.possible)
        return unnamed

    def _naming(self, subject: Subject, environment: Environment) -> list[ClassifiedConnector]:
        full, short = custom_names(subject.key)
        found: list[ClassifiedConnector] = []
        for name in dict.fromkeys((full, short)):
            for theirs, entry in self._by_name.get(name, ()):
                # A file that leaves the publisher's prefix out may mean the connector that has one, not the reverse.
                prefixes_agree = theirs in {full, short} or full == short
                elsewhere = entry.environment is not None and (
                    environment.any_other or not environment.goes_by(entry.environment)
                )
                certified = not entry.custom and self._catalogue.find(entry.connector) is not None
                if prefixes_agree and not elsewhere and not certified and entry not in found:
                    found.append(entry)
        exact = [entry for entry in found if custom_names(entry.connector)[0] == full]
        return exact or found

    def catch_all(self) -> Classification:
        """Give the class of a custom connector that is neither named nor taken by a pattern other than `*`."""
        if not self.policy.tenant_level:
            return self._by_default()
        if not self.policy.patterns or self.policy.opening(PolicyPart.PATTERNS):
            return self._by_patterns(None)
        return self._by_pattern(next((pattern for pattern in self._patterns if is_star(pattern.pattern)), None))

    def _by_default(self) -> Classification:
        policy = self.policy
        if open_default := policy.opening(PolicyPart.DEFAULT):
            words = f"is not listed, and the default group is {open_default.how}"
            return Classification(_EVERY_GROUP, Rule.DEFAULT_OPEN, words, open_default.at)
        if policy.default is None:
            words = "is not listed, and no default group is set, which means Non-Business"
        else:
            words = f"is not listed, so it is in the default group {policy.default}"
        return Classification(
            frozenset({policy.default or DataGroup.NON_BUSINESS}), Rule.DEFAULT, words, policy.default_at or policy.at
        )

    def _by_patterns(self, host: Host | None) -> Classification:
        policy = self.policy
        if open_patterns := policy.opening(PolicyPart.PATTERNS):
            words = f"is left to URL patterns, which are {open_patterns.how}"
            return Classification(_EVERY_GROUP | _NO_SAY, Rule.PATTERNS_OPEN, words, open_patterns.at)
        if not policy.patterns:
            # The service keeps `*` in every list, so an empty one was cut on its way here.
            return Classification(
                _NO_SAY,
                Rule.PATTERNS_MISSING,
                "is left to URL patterns, which the export lacks; their documented default is Ignore",
                policy.at,
                Confidence.LIKELY,
            )
        spellings = addresses(host)
        if not spellings:
            return self._by_any_pattern()
        hits = [self._first(spelling) for spelling in spellings]
        groups = frozenset(_group(hit) for hit in hits)
        if len(groups) > 1:
            return Classification(
                groups,
                Rule.HOST_AMBIGUOUS,
                "matches one URL pattern by its host and another by host and base path",
                policy.patterns_at or policy.at,
                Confidence.INFERRED,
            )
        explicit = [hit for hit in hits if hit is not None and not is_star(hit.pattern)]
        return self._by_pattern(explicit[0] if explicit else hits[0])

    def _by_pattern(self, hit: UrlPattern | None) -> Classification:
        policy = self.policy
        if hit is None:
            return Classification(_NO_SAY, Rule.IGNORED, "matches no URL pattern", policy.patterns_at or policy.at)
        if hit.group is DataGroup.IGNORE:
            return Classification(_NO_SAY, Rule.IGNORED, f"is ignored by the URL pattern {hit.pattern}", hit.at)
        rule = Rule.STAR if is_star(hit.pattern) else Rule.PATTERN
        return Classification(frozenset({hit.group}), rule, f"is {hit.group} by the URL pattern {hit.pattern}", hit.at)

    def _by_any_pattern(self) -> Classification:
        reachable: list[UrlPattern | None] = []
        for pattern in self._patterns:
            if any(earlier is not None and matches(earlier.pattern, pattern.pattern) for earlier in reachable):
                continue
            reachable.append(pattern)
            if is_star(pattern.pattern):
                break
        else:
            reachable.append(None)
        if len(reachable) == 1:
            return self._by_pattern(reachable[0])
        at = self.policy.patterns_at or self.policy.at
        return Classification(frozenset(map(_group, reachable)), Rule.HOST_UNKNOWN, _HOST_UNKNOWN, at)

    def _first(self, address: str) -> UrlPattern | None:
        return next((pattern for pattern in self._patterns if matches(pattern.pattern, address)), None)

    def _by_open_group(self, possible: frozenset[DataGroup | None]) -> Classification:
        policy = self.policy
        part = policy.opening(*_GROUP_LISTS)
        if part is None:
            return self._by_default()
        words = f"is not listed, and the {part.part} are {part.how}"
        return Classification(possible, Rule.GROUPS_OPEN, words, part.at)

    def _without_groups(self, possible: frozenset[DataGroup | None]) -> Classification:
        return Classification(
            possible,
            Rule.GROUPS_MISSING,
            "cannot be classified, since the policy was exported without its groups",
            self.policy.at,
        )


def addresses(host: Host | None) -> tuple[str, ...]:
    """Spell a host in the one or two ways a URL pattern may mean it; empty when it is unknown."""
    if host is None or not host.name:
        return ()
    name = host.name.strip().rstrip("/")
    base = name if "://" in name else f"{host.scheme or 'https'}://{name}"
    path = host.base_path.strip().strip("/")
    return (f"{base}/{path}", base) if path else (base,)


def identity(subject: Subject) -> str:
    """Give what tells one connector from another: a custom one by its name without hashes and escapes."""
    return "custom " + custom_names(subject.key)[0] if subject.custom else subject.key.lower()


def _spellings(subject: Subject) -> tuple[str, ...]:
    # Rules name a custom connector with or without the hashes that mark it as one.
    key = subject.key.lower()
    return (key, f"shared_{key}") if subject.custom else (key,)


def _listed(entries: Sequence[ClassifiedConnector], confidence: Confidence) -> Classification:
    groups = frozenset[DataGroup | None](entry.group for entry in entries)
    if len(groups) > 1 and DataGroup.BLOCKED not in groups:
        return Classification(groups, Rule.LISTED_TWICE, "is listed in Business and in Non-Business", entries[0].at)
    deciding = entries[0]
    if len(groups) > 1:
        deciding = next(entry for entry in entries if entry.group is DataGroup.BLOCKED)
        confidence = Confidence.INFERRED
    return Classification(
        frozenset({deciding.group}), Rule.LISTED, f"is listed in {deciding.group}", deciding.at, confidence
    )


def _in_order(rules: EndpointRules) -> tuple[EndpointRule, ...]:
    return tuple(sorted(rules.rules, key=lambda rule: rule.order))


def _group(hit: UrlPattern | None) -> DataGroup | None:
    return None if hit is None or hit.group is DataGroup.IGNORE else hit.group
