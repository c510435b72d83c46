"""What `pllint init` writes for a project: settings, and the records of a manifest as far as the source shows them.

Nothing is made up. What only people know stands there as a comment: the key, and what belongs behind it. What a review
has to look at stays a comment too, with what the source says of it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from pllint.catalogue.plans import Plans
from pllint.check import Context, Need
from pllint.discover import matches
from pllint.engine.targets import Targets
from pllint.model.component import APPS, Component, ComponentKind
from pllint.model.connector_id import custom_names
from pllint.model.custom_connector import CustomConnector
from pllint.model.environment import Environment, EnvironmentType
from pllint.model.governance import (
    AppRecord,
    ConnectorRecord,
    DeclaredEnvironment,
    FlowRecord,
    Governance,
    LicenceRecord,
    Population,
    Stage,
)
from pllint.model.licensing import Uncounted, Verdict
from pllint.model.workspace import Workspace
from pllint.record import NamedTuple
from pllint.report.escape import for_terminal
from pllint.report.layout import folded, joined
from pllint.source import Anchor, Source
from pllint.text.yaml_writing import block, is_guid, quoted, scalar, writable
from pllint.whereabouts import Places, Whereabouts

_NAMED_AT_MOST = 5
_ENVIRONMENTS_AT_MOST = 20
_WIDTH = 116


class Record(NamedTuple):
    """One record that the manifest lacks."""

    name: str
    lines: tuple[str, ...]
    """Its YAML; comments name the keys that only people can fill."""


class Section(NamedTuple):
    """One list of the manifest and what it lacks."""

    key: str
    noun: str
    path: str
    """The file that holds the list, or is to hold it, from the project's folder."""
    head: tuple[str, ...]
    """What a new file says above the list."""
    records: tuple[Record, ...] = ()
    template: tuple[str, ...] = ()
    """What a new file says in a list that has no record yet."""

    @property
    def text(self) -> str:
        """The whole of a new file."""
        head = "".join(f"# {line}".rstrip() + "\n" for line in self.head)
        if self.records:
            return head + block(self.key, [record.lines for record in self.records])
        return f"{head}{self.key}:\n" + "".join(f"  # {line}".rstrip() + "\n" for line in self.template)


class Starter(NamedTuple):
    """Everything that `pllint init` may write, and what is left for people to do."""

    settings: str
    """The text of `pllint.yaml`."""
    sections: tuple[Section, ...]
    steps: tuple[str, ...]


def starter(context: Context) -> Starter:
    """Give what a project lacks, as of what was read; what is on record already is left out."""
    workspace = context.workspace
    folder = _folder(context)
    places = Places(context)
    environments, named = _environments(workspace, places)
    uncounted = _uncounted(context)
    sections = tuple(
        section._replace(path=_path_of(section.key, workspace, folder))
        for section in (
            environments,
            _apps(workspace, places, named),
            _flows(workspace, places, named),
            _connectors(workspace, places, named),
            _licences(uncounted, context.licensing.plans),
            _populations(),
        )
    )
    return Starter(
        settings=_settings(context, folder, named),
        sections=tuple(section for section in sections if section.records or section.template),
        steps=tuple(_steps(context, sections, uncounted)),
    )


def _path_of(key: str, workspace: Workspace, folder: str) -> str:
    """Give the file with the last record of a list, unless that lies in an archive; else the usual one."""
    paths = (at.source.path for at in reversed(_places(workspace.governance or _NOBODY, key)))
    return next((path for path in paths if "!" not in path), f"{folder}/{key}.yaml")


def _places(governance: Governance, *keys: str) -> list[Anchor]:
    lists: dict[
        str, Sequence[DeclaredEnvironment | AppRecord | FlowRecord | ConnectorRecord | LicenceRecord | Population]
    ]
    lists = {
        "environments": governance.environments,
        "apps": governance.apps,
        "flows": governance.flows,
        "connectors": governance.connectors,
        "licences": governance.licences,
        "populations": governance.populations,
    }
    return [record.at for key in keys or lists for record in lists[key]]


# The settings


