"""Which form a file is: by content first, its name only a hint.

Parsing every JSON file of a repository to see what it is would cost more than linting it, so a file's bytes are first
searched for words that every file of some form must hold.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from enum import StrEnum

from pllint.record import NamedTuple
from pllint.text.problem import MalformedError
from pllint.text.tree import Tree

NOT_OURS = "not a form pllint reads"
PAGE_SOURCE = "a page of a canvas app, without the parts that name its connections"


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


class DocumentForm(StrEnum):
    """How the parts of a document are laid out, the fullest first."""

    PACKAGE = "package"
    """The members of an `.msapp`, in the archive or in a folder."""
    UNPACKED = "unpacked"
    """What `pac canvas unpack` writes."""
    SOURCE = "source"
    """Pages alone (`Src/*.pa.yaml`), which name no connections."""


class DocumentEntry(NamedTuple):
    """A canvas app's document in a tree."""

    name: str
    """The app's name, as the file or folder tells it."""
    id: str
    """Its logical name, else the file's; empty for a folder that is named after nothing."""
    place: str
    """The `.msapp` file, or the folder that holds the document's parts."""
    form: DocumentForm
    packed: bool
    """It is a file."""


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
    (b'"powerplatform_',),
    (b"business_connectors", b'"sensitive"'),
    (b'"resourcetype"', b'"policyid"'),
    (b'"exemptresources"',),
    (b'"isdisabled"', b'"allowedtenants"'),
    (b'"connectorsettings"',),
    (b'"disableenvironmentcreationbynonadminusers"',),
    (b'"parameters"', b'"environmentfilter"'),
    (b'"rulesets"',),
    (b'"environmentsku"',),
    (b'"environmenttype"',),
    (b'"environmentid"',),
    (b'"connectionreferences"', b'"environmentvariables"'),
    (b'"schemaversion"',),
    (b'"packageschemaversion"',),
    (b'"buildentrypoint"',),
    (b'"localappurl"',),
    (b'"clientdata"',),
    (b'"microsoft.powerplatform/environments"',),
    (b'"protectionlevel"',),
    (b'"usersettings"',),
    (b'"prepaidunits"',),
    (b'"accountskuid"', b'"activeunits"'),
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
_POLICY_WORDS = (b"connectorGroups", b"defaultConnectorsClassification", b"powerplatform_data_loss_prevention_policy")
_YAML_POLICY_WORDS = (
    b"connectorgroups:",
    b"defaultconnectorsclassification:",
    b"customconnectorruleclassification:",
    b"connectoractionconfigurations:",
    b"endpointconfigurations:",
)
_FLOW_FILE = r".-[0-9a-f-]{36}\.json$"
_AGENT_FILES = frozenset({"agent.mcs.yml", "settings.mcs.yml", "agent.mcs.yaml", "settings.mcs.yaml"})
_CLONE_FOLDERS = (".mcs/", "knowledge/files/")
_AGENT_KINDS = (
    rb"(?m)\A(?:\xef\xbb\xbf)?(?:[ \t]*(?:#[^\n]*)?\r?\n|mcs\.metadata:[^\n]*\n(?:[ \t]+[^\n]*\n)*)*kind:[ \t]*"
    rb"(?:AdaptiveDialog|TaskDialog|AgentDialog|McpTool|ConnectedAgentTool|InlineAgentSkill|GptComponentMetadata"
    rb"|KnowledgeSourceConfiguration|ClosedListEntity|SkillDefinition|ExternalTriggerConfiguration)[ \t]*\r?$"
)
_YAML_MANIFEST = rb"(?m)^\s*(?:ImportExportXml|UniqueName)\s*:"
_DSC = (
    rb"(?m)^[ \t]*(?:PPAdminDLPPolicy|PPDLPPolicyConnectorConfigurations|PPPowerAppPolicyUrlPatterns"
    rb"|PPTenantIsolationSettings)[ \t]+[\"'A-Za-z$]"
)
_MANIFEST_KEYS = (
    rb"(?m)^(?:tenant|environments|populations|apps|flows|connectors|licences|agents|websites|capacity|approvals"
    rb"|retirements|waivers)[ \t]*:"
)

