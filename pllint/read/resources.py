"""Apps, flows, connectors, connections and shares: admin cmdlets, REST, the inventory API, tables of the CoE kit."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from pllint.model.component import ComponentKind
from pllint.model.connector_id import ConnectorKey, parse_connector_id
from pllint.model.inventory import (
    ListedConnection,
    ListedConnector,
    ListedResource,
    Person,
    PrincipalKind,
    RoleAssignment,
)
from pllint.read.document import Notes
from pllint.read.licences import count_of, day_of
from pllint.read.powershell import Cuts, is_cut, samples, unwrapped
from pllint.record import NamedTuple
from pllint.text.node import Node

_ENVIRONMENT = re.compile(r"/environments/([^/]+)", re.IGNORECASE)
_SHARED = re.compile(r"/(?:apps|flows)/([^/]+)/(?:permissions|roleassignments)(?:/|$)", re.IGNORECASE)
_GUID = re.compile(r"^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$", re.IGNORECASE)
_FORMATTED = "@odata.community.display.v1.formattedvalue"
_APP_KINDS = {
    "canvasapps": ComponentKind.CANVAS_APP,
    "modeldrivenapps": ComponentKind.MODEL_DRIVEN_APP,
    "codeapps": ComponentKind.CODE_APP,
    "apps": ComponentKind.CANVAS_APP,
    "cloudflows": ComponentKind.CLOUD_FLOW,
    "agentflows": ComponentKind.CLOUD_FLOW,
    "m365agentflows": ComponentKind.CLOUD_FLOW,
    "agents": ComponentKind.AGENT,
}
_INVENTORY = ("microsoft.powerapps/", "microsoft.powerautomate/", "microsoft.copilotstudio/")
_PRINCIPALS = {
    "user": PrincipalKind.USER,
    "group": PrincipalKind.GROUP,
    "tenant": PrincipalKind.TENANT,
    "serviceprincipal": PrincipalKind.SERVICE_PRINCIPAL,
    "application": PrincipalKind.SERVICE_PRINCIPAL,
}
_YES = frozenset({"true", "yes", "1"})
_NO = frozenset({"false", "no", "0"})


class ResourceFacts(NamedTuple):
    """What one export lists."""

    resources: tuple[ListedResource, ...] = ()
    roles: tuple[RoleAssignment, ...] = ()
    connectors: tuple[ListedConnector, ...] = ()
    connections: tuple[ListedConnection, ...] = ()

    @property
    def empty(self) -> bool:
        """Tell that the export lists nothing."""
        return not any(self)


def recognises(value: object) -> bool:
    """Tell whether a document lists apps, flows, connectors, connections or shares."""
    return any(_form(item) for item in samples(value, "data"))


def recognises_columns(columns: Sequence[str]) -> bool:
    """Tell whether a table is one of the CoE kit's, by its columns."""
    return _form(dict.fromkeys(columns, "")) in {"coe-app", "coe-flow"}


def resources(node: Node, notes: Notes) -> ResourceFacts:
    """Read everything a document lists; what PowerShell cut off is noted once and stays unknown."""
    cuts = Cuts()
    found: list[ListedResource] = []
    roles: list[RoleAssignment] = []
    connectors: list[ListedConnector] = []
    connections: list[ListedConnection] = []
    for item in unwrapped(node, "data"):
        form = _form(item.value)
        if form in _RESOURCES:
            resource = _RESOURCES[form](item, cuts)
            if resource is not None:
                found.append(resource)
        elif form == "role":
            roles.append(_role(item))
        elif form == "permission":
            roles += _permission(item)
        elif form in {"connector", "rest-connector", "inventory-connector"}:
            connectors += _connector(item, cuts)
        elif form in {"connection", "rest-connection"}:
            connections += _connection(item, cuts)
    cuts.note(notes, "facts such as owners and shares of what it lists are")
    return ResourceFacts(tuple(found), tuple(roles), tuple(connectors), tuple(connections))


