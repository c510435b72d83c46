"""Environments as the platform lists them: REST and API answers, the admin cmdlet, pac, the inventory."""

import re
from collections.abc import Mapping, Sequence

from pllint.model.environment import Environment, EnvironmentType
from pllint.read.document import Notes, check_schema
from pllint.read.powershell import Cuts, is_cut, samples, unwrapped
from pllint.record import NamedTuple
from pllint.source import Anchor, KeyPath, Source, Span
from pllint.text.node import Node

_TYPES = {
    "production": EnvironmentType.PRODUCTION,
    "sandbox": EnvironmentType.SANDBOX,
    "trial": EnvironmentType.TRIAL,
    "subscriptionbasedtrial": EnvironmentType.TRIAL,
    "developer": EnvironmentType.DEVELOPER,
    "default": EnvironmentType.DEFAULT,
    "teams": EnvironmentType.TEAMS,
    "dataverse for teams": EnvironmentType.TEAMS,
}
_UNSTATED = {"", "notspecified"}
_LISTS = ("environment_list", "Raw", "data")
_PATH = re.compile(r"^/?providers/microsoft\.businessappplatform/(?:scopes/admin/)?environments/[^/]+$", re.IGNORECASE)
_DEFAULT_ID = re.compile(r"^default-[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$", re.IGNORECASE)
_RESOURCE_TYPE = "microsoft.powerplatform/environments"
_CONSOLE = re.compile(rb"\A(?:\xef\xbb\xbf)?\s*[A-Za-z][^\r\n\[\]{}]*\r?\n")
_CONSOLE_LIST = re.compile(rb"^\s*\[", re.MULTILINE)


class _Facts(NamedTuple):
    """Where one form keeps the facts of an environment."""

    id: Node
    name: Node
    type: Node | None
    is_default: bool | None
    managed: bool | None
    group: Node
    domain: Node
    url: Node
    billed: bool | None = None


def recognises(value: object) -> bool:
    """Tell whether a document lists environments."""
    return any(_form(item) for item in samples(value, *_LISTS))


def environments(node: Node, notes: Notes) -> list[Environment]:
    """Read every environment of a document; what a PowerShell export cut off is noted once and stays unknown."""
    check_schema(node, notes, "environments")
    cuts = Cuts()
    found = []
    for item in unwrapped(node, *_LISTS):
        form = _form(item.value)
        if form is None:
            continue
        environment = _environment(_READERS[form](item, cuts))
        if environment is not None:
            found.append(environment)
    cuts.note(notes, "facts about the environments, such as whether they are managed, are")
    return found


def recognises_console(content: bytes) -> bool:
    """Tell whether text is what `pac admin list --json` printed, with its greeting before the list."""
    return bool(_CONSOLE.match(content)) and b'"EnvironmentId"' in content and bool(_CONSOLE_LIST.search(content))


def open_console(source: Source, notes: Notes) -> Node | None:
    """Read what `pac admin list --json` printed, leaving out the lines before the list; None when that fails."""
    from pllint.text import json_text
    from pllint.text.problem import MalformedError, Problem, ProblemKind

    def locate(content: bytes, paths: Sequence[KeyPath]) -> Sequence[Span]:
        return json_text.locate(_blanked(content), paths)

    try:
        value, problems = json_text.parse(_blanked(source.read()), notes.limits)
    except MalformedError as error:
        notes.refuse(source, error.problem)
        return None
    except OSError as error:
        problem = Problem(ProblemKind.UNREADABLE, f"the file cannot be read: {error.strerror or error}", None)
        notes.refuse(source, problem)
        return None
    for problem in problems:
        notes.problem(source, problem)
    return Node(value, Anchor(source.as_text_of(locate)))


def _blanked(content: bytes) -> bytes:
    """Blank the lines before the list, keeping line numbers."""
    found = _CONSOLE_LIST.search(content)
    if found is None:
        return content
    before = content[: found.end() - 1]
    return re.sub(rb"[^\r\n]+", b"", before) + content[found.end() - 1 :]


def _form(value: object) -> str | None:
    """Tell which form an object is an environment in."""
    if isinstance(value, dict):
        return next((name for name, fits in _FORMS if fits(value)), None)
    return None


def recognises_columns(columns: Sequence[str]) -> bool:
    """Tell whether a table is the CoE kit's table of environments, by its columns."""
    return _is_coe(dict.fromkeys(columns, ""))


def _is_coe(value: Mapping[object, object]) -> bool:
    members = {str(key).lower(): member for key, member in value.items()}
    deleted = str(members.get("admin_environmentdeleted")).lower() in {"true", "yes", "1"}
    return not deleted and {"admin_displayname", "admin_environmentname", "admin_environmentsku"} <= members.keys()


def _is_inventory(value: Mapping[object, object]) -> bool:
    return str(value.get("type")).lower() == _RESOURCE_TYPE and "properties" in value


def _is_cmdlet(value: Mapping[object, object]) -> bool:
    return {"EnvironmentName", "EnvironmentType", "DisplayName"} <= value.keys()


def _is_pac(value: Mapping[object, object]) -> bool:
    return {"EnvironmentId", "DisplayName"} <= value.keys() and bool({"EnvironmentUrl", "DomainName"} & value.keys())


def _is_api(value: Mapping[object, object]) -> bool:
    return {"id", "displayName", "type", "geo"} <= value.keys() and bool({"state", "tenantId"} & value.keys())