def _settings(context: Context, folder: str, named: dict[Environment, str]) -> str:
    workspace = context.workspace
    policies = _globs(policy.at.source.path for policy in workspace.policies) or ["policies/**"]
    recorded = [at.source.path for at in _places(workspace.governance or _NOBODY)]
    governance = _globs([*recorded, f"{folder}/apps.yaml"])
    return f"""\
# The settings of pllint for this project. Everything is optional: without this file pllint finds the same files by what
# is in them. A line that begins with # is a note and is not read.

# recommended is what pllint does anyway; strict fails for warnings too.
extends: [recommended]

# Where the data policies lie, and the records that people keep about this project.
policies:{_listed(policies)}
governance:{_listed(governance)}

# Files that pllint is not to read, such as old exports.
# sources: {{exclude: [archive/**]}}

{_targets(context, named)}
# The mildest finding that fails a build: error, warning or info.
fail-on: error
"""


def _targets(context: Context, named: dict[Environment, str]) -> str:
    targets = Targets(context.workspace, context.settings)
    solutions = sorted({solution.unique_name for solution in context.workspace.solutions}, key=str.lower)
    lines = []
    for solution in solutions:
        environments = [named.get(one, one.name) for one in targets.of_solution(solution)]
        if environments:
            places = ", ".join(map(scalar, environments))
            lines.append(f"  - {{solution: {scalar(solution)}, environments: [{places}]}}\n")
    if lines:
        why = "# Where each solution is deployed, as the deployment settings say.\n"
        return f"{why}targets:\n{''.join(lines)}"
    example = scalar(solutions[0]) if solutions else "ExpenseApproval"
    deployed_to = [one for one in named if one.type in {EnvironmentType.SANDBOX, EnvironmentType.PRODUCTION}]
    two = [named[one] for one in deployed_to or named][:2] or ["hr-test", "hr-production"]
    return (
        "# Where each solution is deployed. Until this says so, every solution is judged for every environment\n"
        "# that pllint knows, except those of developers.\n"
        "# targets:\n"
        f"#   - {{solution: {example}, environments: [{', '.join(map(scalar, two))}]}}\n"
    )


def _folder(context: Context) -> str:
    """Give the folder that the settings name for governance files, else the one they lie in, else the usual one."""
    if context.settings.path is not None:
        for pattern in context.settings.governance:
            folder = pattern.partition("*")[0].rpartition("/")[0].strip("/")
            if folder and ".." not in folder.split("/") and matches(f"{folder}/apps.yaml", [pattern]):
                return folder
    elif context.workspace.governance is not None:
        path = context.workspace.governance.at.source.path
        if "/" in path and "!" not in path:
            return path.rpartition("/")[0]
    return "governance"


def _globs(paths: Iterable[str]) -> list[str]:
    """Give one pattern for each folder, leaving out folders in others; archives are files like any."""
    files = {path.partition("!")[0] for path in paths}
    folders = sorted({path.rpartition("/")[0] for path in files if "/" in path})
    outer = [one for one in folders if not any(one.startswith(f"{other}/") for other in folders)]
    return [*(f"{folder}/**" for folder in outer), *sorted(path for path in files if "/" not in path)]


def _listed(patterns: Sequence[str]) -> str:
    written = [_glob(pattern) for pattern in patterns]
    line = f" [{', '.join(written)}]"
    return line if len(line) < _WIDTH - 10 else "".join(f"\n  - {one}" for one in written)


def _glob(pattern: str) -> str:
    stars = pattern.replace("*", "x")
    return quoted(pattern) if pattern.startswith("*") or scalar(stars) != stars else pattern


# The records


def _environments(workspace: Workspace, places: Places) -> tuple[Section, dict[Environment, str]]:
    """Give the environments that nobody declared, and what the manifest calls each one."""
    names = _Names(declared.name for declared in (workspace.governance or _NOBODY).environments)
    called: dict[Environment, str] = {}
    records: list[Record] = []
    for environment in workspace.environments:
        # A policy kept by hand writes names where exports write ids.
        identity = "" if environment.id == environment.name and not _is_tenant_id(environment.id) else environment.id
        record = None if environment.declared else _record(names, environment.name, _identity(identity or ""), "")
        called[environment] = record.name if record else environment.name
        if record:
            facts = _facts_of(environment, is_certain=not places.is_contested(environment))
            records.append(record._replace(lines=(*record.lines, *facts)))
    stages = dict.fromkeys(one.stage for one in workspace.deployment_settings if one.stage)
    unknown = [scalar(stage) for stage in stages if workspace.environment(stage) is None]
    head = (
        "The environments of the tenant: what each is called, what kind it is, and who answers for it.",
        "Those below were found in the lists of environments and in the data policies of this project."
        if records
        else "None was found: commit what Get-AdminPowerAppEnvironment exports, or write them down here.",
        *_HOW_TO_FILL_IN,
        "",
        "name        what reports call it; yours to change as long as there is an id",
        "type        default, production, sandbox, developer, trial or teams",
        "owner       the person or team that answers for it",
        "managed     true if it is a managed environment, else false",
        "managed-by  who looks after it: it or maker",
        *(_about_stages(unknown) if unknown else ()),
    )
    template = () if records else _TEMPLATES["environments"]
    return Section("environments", "environment", "", head, tuple(records), template), called