def _form(value: object) -> str | None:
    if not isinstance(value, dict):
        return None
    return next((name for name, fits in _FORMS if fits(value)), None)


def _has(*names: str) -> Callable[[Mapping[object, object]], bool]:
    return lambda value: value.keys() >= set(names)


def _typed(*ends: str) -> Callable[[Mapping[object, object]], bool]:
    """Fit what the platform's REST interface says the type of."""

    def fits(value: Mapping[object, object]) -> bool:
        kind = str(value.get("type")).lower()
        named = kind.startswith(("microsoft.powerapps/", "microsoft.processsimple/"))
        return named and kind.endswith(ends) and ("properties" in value)

    return fits


def _is_listed(value: Mapping[object, object]) -> bool:
    kind = str(value.get("type")).lower()
    return kind.startswith(_INVENTORY) and kind.partition("/")[2] in _APP_KINDS and "properties" in value


def _is_listed_connector(value: Mapping[object, object]) -> bool:
    return str(value.get("type")).lower() == "microsoft.powerplatformconnector/connectors" and "properties" in value


def _coe(*names: str) -> Callable[[Mapping[object, object]], bool]:
    return lambda value: {str(key).lower() for key in value} >= set(names)


_FORMS = (
    ("role", _has("RoleType", "PrincipalType")),
    ("app", _has("AppName", "DisplayName", "EnvironmentName")),
    ("flow", _has("FlowName", "DisplayName", "EnvironmentName")),
    ("connection", _has("ConnectionName", "ConnectorName")),
    ("connector", _has("ConnectorName", "ConnectorId")),
    ("inventory", _is_listed),
    ("inventory-connector", _is_listed_connector),
    ("permission", _typed("/permissions", "/roleassignments")),
    ("rest-connection", _typed("/apis/connections")),
    ("rest-connector", _typed("/apis")),
    ("rest-app", _typed("/apps")),
    ("rest-flow", _typed("/flows")),
    ("coe-app", _coe("admin_displayname", "admin_appenvironmentdisplayname")),
    ("coe-flow", _coe("admin_displayname", "admin_flowenvironmentdisplayname")),
)


def _app(item: Node, cuts: Cuts) -> ListedResource | None:
    raw = _inner(item.get("Internal"), cuts)
    found = _rest_app(raw, cuts) if raw else None
    owner = _inner(item.get("Owner"), cuts)
    return _named(
        ListedResource(
            kind=found.kind if found else ComponentKind.CANVAS_APP,
            name=item.get("DisplayName").text or "",
            at=item.at,
            id=item.get("AppName").text,
            environment=item.get("EnvironmentName").text,
            owner=_person(owner) if owner else None,
            created=day_of(item.get("CreatedTime").text),
            modified=day_of(item.get("LastModifiedTime").text),
        ),
        found,
    )


def _flow(item: Node, cuts: Cuts) -> ListedResource | None:
    raw = _inner(item.get("Internal"), cuts)
    found = _rest_flow(raw, cuts) if raw else None
    enabled = item.get("Enabled").flag
    # CreatedBy is who made the flow, and need not be who owns it.
    return _named(
        ListedResource(
            kind=ComponentKind.CLOUD_FLOW,
            name=item.get("DisplayName").text or "",
            at=item.at,
            id=item.get("FlowName").text,
            environment=item.get("EnvironmentName").text,
            created=day_of(item.get("CreatedTime").text),
            modified=day_of(item.get("LastModifiedTime").text),
            state=None if enabled is None else ("started" if enabled else "stopped"),
        ),
        found,
    )


def _named(listed: ListedResource, raw: ListedResource | None) -> ListedResource | None:
    """Fill in from the raw answer what the cmdlet's own members leave out."""
    if raw is not None:
        kept = {name: value for name, value in listed._asdict().items() if value not in {None, "", ()}}
        listed = raw._replace(**{**kept, "aliases": (*listed.aliases, *raw.aliases)})
    return listed if listed.name or listed.id else None


