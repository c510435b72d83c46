"""DLP207, DLP217 to DLP221, DLP223, DLP232: the connectors that a policy lists, and where."""

from collections.abc import Iterable, Iterator, Sequence

from pllint.model.connector_id import ConnectorKey, custom_names
from pllint.model.policy import ClassifiedConnector, DataGroup, DlpPolicy
from pllint.plugin import Confidence, Context, Edit, Finding, Outcome, Related, Severity, check, nearest
from pllint_dlp.wording import few, listed, name_of

_CLASSES = "https://learn.microsoft.com/power-platform/admin/dlp-connector-classification"
_MANAGE = "https://learn.microsoft.com/power-platform/admin/prevent-data-loss"
_CUSTOM = "https://learn.microsoft.com/power-platform/admin/dlp-custom-connector-parity"
_MOST_PLACES = 10


@check(
    id="DLP207",
    name="connector-family-split",
    severity=Severity.WARNING,
    since="0.1",
    source=_CLASSES,
    on=DlpPolicy,
)
def connector_family_split(policy: DlpPolicy, context: Context) -> Outcome:
    """Connectors that stand for one thing are in different data groups of one policy."""
    for family, parts in context.review.split_families(policy):
        by_group: dict[str, list[str]] = {}
        for key, classification in parts:
            by_group.setdefault(str(classification.group or "no group"), []).append(context.catalogue.name_of(key))
        where = "; ".join(f"{listed(names)} in {group}" for group, names in by_group.items())
        yield Finding(
            at=parts[0][1].at,
            message=f"the policy '{policy.name}' takes {family.name} apart ({where}): {family.why}",
            remedy=f"Ask a Power Platform admin to put {listed(key for key, _ in parts)} into one group of"
            f" '{policy.name}'",
            policy=policy.name,
            connectors=tuple(key for key, _ in parts),
            related=tuple(
                Related(message=f"{context.catalogue.name_of(key)} {classification.words}", at=classification.at)
                for key, classification in parts[1:]
            ),
        )


@check(
    id="DLP217",
    name="unblockable-connector-blocked",
    severity=Severity.ERROR,
    since="0.1",
    source=_CLASSES,
    on=DlpPolicy,
)
def unblockable_connector_blocked(policy: DlpPolicy, context: Context) -> Outcome:
    """A policy lists a connector in Blocked that cannot be blocked."""
    entries = [
        entry
        for entry in _entries(policy, custom=False)
        if entry.group is DataGroup.BLOCKED and _is_unblockable(entry.connector, context)
    ]
    if entries:
        governance = context.workspace.governance
        cloud = governance.tenant.cloud if governance and governance.tenant else None
        commercial = cloud in {None, "public"}
        doubt = "" if commercial else f"; in the cloud {cloud} the list of these connectors may be shorter"
        yield _about(
            policy,
            entries,
            f"the policy '{policy.name}' cannot be saved again while it blocks what cannot be blocked:"
            f" {_names(entries, context)}{doubt}",
            f"Ask a Power Platform admin to move {_keys(entries)} to Business or Non-Business in '{policy.name}'",
            severity=Severity.ERROR if commercial else Severity.WARNING,
        )


@check(
    id="DLP218",
    name="connector-in-two-groups",
    severity=Severity.ERROR,
    since="0.1",
    source=_MANAGE,
    on=DlpPolicy,
)
def connector_in_two_groups(policy: DlpPolicy, context: Context) -> Outcome:
    """A policy lists one connector in several data groups."""
    for entries in _by_connector(policy):
        groups = list(dict.fromkeys(entry.group for entry in entries))
        if len(groups) > 1:
            first = entries[0]
            effect = (
                "and is taken as Blocked"
                if DataGroup.BLOCKED in groups
                else "and whether it may be combined with either cannot be told"
            )
            yield _about(
                policy,
                [first],
                f"{name_of(first.connector, context)} is both in {' and in '.join(sorted(groups))} of the policy"
                f" '{policy.name}',"
                f" {effect}",
                f"Ask a Power Platform admin to leave {first.connector} in one group of '{policy.name}'",
                related=entries[1:],
            )


