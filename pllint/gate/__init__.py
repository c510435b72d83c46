"""The production checklist: may a solution go to an environment, requirement by requirement, with the evidence."""

from __future__ import annotations

from pllint.errors import UsageError
from pllint.finding import ComponentRef, Finding, Severity
from pllint.gate import retirements
from pllint.gate.retirements import RetiredHere
from pllint.gate.row import Row
from pllint.model.component import APPS, ComponentKind
from pllint.model.environment import EnvironmentType
from pllint.model.governance import AppRecord, Stage
from pllint.model.lifecycle import State
from pllint.model.verdict import PostureKind
from pllint.nearest import nearest
from pllint.record import NamedTuple
from pllint.run import judge
from pllint.suppress import live, waive

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pllint.check import Check, Context
    from pllint.model.component import Component, ConnectorUse
    from pllint.model.connector_id import ConnectorKey
    from pllint.model.environment import Environment
    from pllint.model.estate import GivenBack
    from pllint.model.governance import ConnectorRecord, FlowRecord, Waiver
    from pllint.model.licensing import Licensed
    from pllint.model.lifecycle import Evidence
    from pllint.model.solution import DeploymentSettings, Solution
    from pllint.model.verdict import Verdict, Violation
    from pllint.source import Anchor

_ADMIN = "a Power Platform admin"
_LICENCES = "the licence administrator"
_PUBLISHER = "the publisher"

_VIOLATIONS = {
    "blocked_connector": "DLP101",
    "group_conflict": "DLP102",
    "blocked_action": "DLP103",
    "denied_endpoint": "DLP104",
    "acp_connector_not_allowed": "DLP105",
    "acp_action_not_allowed": "DLP106",
    "disabled_connector": "DLP107",
    "no_publishable_channel": "DLP108",
}
_VERDICT_OPEN = "DLP110"
_OPEN = "DLP112"
_CAUGHT = "DLP113"
_SETTINGS = ("SOL106", "SOL108")
_CRASHED = "SRC012"
_MISSING_FILE = "SOL404"
_REGISTERED = "LIF101"
_RETIRED_IN_USE = "LIF204"
_HTTP = ("LIF120", "LIF121")
_COUNTED = "LIC401"
_UNLICENSED = "LIC101"
_OWNER_UNLICENSED = "LIC201"
_COUNTED_KINDS = frozenset({*APPS, ComponentKind.CLOUD_FLOW})
"""What the licence rules count people for; of the rest they say only what is missing."""
_DECLARED = ("LIF301", "LIF302")
_JUSTIFIED = "LIF123"
_MITIGATED = "LIF124"
_ADVICE = frozenset({"apim-recommended"})
_BEFORE = {
    EnvironmentType.DEVELOPER: (),
    EnvironmentType.SANDBOX: (Stage.REQUEST, Stage.DEVELOPMENT),
}
"""The stages a connector has to have behind it, by type of environment; elsewhere everything before production."""
_DEPLOYABLE = (Stage.REQUEST, Stage.DEVELOPMENT, Stage.DEPLOYMENT)


class Gate(NamedTuple):
    """The whole checklist of a solution for an environment."""

    solution: str
    environment: str
    rows: tuple[Row, ...]
    as_of: str
    """The day it is judged on, ISO."""

    @property
    def passes(self) -> bool:
        """Tell whether every requirement is met or waived by someone allowed to."""
        return all(row.passes for row in self.rows)


def gate(context: Context, checks: Sequence[Check], solution: Solution, environment: Environment) -> Gate:
    """Judge a solution for an environment; `context` is made for that environment."""
    rows = [*_Checklist(context, checks, solution, environment).rows()]
    rows.sort(key=lambda row: list(Stage).index(row.stage))
    rows = _waived(rows, context, checks, environment)
    return Gate(
        solution=solution.unique_name, environment=environment.name, rows=tuple(rows), as_of=context.as_of.isoformat()
    )


