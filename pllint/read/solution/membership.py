"""Which files of a tree belong to the solution at its root, and to which of several that share it."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# What a solution is made of; beside it, at the root of a repository, lie other things.
_FOLDERS = frozenset(
    (
        "other", "workflows", "canvasapps", "connector", "connectors", "environmentvariabledefinitions", "bots",
        "botcomponents", "botcomponentcollections", "assets", "desktopflowbinaries", "entities", "optionsets", "roles",
        "appmodules", "appmodulesitemaps", "webresources", "pluginassemblies", "pluginpackages",
        "sdkmessageprocessingsteps", "dashboards", "controls", "customcontrols", "customapis", "formulas", "appactions",
        "maskingrules", "dvtablesearchs", "dvtablesearchentities", "fxexpressions", "powerbidatasets", "powerbireports",
        "aiplugins", "aipluginoperations", "aimodels", "cards", "reports", "templates", "fieldsecurityprofiles",
        "relationships",
    )
)  # fmt: skip
_YAML_FOLDERS = frozenset(
    (
        "solutions", "publishers", "connectionreferences", "modernflows", "workflows", "canvasapps", "connectors",
        "environmentvariabledefinitions", "bots", "botcomponents", "botcomponent_connectionreferenceset",
        "botcomponent_workflowset", "entities", "entityrelationships", "optionsets", "roles", "appmodules",
        "appmodulesitemaps", "webresources", "pluginassemblies", "sdkmessageprocessingsteps", "desktopflowbinaries",
    )
)  # fmt: skip
"""A solution in YAML lies at the root of a repository, so folders that anything could be named after are left out."""
_ROOT_FILES = frozenset({"solution.xml", "customizations.xml", "[content_types].xml"})


def claimed(names: Iterable[str], form: str) -> frozenset[str]:
    """Give the files of a tree that belong to the solution at its root; other things may lie beside it."""
    if form == "zip":
        return frozenset(names)
    folders = _YAML_FOLDERS if form == "yaml" else _FOLDERS
    files = _ROOT_FILES if form != "yaml" else ()
    return frozenset(
        name for name in names if name.lower() in files or ("/" in name and name.partition("/")[0].lower() in folders)
    )


def is_listed(name: str, paths: Sequence[str]) -> bool:
    """Tell whether a file is, or belongs to, one of the paths that a solution in YAML lists, lower case."""
    lowered = name.lower()
    return any(lowered.startswith(path) and lowered[len(path) : len(path) + 1] in {"", "/", ".", "_"} for path in paths)
