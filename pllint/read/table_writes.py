"""Steps of flows that write to tables of Dataverse, by the connector of today and the two before it."""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from pllint.read.flow_connector import Raw

WRITERS = frozenset({"shared_commondataserviceforapps", "shared_commondataservice", "shared_dynamicscrmonline"})
"""Connectors that write to Dataverse: today's, the legacy one, and that of Dynamics 365."""

_ELSEWHERE = "withorganization"
"""The end of an operation that names the environment as well."""
_OPERATIONS: Mapping[str, str] = {
    "createrecord": "create",
    "updaterecord": "update",
    "updateonlyrecord": "update",
    "updateentityfileimagefieldcontent": "update",
    "deleterecord": "delete",
    "postitem": "create",
    "postitem_v2": "create",
    "patchitem": "update",
    "patchitem_v2": "update",
    "deleteitem": "delete",
}
_METHODS: Mapping[str, str] = {"post": "create", "patch": "update", "put": "update", "delete": "delete"}
_PATH = re.compile(r"/tables/(.*?)/items(?:/|$)")
_ENCODED = re.compile(r"(?i)@\{\s*(?:encodeURIComponent\(\s*)+('(?:[^']|'')*')[\s)]*\}")


def action_of(operation: str | None, request: str | None) -> str | None:
    """Say what a step does to rows: create, update or delete; None: it only reads, or nobody can tell."""
    if operation:
        return _OPERATIONS.get(operation.lower().removesuffix(_ELSEWHERE))
    method, _, path = (request or "").partition(" ")
    return _METHODS.get(method) if _PATH.search(path) else None


def table_of(parameters: Raw, request: str | None) -> object:
    """Give what a step writes where the name of the table belongs, an expression or a text; None without one."""
    stated = parameters.get("entityName", parameters.get("table"))
    if stated is not None:
        return stated
    found = _PATH.search((request or "").partition(" ")[2])
    if found is None:
        return None
    encoded = _ENCODED.fullmatch(found[1])
    return encoded[1][1:-1].replace("''", "'") if encoded else found[1]
