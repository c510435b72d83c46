"""Real files are read, or give a problem; never anything else."""

from pathlib import Path

import pytest

from pllint.text import json_text, xml_text, yaml_text
from pllint.text.problem import MalformedError, Problem, ProblemKind
from pllint.text.tree import Archive, Folder, Tree

CORPUS = Path(__file__).parents[2].parent / "shared/corpus"
pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of real artefacts is not here")

ARCHIVES = (".zip", ".msapp")


@pytest.fixture(scope="module")
def folder() -> Folder:
    return Folder(str(CORPUS))


def read(tree: Tree, name: str) -> list[Problem]:
    content = tree.read(name)
    suffix = name.rpartition(".")[2].lower()
    try:
        if suffix == "json":
            json_text.locate(content, [("properties", "definition", "actions"), ()])
            return json_text.parse(content)[1]
        if suffix == "xml":
            xml_text.locate(content, [(1,), (5, "@id")])
            return xml_text.parse(content)[1]
        if suffix in {"yaml", "yml"}:
            yaml_text.locate(content, [("kind",), ()])
            yaml_text.comments(content)
            value, problems = yaml_text.parse(content)
            yaml_text.typed(value)
            return problems
    except MalformedError as error:
        return [error.problem]
    return []


def read_all(tree: Tree) -> list[tuple[str, Problem]]:
    found = [(tree.label, problem) for problem in tree.problems]
    for entry in tree.entries():
        found += [(tree.label + entry.name, problem) for problem in read(tree, entry.name)]
        if entry.name.endswith(ARCHIVES):
            found += read_all(tree.open_archive(entry.name))
    return found


def test_every_file_is_read_or_gives_a_problem(folder: Folder) -> None:
    problems = read_all(folder)

    assert len(folder.entries()) > 1000
    assert len(problems) < len(folder.entries()) / 50
    assert all(problem.message.isascii() and not problem.message.endswith(".") for _, problem in problems)
    assert {problem.kind for _, problem in problems} <= {
        ProblemKind.UNREADABLE,
        ProblemKind.NOT_STRICT,
        ProblemKind.ENCODING,
    }


def test_every_problem_of_a_text_has_a_place(folder: Folder) -> None:
    for entry in folder.entries():
        if not entry.name.endswith(ARCHIVES):
            assert all(problem.span for problem in read(folder, entry.name)), entry.name


def test_archives_are_whole(folder: Folder) -> None:
    archives = [folder.open_archive(entry.name) for entry in folder.entries() if entry.name.endswith(ARCHIVES)]

    assert len(archives) > 100
    assert all(isinstance(archive, Archive) and archive.entries() and not archive.problems for archive in archives)
