"""CON201-CON205: where a connector sends its calls."""

import re

from pllint.model.connector_definition import ConnectorDefinition, PolicyTemplate
from pllint.plugin import Anchor, Confidence, Context, Outcome, Related, Severity, check
from pllint_connector.wording import DOCS, found, some

_IP = re.compile(r"^(?:\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-f:.]+\])$", re.IGNORECASE)
_PRIVATE = re.compile(
    r"(?:^|\.)(?:local|localdomain|internal|intranet|lan|corp|home|private|home\.arpa)$", re.IGNORECASE
)
_TUNNEL = re.compile(
    r"(?:^|\.)(?:devtunnels\.ms|ngrok\.io|ngrok\.app|ngrok\.dev|ngrok-free\.app|ngrok-free\.dev|loca\.lt|serveo\.net"
    r"|trycloudflare\.com|localhost\.run|localtunnel\.me|pagekite\.me|lhr\.life|pinggy\.link)$",
    re.IGNORECASE,
)
_PLACEHOLDER = re.compile(r"[<>{}\[\]\s]|^(?:your|my)[-_.]?|placeholder", re.IGNORECASE)


@check(
    id="CON201",
    name="host-plain-http",
    severity=Severity.ERROR,
    since="0.1",
    source=f"{DOCS}define-openapi-definition",
    on=ConnectorDefinition,
)
def host_plain_http(definition: ConnectorDefinition, _: Context) -> Outcome:
    """The connector calls its host by http alone: keys, tokens and data travel in the clear."""
    connector = definition.connector
    host = connector.host
    # A gateway calls inside its own network, and what is not public has a finding of its own.
    if host.scheme != "http" or not definition.has_definition or connector.gateway or _not_public(_name(definition)):
        return
    by_template = host.decided_by == "policy-template"
    yield found(
        definition,
        host.at or definition.at if by_template else definition.at / "schemes",
        f"the connector calls {host.name or 'its host'} by http only, so keys, tokens and data travel in the clear",
        "Serve the API by https and list https alone under schemes",
    )


@check(
    id="CON202",
    name="host-not-public",
    severity=Severity.ERROR,
    since="0.1",
    source=f"{DOCS}define-openapi-definition",
    on=ConnectorDefinition,
)
def host_not_public(definition: ConnectorDefinition, _: Context) -> Outcome:
    """The host is this machine, a private name, an IP address or a tunnel, which the platform cannot call reliably."""
    connector = definition.connector
    if connector.gateway:
        return
    fault = _not_public(_name(definition))
    if fault:
        yield found(
            definition,
            connector.host.at or definition.at,
            f"the host {connector.host.name} is {fault}",
            "Write the public name of the API, or reach it through an on-premises data gateway",
        )


@check(
    id="CON203",
    name="host-missing",
    severity=Severity.ERROR,
    since="0.1",
    source=f"{DOCS}define-openapi-definition",
    on=ConnectorDefinition,
)
def host_missing(definition: ConnectorDefinition, _: Context) -> Outcome:
    """The definition names no host and no policy template sets one for every operation."""
    if not definition.has_definition or definition.version not in {None, "2.0"} or definition.host_text:
        return
    if not any(
        template.id.lower() == "dynamichosturl" and not template.operations for template in definition.templates
    ):
        yield found(
            definition,
            definition.at / "host",
            "the definition names no host, so calls go nowhere",
            "Add the host of the API, without scheme and path",
        )


@check(
    id="CON204",
    name="host-varies",
    severity=Severity.INFO,
    since="0.1",
    source="https://learn.microsoft.com/power-platform/admin/dlp-custom-connector-parity",
    on=ConnectorDefinition,
)
def host_varies(definition: ConnectorDefinition, context: Context) -> Outcome:
    """The host is decided at run time, so a data policy that goes by host cannot be judged from the files."""
    host = definition.connector.host
    if not definition.has_definition or (host.name is not None and host.variable is None):
        return
    if host.name is None and host.decided_by == "host" and not definition.host_text:
        return
    at = host.at or definition.at
    if any(finding.check == "SRC009" and finding.at == at for finding in context.workspace.findings):
        return  # reading has said that the variable has no value anywhere
    if host.variable is not None:
        decided = f"the environment variable {host.variable}"
    elif host.decided_by == "policy-template":
        template = next((one for one in definition.templates if host.at and _holds(one, host.at)), None)
        decided = _by_template(template)
    else:
        decided = f"the expression {definition.host_text}"
    yield found(
        definition,
        at,
        f"the host is decided by {decided}, so what a policy by host makes of this connector stays open",
        "Tell the Power Platform admin which hosts it reaches, or classify the connector by name",
    )


@check(
    id="CON205",
    name="host-disagrees",
    severity=Severity.ERROR,
    since="0.1",
    source=f"{DOCS}policy-templates/dynamichosturl/dynamichosturl",
    on=ConnectorDefinition,
)
def host_disagrees(definition: ConnectorDefinition, _: Context) -> Outcome:
    """The definition names one host, and a policy template or the copy in a solution another."""
    own = definition.own_host.name if definition.own_host else None
    if own is None:
        return
    for template in definition.templates:
        if template.host and not template.operations and template.host.lower() != own.lower():
            yield found(
                definition,
                template.at,
                f"the policy template '{template.title or template.id}' sends every call to {template.host}, and the"
                f" definition names {own}",
                "Name in the definition the host that is called, and remove the template",
                cause="template",
                related=(Related("the host of the definition", definition.at / "host"),),
            )
    for copy in definition.copies:
        other = copy.own_host.name if copy.own_host else None
        if other is not None and other.lower() != own.lower():
            yield found(
                definition,
                copy.at / "host",
                f"the copy in the solution {copy.connector.solution} names the host {other}, and the definition beside"
                f" it {own}",
                "Import the definition into the development environment again and export the solution",
                cause=f"copy {copy.connector.solution}",
                # Which of the two is meant is for people to say; that they differ is certain.
                confidence=Confidence.CERTAIN,
                related=(Related("the definition", definition.at / "host"),),
            )


def _name(definition: ConnectorDefinition) -> str:
    name = definition.connector.host.name or ""
    # The host of a definition whose calls all go elsewhere is often filled in with anything.
    return "" if _PLACEHOLDER.search(name) else name


def _not_public(host: str) -> str | None:
    name = host.lower()
    if not name.startswith("["):
        name = name.partition(":")[0]
    if not name:
        return None
    if name == "localhost" or name.startswith("127.") or name.endswith(".localhost") or name == "[::1]":
        return "the machine itself, which the platform cannot reach"
    if _IP.match(name):
        return "an IP address, which no certificate and no policy names"
    if _TUNNEL.search(name):
        return "a tunnel to somebody's machine"
    if "." not in name or _PRIVATE.search(name):
        return "a name of a private network, which the platform cannot reach without a gateway"
    return None


def _holds(template: PolicyTemplate, at: Anchor) -> bool:
    return template.at.source == at.source and at.path[: len(template.at.path)] == template.at.path


def _by_template(template: PolicyTemplate | None) -> str:
    if template is None:
        return "a policy template"
    name = f"the policy template '{template.title}'" if template.title else "a policy template"
    if template.uses:
        word = "parameter" if len(template.uses) == 1 else "parameters"
        return f"{name} from the connection {word} {some(template.uses)}"
    return f"{name} for some of its operations" if template.operations else name
