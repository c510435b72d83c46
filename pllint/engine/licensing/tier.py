"""What makes an app or a flow premium."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from pllint.catalogue import Catalogue
from pllint.model.component import APPS, Component, ComponentKind, ConnectorUse, StartsFrom
from pllint.model.connector_id import ConnectorKey
from pllint.model.environment import Environment, EnvironmentType
from pllint.model.licensing import Premium, PremiumReason, ReasonWord, Verdict
from pllint.source import Anchor

HTTP_CONNECTORS = frozenset(
    {"Http", "HttpWebhook", "HttpRequestReceived", "shared_webcontents", "shared_webcontentsv2"}
)
"""HTTP by its several names: action, webhook, request trigger, and HTTP with Microsoft Entra ID old and new."""
_PLAIN_HTTP = "Http"
_DATAVERSE = frozenset({"shared_commondataserviceforapps", "shared_commondataservice"})
_DESKTOP_FLOWS = "shared_uiflow"
# https://learn.microsoft.com/power-platform/admin/power-automate-licensing/types of that day lists HTTP among what
# Microsoft 365 includes; the connector reference and every older text hold it to be premium.
_DOUBTED_FROM = "2026-03-19"
BY_RULE = frozenset({*HTTP_CONNECTORS, *_DATAVERSE, _DESKTOP_FLOWS})
"""Connectors whose tier plays no part."""

# https://learn.microsoft.com/power-platform/admin/powerapps-flow-licensing-faq: SQL Server, Azure and Dynamics 365
# connectors were standard until 2019-10-01, and for what was made before that day until 2024-10-01.
_ONCE_STANDARD = ("shared_sql", "shared_azure", "shared_dynamics")
_RECLASSIFIED = "2019-10-01"
_EXEMPTION_ENDED = "2024-10-01"


def premium(
    component: Component,
    catalogue: Catalogue,
    *,
    calls: Sequence[Component] = (),
    environments: Sequence[Environment] = (),
    as_of: str | None = None,
    created: str | None = None,
    calls_created: Callable[[Component], str | None] = lambda _: None,
    http_is_standard: bool = False,
) -> Premium:
    """Judge a component by what it really uses; a connection that is declared and not used plays no part.

    `calls` are the flows in `component.calls_flows` that were read. `environments` matter in two cases: where all are
    Dataverse for Teams, Dataverse is included; a managed one takes a licence for standard things too. `as_of` and
    `created` are ISO days, `calls_created` gives those of the flows it starts; without them the rules of today apply.
    `http_is_standard`: the plain HTTP action is taken
    for standard, as one list of 2026 has it; all other sources hold it to be premium.
    """
    is_app = component.kind in APPS
    was_standard = _standard_at(as_of, created)
    found = list(_of_kind(component))
    unknown = [ConnectorKey(unresolved.key) for unresolved in component.unresolved]
    for use in component.uses:
        if http_is_standard and use.connector == _PLAIN_HTTP:
            continue
        reason = _of_use(use, catalogue, was_standard, is_app=is_app)
        if isinstance(reason, PremiumReason):
            found.append(reason)
        elif reason is Verdict.UNKNOWN:
            unknown.append(use.connector)
        if use.gateway:
            found.append(PremiumReason(word=ReasonWord.GATEWAY, connector=use.connector, at=use.at))
    unread: tuple[str, ...] = ()
    if is_app:
        started = {flow.id.lower(): flow for flow in calls if _is_started_by_apps(flow)}
        for call in component.calls_flows:
            flow = started.get(call.id.lower())
            if flow is None:
                continue
            inner = premium(
                flow,
                catalogue,
                environments=environments,
                as_of=as_of,
                created=calls_created(flow),
                http_is_standard=http_is_standard,
            )
            found.extend(_through(flow, inner, call.at))
            unknown.extend(inner.unknown)
        read = {flow.id.lower() for flow in calls}
        unread = tuple(call.id for call in component.calls_flows if call.id.lower() not in read)
    if environments and all(environment.type is EnvironmentType.TEAMS for environment in environments):
        found = [reason for reason in found if reason.word is not ReasonWord.DATAVERSE]
    return _verdict(component, found, unknown, unread, environments)


def doubt(reason: PremiumReason, as_of: str, *, in_teams: bool = False) -> str | None:
    """Say where the sources disagree on a reason; None where they agree."""
    if reason.word is ReasonWord.HTTP and reason.connector == _PLAIN_HTTP and as_of >= _DOUBTED_FROM:
        return (
            f"one Microsoft page of {_DOUBTED_FROM} lists plain HTTP as included in Microsoft 365, all others as"
            " premium; `licensing: http-tier` chooses"
        )
    if reason.word is ReasonWord.CUSTOM_CONNECTOR and in_teams:
        return "whether a Dataverse for Teams environment may use custom connectors is documented both ways"
    return None


def _verdict(
    component: Component,
    found: Iterable[PremiumReason],
    unknown: Sequence[ConnectorKey],
    unread: tuple[str, ...],
    environments: Sequence[Environment],
) -> Premium:
    order = list(ReasonWord)
    distinct = {(reason.word, reason.connector, reason.via): reason for reason in reversed(list(found))}
    reasons = sorted(distinct.values(), key=lambda r: (order.index(r.word), r.connector or "", r.via or ""))
    is_open = bool(unknown or unread) or any(gap.decides for gap in component.gaps)
    verdict = Verdict.YES if reasons else Verdict.UNKNOWN if is_open else Verdict.NO
    managed = next((environment for environment in environments if environment.managed), None)
    if managed and not reasons:
        at = managed.at or component.at
        reasons = [PremiumReason(word=ReasonWord.MANAGED_ENVIRONMENT, connector=None, at=at)]
    return Premium(verdict=verdict, reasons=tuple(reasons), unknown=tuple(sorted(set(unknown))), unread_flows=unread)


def _of_kind(component: Component) -> Iterator[PremiumReason]:
    """Give the reasons that lie in what a component is or holds, not in its connectors."""
    kinds = {
        ComponentKind.MODEL_DRIVEN_APP: ReasonWord.MODEL_DRIVEN,
        ComponentKind.CODE_APP: ReasonWord.CODE_APP,
        ComponentKind.BUSINESS_PROCESS_FLOW: ReasonWord.BUSINESS_PROCESS_FLOW,
    }
    if word := kinds.get(component.kind):
        yield PremiumReason(word=word, connector=None, at=component.at)
    if component.dataverse_at is not None:
        yield PremiumReason(word=ReasonWord.DATAVERSE, connector=None, at=component.dataverse_at)
    for control in component.premium_controls:
        yield PremiumReason(word=ReasonWord.PREMIUM_CONTROL, connector=None, at=control)
    for call in component.calls_desktop_flows[:1]:
        yield PremiumReason(word=ReasonWord.DESKTOP_FLOW, connector=None, at=call.at)
    # In a flow AI Builder takes credits and leaves the tier alone.
    if component.ai_builder and component.kind in APPS:
        yield PremiumReason(word=ReasonWord.AI_BUILDER, connector=None, at=_ai_builder_at(component))


def _of_use(
    use: ConnectorUse, catalogue: Catalogue, was_standard: Callable[[str], bool], *, is_app: bool
) -> PremiumReason | Verdict:
    """Judge one connector: a reason, or why it is none."""
    if use.custom:
        # Always premium, whatever its origin: https://learn.microsoft.com/connectors/custom-connectors/
        return PremiumReason(word=ReasonWord.CUSTOM_CONNECTOR, connector=use.connector, at=use.at)
    steps = [step for step in use.steps if not step.ai_builder]
    if use.steps and not steps:
        return Verdict.NO
    at = steps[0].at if steps else use.at
    if use.connector in _DATAVERSE:
        return PremiumReason(word=ReasonWord.DATAVERSE, connector=use.connector, at=at)
    if use.connector in HTTP_CONNECTORS:
        return PremiumReason(word=ReasonWord.HTTP, connector=use.connector, at=at)
    if use.connector == _DESKTOP_FLOWS and not is_app:
        return PremiumReason(word=ReasonWord.DESKTOP_FLOW, connector=None, at=at)
    return _of_tier(use, catalogue, was_standard, at)


def _of_tier(
    use: ConnectorUse, catalogue: Catalogue, was_standard: Callable[[str], bool], at: Anchor
) -> PremiumReason | Verdict:
    row = catalogue.find(use.connector)
    if use.connector.startswith("DesktopFlow.") or (row and row.kind == "virtual" and row.tier is None):
        # Modules, channels and knowledge sources have no tier of their own.
        return Verdict.NO
    tier = ((row.tier if row else None) or use.stated_tier or "").lower()
    if tier not in {"standard", "premium"}:
        return Verdict.UNKNOWN
    if tier == "standard" or was_standard(use.connector):
        return Verdict.NO
    inferred = bool(row and row.tier_basis == "inferred")
    return PremiumReason(word=ReasonWord.PREMIUM_CONNECTOR, connector=use.connector, at=at, inferred=inferred)


def _standard_at(as_of: str | None, created: str | None) -> Callable[[str], bool]:
    then = as_of is not None and (
        as_of < _RECLASSIFIED or (created is not None and created < _RECLASSIFIED and as_of < _EXEMPTION_ENDED)
    )
    return lambda connector: then and connector.startswith(_ONCE_STANDARD)


def _is_started_by_apps(flow: Component) -> bool:
    # Only a flow with a Power Apps trigger runs on its app's licences; a trigger nobody could read is given the call.
    return flow.trigger is None or flow.trigger.starts_from in {StartsFrom.POWER_APPS, None}


def _through(flow: Component, inner: Premium, at: Anchor) -> Iterator[PremiumReason]:
    if inner.verdict is Verdict.YES:
        inferred = all(reason.inferred for reason in inner.reasons)
        yield PremiumReason(word=ReasonWord.PREMIUM_FLOW, connector=None, at=at, via=flow.name, inferred=inferred)
    if flow.ai_builder:
        yield PremiumReason(word=ReasonWord.AI_BUILDER, connector=None, at=at, via=flow.name)


def _ai_builder_at(component: Component) -> Anchor:
    steps = (step.at for use in component.uses for step in use.steps if step.ai_builder)
    return next(steps, component.at)
