"""Legacy packages: the flows and apps they hold."""

from __future__ import annotations

from functools import partial

from pllint.read.cloud_flow import named
from pllint.read.document import open_json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pllint.read.legacy_package import PackageApp, PackageFlow, PackageParts
    from pllint.read.workspace.gathered import Gathered
    from pllint.text.tree import Tree


def read_packages(packages: Iterable[tuple[Tree, PackageParts]], gathered: Gathered) -> None:
    """Read what packages hold."""
    for tree, parts in packages:
        gathered.guarded(tree.label, partial(_read_package, tree, parts, gathered))


def _read_package(tree: Tree, parts: PackageParts, gathered: Gathered) -> None:
    """Read the flows first: the apps call them by the ids that the manifest gives them."""
    for missing in parts.missing:
        reason = f"the package names the flow '{missing}', but does not hold its definition"
        gathered.notes.skip(f"{tree.label}manifest.json", reason)
    flow_ids: dict[str, str] = {}
    for flow in parts.flows:
        flow_id = _read_flow(tree, flow, gathered)
        if flow_id is not None:
            flow_ids[flow.resource] = flow_id
    for app in parts.apps:
        _read_app(tree, app, parts.apis, flow_ids, gathered)


def _read_flow(tree: Tree, flow: PackageFlow, gathered: Gathered) -> str | None:
    """Read a flow and give its id; None when it cannot be read, which is then noted."""
    gathered.progress(tree.label + flow.file)
    node = open_json(tree, flow.file, gathered.notes, "cloud-flow")
    if node is None:
        return None
    name, flow_id = named(node, flow.resource)
    name = flow.name if name == flow.resource and flow.name else name
    gathered.add_cloud_flow(node, name=name, id=flow_id)
    return flow_id


def _read_app(
    tree: Tree, app: PackageApp, apis: Mapping[str, str], flow_ids: Mapping[str, str], gathered: Gathered
) -> None:
    from pllint.read.canvas_app import package_app

    node = open_json(tree, app.file, gathered.notes) if app.file else None
    if node is not None:
        gathered.components.append(
            package_app(
                node["appDefinitionTemplate"]["properties"],
                name=app.name or app.id,
                id=app.id,
                apis=apis,
                flows=flow_ids,
                references=gathered.declared.references,
            )
        )
    elif app.document is not None:
        from pllint.read.workspace.apps import read_document

        read_document(tree, app.document, None, gathered.declared, gathered)