PACKAGE_FOLDERS = ("microsoft.flow/", "microsoft.powerapps/")
"""Where a legacy package keeps its parts, lower case."""
_DOCUMENT_FOLDERS = frozenset(
    (
        "assets", "componentreferences", "components", "connections", "controls", "datasources", "entropy", "other",
        "pkgs", "references", "resources", "src",
    )
)  # fmt: skip
_DOCUMENT_FILES = frozenset(
    (
        "appcheckerresult.sarif", "canvasmanifest.json", "checksum.json", "componentreferences.json",
        "componentsmetadata.json", "controltemplates.json", "header.json", "logo.jpg", "properties.json",
        "tojsonsettings.json",
    )
)  # fmt: skip
_DOCUMENT_NAME = r"(?i)(?:_DocumentUri(?:_msapp_src)?|_msapp_src)?(?:\.msap[pr]|\.zip)?$"


def archive_form(tree: Tree) -> ArchiveForm:
    """Tell what a zip is from the names of its members."""
    names = {entry.name.lower() for entry in tree.entries()}
    if {"solution.xml", "customizations.xml"} <= names:
        return ArchiveForm.SOLUTION
    if "manifest.json" in names and any(name.startswith(PACKAGE_FOLDERS) for name in names):
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


def yaml_solutions(names: Iterable[str]) -> list[str]:
    """Give the folders of the manifests of all solutions in YAML that share a root."""
    return sorted(
        name.rpartition("/")[0]
        for name in names
        if name.lower().startswith("solutions/") and name.lower().endswith("/solution.yml") and name.count("/") == 2  # noqa: PLR2004
    )


def document_folders(names: Iterable[str]) -> dict[str, DocumentForm]:
    """Give the folders that hold the document of a canvas app, by their file names, with its form."""
    lowered = {name.lower(): name for name in names}
    found: dict[str, DocumentForm] = {}
    for name, original in lowered.items():
        folder, slash, base = name.rpartition("/")
        home = original.rpartition("/")[0]
        if base == "canvasmanifest.json":
            found.setdefault(home, DocumentForm.UNPACKED)
        elif base == "header.json" and f"{folder}{slash}properties.json" in lowered:
            if any(f"{folder}{slash}{part}" in lowered for part in ("resources/publishinfo.json", "src/app.pa.yaml")):
                found[home] = DocumentForm.PACKAGE
        elif base == "app.pa.yaml" and folder.rpartition("/")[2] == "src":
            found.setdefault(home.rpartition("/")[0], DocumentForm.SOURCE)
    return dict(sorted(found.items()))


def document_parts(names: Iterable[str], folder: str) -> Iterator[str]:
    """Give the files of a folder that belong to the document it holds; other things may lie beside it."""
    prefix = f"{folder}/" if folder else ""
    for name in names:
        if name.startswith(prefix):
            first, slash, _ = name[len(prefix) :].lower().partition("/")
            if first in (_DOCUMENT_FOLDERS if slash else _DOCUMENT_FILES) or first.endswith(".msapr"):
                yield name


def is_cloud_flow(value: object) -> bool:
    """Tell whether a JSON document is a cloud flow's: one with a definition of triggers and actions."""
    properties = value.get("properties") if isinstance(value, dict) else None
    definition = properties.get("definition") if isinstance(properties, dict) else None
    return (
        isinstance(definition, dict)
        and isinstance(definition.get("triggers"), dict)
        and isinstance(definition.get("actions"), dict)
    )


def is_desktop_flow(value: object) -> bool:
    """Tell whether a JSON document is a desktop flow's."""
    if not isinstance(value, dict) or not isinstance(value.get("properties"), dict):
        return False
    versions = [value.get(key) for key in ("schemaversion", "schemaVersion")]
    return any(isinstance(version, str) and version.startswith("ROBIN_") for version in versions)


def is_code_app(name: str, value: object) -> bool:
    """Tell whether a JSON document is the settings of a code app, by its name and what it holds."""
    base = name.rpartition("/")[2].lower()
    return (
        base in {"power.config.json", "power.config.json.example"}
        and isinstance(value, dict)
        and "connectionReferences" in value
        and not {"buildEntryPoint", "localAppUrl"}.isdisjoint(value)
    )


def app_name(path: str) -> str:
    """Give the name of an app from that of its document's file or folder."""
    return re.sub(_DOCUMENT_NAME, "", re.split("[/!]", path)[-1], count=1)


def package_roots(names: Collection[str]) -> list[str]:
    """Give the folders that look like unpacked legacy packages by their file names, outermost first."""
    lowered = {name.lower() for name in names}
    marked = {
        name[: max(at - 1, 0)]
        for name in names
        for folder in PACKAGE_FOLDERS
        if (at := f"/{name.lower()}".find(f"/{folder}")) >= 0
    }
    return sorted(root for root in marked if (f"{root.lower()}/manifest.json" if root else "manifest.json") in lowered)


