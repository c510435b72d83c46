"""Which form a file is: by content first, its name only a hint.

Parsing every JSON file of a repository to see what it is would cost more than linting it, so a file's bytes are first
searched for words that every file of some form must hold.
"""

import re
from collections.abc import Iterable
from enum import StrEnum

from pllint.text.problem import MalformedError
from pllint.text.tree import Tree


class ArchiveForm(StrEnum):
    """What a zip file is."""

    SOLUTION = "solution"
    LEGACY_PACKAGE = "legacy package"
    CANVAS_APP = "canvas app"
    CONFIGURATION_DATA = "configuration data"
    OTHER = "other"


class SolutionForm(StrEnum):
    """How the files of a solution are laid out."""

    ZIP = "zip"
    EXPLODED = "exploded"
    UNPACKED = "unpacked"
    YAML = "yaml"


_MARKS = (
    (b'"triggers"', b'"actions"'),
    (b'"swagger"',),
    (b'"connectionparameters"',),
    (b'"iconbrandcolor"',),
    (b'"policytemplateinstances"',),
    (b'"capabilities"',),
    (b'"connectorgroups"',),
    (b'"policydefinition"',),
    (b'"defaultconnectorsclassification"',),
    (b'"connectoractionconfigurations"',),
    (b'"endpointconfigurations"',),
    (b'"customconnectorruleclassification"',),
    (b'"policyname"',),
    (b'"apigroups"',),
    (b'"powerplatform_data_loss_prevention_policy"',),
    (b'"rulesets"',),
    (b'"environmentsku"',),
    (b'"environmenttype"',),
    (b'"environmentid"',),
    (b'"connectionreferences"', b'"environmentvariables"'),
    (b'"schemaversion"',),
    (b'"packageschemaversion"',),
    (b'"buildentrypoint"',),
    (b'"microsoft.powerplatform/environments"',),
    (b'"protectionlevel"',),
    (b'"usersettings"',),
    (b'"prepaidunits"',),
    (b'"currencytype"',),
    (b'"currencyallocations"',),
    (b'"tenantcapacities"',),
    (b'"billinginstrument"',),
    (b'"billingpolicyid"',),
    (b'"environmentname"', b'"displayname"'),
    (b'"principaltype"', b'"roletype"'),
    (b'"microsoft.powerapps/',),
    (b'"microsoft.processsimple/',),
    (b'"microsoft.powerautomate/',),
    (b'"microsoft.copilotstudio/',),
    (b'"microsoft.powerplatformconnector/',),
    (b'"unblockable"',),
    (b'"admin_displayname"',),
    (b'"activateflowconfiguration"',),
)
_OURS_BY_NAME = re.compile(
    r"(?:^|/)(?:api(?:definition|properties)[^/]*\.json|[^/]*\.swagger\.json|[^/]*_openapidefinition\.json"
    r"|[^/]*deploymentsettings[^/]*\.json|[^/]*dlp-?policy[^/]*\.json|workflows/[^/]+-[0-9a-f-]{36}\.json)$",
    re.IGNORECASE,
)
_MANIFEST_KEYS = re.compile(
    rb"^(?:tenant|environments|populations|apps|flows|connectors|licences|agents|websites|capacity|approvals"
    rb"|retirements|waivers)[ \t]*:",
    re.MULTILINE,
)


def archive_form(tree: Tree) -> ArchiveForm:
    """Tell what a zip is from the names of its members."""
    names = {entry.name.lower() for entry in tree.entries()}
    if {"solution.xml", "customizations.xml"} <= names:
        return ArchiveForm.SOLUTION
    if "manifest.json" in names and any(name.startswith(("microsoft.flow/", "microsoft.powerapps/")) for name in names):
        return ArchiveForm.LEGACY_PACKAGE
    if {"header.json", "properties.json"} <= names:
        return ArchiveForm.CANVAS_APP
    if {"data.xml", "data_schema.xml"} <= names:
        return ArchiveForm.CONFIGURATION_DATA
    return ArchiveForm.OTHER


def solution_roots(names: Iterable[str]) -> list[tuple[str, SolutionForm]]:
    """Give the folders that look like solutions by their file names, outermost first, with their layout.

    An unpacked solution also has a table called Solution, so the caller tests the root element of the manifest.
    """
    lowered = {name.lower(): name for name in names}
    roots: list[tuple[str, SolutionForm]] = []
    for name, original in lowered.items():
        folder, _, base = name.rpartition("/")
        if base == "solution.xml":
            parent, _, last = original.rpartition("/")[0].rpartition("/")
            if last.lower() == "other":
                roots.append((parent, SolutionForm.UNPACKED))
            elif (f"{folder}/customizations.xml" if folder else "customizations.xml") in lowered:
                roots.append((original.rpartition("/")[0], SolutionForm.EXPLODED))
        elif base == "solution.yml" and folder.rpartition("/")[0].rpartition("/")[2] == "solutions":
            roots.append((original.rpartition("/")[0].rpartition("/")[0].rpartition("/")[0], SolutionForm.YAML))
    return sorted(set(roots))


def is_solution_manifest(root: Tree, form: SolutionForm) -> bool:
    """Tell whether a folder that looks like a solution has the manifest of one, and no table called Solution."""
    name = root.find("Other/Solution.xml" if form is SolutionForm.UNPACKED else "solution.xml")
    try:
        return name is not None and b"ImportExportXml" in root.read(name).replace(b"\0", b"")
    except (MalformedError, OSError):
        return True  # reading it as a manifest tells what is wrong


def may_be_ours(name: str, content: bytes) -> bool:
    """Tell whether a JSON file is worth parsing, from the words in its bytes."""
    if _OURS_BY_NAME.search(name):
        return True
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        content = content.replace(b"\0", b"")
    lowered = content.lower()
    return any(all(mark in lowered for mark in marks) for marks in _MARKS)


def is_ours_by_name(name: str) -> bool:
    """Tell whether a file's name alone says that it should be one of ours, so that a broken one is an error."""
    return _OURS_BY_NAME.search(name) is not None


def may_be_governance(content: bytes) -> bool:
    """Tell whether a YAML file is worth parsing as part of a governance manifest."""
    return _MANIFEST_KEYS.search(content) is not None
