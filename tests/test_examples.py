"""The example estate: what it shows, and that its parts agree."""

import os
import zipfile
from collections import Counter
from datetime import date
from pathlib import Path

import build_zip
from pllint import api
from pllint.settings import load

_EXAMPLE = os.fspath(Path(__file__).parents[1] / "examples" / "contoso")


def test_the_estate_shows_the_four_findings_and_no_other() -> None:
    report = api.lint([_EXAMPLE], load(_EXAMPLE), date(2026, 11, 21))

    counting = Counter(finding.check for finding in report.findings if not finding.waived)
    assert counting == {"DLP112": 2, "DLP206": 1, "LIC401": 1, "LIF202": 1}


def test_every_file_of_the_estate_is_read_and_every_check_can_run() -> None:
    report = api.lint([_EXAMPLE], load(_EXAMPLE), date(2026, 11, 21))

    assert (report.skipped, report.could_not_run) == ((), ())


def test_the_solution_zip_is_the_folder_it_is_built_from() -> None:
    with zipfile.ZipFile(build_zip.TARGET) as archive:
        packed = {name: archive.read(name) for name in archive.namelist()}

    assert packed == build_zip.members()


def test_building_the_solution_zip_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    first, second = tmp_path / "first.zip", tmp_path / "second.zip"

    build_zip.build(target=os.fspath(first))
    build_zip.build(target=os.fspath(second))

    assert first.read_bytes() == second.read_bytes()
