"""DLP212, DLP214 to DLP216: ordered lists, of URL patterns for custom connectors and of endpoints."""

from collections.abc import Sequence

from pllint.model.connector_id import ConnectorKey
from pllint.model.policy import DataGroup, DlpPolicy
from pllint.model.policy_review import FaultyList, Hazard
from pllint.plugin import Context, Edit, Finding, Outcome, Related, Severity, check
from pllint_dlp.wording import few, listed

_CUSTOM = "https://learn.microsoft.com/power-platform/admin/dlp-custom-connector-parity"
_MOST_FAULTS = 3
_CLASSIFICATION = "customConnectorRuleClassification"
_ENDPOINTS = "https://learn.microsoft.com/power-platform/admin/connector-endpoint-filtering"


@check(
    id="DLP212",
    name="custom-pattern-star-business",
    severity=Severity.ERROR,
    since="0.1",
    source=_CUSTOM,
    on=DlpPolicy,
)
def custom_pattern_star_business(policy: DlpPolicy, context: Context) -> Outcome:
    """Every custom connector is Business that no other URL pattern takes, whatever host it calls."""
    del context
    for pattern in policy.patterns or ():
        if policy.tenant_level and pattern.group is DataGroup.BUSINESS and not pattern.pattern.strip(" *"):
            yield Finding(
                at=pattern.at,
                message=f"the URL pattern * of the policy '{policy.name}' is Business: every custom connector, to any"
                " host, may be combined with business data",
                remedy="Ask a Power Platform admin to add a URL pattern for each host that may be Business"
                f" and to set * of '{policy.name}' to Blocked",
                policy=policy.name,
            )


@check(
    id="DLP214",
    name="ordered-list-malformed",
    severity=Severity.ERROR,
    since="0.1",
    source=_ENDPOINTS,
    on=DlpPolicy,
)
def ordered_list_malformed(policy: DlpPolicy, context: Context) -> Outcome:
    """A list of URL patterns or endpoints breaks the rules of its order, and the service rejects it."""
    for faulty in context.review.faulty_lists(policy):
        first = faulty.faults[0]
        edits = _mended(faulty, policy)
        yield Finding(
            at=first.at,
            message=f"{_list_of(faulty.connector, policy, context)} cannot be saved:"
            f" {'; '.join(fault.words for fault in faulty.faults[:_MOST_FAULTS])}",
            remedy="Number the list from 1 without gaps, end it in *, and keep Ignore for * alone",
            policy=policy.name,
            connectors=(faulty.connector,) if faulty.connector else (),
            related=tuple(Related(message=fault.words, at=fault.at) for fault in faulty.faults[1:]),
            edits=edits,
            left_to_people="" if edits else "how the list should read takes a decision",
        )


def _mended(faulty: FaultyList, policy: DlpPolicy) -> tuple[Edit, ...]:
    """Put right what changes nothing for any host: the numbers alone, or the last URL pattern alone.

    What no pattern matches is ignored, with or without a last one that says so. Whether an endpoint list ends in Allow
    or Deny is for people to say.
    """
    fault = faulty.faults[0]
    if len(faulty.faults) > 1:
        return ()
    if fault.misnumbered:
        return (Edit(at=fault.at, numbered="order"),)
    if faulty.connector is not None or not fault.endless:
        return ()
    is_terraform = fault.at.path[-1:] == ("host_url_pattern",)
    group, pattern = ("data_group", "host_url_pattern") if is_terraform else (_CLASSIFICATION, "pattern")
    end = (("order", len(policy.patterns or ()) + 1), (group, "Ignore"), (pattern, "*"))
    return (Edit(at=fault.at, copy=end),)


@check(
    id="DLP215",
    name="rule-shadowed",
    severity=Severity.WARNING,
    since="0.1",
    source=_ENDPOINTS,
    on=DlpPolicy,
)
def rule_shadowed(policy: DlpPolicy, context: Context) -> Outcome:
    """A rule of an ordered list is never reached: an earlier one takes all it matches, with another result."""
    for shadow in context.review.shadows(policy):
        yield Finding(
            at=shadow.at,
            message=f"{shadow.text} is never {shadow.result}: in {_list_of(shadow.connector, policy, context)}"
            f" {shadow.by} stands before it and takes all it matches ({shadow.by_result})",
            remedy=f"Ask a Power Platform admin to move {shadow.text} above {shadow.by}, or to delete it",
            policy=policy.name,
            connectors=(shadow.connector,) if shadow.connector else (),
            related=(Related(message=f"{shadow.by} is {shadow.by_result}", at=shadow.by_at),),
        )


@check(
    id="DLP216",
    name="custom-pattern-unsafe",
    severity=Severity.WARNING,
    since="0.1",
    source=_CUSTOM,
    on=DlpPolicy,
)
def custom_pattern_unsafe(policy: DlpPolicy, context: Context) -> Outcome:
    """A URL pattern lets in more hosts than it looks like, or none at all."""
    slight: list[Hazard] = []
    by_pattern: dict[tuple[int, str], list[Hazard]] = {}
    for hazard in context.review.hazards(policy):
        if hazard.slight:
            slight.append(hazard)
        else:
            by_pattern.setdefault((hazard.pattern.order, hazard.pattern.pattern), []).append(hazard)
    for hazards in by_pattern.values():
        pattern = hazards[0].pattern
        yield Finding(
            at=pattern.at,
            message=f"the {pattern.group} URL pattern {pattern.pattern} of the policy '{policy.name}'"
            f" {listed(hazard.words for hazard in hazards)}",
            remedy="Ask a Power Platform admin to write the pattern as https://, the whole host, and nothing or /*"
            " after it",
            policy=policy.name,
        )
    if slight:
        yield _slight(slight, policy)


def _slight(hazards: Sequence[Hazard], policy: DlpPolicy) -> Finding:
    first = hazards[0]
    patterns = few(hazard.pattern.pattern for hazard in hazards)
    many = len(hazards) > 1
    subject = f"{len(hazards)} URL patterns" if many else f"the URL pattern {patterns}"
    verb = f"have no slash before their last *, so {first.pattern.pattern} takes" if many else first.words
    if many:
        verb += f" {first.words.partition(' so it takes ')[2]}: {patterns}"
    return Finding(
        at=first.pattern.at,
        message=f"{subject} of the policy '{policy.name}' {verb}",
        remedy="Ask a Power Platform admin to write two patterns instead: the host alone, and the host with /*",
        severity=Severity.INFO,
        policy=policy.name,
        related=tuple(
            Related(message=f"{hazard.pattern.pattern} is {hazard.pattern.group}", at=hazard.pattern.at)
            for hazard in hazards[1:]
        ),
    )


def _list_of(connector: ConnectorKey | None, policy: DlpPolicy, context: Context) -> str:
    if connector is None:
        return f"the list of URL patterns of the policy '{policy.name}'"
    return f"the endpoint list of {context.catalogue.name_of(connector)} in the policy '{policy.name}'"
