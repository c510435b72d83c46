"""DLP101 to DLP104, DLP109 to DLP111: the verdict on each app, flow and agent in each environment it goes to."""

from collections.abc import Iterator

from pllint.model.component import Component
from pllint.model.environment import Environment
from pllint.model.policy import DataGroup
from pllint.model.verdict import Note, NoteKind, Part, Rule, Verdict, Violation, ViolationKind
from pllint.model.verdict import Outcome as VerdictOutcome
from pllint.plugin import Confidence, Context, Finding, Need, Outcome, Related, Severity, check
from pllint_dlp.judged import finding_of, policy_of, verdicts_of, violations_of
from pllint_dlp.wording import (
    effect_of,
    listed,
    name_of,
    place_of,
    shown,
    subject_of,
    through,
)

_CLASSES = "https://learn.microsoft.com/power-platform/admin/dlp-connector-classification"
_ACTIONS = "https://learn.microsoft.com/power-platform/admin/connector-action-control"
_ENDPOINTS = "https://learn.microsoft.com/power-platform/admin/connector-endpoint-filtering"
_ENVIRONMENTS = "https://learn.microsoft.com/power-platform/guidance/adoption/dlp-strategy"
_CHILD_FLOWS = "https://learn.microsoft.com/power-automate/prevent-data-loss"
_IMPACT = "https://learn.microsoft.com/power-platform/admin/dlp-impact-policies-apps-flows"

_OPEN = {
    NoteKind.CLASS_UNKNOWN: "Commit the complete export of the policy and the connector's definition with its host",
    NoteKind.REACH_UNKNOWN: "Commit the policy with the environments it is deployed to",
    NoteKind.RULES_UNKNOWN: "Commit the complete export of the policy with its connector configurations",
    NoteKind.EXEMPTION_UNKNOWN: "Commit the complete output of Get-PowerAppDlpPolicyExemptResources",
    NoteKind.ADVANCED_UNKNOWN: "Commit the advanced policy complete, with the environments it is assigned to",
    NoteKind.OPERATION_UNKNOWN: "Export the flow again so that each step names its operation",
    NoteKind.ENDPOINT_UNKNOWN: "Ask the owner of the connection for its address and compare it with the rules",
    NoteKind.CONNECTOR_UNKNOWN: "Export the flow again together with its connection references",
    NoteKind.ENDPOINT_NOT_EVALUABLE: "Write the address as a literal, or have an admin review the step by hand",
    NoteKind.CHILD_MISSING: "Add the solution that holds the called flow to the files linted",
    NoteKind.PARTS_MISSING: "Export the component again with all its parts and commit them",
    NoteKind.TRIGGER_UNKNOWN: "Ask a Power Platform admin to try the flow in a test environment with the same policies",
}


@check(
    id="DLP101",
    name="blocked-connector",
    severity=Severity.ERROR,
    since="0.1",
    source=_CLASSES,
    on=Component,
    needs=[Need.POLICIES],
)
def blocked_connector(component: Component, context: Context) -> Outcome:
    """A component uses a connector that a data policy blocks in an environment it goes to."""
    for environment, violation in violations_of(component, ViolationKind.BLOCKED_CONNECTOR, context):
        for part in violation.parts:
            name, policy = name_of(part.connector, context), policy_of(violation)
            yield finding_of(
                component,
                environment,
                violation,
                context=context,
                at=place_of(part, component),
                message=f"{effect_of(component, environment)}: {name}{through(part, context)} {part.words}"
                f" of the policy '{policy}'",
                remedy=f"Replace {name} with a connector that '{policy}' allows,"
                f" or ask a Power Platform admin to {_permission(part, component, environment, violation, context)}",
                parts=(part,),
            )


