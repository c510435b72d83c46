"""What is known of single connectors beyond their rows: families, consumer services, generic HTTP operations.

Read on 2026-11-21. Families: Microsoft Learn, "Connector classification" and "Impact of DLP policies on apps and
flows". Consumer services: the first page's rule that Business is for services that host business data, applied to
services that people hold private accounts with or that publish. Generic HTTP operations: the pages of the connectors.
"""

from collections.abc import Mapping

from pllint.model.connector_id import ConnectorKey
from pllint.model.policy_ids import ENTRA_HTTP, HTTP_FAMILY, NATIVE_DATAVERSE
from pllint.model.policy_review import Family

AS_OF = "2026-11-21"


FAMILIES = (
    Family(
        name="the HTTP connector",
        members=HTTP_FAMILY,
        why="what is closed through one of them is open through another",
    ),
    Family(
        name="Microsoft Dataverse",
        members=(NATIVE_DATAVERSE, ConnectorKey("shared_commondataserviceforapps")),
        why="apps use the one and flows the other, so the same data ends up in two data groups",
    ),
    Family(
        name="HTTP with Microsoft Entra ID",
        members=ENTRA_HTTP,
        why="what is closed through one of them is open through the other",
    ),
    Family(
        name="Power Apps Notification",
        members=(ConnectorKey("shared_powerappsnotification"), ConnectorKey("shared_powerappsnotificationv2")),
        why="the same messages go through two data groups",
    ),
)

_PUBLISHES = "publishes to a social network"
_STORES = "stores files in personal storage"
_MAILS = "sends from private mailboxes"
_PRIVATE = "belongs to private accounts"

CONSUMER: Mapping[str, str] = {
    "shared_twitter": _PUBLISHES,
    "shared_facebook": _PUBLISHES,
    "shared_instagram": _PUBLISHES,
    "shared_linkedin": _PUBLISHES,
    "shared_linkedinv2": _PUBLISHES,
    "shared_pinterest": _PUBLISHES,
    "shared_youtube": _PUBLISHES,
    "shared_vimeo": _PUBLISHES,
    "shared_blogger": _PUBLISHES,
    "shared_medium": _PUBLISHES,
    "shared_buffer": _PUBLISHES,
    "shared_disqus": _PUBLISHES,
    "shared_dropbox": _STORES,
    "shared_box": _STORES,
    "shared_googledrive": _STORES,
    "shared_onedrive": _STORES,
    "shared_excelonline": _STORES,
    "shared_gmail": _MAILS,
    "shared_outlook": _MAILS,
    "shared_trello": _PRIVATE,
    "shared_todoconsumer": _PRIVATE,
    "shared_discordip": _PRIVATE,
    "shared_whatsappip": _PRIVATE,
    "shared_telegrambotip": _PRIVATE,
}
"""Why a connector does not belong among business data, by key; what is a matter of taste (Slack) is left out."""


GENERIC_HTTP: Mapping[ConnectorKey, str] = {
    ConnectorKey("shared_sharepointonline"): "Send an HTTP request to SharePoint",
    ConnectorKey("shared_office365"): "Send an HTTP request",
    ConnectorKey("shared_office365users"): "Send an HTTP request",
    ConnectorKey("shared_office365groups"): "Send an HTTP request V2",
    ConnectorKey("shared_office365groupsmail"): "Send an HTTP request",
    ConnectorKey("shared_teams"): "Send a Microsoft Graph HTTP request",
}
"""The operation by which a flow calls an address of its own choice, of connectors that cannot be blocked."""
