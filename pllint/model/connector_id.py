"""Connector ids: the many spellings of one connector, reduced to a key.

Microsoft's exports write them under `Microsoft.PowerApps/apis` and `Microsoft.ProcessSimple/operationGroups`.
Custom connectors carry one or two hashes that differ from environment to environment, so they are compared by name.
"""

import re
from functools import lru_cache

from pllint.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NewType

    ConnectorKey = NewType("ConnectorKey", str)
else:
    ConnectorKey = str
"""What reports and catalogue call a connector: `shared_sql`, `Http`, `DesktopFlow.Excel`, `ctx_parcel-20tracking`."""

_API = (
    r"(?i)^/?providers/microsoft\.powerapps/(?:scopes/admin/environments/([^/]+)/|environments/([^/]+)/)?"
    r"apis/([^/]+)(?:/.*)?$"
)
_OPERATION_GROUP = r"(?i)^/?providers/microsoft\.processsimple/operationgroups/([^/]+)$"
_BARE = r"^[A-Za-z][\w.-]*$"
_HASHES = r"(?i)(?:[-.](?:5f)?[-.]?[0-9a-f]{16}){1,2}$"
_SHORTEST_CUSTOM = len("shared_") + 17
"""With one hash, the sign before it, and no name."""
_ESCAPE = r"(?i)-([0-9a-f]{2})"

# The platform spells these with capitals, and so do policies; ids compare without regard to case.
_VIRTUAL = {
    name.lower(): name
    for name in (
        "Http", "HttpWebhook", "HttpRequestReceived", "TeamsWebhookRequestReceived", "PvaAuth", "PvaSkills",
        "PvaCustomDemoMobile", "PvaMicrosoftTeams", "PvaFacebook", "PvaOmniChannel", "CSWhatsappChannel",
        "CSSharepointChannel", "CSKnowledgeSharePoint", "CSKnowledgePublicSites", "CSKnowledgeDocs", "CSAppInsights",
    )
}  # fmt: skip

_MODULES = {
    name.lower(): name
    for name in (
        "ActiveDirectory", "AWS", "Azure", "Clipboard", "Cmd", "Compression", "Cryptography", "CustomModule",
        "CyberArk", "Database", "Display", "Email", "Excel", "Exchange", "File", "Folder", "FTP", "GoogleCognitive",
        "IBMCognitive", "Logging", "MicrosoftCognitive", "MouseAndKeyboard", "OCR", "Outlook", "Pdf",
        "PowerAutomateSecretVariables", "Runflow", "SAP",
        "Scripting", "Services", "System", "TerminalEmulation", "UIAutomation", "Web", "WebAutomation", "Word",
        "WorkQueues", "Workstation", "XML",
    )
}  # fmt: skip


class ConnectorId(NamedTuple):
    """A connector id as some file spells it, taken apart."""

    key: ConnectorKey
    """The name compared and shown: lower case but for virtual ids and desktop flow modules."""
    custom: bool
    """The id has the form of a custom connector's; a custom connector may also be told by other facts."""
    environment: str | None
    """The environment an admin-scope path names."""
    spelling: str


@lru_cache(maxsize=4096)  # thousands of steps and policy lines name a few hundred connectors
def parse_connector_id(spelling: str) -> ConnectorId | None:
    """Reduce any spelling of a connector id to its parts; None when it is no connector id at all."""
    text = spelling.strip()
    admin_scope = False
    if match := re.match(_API, text):
        segment = match[3]
        environment = match[1] or match[2]
        # The admin cmdlets write an environment's own connectors, and only those, this way.
        admin_scope = bool(match[1])
    elif "/" in text and (match := re.match(_OPERATION_GROUP, text)):
        segment = match[1]
        environment = None
    elif re.match(_BARE, text):
        segment = text
        environment = None
    else:
        return None
    custom = is_custom(segment) or admin_scope
    key = custom_name(segment) if custom else plain_key(segment)
    return ConnectorId(key=key, custom=custom, environment=environment, spelling=spelling)


def plain_key(segment: str) -> ConnectorKey:
    """Give the key of a connector that is not custom, from the last segment of its id."""
    lowered = segment.lower()
    if lowered in _VIRTUAL:
        return ConnectorKey(_VIRTUAL[lowered])
    if lowered.startswith("desktopflow."):
        module = segment.partition(".")[2]
        return ConnectorKey("DesktopFlow." + _MODULES.get(module.lower(), module))
    return ConnectorKey(lowered)


def desktop_flow_module(name: str) -> ConnectorKey | None:
    """Give the id of a desktop flow's module; None for one that no policy governs, such as Text."""
    module = _MODULES.get(name.lower())
    return ConnectorKey(f"DesktopFlow.{module}") if module else None


def is_custom(segment: str) -> bool:
    """Tell whether the last segment of an id ends in the hashes only custom connectors have."""
    if len(segment) < _SHORTEST_CUSTOM or not segment.lower().startswith("shared_"):
        return False
    return re.search(_HASHES, segment) is not None


def custom_name(segment: str) -> ConnectorKey:
    """Give the name of a custom connector without `shared_` and hashes: `ctx_parcel-20tracking`.

    The same name whether it comes from a connector id or from the Dataverse name (`ctx_5Fparcel-20tracking`): lower
    case, underscores plain, other escapes kept as Dataverse keeps them.
    """
    name = segment.lower().removeprefix("shared_")
    name = re.sub(_HASHES, "", name)
    name = re.sub(r"[-._]5f", "_", name)
    return ConnectorKey(re.sub(r"\.([0-9a-f]{2})", r"-\1", name))


@lru_cache(maxsize=4096)
def custom_names(name: str) -> tuple[str, str]:
    """Give the two names by which custom connectors are compared: decoded, and decoded without publisher prefix."""
    decoded = re.sub(_ESCAPE, _character, custom_name(name)).strip()
    _, underscore, rest = decoded.partition("_")
    return decoded, rest if underscore else decoded


def _character(match: re.Match[str]) -> str:
    character = chr(int(match[1], 16))
    return character.lower() if character.isprintable() else match[0]
