"""Files that were made, or broken, so that a reader stumbles: each gets a finding, and the rest is still read."""

import io
import json
import os
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from pllint.model.workspace import Workspace

ReadFiles = Callable[[Mapping[str, str | bytes]], Workspace]

FLOW = json.dumps({"properties": {"definition": {"triggers": {"Daily": {"type": "Recurrence"}}, "actions": {}}}})


def checks(workspace: Workspace) -> set[str | None]:
    return {finding.check for finding in workspace.findings}


def test_a_file_that_may_not_be_read_is_a_finding_whatever_it_is_called(
    read_files: ReadFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = os.open

    def refuse(path: str, *rest: int) -> int:
        if path.endswith("secret.json"):
            raise PermissionError(13, "Permission denied")
        return opened(path, *rest)

    monkeypatch.setattr(os, "open", refuse)  # the user of a container may read everything
    workspace = read_files({"secret.json": "{}", "flow.json": FLOW})

    assert [(one.check, one.message) for one in workspace.findings] == [
        ("SRC001", "the file cannot be read: Permission denied")
    ]
    assert [one.name for one in workspace.components] == ["flow"]


def test_lists_where_text_should_stand_end_no_reader(read_files: ReadFiles) -> None:
    body = {"name": "b", "in": "body", "schema": {"type": "object", "properties": {"n": {"type": ["string", "null"]}}}}
    answers = {"200": {"schema": {"type": ["object"]}}}
    key = {"name": "api-key", "in": ["header"], "default": "9fK3mQ7zR1tX5vB8"}
    odd = {"operationId": [], "parameters": [key], "responses": [1]}
    definition = {
        "swagger": "2.0",
        "info": [],
        "paths": {
            "/a": {"post": odd},
            "/b": {"post": {"operationId": "B", "parameters": [body], "responses": answers}},
        },
    }
    workspace = read_files({"apiDefinition.swagger.json": json.dumps(definition), "flow.json": FLOW})

    assert [one.name for one in workspace.components] == ["flow"]
    assert not any("fault of pllint" in one.message for one in workspace.findings)


def test_a_number_of_thousands_of_digits_in_yaml_stays_text(read_files: ReadFiles) -> None:
    text = "environments:\n- name: test\n  type: 0x" + "f" * 5000 + "\n"

    assert checks(read_files({"governance/environments.yaml": text})) == {"SRC002"}


def test_a_fault_of_a_reader_is_a_finding_and_the_rest_is_read(
    read_files: ReadFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pllint.read import deployment_settings

    def stumble(_value: object) -> bool:
        raise TypeError

    monkeypatch.setattr(deployment_settings, "recognises", stumble)
    workspace = read_files({"deploymentSettings.json": '{"EnvironmentVariables": []}', "flow.json": FLOW})

    assert [(one.check, one.at.source.path) for one in workspace.findings] == [("SRC001", "deploymentSettings.json")]
    assert [one.name for one in workspace.components] == ["flow"]


def test_a_damaged_member_is_shown_without_its_line(tmp_path: Path) -> None:
    from datetime import date

    from pllint import api
    from pllint.settings import load

    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w") as archive:
        archive.writestr("solution.xml", "<ImportExportXml/>")
        archive.writestr("customizations.xml", "<ImportExportXml/>")
    damaged = memory.getvalue().replace(b"<ImportExportXml/>", b"\0ImportExportXml/>", 1)
    (tmp_path / "Expense.zip").write_bytes(damaged)
    settings = load(str(tmp_path))._replace(root=str(tmp_path))

    report = api.lint([str(tmp_path)], settings, date(2026, 11, 21))

    assert [(one.check, one.place.path) for one in report.findings] == [("SRC001", "Expense.zip!solution.xml")]


def test_a_fault_in_one_flow_of_a_solution_leaves_the_others_read(
    read_files: ReadFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pllint.read import cloud_flow

    read = cloud_flow.cloud_flow

    def stumble(node: object, **facts: object) -> object:
        if facts["name"] == "First":
            raise TypeError
        return read(node, **facts)  # type: ignore[arg-type]

    monkeypatch.setattr(cloud_flow, "cloud_flow", stumble)
    guids = [f"c0ffee00-0000-4000-8000-00000000000{number}" for number in (1, 2)]
    processes = "".join(
        f'<Workflow WorkflowId="{{{guid}}}" Name="{name}"><JsonFileName>/Workflows/{name}-{guid.upper()}.json'
        "</JsonFileName><Category>5</Category></Workflow>"
        for guid, name in zip(guids, ("First", "Second"), strict=True)
    )
    workspace = read_files(
        {
            "solution.xml": "<ImportExportXml><SolutionManifest><UniqueName>Expense</UniqueName><Version>1.0</Version>"
            "</SolutionManifest></ImportExportXml>",
            "customizations.xml": f"<ImportExportXml><Workflows>{processes}</Workflows></ImportExportXml>",
            f"Workflows/First-{guids[0].upper()}.json": FLOW,
            f"Workflows/Second-{guids[1].upper()}.json": FLOW,
        }
    )

    assert [one.name for one in workspace.components] == ["Second"]
    assert [one.check for one in workspace.findings] == ["SRC001"]


def test_what_a_folder_leaves_out_is_said(read_files: ReadFiles, tmp_path: Path) -> None:
    (tmp_path / "away.json").symlink_to("/etc/hostname")
    (tmp_path / "gone.json").symlink_to("nowhere")
    os.mkfifo(tmp_path / "pipe.json")
    workspace = read_files({"flow.json": FLOW})

    assert sorted(str(one.check) for one in workspace.findings) == ["SRC001", "SRC001", "SRC004"]
    assert [one.name for one in workspace.components] == ["flow"]


def test_a_flow_nested_without_end_is_a_finding_whatever_it_is_called(read_files: ReadFiles) -> None:
    actions = '{"a": ' * 300 + "{}" + "}" * 300
    deep = '{"properties": {"definition": {"triggers": {}, "actions": ' + actions + "}}}"

    assert checks(read_files({"deep.json": deep})) == {"SRC003"}