def _about_stages(stages: list[str]) -> tuple[str, ...]:
    shown = stages[:_ENVIRONMENTS_AT_MOST]
    return (
        "",
        *folded(
            f"There are deployment settings for {joined(shown)}. Give these names to the environments that they are"
            " meant for, so that pllint knows where the solutions go.",
            _WIDTH,
        ),
    )


def _facts_of(environment: Environment, *, is_certain: bool) -> Iterator[str]:
    kind = EnvironmentType.DEFAULT if environment.is_default else environment.type
    known = is_certain and kind not in {None, EnvironmentType.OTHER}
    yield f"type: {kind}" if known else "# type:"
    yield "# owner:"
    managed = environment.managed if is_certain else None
    yield "# managed:" if managed is None else f"managed: {'true' if managed else 'false'}"
    yield "# managed-by:"


def _apps(workspace: Workspace, places: Places, named: Mapping[Environment, str]) -> Section:
    names = _Names(record.name for record in (workspace.governance or _NOBODY).apps)
    records = [
        record._replace(lines=(*record.lines, *_solution_of(app), *_used_in(app, places, named), *_ABOUT_APPS))
        for app, record in _new(workspace, names, APPS)
    ]
    head = ("The apps of this project, and what their exports do not say.", *_HOW_TO_FILL_IN)
    return Section("apps", "app", "", head, tuple(records))


def _flows(workspace: Workspace, places: Places, named: Mapping[Environment, str]) -> Section:
    names = _Names(record.name for record in (workspace.governance or _NOBODY).flows)
    records = [
        record._replace(lines=(*record.lines, *_used_in(flow, places, named), *_ABOUT_FLOWS))
        for flow, record in _new(workspace, names, frozenset({ComponentKind.CLOUD_FLOW}))
    ]
    head = ("The cloud flows of this project, and what their exports do not say.", *_HOW_TO_FILL_IN)
    return Section("flows", "flow", "", head, tuple(records))


def _used_in(component: Component, places: Places, named: Mapping[Environment, str]) -> Iterator[str]:
    """Give the environment of an app or a flow: as a fact where the files settle it, else as a note."""
    settled = places.in_use(component)
    if settled is not None:
        yield f"environment: {scalar(named[settled])}"
        return
    where = places.of_component(component)
    known = [*(named[one] for one in where.environments), *where.unknown]
    among = f"; the files name {_few(known)}" if known else ", by the name in environments.yaml"
    yield _note("environment:", f"where people use it{among}")


def _solution_of(app: Component) -> Iterator[str]:
    if app.solution and app.solution == _identity(app.solution):
        yield f"solution: {scalar(app.solution)}"


def _new(workspace: Workspace, names: "_Names", kinds: frozenset[ComponentKind]) -> Iterator[tuple[Component, Record]]:
    """Give the components without a record, by name; exported twice they are one."""
    found = {one.id.lower(): one for one in reversed(workspace.components) if one.kind in kinds}
    for component in sorted(found.values(), key=lambda one: (one.name.lower(), one.name, one.id)):
        if not workspace.records_of(component):
            record = _record(names, component.name, _identity(component.id), component.solution or "")
            if record:
                yield component, record