def find_solution(context: Context, name: str, path: str | None = None) -> Solution:
    """Find a solution by its unique name, or the one in a file or folder. Raises UsageError."""
    workspace = context.workspace
    if path is not None:
        inside = [one for one in workspace.solutions if _lies_in(one.at.source.path, path)]
        if len(inside) == 1:
            return inside[0]
        what = f"holds {len(inside)} solutions" if inside else "holds no solution"
        raise UsageError(f"{name} {what}; name one by its unique name" if inside else f"{name} {what}")
    named = [one for one in workspace.solutions if one.unique_name.lower() == name.strip().lower()]
    if not named:
        known = sorted({one.unique_name for one in workspace.solutions})
        meant = nearest(name, known)
        hint = f"did you mean '{meant}'?" if meant else f"there are {', '.join(known)}" if known else "there is none"
        raise UsageError(f"no solution '{name}': {hint}")
    sources = [one for one in named if not workspace.is_copy(one)]
    versions = sorted({one.version or "" for one in sources})
    if len(sources) > 1:
        found = ", ".join(sorted(one.at.source.path for one in sources))
        raise UsageError(f"{len(sources)} solutions are named '{name}' (versions {', '.join(versions)}): {found}")
    return sources[0]


def _lies_in(path: str, folder: str) -> bool:
    return not folder or path == folder or path.startswith((f"{folder}/", f"{folder}!"))


