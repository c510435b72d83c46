"""Under which ids data policies know the parts of flows, apps and agents that are no connector of their own."""

from collections.abc import Sequence

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
OF_CONNECTOR = frozenset(
    f"{family}connection{way}" for family in ("openapi", "api") for way in ("", "webhook", "notification")
)
"""Types of triggers and actions that count as the connector they use, in lower case."""
BUILT_IN = {"http": HTTP, "httpwebhook": HTTP_WEBHOOK}
"""Triggers and actions without a connector that policies know, by type in lower case."""
REQUESTS = {"": HTTP_REQUEST, "http": HTTP_REQUEST, "teamswebhook": TEAMS_WEBHOOK}
"""Request triggers without a connector that policies know, by kind in lower case."""
NATIVE_DATAVERSE = ConnectorKey("shared_commondataservice")
"""What an app's native Dataverse connection counts as."""
CONTENT_CONVERSION = ConnectorKey("shared_conversionservice")
"""Works with both groups and cannot be classified."""
APP_TO_FLOW = ConnectorKey("shared_logicflows")
"""An app's link to a flow: no connector."""
SKILLS = ConnectorKey("PvaSkills")
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