def _connectors(workspace: Workspace, places: Places, named: Mapping[Environment, str]) -> Section:
    registered = (workspace.governance or _NOBODY).connectors
    names = _Names(record.name for record in registered)
    records: list[Record] = []
    for connector in sorted(workspace.custom_connectors, key=lambda one: (one.display_name.lower(), one.name)):
        if not any(_is_of(record, connector) for record in registered):
            title = connector.display_name or connector.name
            record = _record(names, title, _identity(connector.name), connector.solution or "")
            if record:
                users = [one for one in workspace.components if _uses(one, connector, workspace)]
                where = places.of_connector(connector.name, connector.solution, users)
                stage = places.stage((connector.display_name, connector.name), where)
                life = _life(stage, where, named, connector)
                records.append(record._replace(lines=(*record.lines, *_definition_of(connector), *life)))
    known = {custom_names(record.id or record.name)[0] for record in registered}
    used = {use.connector: use for one in workspace.components for use in one.uses if use.custom}
    for key in sorted(used):
        if workspace.definition_of(used[key]) is None and custom_names(key)[0] not in known:
            title = used[key].display_name or key
            record = _record(names, title, _identity(key), "")
            if record:
                where = places.of_connector(key, None, workspace.users_of(key))
                life = _life(places.stage((title, key), where), where, named)
                records.append(record._replace(lines=(*record.lines, *life)))
    head = (
        "The custom connectors of this project, each at the stage of its life that the files show: in production where",
        "an inventory lists it, or its solution goes to, a production environment or the default one; retired where",
        "`retirements:` says so; else being developed. Correct what the files cannot know, such as a deployment that",
        "is still being asked for: request, development, deployment, production or retired.",
        *_HOW_TO_FILL_IN,
        "Each stage needs the evidence of those before it: `pllint` tells what is missing and who can give it.",
    )
    return Section("connectors", "custom connector", "", head, tuple(records))


def _uses(component: Component, connector: CustomConnector, workspace: Workspace) -> bool:
    return any(use.custom and workspace.definition_of(use) is connector for use in component.uses)


def _life(
    stage: Stage, where: Whereabouts, named: Mapping[Environment, str], definition: CustomConnector | None = None
) -> Iterator[str]:
    """Give the stage, where a connector is, and a form for the evidence of the stage and of those before it."""
    yield f"stage: {stage}"
    known = [scalar(named[one]) for one in where.environments]
    if known:
        line = f"environments: [{', '.join(known)}]"
        yield from [line] if len(line) < _WIDTH else ["environments:", *(f"  - {name}" for name in known)]
    else:
        yield _note("environments:", "where it is, by the names in environments.yaml: [hr-test, hr-production]")
    if where.unknown:
        yield f"# the files also name {_few(where.unknown)}, which no environment that pllint knows is called"
    yield from _OWNERS
    yield from _request(definition)
    yield from _REVIEW
    yield from _BUILDING
    if stage is not Stage.DEVELOPMENT:
        yield from _DEPLOYING
        yield from _OPERATING


def _request(definition: CustomConnector | None) -> Iterator[str]:
    """Give the first half of a creation request: what a definition proves is a note until a review looked at it."""
    host = definition.host.name if definition else None
    # Without its properties a definition does not say that nobody has to sign in.
    is_told = definition is not None and (definition.authentication != "none" or definition.properties_at is not None)
    yield _note("request:", "what IT reviews before others may use it")
    if host:
        yield _note(f"  endpoint: {scalar(host)}", "where it calls, as its definition says")
    else:
        yield _note("  endpoint:", "where it calls")
    if definition is not None and is_told:
        yield _note(f"  authentication: {definition.authentication}", "how it signs in, as its definition says")
    else:
        yield _note("  authentication:", "how it signs in: none, api-key, basic, oauth2, entra-id")


def _definition_of(connector: CustomConnector) -> Iterator[str]:
    path = connector.definition_at.source.path if connector.definition_at else ""
    if connector.solution is None and path and "!" not in path and path == _identity(path):
        yield f"definition: {scalar(path)}"


def _is_of(record: ConnectorRecord, connector: CustomConnector) -> bool:
    places = (connector.at, connector.definition_at, connector.properties_at)
    files = {at.source.path for at in places if at}
    written = {record.definition, record.id} - {None}
    return (
        bool(files & written)
        or custom_names(record.id or record.name)[0] == custom_names(connector.name)[0]
        or record.name.strip().lower() == connector.display_name.strip().lower()
    )


# Licences and people