class _Checklist:
    """The rows of one solution in one environment."""

    def __init__(self, context: Context, checks: Sequence[Check], solution: Solution, environment: Environment) -> None:
        self._context = context
        self._workspace = context.workspace
        self._solution = solution
        self._environment = environment
        self._wanted = _BEFORE.get(environment.type or EnvironmentType.OTHER, _DEPLOYABLE)
        self._ids = {check.name: check.id for check in checks}
        inside = (one for one in context.workspace.components if context.workspace.solution_of(one) is solution)
        self._components = sorted(inside, key=lambda one: (one.at.source.path, one.kind, one.id))
        # Judged whatever the settings select: a project that silences a check does not thereby meet a requirement.
        records = (*_HTTP, *_SETTINGS, *_DECLARED, _JUSTIFIED, _MITIGATED, *retirements.CHECKS)
        asked = [one for one in checks if one.id.startswith("LIC") or one.id in records]
        self._judgement = judge(asked, context)
        self._errors = {one.id for one in checks if one.severity is Severity.ERROR}
        self._retired = RetiredHere(context, solution, self._components, environment, self._judgement.findings)

    def rows(self) -> Iterator[Row]:
        """Give every row; what could not be read or judged is a row too, for nothing is known of it."""
        yield self._reading_row()
        yield from self._connector_rows()
        for component in self._components:
            yield self._policy_row(component)
            yield from self._http_rows(component)
            yield from self._record_rows(component)
            yield self._licence_row(component)
        yield from self._settings_rows()
        yield from self._retired.rows()

    def _reading_row(self) -> Row:
        solution = self._solution
        others = [one.folder for one in self._workspace.solutions if one is not solution and one.folder]
        unread = [
            one
            for one in self._workspace.findings
            if _is_error(one, self._errors)
            and (_is_of(one, solution.folder) or not any(_is_of(one, folder) for folder in others))
        ]
        crashed = [one for one in self._judgement.findings if one.check == _CRASHED]
        reasons = [f"{one.at.source.path}: {one.message}" for one in (*unread, *crashed)]
        reasons += [f"{one.name}, which it names, is not here" for one in solution.missing_files if not one.binary]
        places = [one.at for one in (*unread, *crashed)] + [one.at for one in solution.missing_files if not one.binary]
        checks = {one.check for one in (*unread, *crashed)} or {_MISSING_FILE}
        return Row(
            stage=Stage.REQUEST,
            requirement=f"every part of {solution.unique_name} can be read and judged",
            state=State.UNKNOWN if reasons else State.MET,
            evidence="; ".join(dict.fromkeys(reasons))
            or f"{_counted(len(self._components))} in {solution.at.source.path}",
            checks=tuple(sorted(checks)),
            who=_PUBLISHER,
            at=places[0] if places and reasons else solution.at,
        )

    def _connector_rows(self) -> Iterator[Row]:
        stages = self._context.lifecycle.stages
        told: set[int] = set()
        seen: set[str] = set()
        classified: set[str] = set()
        for name, key, at, use in self._connectors():
            record = stages.record_of_use(use) if use else stages.record_of(key, self._workspace.custom_connector(key))
            if record is None or record.stage is None:
                if name.lower() not in seen:
                    seen.add(name.lower())
                    yield self._unregistered(name, key, at, record)
            elif id(record) not in told:
                told.add(id(record))
                yield from self._registered(record)
            if key not in classified:
                classified.add(key)
                yield from self._classified(record.name if record else name, key, at)

    def _connectors(self) -> Iterator[tuple[str, ConnectorKey, Anchor, ConnectorUse | None]]:
        """Give the custom connectors the solution uses or holds: name, key and place."""
        for component in self._components:
            for use in component.uses:
                if use.custom:
                    definition = self._workspace.definition_of(use)
                    name = definition.display_name if definition else use.display_name or use.connector
                    yield name, use.connector, use.at, use
        for connector in self._workspace.custom_connectors:
            if connector.solution == self._solution.unique_name:
                yield connector.display_name, connector.name, connector.at, None

    def _unregistered(self, name: str, key: str, at: Anchor, record: ConnectorRecord | None) -> Row:
        known = self._workspace.governance is not None
        missing = "its record says no stage" if record else "no record under `connectors:` registers it"
        return Row(
            stage=Stage.REQUEST,
            requirement=f"the connector '{name}' is registered",
            state=State.MISSING if known else State.UNKNOWN,
            evidence=missing if known else "no governance file was found",
            checks=(_REGISTERED,),
            who="the connector's team",
            at=record.at if record else at,
            component=ComponentRef(kind="custom-connector", name=name, id=key),
        )

    def _registered(self, record: ConnectorRecord) -> Iterator[Row]:
        stages = self._context.lifecycle.stages
        ref = ComponentRef(kind="custom-connector", name=record.name, id=stages.id_of(record))
        met = Row(
            stage=Stage.REQUEST,
            requirement=f"the connector '{record.name}' is registered",
            state=State.MET,
            evidence=f"in the stage {record.stage}",
            checks=(_REGISTERED,),
            at=record.at,
            component=ref,
        )
        yield met
        if self._retired.retires(record):
            return
        yield from self._retired.contradicted(record)
        yield self._names_row(f"the connector '{record.name}'", ref, (record,))
        for evidence in stages.evidence(record):
            requirement = evidence.requirement
            live_too = requirement.stage is Stage.PRODUCTION and record.stage is Stage.PRODUCTION
            asked = requirement.stage in self._wanted or (live_too and self._wanted is _DEPLOYABLE)
            if asked and requirement.check not in _ADVICE:
                yield self._evidence_row(evidence, ref)
        coverage = stages.coverage(record)
        if coverage is not None and Stage.DEPLOYMENT in self._wanted:
            yield Row(
                stage=Stage.DEPLOYMENT,
                requirement=f"the connector '{record.name}' has licences for all its people",
                state=State.MET if coverage.licensed >= coverage.people else State.MISSING,
                evidence=f"{coverage.words}: {coverage.people:,} people, {coverage.licensed:,} licences",
                checks=(_UNLICENSED,),
                who=_LICENCES,
                at=coverage.at,
                component=ref,
                maker=record.maker,
            )

    def _evidence_row(self, evidence: Evidence, ref: ComponentRef) -> Row:
        requirement = evidence.requirement
        return Row(
            stage=requirement.stage,
            requirement=f"the connector '{ref.name}' {requirement.words}",
            state=evidence.state,
            evidence=evidence.words,
            checks=(self._ids[requirement.check],),
            who=requirement.owner,
            at=evidence.at,
            component=ref,
            maker=evidence.record.maker,
        )

    def _classified(self, name: str, key: ConnectorKey, at: Anchor) -> Iterator[Row]:
        """Tell whether the data policies know the connector; without policies its components' rows say so."""
        if not self._workspace.policies:
            return
        definition = self._workspace.custom_connector(key)
        here = self._workspace.connector_in(definition, self._environment) if definition else None
        posture = self._context.policies.custom_posture(here or key, self._environment)
        state = {PostureKind.OPEN: State.MISSING, PostureKind.UNKNOWN: State.UNKNOWN}.get(posture.kind, State.MET)
        deciding = next(iter(posture.opinions), None)
        words = f"{deciding.classification.words} of '{deciding.policy.name}'" if deciding else "no policy reaches it"
        yield Row(
            stage=Stage.DEPLOYMENT,
            requirement=f"the connector '{name}' is classified by the data policies of {self._environment.name}",
            state=state,
            evidence=posture.reason or words,
            checks=(_OPEN,) if state is not State.MET else (_OPEN, _CAUGHT),
            who=_ADMIN,
            at=deciding.classification.at if deciding else at,
            component=ComponentRef(kind="custom-connector", name=name, id=definition.name if definition else key),
        )

    def _policy_row(self, component: Component) -> Row:
        row = Row(
            stage=Stage.DEPLOYMENT,
            requirement=f"'{component.name}' is allowed by the data policies of {self._environment.name}",
            state=State.MET,
            evidence="",
            checks=tuple(sorted(_VIOLATIONS.values())),
            who=_ADMIN,
            at=component.at,
            component=component.ref,
            maker=self._maker(component),
        )
        if not self._workspace.policies and not self._workspace.advanced_policies:
            return row._replace(state=State.UNKNOWN, evidence="no data policy was found", checks=(_VERDICT_OPEN,))
        verdict = self._context.verdict(component, self._environment)
        if verdict.violations:
            # `missing` is the word for not met: the permission is what is missing.
            return row._replace(
                state=State.MISSING,
                evidence="; ".join(dict.fromkeys(map(_in_words, verdict.violations))),
                checks=tuple(sorted({_VIOLATIONS[one.kind] for one in verdict.violations})),
            )
        if verdict.outcome == "indeterminate":
            return row._replace(state=State.UNKNOWN, evidence=_question(verdict), checks=(_VERDICT_OPEN,))
        reaching = self._context.policies.reaching(self._environment)
        names = ", ".join(f"'{policy.name}'" for policy in reaching)
        return row._replace(evidence=f"allowed by {names}" if names else "no data policy reaches it")

    def _http_rows(self, component: Component) -> Iterator[Row]:
        if self._context.lifecycle.http_use(component) is None:
            return
        findings = self._findings(component, _HTTP)
        known = self._workspace.governance is not None
        yield Row(
            stage=Stage.DEPLOYMENT,
            requirement=f"the use of HTTP by '{component.name}' is approved",
            state=State.MISSING if findings else State.MET if known else State.UNKNOWN,
            evidence=_messages(findings) or ("an approval covers it" if known else "no governance file was found"),
            checks=tuple(sorted({one.check for one in findings})) or _HTTP,
            who="IT security",
            at=findings[0].at if findings else component.at,
            component=component.ref,
            maker=self._maker(component),
        )

    def _record_rows(self, component: Component) -> Iterator[Row]:
        """Ask of an app or flow on record what its records themselves have to prove; without a record, nothing."""
        records = self._workspace.records_of(component)
        if not records:
            return
        noun = "app" if component.kind in APPS else "flow"
        yield self._names_row(f"'{component.name}'", component.ref, records, self._maker(component))
        if self._retired.of(component) is not None:
            return
        row = Row(
            stage=Stage.RETIRED,
            requirement=f"'{component.name}' is not retired",
            state=State.MET,
            evidence="no record says that it is",
            checks=(_RETIRED_IN_USE,),
            who=f"the {noun}'s owner",
            at=component.at,
            component=component.ref,
            maker=self._maker(component),
        )
        yield row
        yield from self._reason_rows(row, component, [one for one in records if isinstance(one, AppRecord)])

    def _reason_rows(self, row: Row, component: Component, records: Sequence[AppRecord]) -> Iterator[Row]:
        """Ask why a widely shared app is there, and what people do when an important one fails."""
        if not records or Stage.DEPLOYMENT not in self._wanted:
            return
        justified = next((one.justification for one in records if one.justification), "it is shared with few people")
        mitigated = next((one.mitigation for one in records if one.mitigation), "no record gives it a high impact")
        for check, words, proof in (
            (_JUSTIFIED, "has a business justification where it is widely shared", justified),
            (_MITIGATED, "has a mitigation plan where its impact is high", mitigated),
        ):
            findings = [one for one in self._judgement.findings if one.check == check and _is_of_records(one, records)]
            yield row._replace(
                stage=Stage.DEPLOYMENT,
                requirement=f"'{component.name}' {words}",
                state=State.MISSING if findings else State.MET,
                evidence=_messages(findings) or proof,
                checks=(check,),
                at=findings[0].at if findings else records[0].at,
            )

    def _names_row(
        self,
        subject: str,
        ref: ComponentRef,
        records: Sequence[AppRecord | FlowRecord | ConnectorRecord],
        maker: str | None = None,
    ) -> Row:
        findings = [one for one in self._judgement.findings if one.check in _DECLARED and _is_of_records(one, records)]
        return Row(
            stage=Stage.REQUEST,
            requirement=f"the environments and names in the record of {subject} are known",
            state=State.MISSING if findings else State.MET,
            evidence=_messages(findings) or "each of them is declared, or in the source",
            checks=tuple(sorted({one.check for one in findings})) or _DECLARED,
            who="whoever keeps the record",
            at=findings[0].at if findings else records[0].at,
            component=ref,
            maker=maker or next((one.maker for one in records if one.maker), None),
        )

    def _licence_row(self, component: Component) -> Row:
        licensing = self._context.licensing
        premium = licensing.premium(component)
        findings = [one for one in self._findings(component, ("LIC",)) if _is_error(one, self._errors)]
        row = Row(
            stage=Stage.DEPLOYMENT,
            requirement=f"the people of '{component.name}' have licences",
            state=State.MET,
            evidence="runs on standard connectors alone: no premium licence is needed",
            checks=(_COUNTED,),
            who=_LICENCES,
            at=component.at,
            component=component.ref,
            maker=self._maker(component),
        )
        if findings:
            checks = tuple(sorted({one.check for one in findings}))
            return row._replace(state=State.MISSING, evidence=_messages(findings), checks=checks, at=findings[0].at)
        if premium.verdict == "no":
            return row
        gaps = [
            one
            for one in self._judgement.could_not_run
            if one.check.startswith("LIC")
            and one.check in self._errors
            and one.component is not None
            and one.component.id.lower() == component.id.lower()
        ]
        if self._workspace.governance is None and not self._workspace.lists_licences:
            return row._replace(state=State.UNKNOWN, evidence="no licence counts")
        if premium.verdict == "unknown" or gaps:
            doubt = "; ".join(dict.fromkeys(gap.reason for gap in gaps)) or "nobody knows whether it is premium"
            asked = tuple(sorted({gap.check for gap in gaps})) or row.checks
            return row._replace(state=State.UNKNOWN, evidence=doubt, checks=asked)
        reasons = ", ".join(dict.fromkeys(str(reason.word) for reason in premium.reasons))
        return self._counted_row(component, row, reasons)

    def _counted_row(self, component: Component, row: Row, reasons: str) -> Row:
        """Give the counts behind the licences of something premium that no check complains of."""
        if component.kind not in _COUNTED_KINDS:
            return row._replace(evidence=f"premium ({reasons}); nothing on record says that a licence is missing")
        licensed = self._context.licensing.judged(component)
        if licensed is None:
            evidence = f"premium ({reasons}), and nobody knows whose licences it runs on"
            return row._replace(state=State.UNKNOWN, evidence=evidence)
        needs = [need for need in licensed.judgement.needs if need.level == "required"]
        told = [f"{need.number:,} needed ({need.who}), {need.short:,} short" for need in needs]
        words = "; ".join([*told, *(f"{one.what} there given back: {one.told}" for one in self._taken_out(licensed))])
        judged = licensed.judgement
        return row._replace(
            state=State.MISSING if judged.short else State.UNKNOWN if judged.unknown else State.MET,
            checks=(_UNLICENSED if component.kind in APPS else _OWNER_UNLICENSED,) if judged.short else row.checks,
            evidence=f"premium ({reasons}): {words or 'no licence is needed besides those on record'}",
        )

    def _taken_out(self, licensed: Licensed) -> Iterator[GivenBack]:
        """Give what retirements took out of the passes of an app's environment since they were counted."""
        here = licensed.environment
        for one in self._context.licensing.counts.given_back if licensed.app and here else ():
            if one.taken and here and one.environment and here.goes_by(one.environment):
                yield one

    def _settings_rows(self) -> Iterator[Row]:
        solution = self._solution
        if not solution.connection_references and not solution.environment_variables:
            return
        held = {one.logical_name.lower() for one in solution.connection_references}
        held |= {one.schema_name.lower() for one in solution.environment_variables}
        settings = [
            one for one in self._workspace.deployment_settings if self._is_for_here(one) and held & _names_in(one)
        ]
        row = Row(
            stage=Stage.DEPLOYMENT,
            requirement=f"deployment settings for {self._environment.name} are complete",
            state=State.MET,
            evidence=", ".join(one.at.source.path for one in settings),
            checks=_SETTINGS,
            who=_PUBLISHER,
            at=settings[0].at if settings else solution.at,
        )
        paths = {one.at.source for one in settings}
        findings = [one for one in self._judgement.findings if one.check in _SETTINGS and one.at.source in paths]
        needed = solution.connection_references or any(
            not (one.default or one.value or one.secret) for one in solution.environment_variables
        )
        if findings:
            yield row._replace(state=State.MISSING, evidence=_messages(findings), at=findings[0].at)
        elif settings:
            yield row
        elif needed:
            count = len(held)
            yield row._replace(
                state=State.MISSING,
                evidence=f"no deployment settings of {self._environment.name} fill in its {count}"
                f" {'reference or variable' if count == 1 else 'references and variables'}",
            )

    def _is_for_here(self, settings: DeploymentSettings) -> bool:
        if settings.stage is None or settings.template:
            return False
        return self._environment.goes_by(settings.stage) or (
            self._workspace.environment(settings.stage) == self._environment
        )

    def _findings(self, component: Component, prefixes: tuple[str, ...]) -> list[Finding]:
        return [
            one
            for one in self._judgement.findings
            if one.check.startswith(prefixes)
            and one.component is not None
            and one.component.id.lower() == component.id.lower()
            and (one.environment is None or self._environment.goes_by(one.environment))
        ]

    def _maker(self, component: Component) -> str | None:
        return next((one.maker for one in self._workspace.records_of(component) if one.maker), None)


