"""The example estate: what it shows, and that its parts agree."""

import importlib.util
import os
import zipfile
from types import ModuleType

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def test_the_solution_zip_is_the_folder_it_is_built_from() -> None:
    build_zip = _build_zip()

    with zipfile.ZipFile(build_zip.TARGET) as archive:
        packed = {name: archive.read(name) for name in archive.namelist()}

    assert packed == build_zip.members(build_zip.SOURCE)


def test_building_the_solution_zip_twice_gives_the_same_bytes(tmp_path: os.PathLike[str]) -> None:
    build_zip = _build_zip()
    first, second = (os.path.join(tmp_path, name) for name in ("first.zip", "second.zip"))

    build_zip.build(build_zip.SOURCE, first)
    build_zip.build(build_zip.SOURCE, second)

    assert _content(first) == _content(second)


def _build_zip() -> ModuleType:
    spec = importlib.util.spec_from_file_location("build_zip", os.path.join(ROOT, "examples", "build_zip.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _content(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()