def agent_folders(names: Iterable[str]) -> list[str]:
    """Give the folders that hold the clone of an agent; agents inside an agent are parts of it."""
    found: list[str] = []
    for name in sorted(names):
        folder, _, base = name.rpartition("/")
        if base.lower() in _AGENT_FILES and not any(not home or f"{folder}/".startswith(f"{home}/") for home in found):
            found.append(folder)
    return found


def is_agent_file(name: str) -> bool:
    """Tell whether a file inside a clone of an agent, by its name there, is a part of it."""
    lowered = name.lower()
    describes_flow = lowered.startswith("workflows/") and lowered.endswith("/metadata.yml")
    return describes_flow or lowered.endswith((".mcs.yml", ".mcs.yaml")) or lowered.startswith(_CLONE_FOLDERS)


def may_be_agent_part(name: str, content: bytes) -> bool:
    """Tell whether a YAML file is a document of an agent."""
    return name.lower().endswith((".mcs.yml", ".mcs.yaml")) or re.search(_AGENT_KINDS, content) is not None


def is_yaml_manifest(root: Tree, folder: str) -> bool:
    """Tell whether the `solution.yml` of a folder is a solution's."""
    name = root.find(f"{folder}/solution.yml")
    try:
        return name is not None and re.search(_YAML_MANIFEST, root.read(name)) is not None
    except (MalformedError, OSError):
        return True  # reading it as a manifest tells what is wrong


def is_solution_manifest(root: Tree, form: SolutionForm) -> bool:
    """Tell whether a folder that looks like a solution has the manifest of one, and no table called Solution."""
    name = root.find("Other/Solution.xml" if form is SolutionForm.UNPACKED else "solution.xml")
    try:
        return name is not None and b"ImportExportXml" in root.read(name).replace(b"\0", b"")
    except (MalformedError, OSError):
        return True  # reading it as a manifest tells what is wrong


def may_be_ours(name: str, content: bytes) -> bool:
    """Tell whether a JSON file is worth parsing, from the words in its bytes."""
    if is_ours_by_name(name):
        return True
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        content = content.replace(b"\0", b"")
    lowered = content.lower()
    return any(all(mark in lowered for mark in marks) for marks in _MARKS)


def speaks_of_policies(content: bytes) -> bool:
    """Tell whether bytes that cannot be read as a document hold words of a data policy: they may be one, damaged."""
    content = content.replace(b"\0", b"")  # two bytes a character, too
    return any(word in content for word in _POLICY_WORDS)


def is_ours_by_name(name: str) -> bool:
    """Tell whether a file's name alone says that it should be one of ours, so that a broken one is an error."""
    folder, _, base = name.lower().rpartition("/")
    if not base.endswith(".json"):
        return False
    return (
        base.startswith(("apidefinition", "apiproperties"))
        or base.endswith((".swagger.json", "_openapidefinition.json"))
        or any(word in base for word in ("deploymentsettings", "dlppolicy", "dlp-policy"))
        or (folder.rpartition("/")[2] == "workflows" and re.search(_FLOW_FILE, base, re.ASCII) is not None)
    )


def may_be_terraform(content: bytes) -> bool:
    """Tell whether Terraform text is worth parsing: it names a resource of the Power Platform, or a list of one."""
    return b"powerplatform_" in content or b"_connectors" in content or b"power-platform" in content


def may_be_pulumi(content: bytes) -> bool:
    """Tell whether a YAML file is worth parsing as a Pulumi programme with data policies."""
    return b"DlpPolicy" in content and b"resources" in content


def may_be_yaml_policy(content: bytes) -> bool:
    """Tell whether a YAML file is worth parsing as a data policy, or as rules of one, kept as code."""
    lowered = content.lower()
    return any(word in lowered for word in _YAML_POLICY_WORDS)


def is_dsc(content: bytes) -> bool:
    """Tell whether PowerShell text is a Microsoft365DSC configuration with data policies or tenant isolation."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        content = content.replace(b"\0", b"")
    return re.search(_DSC, content) is not None


def may_be_governance(content: bytes) -> bool:
    """Tell whether a YAML file is worth parsing as part of a governance manifest."""
    return re.search(_MANIFEST_KEYS, content) is not None