@check(
    id="DLP102",
    name="data-group-conflict",
    severity=Severity.ERROR,
    since="0.1",
    source=_CLASSES,
    on=Component,
    needs=[Need.POLICIES],
)
def data_group_conflict(component: Component, context: Context) -> Outcome:
    """A component combines Business with Non-Business connectors of one data policy."""
    for environment, violation in violations_of(component, ViolationKind.GROUP_CONFLICT, context):
        policy = policy_of(violation)
        business, others = _names(violation.parts, context), _names(violation.others, context)
        parts = (*violation.parts, *violation.others)
        working = context.working_groups(component, environment, violation)
        fewer = DataGroup.BUSINESS if len(violation.others) <= len(violation.parts) else DataGroup.NON_BUSINESS
        group = fewer if fewer in working or not working else working[0]
        moved = others if group is DataGroup.BUSINESS else business
        yield finding_of(
            component,
            environment,
            violation,
            context=context,
            at=place_of(violation.others[0], component),
            message=f"{effect_of(component, environment)}: the policy '{policy}' has {business} in Business"
            f" and {others} in Non-Business, and the two may not be combined",
            remedy=f"Split the {subject_of(component)} so that each part keeps to one data group,"
            f" or ask a Power Platform admin to move {moved} to {group} in '{policy}'",
            parts=parts,
        )


@check(
    id="DLP103",
    name="blocked-action",
    severity=Severity.ERROR,
    since="0.1",
    source=_ACTIONS,
    on=Component,
    needs=[Need.POLICIES],
)
def blocked_action(component: Component, context: Context) -> Outcome:
    """A component calls an operation that connector action control blocks."""
    for environment, violation in violations_of(component, ViolationKind.BLOCKED_ACTION, context):
        part, policy = violation.parts[0], policy_of(violation)
        operation = f"{violation.operation} of {name_of(part.connector, context)}"
        yield finding_of(
            component,
            environment,
            violation,
            context=context,
            at=place_of(part, component),
            message=f"{effect_of(component, environment)}: the operation {operation}{through(part, context)}"
            f" {part.words} in the policy '{policy}'",
            remedy=f"Use an operation that '{policy}' allows,"
            f" or ask a Power Platform admin to allow {violation.operation} in the policy's connector actions",
            parts=(part,),
        )


@check(
    id="DLP104",
    name="denied-endpoint",
    severity=Severity.ERROR,
    since="0.1",
    source=_ENDPOINTS,
    on=Component,
    needs=[Need.POLICIES],
)
def denied_endpoint(component: Component, context: Context) -> Outcome:
    """A component reaches an address that endpoint filtering denies."""
    for environment, violation in violations_of(component, ViolationKind.DENIED_ENDPOINT, context):
        part, policy = violation.parts[0], policy_of(violation)
        name = name_of(part.connector, context)
        dynamic = violation.endpoint in {None, "(dynamic)"}
        address = "an address computed at run time" if dynamic else shown(violation.endpoint or "")
        yield finding_of(
            component,
            environment,
            violation,
            context=context,
            at=place_of(part, component),
            message=f"{effect_of(component, environment)}: {address} of {name}{through(part, context)}"
            f" {part.words} in the policy '{policy}'",
            remedy=f"Call an address that '{policy}' allows,"
            f" or ask a Power Platform admin to add an Allow rule above rule {violation.rule}",
            parts=(part,),
        )


@check(
    id="DLP109",
    name="environment-uncovered",
    severity=Severity.WARNING,
    since="0.1",
    source=_ENVIRONMENTS,
    on=Component,
    needs=[Need.POLICIES],
)
def environment_uncovered(component: Component, context: Context) -> Outcome:
    """A component goes to an environment that no data policy reaches."""
    for environment, verdict in verdicts_of(component, context):
        if any(note.kind is NoteKind.UNCOVERED for note in verdict.notes):
            policies = "a data policy that reaches every environment" if environment.any_other else "a data policy"
            yield Finding(
                at=component.at,
                message=f"{subject_of(component)} goes to {environment.name}, which no data policy reaches:"
                " any connectors may be combined there",
                remedy=f"Ask a Power Platform admin to cover {environment.name} with {policies}",
                component=component.ref,
                environment=environment.name,
            )


@check(
    id="DLP110",
    name="verdict-open",
    severity=Severity.INFO,
    since="0.1",
    source=_IMPACT,
    on=Component,
    needs=[Need.POLICIES],
)
def verdict_open(component: Component, context: Context) -> Outcome:
    """Something the files do not say leaves open what the data policies make of a component."""
    for environment, verdict in verdicts_of(component, context):
        if any(note.kind is NoteKind.UNCOVERED for note in verdict.notes):
            continue
        for note in _open_notes(verdict):
            yield _open(component, environment, note, context)


