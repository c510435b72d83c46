"""Under which ids data policies know the parts of flows, apps and agents that are no connector of their own."""

from collections.abc import Iterator, Sequence

from pllint.model.connector_id import ConnectorKey
from pllint.record import NamedTuple

HTTP = ConnectorKey("Http")
HTTP_WEBHOOK = ConnectorKey("HttpWebhook")
HTTP_REQUEST = ConnectorKey("HttpRequestReceived")
HTTP_FAMILY = (HTTP, HTTP_WEBHOOK, HTTP_REQUEST)
"""The three entries that people call "the HTTP connector"; a policy classifies each of them alone."""
ENTRA_HTTP = (ConnectorKey("shared_webcontents"), ConnectorKey("shared_webcontentsv2"))
"""HTTP with Microsoft Entra ID, which signs in as the user: connectors of their own."""
TEAMS_WEBHOOK = ConnectorKey("TeamsWebhookRequestReceived")
NATIVE_DATAVERSE = ConnectorKey("shared_commondataservice")
"""What an app's native Dataverse connection counts as."""
CONTENT_CONVERSION = ConnectorKey("shared_conversionservice")
"""Works with both groups and cannot be classified."""
APP_TO_FLOW = ConnectorKey("shared_logicflows")
"""An app's link to a flow: no connector."""
COPILOT_STUDIO = ConnectorKey("shared_microsoftcopilotstudio")

VIRTUAL = frozenset(
    {
        "http", "httpwebhook", "httprequestreceived", "teamswebhookrequestreceived", "pvaauth", "pvaskills",
        "pvacustomdemomobile", "pvamicrosoftteams", "pvafacebook", "pvaomnichannel", "cswhatsappchannel",
        "cssharepointchannel", "csknowledgesharepoint", "csknowledgepublicsites", "csknowledgedocs", "csappinsights",
        "shared_dynamics365marketing", "shared_d365marketingforapps",
    }
)  # fmt: skip
"""Entries of policies behind which no connector stands, lower case."""

CHANNELS = {
    "teams": ConnectorKey("PvaMicrosoftTeams"),
    "direct_line": ConnectorKey("PvaCustomDemoMobile"),
    "demo_site": ConnectorKey("PvaCustomDemoMobile"),
    "facebook": ConnectorKey("PvaFacebook"),
    "omnichannel": ConnectorKey("PvaOmniChannel"),
    "whatsapp": ConnectorKey("CSWhatsappChannel"),
    "sharepoint": ConnectorKey("CSSharepointChannel"),
}
KNOWLEDGE = {
    "sharepoint": ConnectorKey("CSKnowledgeSharePoint"),
    "public_website": ConnectorKey("CSKnowledgePublicSites"),
    "documents": ConnectorKey("CSKnowledgeDocs"),
}

UNAUTHENTICATED = ConnectorKey("PvaAuth")
"""Agents without authentication."""
PUBLIC_SURFACE = (
    CHANNELS["direct_line"], CHANNELS["facebook"], CHANNELS["whatsapp"], KNOWLEDGE["public_website"],
)  # fmt: skip
"""Channels by which people outside the organisation reach an agent, and the knowledge source of public websites."""
POWERFUL_MODULES = tuple(ConnectorKey(f"DesktopFlow.{name}") for name in ("Cmd", "Scripting", "System", "Web"))
"""Desktop flow modules that run programs and scripts, or call any address."""

KNOWN_KINDS = {
    "", "http", "teamswebhook", "apiconnection", "button", "powerapp", "powerappv2", "skills", "virtualagent",
}  # fmt: skip
"""The kinds of request triggers of which somebody says what they count as, lower case."""

_CONNECTOR_STEPS = {
    "openapiconnection",
    "openapiconnectionwebhook",
    "openapiconnectionnotification",
    "apiconnection",
    "apiconnectionwebhook",
    "apiconnectionnotification",
}


def of_step(type_: str, kind: str | None, connector: ConnectorKey | None) -> ConnectorKey | None:
    """Give the id under which a policy knows a trigger or action; None for one that carries no connector."""
    step, kind = type_.lower(), (kind or "").lower()
    if step in _CONNECTOR_STEPS:
        return connector
    if step in {"http", "httpwebhook"}:
        return HTTP if step == "http" else HTTP_WEBHOOK
    if step != "request":
        return None
    if kind in {"", "http"}:
        return HTTP_REQUEST
    if kind == "teamswebhook":
        return TEAMS_WEBHOOK
    return connector if kind == "apiconnection" else None


class AgentParts(NamedTuple):
    """What an agent is made of, in the words policies care for; None where its files do not say."""

    authentication: str | None = None
    """none, microsoft or manual."""
    channels: Sequence[str] = ()
    knowledge: Sequence[str] = ()
    http_nodes: bool = False
    skills: bool = False
    """It calls a skill, or an agent flow as a tool."""
    app_insights: bool = False
    event_triggers: bool = False
    connected: Sequence[str] = ()
    """Schema names of other agents it hands over to; no document says what a policy makes of that."""


def of_agent(parts: AgentParts) -> Iterator[ConnectorKey]:
    """Give the ids under which a policy knows an agent's parts; the connectors of its tools come on top."""
    if parts.authentication == "none":
        yield UNAUTHENTICATED
    for channel in parts.channels:
        if channel in CHANNELS:
            yield CHANNELS[channel]
    for source in parts.knowledge:
        if source in KNOWLEDGE:
            yield KNOWLEDGE[source]
    if parts.http_nodes:
        yield HTTP
    if parts.skills:
        yield ConnectorKey("PvaSkills")
    if parts.app_insights:
        yield ConnectorKey("CSAppInsights")
    if parts.event_triggers:
        yield COPILOT_STUDIO