def _rest_app(item: Node, cuts: Cuts) -> ListedResource | None:
    facts = _inner(item.get("properties"), cuts)
    if facts is None:
        return _bare(item, ComponentKind.CANVAS_APP)
    references = _inner(facts.get("connectionReferences"), cuts)
    quarantine = facts.within("executionRestrictions", "appQuarantineState", "quarantineStatus").text
    kind = (item.get("appType").text or facts.get("appType").text or "").lower()
    logical = item.get("logicalName").text
    return _named(
        ListedResource(
            kind=ComponentKind.MODEL_DRIVEN_APP if "model" in kind else ComponentKind.CANVAS_APP,
            name=facts.get("displayName").text or "",
            at=item.at,
            id=_last(item.get("id").text) or item.get("name").text,
            aliases=tuple(name.lower() for name in (item.get("name").text, logical) if name),
            environment=_environment_of(facts, item),
            owner=_person(facts.get("owner")),
            created=day_of(facts.get("createdTime").text),
            modified=day_of(facts.get("lastModifiedTime").text),
            state=(facts.get("status").text or "").lower() or None,
            shared_users=facts.get("sharedUsersCount").integer,
            shared_groups=facts.get("sharedGroupsCount").integer,
            quarantined=quarantine.lower() == "quarantined" if quarantine else None,
            connectors=_connectors(references),
            premium=_premium(facts),
        ),
        None,
    )


def _premium(facts: Node) -> bool | None:
    plan = (facts.get("appPlanClassification").text or "").lower()
    if plan in {"standard", "premium"}:
        return plan == "premium"
    said = [facts.get(name).flag for name in ("usesPremiumApi", "usesCustomApi", "usesOnPremiseGateway")]
    return True if True in said else None


def _rest_flow(item: Node, cuts: Cuts) -> ListedResource | None:
    facts = _inner(item.get("properties"), cuts)
    if facts is None:
        return _bare(item, ComponentKind.CLOUD_FLOW)
    workflow = facts.get("workflowEntityId").text
    return _named(
        ListedResource(
            kind=ComponentKind.CLOUD_FLOW,
            name=facts.get("displayName").text or "",
            at=item.at,
            id=item.get("name").text or _last(item.get("id").text),
            aliases=(workflow.lower(),) if workflow else (),
            environment=_environment_of(facts, item),
            created=day_of(facts.get("createdTime").text),
            modified=day_of(facts.get("lastModifiedTime").text),
            state=(facts.get("state").text or "").lower() or None,
            connectors=_connectors(_inner(facts.get("connectionReferences"), cuts)),
        ),
        None,
    )


def _listed(item: Node, cuts: Cuts) -> ListedResource | None:
    kind = _APP_KINDS[(item.get("type").text or "").lower().partition("/")[2]]
    facts = _inner(item.get("properties"), cuts)
    if facts is None:
        return _bare(item, kind)
    owner = facts.get("ownerId").text
    names = (facts.get("workflowEntityId").text, facts.get("schemaName").text)
    return _named(
        ListedResource(
            kind=kind,
            name=facts.get("displayName").text or "",
            at=item.at,
            id=item.get("name").text,
            aliases=tuple(name.lower() for name in names if name),
            environment=facts.get("environmentId").text,
            owner=Person(id=owner.lower()) if owner else None,
            created=day_of(facts.get("createdAt").text),
            modified=day_of(facts.get("lastModifiedAt").text),
            quarantined=facts.get("isQuarantined").flag,
        ),
        None,
    )