@check(
    id="DLP219",
    name="connector-listed-twice",
    severity=Severity.INFO,
    since="0.1",
    source=_MANAGE,
    on=DlpPolicy,
)
def connector_listed_twice(policy: DlpPolicy, context: Context) -> Outcome:
    """A policy lists a connector several times in the same data group."""
    twice = [entries for entries in _by_connector(policy) if len(entries) > 1 and len({e.group for e in entries}) == 1]
    if twice:
        again = [entries[1] for entries in twice]
        yield _about(
            policy,
            again,
            f"the policy '{policy.name}' lists {_names(again, context)} more than once in the same group",
            "Delete the repeated entries, which a merge may have left behind",
            edits=tuple(Edit(at=entry.at, same_as=entries[0].at) for entries in twice for entry in entries[1:]),
        )


@check(
    id="DLP220",
    name="connector-id-unknown",
    severity=Severity.WARNING,
    since="0.1",
    source=_CLASSES,
    on=DlpPolicy,
)
def connector_id_unknown(policy: DlpPolicy, context: Context) -> Outcome:
    """A policy lists a connector that nobody knows, so the one that is meant may be in the default group."""
    unknown = [entry for entry in _entries(policy, custom=False) if _is_unknown(entry.connector, context)]
    keys = [row.key for row in context.catalogue.rows()] if unknown else []
    known = set(keys)
    strangers = []
    for entry in unknown:
        meant = _meant(entry.connector, keys, known)
        if meant is None:
            strangers.append(entry)
        else:
            yield _about(
                policy,
                [entry],
                f"the policy '{policy.name}' has {entry.spelling.rpartition('/')[2]} in {entry.group}, which is no"
                f" connector; did you mean {meant}",
                f"Correct the id to {meant}, or delete the entry",
                confidence=Confidence.LIKELY,
            )
    if strangers:
        yield _about(
            policy,
            strangers,
            f"the policy '{policy.name}' lists {_keys(strangers)}, which"
            f" {'are' if len(strangers) > 1 else 'is'} neither in the connector data of {context.catalogue.as_of}"
            " nor defined or used in the files read",
            "Correct the spelling, or delete what does not exist any more",
            confidence=Confidence.LIKELY,
        )


@check(
    id="DLP221",
    name="retired-connector-listed",
    severity=Severity.INFO,
    since="0.1",
    source=_CLASSES,
    on=DlpPolicy,
)
def retired_connector_listed(policy: DlpPolicy, context: Context) -> Outcome:
    """A policy lets a connector be used that its publisher has retired."""
    entries = [
        entry
        for entry in _entries(policy, custom=False)
        if entry.group is not DataGroup.BLOCKED
        and not context.catalogue.has_siblings(entry.connector)
        and (row := context.catalogue.find(entry.connector)) is not None
        and row.deprecated is True
    ]
    if entries:
        yield _about(
            policy,
            entries,
            f"the policy '{policy.name}' still lists {_names(entries, context)}, which"
            f" {'are' if len(entries) > 1 else 'is'} retired",
            f"Ask a Power Platform admin to delete the entries of '{policy.name}' that no flow or app needs",
        )


@check(
    id="DLP223",
    name="custom-connector-in-tenant-policy",
    severity=Severity.WARNING,
    since="0.1",
    source=_CUSTOM,
    on=DlpPolicy,
)
def custom_connector_in_tenant_policy(policy: DlpPolicy, context: Context) -> Outcome:
    """A tenant-level policy names a custom connector, which URL patterns no longer reach then."""
    entries = [
        entry
        for entry in policy.classified or ()
        if entry.custom or (not context.catalogue.find(entry.connector) and _defined(entry.connector, context))
    ]
    if policy.tenant_level and entries:
        many = len(entries) > 1
        yield _about(
            policy,
            entries,
            f"the tenant-level policy '{policy.name}' names the custom connector{'s' if many else ''}"
            f" {_names(entries, context)}: a name counts in one environment only, and no URL pattern reaches"
            f" {'them' if many else 'it'} any more",
            f"Ask a Power Platform admin to classify {'their hosts' if many else 'its host'} by URL pattern in"
            f" '{policy.name}', or by name in an environment-level policy",
        )