def _is_rest(value: Mapping[object, object]) -> bool:
    facts = value.get("properties")
    path = value.get("id")
    if isinstance(facts, dict):
        named = isinstance(path, str) and _PATH.match(path) is not None and "displayName" in facts
        return named or (isinstance(facts.get("environmentSku"), str) and "name" in value)
    return is_cut(facts) and isinstance(facts, str) and "environmentSku=" in facts


def _environment(facts: _Facts) -> Environment | None:
    identity = (facts.id.text or "").strip()
    name = (facts.name.text or "").strip() or identity
    if not name:
        return None
    # Old versions of pac write a number here, which no document explains.
    word = facts.type.value.strip().lower() if facts.type and isinstance(facts.type.value, str) else ""
    kind = None if word in _UNSTATED else _TYPES.get(word, EnvironmentType.OTHER)
    if facts.is_default or _DEFAULT_ID.match(identity):
        kind = EnvironmentType.DEFAULT
    url = (facts.url.text or "").strip().lower()
    names = (name.lower(), identity.lower(), (facts.domain.text or "").strip().lower(), _host(url))
    return Environment(
        name=name,
        at=facts.name.at if facts.name.present else facts.id.at,
        id=identity or None,
        type=kind,
        managed=facts.managed,
        group=(facts.group.text or "").strip() or None,
        aliases=tuple(dict.fromkeys(text for text in names if text)),
        listed=True,
        pay_as_you_go=facts.billed,
    )


def _host(url: str) -> str:
    return url.partition("://")[2].partition("/")[0] or url.partition("/")[0]


def _rest(item: Node, cuts: Cuts) -> _Facts:
    facts = cuts.mapping(item.get("properties"))
    if facts is None:
        # The cut text still holds plain facts, but nothing says where one ends, so only the id is taken from here.
        return _bare(item)
    linked = facts.get("linkedEnvironmentMetadata")
    return _Facts(
        id=item.get("name"),
        name=facts.get("displayName"),
        type=facts.get("environmentSku"),
        is_default=facts.get("isDefault").flag,
        managed=_managed(facts, cuts),
        group=facts.within("parentEnvironmentGroup", "id"),
        domain=linked["domainName"],
        url=linked["instanceUrl"],
        # Answers without the member may come from callers who may not see it.
        billed=True if facts.get("billingPolicy").get("id").text else None,
    )


def _managed(facts: Node, cuts: Cuts) -> bool | None:
    governance = facts.get("governanceConfiguration")
    if not governance.present:
        return False
    if cuts.mapping(governance) is None:
        return None
    return (governance.get("protectionLevel").text or "").lower() == "standard"


def _bare(item: Node) -> _Facts:
    absent = item["displayName"]
    return _Facts(item.get("name"), absent, None, None, None, absent, absent, absent)


def _cmdlet(item: Node, cuts: Cuts) -> _Facts:
    raw = item.get("Internal")
    inner = cuts.mapping(raw) if raw.present else None
    rest = _rest(inner, cuts) if inner is not None and inner.is_mapping else _bare(item)
    return rest._replace(
        id=item.get("EnvironmentName"),
        name=item.get("DisplayName"),
        type=item.get("EnvironmentType"),
        is_default=item.get("IsDefault").flag,
    )


def _pac(item: Node, cuts: Cuts) -> _Facts:
    del cuts  # pac writes its JSON itself
    return _Facts(
        id=item.get("EnvironmentId"),
        name=item.get("DisplayName"),
        type=item.get("Type"),
        is_default=None,
        managed=None,
        group=item.get("GroupName"),
        domain=item.get("DomainName"),
        url=item.get("EnvironmentUrl"),
    )


def _api(item: Node, cuts: Cuts) -> _Facts:
    del cuts  # the API's answer is no PowerShell export
    level = item.get("protectionLevel")
    return _Facts(
        id=item.get("id"),
        name=item.get("displayName"),
        type=item.get("type"),
        is_default=None,
        managed=level.text.lower() == "standard" if level.text else None,
        group=item.get("environmentGroupId"),
        domain=item.get("domainName"),
        url=item.get("url"),
    )


def _inventory(item: Node, cuts: Cuts) -> _Facts:
    facts = cuts.mapping(item.get("properties"))
    if facts is None:
        return _bare(item)
    return _Facts(
        id=item.get("name"),
        name=facts.get("displayName"),
        type=facts.get("environmentType"),
        is_default=None,
        managed=facts.get("isManaged").flag,
        group=facts.get("environmentGroup", "environmentGroupId"),
        domain=facts["domainName"],
        url=facts["url"],
    )


def _coe(item: Node, cuts: Cuts) -> _Facts:
    del cuts  # Dataverse's own answer
    return _Facts(
        id=item.get("admin_environmentname"),
        name=item.get("admin_displayname"),
        type=item.get("admin_environmentsku"),
        is_default=None,
        managed=None,
        group=item["admin_connectedgroup"],
        domain=item["admin_domain"],
        url=item.get("admin_environmentcdsinstanceurl"),
    )


_FORMS = (
    ("coe", _is_coe),
    ("inventory", _is_inventory),
    ("rest", _is_rest),
    ("cmdlet", _is_cmdlet),
    ("pac", _is_pac),
    ("api", _is_api),
)
_READERS = {"coe": _coe, "rest": _rest, "inventory": _inventory, "cmdlet": _cmdlet, "pac": _pac, "api": _api}