def _coe_app(item: Node, cuts: Cuts) -> ListedResource | None:
    del cuts  # Dataverse's own answer
    if _yes(item.get("admin_appdeleted")):
        return None
    kind = (_shown(item, "admin_powerappstype") or "").lower()
    return _named(
        ListedResource(
            kind=ComponentKind.MODEL_DRIVEN_APP if "model" in kind else ComponentKind.CANVAS_APP,
            name=item.get("admin_displayname").text or "",
            at=item.at,
            id=item.get("admin_appidstring", "admin_appid").text or None,
            environment=item.get("admin_appenvironmentid").text or item.get("admin_appenvironmentdisplayname").text,
            owner=_shown_person(item, "admin_appownerdisplayname", "_admin_appowner_value"),
            created=day_of(item.get("admin_appcreatedon").text),
            modified=day_of(item.get("admin_appmodifiedon").text),
            shared_users=count_of(item.get("admin_appsharedusers").text),
            shared_groups=count_of(item.get("admin_appsharedgroups").text),
            shared_with_everyone=_yes(item.get("admin_appsharedwithtenant")),
            premium=_yes(item.get("admin_usespremiumapi")) or _yes(item.get("admin_usescustomapi")),
        ),
        None,
    )


def _coe_flow(item: Node, cuts: Cuts) -> ListedResource | None:
    del cuts
    if _yes(item.get("admin_flowdeleted")):
        return None
    workflow = item.get("admin_workflowentityid").text
    return _named(
        ListedResource(
            kind=ComponentKind.CLOUD_FLOW,
            name=item.get("admin_displayname").text or "",
            at=item.at,
            id=item.get("admin_flowidstring", "admin_flowid").text or None,
            aliases=(workflow.lower(),) if workflow else (),
            environment=item.get("admin_flowenvironmentid").text or item.get("admin_flowenvironmentdisplayname").text,
            owner=_shown_person(item, "_admin_derivedowner_value"),
            created=day_of(item.get("admin_flowcreatedon").text),
            modified=day_of(item.get("admin_flowmodifiedon").text),
            state=(_shown(item, "admin_flowstate") or "").lower() or None,
        ),
        None,
    )


_RESOURCES: Mapping[str | None, Callable[[Node, Cuts], ListedResource | None]] = {
    "app": _app,
    "flow": _flow,
    "rest-app": _rest_app,
    "rest-flow": _rest_flow,
    "inventory": _listed,
    "coe-app": _coe_app,
    "coe-flow": _coe_flow,
}


def _role(item: Node) -> RoleAssignment:
    kind = _principal(item.get("PrincipalType").text)
    return RoleAssignment(
        resource=(item.get("AppName", "FlowName").text or "").lower(),
        role=item.get("RoleType").text or item.get("RoleName").text or "",
        principal=Person(
            id=(item.get("PrincipalObjectId").text or "").lower() or None,
            email=item.get("PrincipalEmail").text or None,
            name=item.get("PrincipalDisplayName").text or None,
            kind=kind,
        ),
        at=item.at,
        environment=item.get("EnvironmentName").text,
    )


def _permission(item: Node) -> Iterator[RoleAssignment]:
    path = item.get("id").text or ""
    shared = _SHARED.search(path)
    person = _person(item.within("properties", "principal"))
    # Shares of connections and connectors come in the same form, and nothing asks for them.
    if shared and person:
        environment = _ENVIRONMENT.search(path)
        yield RoleAssignment(
            resource=shared[1].lower(),
            role=item.within("properties", "roleName").text or "",
            principal=person,
            at=item.at,
            environment=environment[1] if environment else None,
        )


def _connector(item: Node, cuts: Cuts) -> Iterator[ListedConnector]:
    raw = _inner(item.get("Internal"), cuts) if item.get("Internal").present else item
    facts = _inner(raw.get("properties"), cuts) if raw and raw.get("properties").present else None
    identity = parse_connector_id(item.get("ConnectorId", "id").text or item.get("ConnectorName", "name").text or "")
    if identity is None:
        return
    custom = identity.custom or bool(facts and facts.get("isCustomApi").flag) or item.get("ConnectorName").present
    yield ListedConnector(
        connector=identity.key,
        at=item.at,
        display_name=item.get("DisplayName").text or (facts.get("displayName").text if facts else None),
        custom=custom,
        tier=facts.get("tier").text if facts else None,
        environment=item.get("EnvironmentName").text
        or (facts.get("environmentId").text if facts else None)
        or identity.environment,
        owner=_person(facts.get("createdBy")) if facts else None,
        created=day_of(item.get("CreatedTime").text or (facts.get("createdTime").text if facts else None)),
    )