def _waived(rows: Sequence[Row], context: Context, checks: Sequence[Check], environment: Environment) -> list[Row]:
    """Accept what a live waiver accepts: one that names who gave it, and not by the maker; mandatory checks never."""
    governance = context.workspace.governance
    waivers = live(governance.waivers if governance else (), context.as_of.isoformat())
    by_id = {check.id: check for check in checks}
    decided = []
    for row in rows:
        allowed = [one for one in waivers if _may_waive(one, row)]
        reasons = _reasons(row, allowed, by_id, context, environment)
        if row.state is State.MET:
            decided.append(row)
        elif all(reasons):
            decided.append(row._replace(waived="; ".join(dict.fromkeys(reasons))))
        elif all(_reasons(row, waivers, by_id, context, environment)):
            evidence = (
                f"{row.evidence}; a waiver counts here that has a reason, an end and a giver other than the maker"
            )
            decided.append(row._replace(evidence=evidence))
        else:
            decided.append(row)
    return decided


def _may_waive(waiver: Waiver, row: Row) -> bool:
    by, maker = (waiver.by or "").strip().lower(), (row.maker or "").strip().lower()
    return bool(by) and by != maker and bool((waiver.reason or "").strip()) and waiver.ends is not None


def _reasons(
    row: Row, waivers: Iterable[Waiver], checks: dict[str, Check], context: Context, environment: Environment
) -> list[str]:
    """Give, for each check of a row, the reason that accepts it; empty where none does, or a check is not installed."""
    if row.at is None or row.state is State.MET or not set(row.checks) <= set(checks):
        return [""]
    findings = [
        Finding(at=row.at, message=row.evidence, check=check, component=row.component, environment=environment.name)
        for check in row.checks
    ]
    kept = waive(findings, tuple(waivers), checks, context.workspace, mandatory=context.settings.mandatory, judged=())
    return [reason for _, reason in kept.decisions]