@check(
    id="DLP111",
    name="child-flow-depends-on-http",
    severity=Severity.INFO,
    since="0.1",
    source=_CHILD_FLOWS,
    on=Component,
    needs=[Need.POLICIES],
)
def child_flow_depends_on_http(component: Component, context: Context) -> Outcome:
    """A flow calls a child flow where HTTP is blocked, and Microsoft's pages disagree whether that stops it."""
    for environment, verdict in verdicts_of(component, context):
        for note in verdict.notes:
            if note.kind is NoteKind.CHILD_FLOW_HTTP and note.policy is not None and component.calls_flows:
                name = note.policy.name
                yield Finding(
                    at=component.calls_flows[0].at,
                    message=f"{subject_of(component)} calls a child flow in {environment.name}, where the policy"
                    f" '{name}' blocks HTTP: Microsoft's pages disagree whether that suspends it",
                    remedy=f"Try the flow in a test environment under '{name}' before it goes to {environment.name}",
                    confidence=Confidence.INFERRED,
                    component=component.ref,
                    environment=environment.name,
                    policy=name,
                    related=(Related(message=f"'{name}' blocks HTTP here", at=note.at),) if note.at else (),
                )


def _open_notes(verdict: Verdict) -> Iterator[Note]:
    for note in verdict.notes:
        # A violation stands whatever the unknown turns out to be; what a policy cannot check stays worth knowing.
        stands = note.decides and verdict.outcome is not VerdictOutcome.INDETERMINATE
        idle = note.kind in {NoteKind.CLASS_UNKNOWN, NoteKind.REACH_UNKNOWN} and not note.decides
        if note.kind in _OPEN and not stands and not idle:
            yield note


def _open(component: Component, environment: Environment, note: Note, context: Context) -> Finding:
    policy = note.policy
    subject = f"{name_of(note.connector, context)} {note.words}" if note.connector else f"it {note.words}"
    if note.kind is NoteKind.REACH_UNKNOWN or (note.kind is NoteKind.ADVANCED_UNKNOWN and not note.connector):
        subject = note.words
    in_policy = f" (policy '{policy.name}')" if policy and note.kind is not NoteKind.REACH_UNKNOWN else ""
    inside = note.at is not None and note.at.source.path == component.at.source.path
    related: tuple[Related, ...] = ()
    if note.at is not None and not inside:
        related = (Related(message="this leaves it open", at=note.at),)
    return Finding(
        at=note.at if inside and note.at is not None else component.at,
        message=f"{_question(component, environment, note)}: {subject}{in_policy}",
        remedy=f"Export {policy.name} again and commit it whole" if policy and policy.unread else _OPEN[note.kind],
        component=component.ref,
        environment=environment.name,
        policy=policy.name if policy else None,
        connectors=(note.connector,) if note.connector else (),
        related=related,
    )


def _question(component: Component, environment: Environment, note: Note) -> str:
    if note.kind is NoteKind.ENDPOINT_NOT_EVALUABLE:
        return f"{subject_of(component)} is not fully checked in {environment.name}"
    return f"whether {subject_of(component)} complies in {environment.name} is open"


def _permission(
    part: Part, component: Component, environment: Environment, violation: Violation, context: Context
) -> str:
    policy = f"'{policy_of(violation)}'"
    working = context.working_groups(component, environment, violation)
    alone = len(violation.parts) == 1
    if part.rule in {Rule.PATTERN, Rule.STAR}:
        group = f" in {working[0]}" if len(working) == 1 and alone else ""
        return f"permit its host by a URL pattern of {policy}{group}"
    # One group that works is worth naming; where both do, the choice is the admin's.
    if len(working) == 1 and alone:
        return f"move it to {working[0]} in {policy}"
    return f"put it into another data group of {policy}"


def _names(parts: tuple[Part, ...], context: Context) -> str:
    return listed(name_of(part.connector, context) + through(part, context) for part in parts)