@check(
    id="DLP232",
    name="consumer-connector-business",
    severity=Severity.ERROR,
    since="0.1",
    source=_CLASSES,
    on=DlpPolicy,
)
def consumer_connector_business(policy: DlpPolicy, context: Context) -> Outcome:
    """A social network, personal storage or private mailbox is in Business, beside business data."""
    entries = [
        entry
        for entry in _entries(policy, custom=False)
        if entry.group is DataGroup.BUSINESS and context.catalogue.consumer_service(entry.connector)
    ]
    if entries:
        by_reason: dict[str, list[str]] = {}
        for entry in entries:
            reason = context.catalogue.consumer_service(entry.connector) or ""
            by_reason.setdefault(reason, []).append(name_of(entry.connector, context))
        which = "; ".join(f"{listed(dict.fromkeys(names))} {reason}" for reason, names in by_reason.items())
        yield _about(
            policy,
            entries,
            f"the policy '{policy.name}' lets business data go where the organisation has no say: {which}",
            f"Ask a Power Platform admin to move {_keys(entries)} to Non-Business or Blocked in '{policy.name}'",
        )


def _entries(policy: DlpPolicy, *, custom: bool) -> Iterator[ClassifiedConnector]:
    return (entry for entry in policy.classified or () if entry.custom is custom)


def _by_connector(policy: DlpPolicy) -> Iterable[list[ClassifiedConnector]]:
    index: dict[tuple[str, str | None], list[ClassifiedConnector]] = {}
    for entry in policy.classified or ():
        name = custom_names(entry.connector)[0] if entry.custom else entry.connector
        index.setdefault((name, entry.environment and entry.environment.lower()), []).append(entry)
    return index.values()


def _is_unblockable(key: ConnectorKey, context: Context) -> bool:
    row = context.catalogue.find(key)
    return row is not None and row.unblockable is True


def _is_unknown(key: ConnectorKey, context: Context) -> bool:
    return not (
        context.catalogue.find(key) is not None
        or key.startswith("DesktopFlow.")
        or context.catalogue.consumer_service(key)
        or _defined(key, context)
        or context.workspace.users_of(key)
    )


def _defined(key: ConnectorKey, context: Context) -> bool:
    return context.workspace.custom_connector(key) is not None


def _meant(key: ConnectorKey, keys: Sequence[ConnectorKey], known: set[ConnectorKey]) -> str | None:
    """Give the connector that a misspelt id was probably meant to be; two letters off at most."""
    prefixed = ConnectorKey(f"shared_{key}")
    if prefixed in known:
        return prefixed
    candidates = [other for other in keys if abs(len(other) - len(key)) <= 2]  # noqa: PLR2004 - two letters
    found = nearest(key, candidates)
    return found if found is not None and _differences(key, found) <= 2 else None  # noqa: PLR2004 - two letters


def _differences(left: str, right: str) -> int:
    """Count the letters that are in only one of two words, those at both ends that agree left out."""
    while left and right and left[0] == right[0]:
        left, right = left[1:], right[1:]
    while left and right and left[-1] == right[-1]:
        left, right = left[:-1], right[:-1]
    return max(len(left), len(right))


def _names(entries: Sequence[ClassifiedConnector], context: Context) -> str:
    return few(dict.fromkeys(name_of(entry.connector, context) for entry in entries))


def _keys(entries: Sequence[ClassifiedConnector]) -> str:
    return few(dict.fromkeys(entry.connector for entry in entries))


def _about(
    policy: DlpPolicy,
    entries: Sequence[ClassifiedConnector],
    message: str,
    remedy: str,
    *,
    severity: Severity | None = None,
    confidence: Confidence = Confidence.CERTAIN,
    related: Sequence[ClassifiedConnector] | None = None,
    edits: tuple[Edit, ...] = (),
) -> Finding:
    others = entries[1:] if related is None else related
    return Finding(
        at=entries[0].at,
        message=message,
        remedy=remedy,
        severity=severity,
        confidence=confidence,
        policy=policy.name,
        connectors=tuple(dict.fromkeys(entry.connector for entry in entries)),
        related=tuple(
            Related(message=f"{entry.connector} is listed in {entry.group}", at=entry.at)
            for entry in others[:_MOST_PLACES]
        ),
        edits=edits,
    )