def _is_error(finding: Finding, errors: set[str]) -> bool:
    return finding.severity is Severity.ERROR or (finding.severity is None and finding.check in errors)


def _is_of_records(finding: Finding, records: Iterable[AppRecord | FlowRecord | ConnectorRecord]) -> bool:
    """Tell whether the place of a finding is within one of the records."""
    at, places = finding.at, (record.at for record in records)
    return any(at.source == place.source and at.path[: len(place.path)] == place.path for place in places)


def _is_of(finding: Finding, folder: str) -> bool:
    return finding.at.source.path.startswith(folder)


def _counted(components: int) -> str:
    return f"{components} {'app, flow or agent' if components == 1 else 'apps, flows and agents'}"


def _in_words(violation: Violation) -> str:
    """Say what a violation is in a line: the connectors, why, and the policy."""
    policy = f" of '{violation.policy.name}'" if violation.policy else ""
    parts = ", ".join(f"{part.connector} {part.words}" for part in violation.parts)
    others = ", ".join(f"{part.connector} {part.words}" for part in violation.others)
    operation = f" ({violation.operation})" if violation.operation else ""
    endpoint = f" ({violation.endpoint})" if violation.endpoint else ""
    return f"{parts}{operation}{endpoint}{f' beside {others}' if others else ''}{policy}"


def _question(verdict: Verdict) -> str:
    return "; ".join(dict.fromkeys(note.words for note in verdict.notes if note.decides)) or "the verdict is open"


def _messages(findings: Iterable[Finding]) -> str:
    return "; ".join(dict.fromkeys(finding.message for finding in findings))


def _names_in(settings: DeploymentSettings) -> set[str]:
    return {name.lower() for name, _, _ in (*settings.references, *settings.variables)}