def _uncounted(context: Context) -> list[tuple[Component, Uncounted]]:
    """Give the components whose licences nobody counts, as they stand once there is a manifest."""
    workspace = context.workspace
    if workspace.governance is None:
        as_begun = Workspace(
            solutions=workspace.solutions,
            components=workspace.components,
            custom_connectors=workspace.custom_connectors,
            policies=workspace.policies,
            environments=workspace.environments,
            deployment_settings=workspace.deployment_settings,
            governance=_NOBODY,
        )
        context = Context(as_begun, context.settings, context.as_of, context.catalogue)
    found = ((component, context.licensing.uncounted(component)) for component in workspace.components)
    premium = [(one, need) for one, need in found if need and need.premium.verdict is Verdict.YES and need.plans]
    distinct = {one.id.lower(): (one, need) for one, need in reversed(premium)}
    return sorted(distinct.values(), key=lambda pair: (pair[0].name.lower(), pair[0].id))


def _licences(uncounted: list[tuple[Component, Uncounted]], plans_known: Plans) -> Section:
    head = (
        "The licences that are bought and given out. No export says so: the licence administrator knows, and the",
        "Microsoft 365 admin centre shows it under Billing, Licences.",
        *_HOW_TO_FILL_IN,
        "Write the numbers before you remove a #: a licence that is listed counts as recorded. Where several are named",
        "together, one is enough.",
        "",
        "plan       the licence, by its id, its name or its stock-keeping name (POWERAPPS_PER_USER)",
        "purchased  how many are bought; 0 if none",
        "assigned   how many of them people hold",
        "as-of      the day of these numbers, as in 2026-03-05",
    )
    if not uncounted:
        return Section("licences", "licence", "", head, template=_TEMPLATES["licences"])
    groups: dict[tuple[str, ...], list[Component]] = {}
    for component, need in uncounted:
        groups.setdefault(need.plans, []).append(component)
    template: list[str] = []
    for plans, components in groups.items():
        template += [*folded(f"{joined(list(plans), 'or')}: needed for {_told(components)}.", _WIDTH), ""]
    for name in dict.fromkeys(name for plans in groups for name in plans):
        plan = plans_known.named(name)
        template += [f"- plan: {plan.id if plan else scalar(name)}", "  purchased:", "  assigned:", "  as-of:", ""]
    return Section("licences", "licence", "", head, template=tuple(template[:-1]))


def _told(components: Sequence[Component]) -> str:
    return _few([f"'{for_terminal(one.name)}'" for one in components])


def _few(names: Sequence[str]) -> str:
    more = len(names) - _NAMED_AT_MOST
    shown = [for_terminal(name) for name in names[:_NAMED_AT_MOST]]
    return joined([*shown, f"{more:,} more"] if more > 0 else shown)


def _populations() -> Section:
    head = (
        "The groups of people that apps and flows are for. Licences follow sharing, not use: count everybody in a",
        "group, whether they open the app or not.",
        *_HOW_TO_FILL_IN,
        "",
        "name     what the other records call the group",
        "people   how many there are in it",
        "counted  the day they were counted, as in 2026-03-05",
        "from     where the number comes from, such as an Entra group",
        "holds    licences they have already, with their number: {power-apps-premium: 40}",
    )
    return Section("populations", "group of people", "", head, template=_TEMPLATES["populations"])


# What is left to do


def _steps(
    context: Context, sections: Sequence[Section], uncounted: Sequence[tuple[Component, Uncounted]]
) -> Iterator[str]:
    governance = context.workspace.governance or _NOBODY
    new = {section.key: len(section.records) for section in sections}
    path = {section.key: section.path for section in sections}
    if context.lacks(Need.POLICIES):
        yield f"No data policy was found, so nothing can be said about what is blocked: {Need.POLICIES.remedy}."
    if context.lacks(Need.ENVIRONMENTS):
        yield (
            f"No environment was found: declare those that the solutions go to in {path['environments']}, or commit the"
            " export of Get-AdminPowerAppEnvironment."
        )
    if new["connectors"]:
        what = "the custom connector" if new["connectors"] == 1 else f"the {new['connectors']:,} custom connectors"
        yield f"See whether the stage of {what} is right, and fill in the evidence: {path['connectors']}."
    staged = sum(record.stage is None for record in governance.connectors)
    if staged:
        what = "1 custom connector is" if staged == 1 else f"{staged:,} custom connectors are"
        yield f"Say at which stage {what} whose record has none: {path['connectors']}."
    if uncounted:
        number = len(uncounted)
        what = "1 premium app or flow" if number == 1 else f"{number:,} premium apps and flows"
        yield f"Record how many licences are bought and assigned for {what}, even when it is 0: {path['licences']}."
    owned = [
        key
        for key, records in (("apps", governance.apps), ("flows", governance.flows))
        if new[key] or any(record.owner is None for record in records)
    ]
    if owned:
        yield f"Name who owns the {joined(owned)}: {joined([path[key] for key in owned])}."
    yield "Run `pllint` to see what it makes of the project; `pllint explain CHECK` gives the reasons of a check."


