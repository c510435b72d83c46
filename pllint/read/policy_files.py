"""Every file form that says what governs a tenant, told apart and gathered, and joined once all files were seen."""

import posixpath
from collections.abc import Sequence

from pllint.model.environment import Environment
from pllint.read import recognise
from pllint.read.document import Notes, problem_of
from pllint.source import Anchor
from pllint.text.node import Node
from pllint.text.problem import MalformedError
from pllint.text.tree import Tree

TYPE_CHECKING = False
if TYPE_CHECKING:  # the readers of forms are imported when a file of that form is met
    from pllint.model.advanced_policy import AdvancedPolicy, ConnectorSetting
    from pllint.model.policy import DlpPolicy
    from pllint.model.tenant import TenantIsolation, TenantSetting
    from pllint.read.advanced_policy import Assignment
    from pllint.read.policy_rules import LooseRules
    from pllint.read.terraform import Found
    from pllint.read.terraform_hcl import Folder

_TERRAFORM = (".tf", ".tf.json", ".tfvars", ".tfvars.json", ".terraform.lock.hcl")
_VARIABLES = (".tfvars", ".tfvars.json")
_DSC = (".ps1", ".psd1")
_NOT_GOVERNING = "Terraform that declares no data policy, environment or tenant setting"


class PolicyFiles:
    """What the files say so far."""

    def __init__(self, notes: Notes) -> None:
        self._notes = notes
        self._policies: list[DlpPolicy] = []
        self._loose_rules: list[LooseRules] = []
        self._advanced: list[AdvancedPolicy] = []
        self._assignments: list[Assignment] = []
        self._terraform: list[tuple[Tree, str]] = []
        self.listed: list[Environment] = []
        self.isolation: list[TenantIsolation] = []
        self.settings: list[TenantSetting] = []
        self.connector_settings: list[ConnectorSetting] = []

    def take_file(self, tree: Tree, name: str) -> bool:
        """Keep a file whose name says its form; false for other names."""
        lowered = name.lower()
        if lowered.endswith(_TERRAFORM):
            self._terraform.append((tree, name))
            return True
        return lowered.endswith(_DSC) and self._take_dsc(tree, name)

    def take_json(self, node: Node) -> bool:
        """Read a JSON document as every form it has; false when it has none."""
        from pllint.read import advanced_policy, dlp_policy, dlp_policy_v1, tenant, terraform_json

        notes, value = self._notes, node.value
        taken = False
        if dlp_policy.recognises(value):
            self._policies.extend(dlp_policy.policies(node, notes))
            self._loose_rules.extend(dlp_policy.loose_rules(node, notes))
            taken = True
        elif dlp_policy_v1.recognises(value):
            self._policies.extend(dlp_policy_v1.policies(node, notes))
            taken = True
        elif terraform_json.recognises(value):
            self._take_found(terraform_json.found(node, notes))
            return True
        if advanced_policy.recognises(value):
            self._advanced.extend(advanced_policy.policies(node, notes))
            self._assignments.extend(advanced_policy.assignments(node))
            taken = True
        if tenant.recognises(value):
            self.isolation.extend(tenant.isolation(node, notes))
            self.settings.extend(tenant.settings(node))
            self.connector_settings.extend(tenant.connector_settings(node, notes))
            taken = True
        return taken

    def take_yaml(self, node: Node) -> bool:
        """Read a YAML document; false when it governs nothing."""
        from pllint.read import dlp_policy, pulumi

        if dlp_policy.recognises(node.value):
            from pllint.text.yaml_text import typed

            self._policies.extend(dlp_policy.policies(node, self._notes, typed(node.value)))
            self._loose_rules.extend(dlp_policy.loose_rules(node, self._notes))
            return True
        if not pulumi.recognises(node.value):
            return False
        policies, advanced = pulumi.policies(node, self._notes)
        self._policies.extend(policies)
        self._advanced.extend(advanced)
        return True

    def other_form(self, value: object) -> str | None:
        """Say in plain words what a document is that governs nothing pllint judges."""
        from pllint.read import advanced_policy

        return "an environment group's rules, which name no connector" if advanced_policy.is_rule_set(value) else None

    def read_terraform(self) -> None:
        """Read the Terraform files that were kept, folder by folder."""
        if not self._terraform:
            return
        folders = [folder for folder in map(self._opened, self._grouped()) if folder is not None]
        if not folders:
            return
        from pllint.read import terraform_hcl

        found, used = terraform_hcl.folders(folders, self._notes)
        self._take_found(found)
        for folder in folders:
            if folder.path not in used:
                for node in (*folder.files, *folder.variables):
                    self._notes.skip(node.at.source.path, _NOT_GOVERNING)

    def policies(self) -> "Sequence[DlpPolicy]":
        """Give each data policy once."""
        if not self._policies and not self._loose_rules:
            return ()
        from pllint.read import policy_join

        return policy_join.join(self._policies, self._loose_rules, self._notes)

    def advanced(self) -> "Sequence[AdvancedPolicy]":
        """Give the advanced connector policies with what they are assigned to."""
        if not self._advanced:
            return ()
        from pllint.read import advanced_policy

        return advanced_policy.join(self._advanced, self._assignments, self._notes)

    def _take_found(self, found: "Found") -> None:
        self._policies.extend(found.policies)
        self.listed.extend(found.environments)
        self._advanced.extend(found.advanced)
        self.isolation.extend(found.isolation)
        self.settings.extend(found.settings)

    def _take_dsc(self, tree: Tree, name: str) -> bool:
        source = tree.source(name)
        try:
            content = source.read()
        except (MalformedError, OSError) as error:
            self._notes.refuse(source, problem_of(error))
            return True
        if not recognise.is_dsc(content):
            return False
        from pllint.read import microsoft365dsc

        source = tree.source(name, microsoft365dsc.locate)
        try:
            document, problems = microsoft365dsc.parse(content, self._notes.limits)
        except MalformedError as error:
            self._notes.refuse(source, error.problem)
            return True
        for problem in problems:
            self._notes.problem(source, problem)
        found = microsoft365dsc.found(Node(document, Anchor(source)), self._notes)
        self._policies.extend(found.policies)
        self._loose_rules.extend(found.rules)
        self.isolation.extend(found.isolation)
        return True

    # Terraform

    def _grouped(self) -> "list[tuple[str, list[tuple[Tree, str]]]]":
        """Group files by the folder they are read with; `.tfvars` go to the nearest folder above that has code."""
        code = {tree.label + _folder(name) for tree, name in self._terraform if not _is_variables(name)}
        groups: dict[str, list[tuple[Tree, str]]] = {}
        for tree, name in self._terraform:
            folder = above = _folder(name)
            while _is_variables(name) and above and tree.label + above not in code:
                above = _folder(above)
            owner = above if tree.label + above in code else folder
            groups.setdefault(tree.label + owner, []).append((tree, name))
        return sorted(groups.items())

    def _opened(self, group: "tuple[str, list[tuple[Tree, str]]]") -> "Folder | None":
        path, files = group
        contents: list[tuple[Tree, str, bytes]] = []
        for tree, name in files:
            try:
                contents.append((tree, name, tree.source(name).read()))
            except (MalformedError, OSError) as error:
                self._notes.refuse(tree.source(name), problem_of(error))
        ours = [(tree, name) for tree, name, content in contents if recognise.may_be_terraform(content)]
        if all(name.endswith(".hcl") for _, name in ours):
            for tree, name, _ in contents:
                if not name.endswith(".hcl"):
                    self._notes.skip(tree.label + name, _NOT_GOVERNING)
            return None
        from pllint.read.terraform_hcl import Folder

        code: list[Node] = []
        variables: list[Node] = []
        lock: Node | None = None
        for tree, name, content in contents:
            node = self._parsed(tree, name, content)
            if node is None:
                continue
            if name.endswith(".hcl"):
                lock = node
            else:
                (variables if _is_variables(name) else code).append(node)
        return Folder(path=path, files=code, variables=variables, lock=lock)

    def _parsed(self, tree: Tree, name: str, content: bytes) -> Node | None:
        from pllint.text import hcl_text, json_text

        is_json = name.lower().endswith(".json")
        source = tree.source(name, json_text.locate if is_json else hcl_text.locate)
        try:
            value, problems = (json_text if is_json else hcl_text).parse(content, self._notes.limits)
        except MalformedError as error:
            self._notes.refuse(source, error.problem)
            return None
        for problem in problems:
            self._notes.problem(source, problem)
        return Node(hcl_text.templated(value) if is_json else value, Anchor(source))


def _folder(name: str) -> str:
    return posixpath.dirname(name)


def _is_variables(name: str) -> bool:
    return name.lower().endswith(_VARIABLES)
