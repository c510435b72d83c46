"""Legacy export packages: a manifest of resources, with the flows and apps among them as files of their own.

A package of today is a solution; these were what the portals exported before, and still are for a single flow.
"""

from collections.abc import Iterator, Mapping

from pllint.read.document import Notes, open_json
from pllint.read.naming import bare_guid
from pllint.read.recognise import PACKAGE_FOLDERS, DocumentEntry, DocumentForm
from pllint.record import NamedTuple
from pllint.text.node import Node
from pllint.text.tree import Tree

_FLOWS = "microsoft.flow/flows"
_APPS = "microsoft.powerapps/apps"
_API_TYPE = "microsoft.powerapps/apis"


class PackageFlow(NamedTuple):
    """A flow of a package."""

    resource: str
    """The resource's id in the manifest, by which an app of the package calls it."""
    file: str
    name: str | None
    """What the manifest calls it."""


class PackageApp(NamedTuple):
    """An app of a package."""

    id: str
    file: str | None
    """Its definition."""
    document: DocumentEntry | None
    name: str | None


class PackageParts(NamedTuple):
    """A package and what it holds."""

    flows: tuple[PackageFlow, ...]
    apps: tuple[PackageApp, ...]
    apis: Mapping[str, str]
    """The connector ids behind the manifest's resources, by the resource's id in lower case."""
    claimed: frozenset[str]
    """Names of the tree's files that belong to the package."""
    missing: tuple[str, ...] = ()
    """Flows the manifest names and the package does not hold."""


def read_package(tree: Tree, notes: Notes) -> PackageParts | None:
    """Read the package at the root of a tree; None when its manifest is not one's, such as a browser extension's."""
    found = tree.find("manifest.json")
    manifest = open_json(tree, found, notes) if found else None
    if found is None or manifest is None or not manifest["resources"].is_mapping:
        return None
    names = [entry.name for entry in tree.entries()]
    resources = {key.lower(): node for key, node in manifest["resources"].items()}
    flows = tuple(_flows(names, resources))
    held = {flow.resource for flow in flows}
    return PackageParts(
        flows=flows,
        apps=tuple(_apps(names, resources)),
        apis={
            key: node["id"].text or node["name"].text or "" for key, node in resources.items() if _is(node, _API_TYPE)
        },
        claimed=frozenset((found, *(name for name in names if name.lower().startswith(PACKAGE_FOLDERS)))),
        missing=tuple(
            _shown_name(node) or key for key, node in resources.items() if _is(node, _FLOWS) and key not in held
        ),
    )


def _flows(names: list[str], resources: Mapping[str, Node]) -> Iterator[PackageFlow]:
    for name in names:
        parts = name.lower().split("/")
        if len(parts) == 4 and "/".join(parts[:2]) == _FLOWS and parts[3] == "definition.json":  # noqa: PLR2004
            resource = bare_guid(parts[2])
            yield PackageFlow(resource=resource, file=name, name=_shown_name(resources.get(resource)))


def _apps(names: list[str], resources: Mapping[str, Node]) -> Iterator[PackageApp]:
    listed = [node for node in resources.values() if _is(node, _APPS)]
    # The folders are numbered, and only a single app is told by the manifest alone.
    name = _shown_name(listed[0]) if len(listed) == 1 else None
    folders: dict[str, list[str]] = {}
    for file in names:
        parts = file.split("/")
        if len(parts) == 4 and "/".join(parts[:2]).lower() == _APPS:  # noqa: PLR2004
            folders.setdefault(parts[2], []).append(file)
    for number, files in folders.items():
        definition = next((file for file in files if file.lower().endswith(f"/{number.lower()}.json")), None)
        packed = next((file for file in files if file.lower().endswith(".msapp")), None)
        document = None
        if packed:
            document = DocumentEntry(
                name=name or number, id=number, place=packed, form=DocumentForm.PACKAGE, packed=True
            )
        if definition or document:
            yield PackageApp(id=number, file=definition, document=document, name=name)


def _is(node: Node, resource_type: str) -> bool:
    return (node["type"].text or "").lower() == resource_type


def _shown_name(node: Node | None) -> str | None:
    return node["details"]["displayName"].text or None if node else None