# Words


_NOBODY = Governance(at=Anchor(Source("", bytes)))
_HOW_TO_FILL_IN = (
    "A line that begins with # is a note and is not read. To fill one in, remove the # and the space after it,",
    "and write after the colon. A line that is indented belongs to the one above it, which has to be free as well.",
)
_HINTS_AT = 26


def _note(key: str, hint: str) -> str:
    """Write a key that people fill in, and behind it what belongs there."""
    return f"{f'# {key}':<{_HINTS_AT}} # {hint}"


_ABOUT_APPS = (
    _note("owner:", "the person or team that answers for it"),
    _note("shared-with:", "groups of people, by their names in populations.yaml: [office-staff, managers]"),
    _note("plan:", "the licence that these people are to have, such as power-apps-premium"),
    _note("justification:", "what it is for, once a group or more than 20 people use it"),
)
_ABOUT_FLOWS = (
    _note("owner:", "whose flow it is; a flow that starts by itself runs on the licence of its owner"),
    _note("owner-kind:", "person, service-account or service-principal"),
)
_OWNERS = (_note("owner:", "the person or team that answers for it"), _note("maker:", "who built it"))
_REVIEW = (
    _note("  data:", "the kind of data it touches, such as confidential"),
    _note("  use-case:", "what it is for"),
    _note(
        "  reviewed: {by: , person: , date: , ref: , result: }", "who, when (2026-03-05), its ticket, approved or not"
    ),
)
_BUILDING = (
    _note("development:", "where it is built and tested, by the names in environments.yaml"),
    _note("  environment:", "a developer environment of its maker"),
    _note("  test-environment:", "a sandbox that IT manages"),
)
_DEPLOYING = (
    _note("deployment:", "what has to be there before it goes to production"),
    _note("  security-review: {by: , person: , date: , ref: }", "by IT security"),
    _note("  dlp: {policy: , group: , by: , date: }", "the data policy that lists it, and in which group"),
    _note("  licences: {people: , plan: , available: , by: , date: }", "who uses it, and how many licences there are"),
    _note("  approved: {by: , person: , date: , ref: }", "by somebody else than its maker"),
)
_OPERATING = (
    _note("operation:", "what is watched in production"),
    _note("  usage: {date: , by: , from: }", "the last look at its use, in the admin centre"),
    _note("  spot-checks: [{date: , people: , licensed: }]", "each quarter: its people, and how many have a licence"),
    _note("  rate-limit: {watched-in: , limit: , date: }", "where the limit of its API is watched"),
)
_TEMPLATES = {
    "environments": ("- name: hr-production", "  type: production", "  owner:", "  managed:", "  managed-by:"),
    "licences": ("- plan: power-apps-premium", "  purchased:", "  assigned:", "  as-of:"),
    "populations": ("- name: office-staff", "  people:", "  counted:", "  from:"),
}


class _Names:
    """Names that records of one list bear; no two may bear the same."""

    def __init__(self, taken: Iterable[str]) -> None:
        self._taken = {name.strip().lower() for name in taken}

    def take(self, candidates: Iterable[str]) -> str | None:
        """Take the first name that is free."""
        for name in candidates:
            if name and name.lower() not in self._taken:
                self._taken.add(name.lower())
                return name
        return None


def _record(names: _Names, name: str, identity: str, solution: str) -> Record | None:
    """Begin a record; None when nothing tells it from another one."""
    title = writable(name).strip() or identity
    candidates = [title]
    if identity:
        candidates += [f"{title} ({one})" for one in (writable(solution).strip(), identity) if one]
    taken = names.take(candidates)
    if taken is None:
        return None
    return Record(taken, (f"name: {scalar(taken)}", *((f"id: {scalar(identity)}",) if identity else ())))


def _is_tenant_id(text: str) -> bool:
    return text.lower().startswith("default-") or is_guid(text)


def _identity(text: str) -> str:
    """Give an id, unless it would not be read as it was written."""
    return text if text == writable(text).strip() else ""
