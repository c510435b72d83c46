"""The example estate: what it shows, and that its parts agree."""

import os
import zipfile
from pathlib import Path

import build_zip


def test_the_solution_zip_is_the_folder_it_is_built_from() -> None:
    with zipfile.ZipFile(build_zip.TARGET) as archive:
        packed = {name: archive.read(name) for name in archive.namelist()}

    assert packed == build_zip.members()


def test_building_the_solution_zip_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    first, second = tmp_path / "first.zip", tmp_path / "second.zip"

    build_zip.build(target=os.fspath(first))
    build_zip.build(target=os.fspath(second))

    assert first.read_bytes() == second.read_bytes()
