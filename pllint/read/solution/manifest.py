"""The manifest of a solution: who it is, what it is made of and what it needs, held against its schema."""

from __future__ import annotations

from pllint.model.solution import MissingDependency, RootComponent, Solution
from pllint.read.naming import bare_guid
from pllint.schema import violations
from pllint.source import Anchor, KeyPath

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from pllint.read.solution.files import SolutionFiles
    from pllint.source import Source
    from pllint.text.xml_text import Element

_MANAGED = {"0": False, "1": True}

_Places = dict[KeyPath, Anchor]
"""Where each part of the manifest's document stands in the files."""


def read_manifest(files: SolutionFiles) -> Solution:
    """Read the manifest; without a readable one the solution goes by its folder's name."""
    name = f"{files.home}/solution.yml" if files.form == "yaml" else f"{files.folder}Solution.xml"
    opened = files.open(name)
    if opened is None:
        source = files.tree.source(files.tree.find(name) or name)
        label = files.tree.label.rstrip("/!").rpartition("/")[2]
        return Solution(unique_name=label.removesuffix(".zip"), at=Anchor(source), form=files.form)
    return _solution(files, *opened)


def _solution(files: SolutionFiles, root: Element, source: Source) -> Solution:
    manifest = root.child("SolutionManifest") or root
    publisher = _publisher(files, manifest, source)
    root_elements = _list_of(files, manifest, source, "RootComponents", "RootComponent")
    need_elements = _list_of(files, manifest, source, "MissingDependencies", "MissingDependency")
    _check_manifest(files, (manifest, source), publisher, root_elements, need_elements)
    return Solution(
        unique_name=manifest.value("UniqueName") or "",
        at=Anchor(source, (manifest.ordinal,)),
        display_name=localized_name(manifest),
        version=manifest.value("Version") or None,
        managed=_MANAGED.get(manifest.value("Managed") or ""),
        publisher=publisher[0].value("UniqueName") or None if publisher else None,
        prefix=publisher[0].value("CustomizationPrefix") or None if publisher else None,
        root_components=tuple(
            RootComponent(
                type=element.get("type") or "",
                at=Anchor(home, (element.ordinal,)),
                id=bare_guid(element.get("id") or "") or None,
                schema_name=element.get("schemaName") or None,
            )
            for element, home in root_elements
        ),
        missing_dependencies=tuple(_missing_dependency(element, home) for element, home in need_elements),
        form=files.form,
    )


def _publisher(files: SolutionFiles, manifest: Element, source: Source) -> tuple[Element, Source] | None:
    inside = manifest.child("Publisher")
    if inside is None or files.form != "yaml":
        return (inside, source) if inside else None
    # The manifest names the publisher; all else stands in the publisher's own file.
    wanted = (inside.value("UniqueName") or inside.text.strip()).lower()
    for name in files.names:
        if name.lower() == f"publishers/{wanted}/publisher.yml":
            return files.open_part(name) or (inside, source)
    return inside, source


def _list_of(
    files: SolutionFiles, manifest: Element, source: Source, container: str, tag: str
) -> list[tuple[Element, Source]]:
    inside = manifest.child(container)
    home = (inside, source) if inside else None
    if inside is None and files.form == "yaml":
        home = files.open(f"{files.home}/{container}.yml")
    return [(element, home[1]) for element in home[0].children_of(tag)] if home else []


def _check_manifest(
    files: SolutionFiles,
    manifest: tuple[Element, Source],
    publisher: tuple[Element, Source] | None,
    roots: list[tuple[Element, Source]],
    needs: list[tuple[Element, Source]],
) -> None:
    document, places = _manifest_document(manifest, publisher, roots, needs)
    for violation in violations("solution", document):
        path = violation.path
        while path not in places:
            path = path[:-1]
        at = places[path]
        files.notes.find("SRC002", at, violation.message, "Correct the value, or export the solution again")


def _manifest_document(
    manifest: tuple[Element, Source],
    publisher: tuple[Element, Source] | None,
    roots: list[tuple[Element, Source]],
    needs: list[tuple[Element, Source]],
) -> tuple[dict[str, object], _Places]:
    """Give the manifest as its schema knows it."""
    places: _Places = {}
    keys = {"unique-name": "UniqueName", "version": "Version", "managed": "Managed"}
    document = _values((), *manifest, keys, places)
    if publisher:
        keys = {"unique-name": "UniqueName", "prefix": "CustomizationPrefix"}
        values = _values(("publisher",), *publisher, keys, places)
        document["publisher"] = {key: value for key, value in values.items() if value or key != "prefix"}
    names = {"type": "type", "id": "id", "schema-name": "schemaName"}
    document["root-components"] = [
        _attributes(("root-components", index), *root, names, places) for index, root in enumerate(roots)
    ]
    names["display-name"] = "displayName"
    dependencies: list[object] = []
    for index, (element, source) in enumerate(needs):
        path = ("missing-dependencies", index)
        places[path] = Anchor(source, (element.ordinal,))
        sides = {key: side for key in ("required", "dependent") if (side := element.child(key))}
        dependencies.append(
            {key: _attributes((*path, key), side, source, names, places) for key, side in sides.items()}
        )
    document["missing-dependencies"] = dependencies
    return document, places


def _values(
    path: KeyPath, element: Element, source: Source, tags: Mapping[str, str], places: _Places
) -> dict[str, object]:
    places[path] = Anchor(source, (element.ordinal,))
    values: dict[str, object] = {}
    for key, tag in tags.items():
        child = element.child(tag)
        value = element.value(tag)
        if child is not None and value is not None:
            values[key] = value
            places[*path, key] = Anchor(source, (child.ordinal,))
    return values


def _attributes(
    path: KeyPath, element: Element, source: Source, names: Mapping[str, str], places: _Places
) -> dict[str, object]:
    places[path] = Anchor(source, (element.ordinal,))
    values: dict[str, object] = {}
    for key, attribute in names.items():
        value = element.get(attribute)
        if value is not None:
            values[key] = value
            places[*path, key] = Anchor(source, (element.ordinal, f"@{attribute}"))
    return values


def localized_name(element: Element) -> str | None:
    """Give the first of the names that an element is shown with."""
    names = element.child("LocalizedNames")
    first = names.child("LocalizedName") if names else None
    return (first.get("description") if first else None) or None


def _missing_dependency(element: Element, source: Source) -> MissingDependency:
    required = element.child("Required")
    dependent = element.child("Dependent")
    return MissingDependency(
        required_type=(required.get("type") if required else None) or "",
        required=_dependency_name(required),
        dependent=_dependency_name(dependent),
        at=Anchor(source, (element.ordinal,)),
        required_solution=(required.get("solution") if required else None) or None,
    )


def _dependency_name(element: Element | None) -> str:
    if element is None:
        return ""
    for attribute in ("schemaName", "id.connectionreferencelogicalname", "id.schemaname", "displayName", "id"):
        value = element.get(attribute)
        if value:
            return value
    return next((value for name, value in element.attributes.items() if name.lower().startswith("id.")), "")