def _connection(item: Node, cuts: Cuts) -> Iterator[ListedConnection]:
    if item.get("ConnectionName").present:
        spelled = item.get("FullConnectorName").text or item.get("ConnectorName").text
        facts, name, shown = None, item.get("ConnectionName").text, item.get("DisplayName").text
        statuses = item.get("Statuses")
        owner = _inner(item.get("CreatedBy"), cuts)
        environment = item.get("EnvironmentName").text
    else:
        facts = _inner(item.get("properties"), cuts)
        if facts is None:
            return
        spelled, name, shown = facts.get("apiId").text, item.get("name").text, facts.get("displayName").text
        statuses = facts.get("statuses")
        owner = facts.get("createdBy")
        environment = _environment_of(facts, item)
    identity = parse_connector_id(spelled or "")
    if identity is None or not name:
        return
    states = [status.get("status").text for status in statuses.listed() if status.is_mapping]
    yield ListedConnection(
        connector=identity.key,
        name=name,
        at=item.at,
        display_name=shown,
        environment=environment,
        owner=_person(owner) if owner else None,
        status=next((state.lower() for state in states if state), None),
    )


def _bare(item: Node, kind: ComponentKind) -> ListedResource | None:
    """Keep the id of a resource whose facts are cut off; nothing says where one of them ends."""
    identity = item.get("name").text
    return ListedResource(kind=kind, name=identity, at=item.at, id=identity) if identity else None


def _inner(node: Node, cuts: Cuts) -> Node | None:
    """Give an object that is there and not cut off."""
    if not node.present or (node.value == "" and not is_cut(node.value)):
        return None
    found = cuts.mapping(node)
    return found if found is not None and found.is_mapping else None


def _environment_of(facts: Node, item: Node) -> str | None:
    environment = facts.get("environment")
    named = environment.get("name").text or _last(environment.get("id").text)
    match = None if named else _ENVIRONMENT.search(item.get("id").text or "")
    return named or (match[1] if match else None)


def _connectors(references: Node | None) -> tuple[ConnectorKey, ...]:
    if references is None:
        return ()
    spelled = (one.get("id", "apiId").text or one.within("api", "id").text or "" for _, one in references.items())
    keys = (identity.key for text in spelled if (identity := parse_connector_id(text)))
    return tuple(sorted(set(keys)))


def _person(node: Node | None) -> Person | None:
    if node is None or not node.is_mapping:
        return None
    identity = node.get("id", "objectId", "userId").text
    email = node.get("email", "userPrincipalName").text
    name = node.get("displayName").text
    if not (identity or email or name):
        return None
    return Person(
        id=identity.lower() if identity else None,
        email=email or None,
        name=name or None,
        kind=_principal(node.get("type").text) if node.get("type").present else PrincipalKind.USER,
    )


def _principal(word: str | None) -> PrincipalKind:
    return _PRINCIPALS.get((word or "").lower(), PrincipalKind.OTHER)


def _shown(item: Node, name: str) -> str | None:
    """Give the words that Dataverse shows for a choice or a look-up, else the value itself."""
    return item.get(name + _FORMATTED).text or item.get(name).text


def _shown_person(item: Node, *names: str) -> Person | None:
    shown = next((text for name in names if (text := _shown(item, name))), None)
    if not shown:
        return None
    if _GUID.match(shown):
        return None  # the row of a table of the kit, not the id of a person
    return Person(email=shown) if "@" in shown else Person(name=shown)


def _yes(node: Node) -> bool | None:
    word = (node.text or "").strip().lower()
    return True if word in _YES else False if word in _NO else None


def _last(path: str | None) -> str | None:
    return path.rstrip("/").rpartition("/")[2] or None if path else None
