"""The same input gives the same bytes, whatever the machine, its hashes, or the order in which files were made."""

import json
import os
import random
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from pllint.report import FORMATS

_ROOT = Path(__file__).parents[1]
_EXAMPLE = _ROOT / "examples" / "contoso"
_ZIP = "solutions/ParcelDesk_1_4_0_2.zip"
_UNZIPPED = "solutions/ParcelDesk_1_4_0_2"


@pytest.fixture(scope="module")
def expected() -> dict[str, bytes]:
    """Give what every format says of the example here and now."""
    return {name: _check(_EXAMPLE, name) for name in FORMATS}


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize(
    "variables",
    [
        pytest.param({"PYTHONHASHSEED": "1"}, id="one seed"),
        pytest.param({"PYTHONHASHSEED": "42"}, id="another seed"),
        pytest.param({"TZ": "Pacific/Kiritimati"}, id="where it is tomorrow"),
        pytest.param({"LC_ALL": "C"}, id="no locale"),
        pytest.param({"LC_ALL": "tr_TR.UTF-8", "LANG": "tr_TR.UTF-8"}, id="Turkish letters"),
        pytest.param({"COLUMNS": "40"}, id="a narrow terminal that is none"),
    ],
)
def test_the_machine_does_not_show(expected: dict[str, bytes], name: str, variables: dict[str, str]) -> None:
    assert _check(_EXAMPLE, name, variables) == expected[name]


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("seed", [1, 2])
def test_the_order_in_which_files_were_made_does_not_show(
    expected: dict[str, bytes], tmp_path: Path, name: str, seed: int
) -> None:
    copy = tmp_path / _EXAMPLE.relative_to(_ROOT)
    if (_ROOT / ".git").exists():  # some formats give paths from the root of the repository
        (tmp_path / ".git").mkdir()
    files = sorted(path.relative_to(_EXAMPLE) for path in _EXAMPLE.rglob("*") if path.is_file())
    random.Random(seed).shuffle(files)  # noqa: S311 - an order, not a secret
    for file in files:
        (copy / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(_EXAMPLE / file, copy / file)

    assert _check(copy, name) == expected[name]


def test_a_solution_says_the_same_zipped_and_unzipped(tmp_path: Path) -> None:
    copy = tmp_path / "contoso"
    shutil.copytree(_EXAMPLE, copy)
    with zipfile.ZipFile(copy / _ZIP) as archive:
        archive.extractall(copy / _UNZIPPED)
    (copy / _ZIP).unlink()

    zipped = _check(_EXAMPLE, "json").decode().replace(f"{_ZIP}!", f"{_UNZIPPED}/")

    assert _by_place(_check(copy, "json").decode()) == _by_place(zipped)


def _by_place(report: str) -> object:
    """Give a report with its findings in one order: `!` and `/` sort differently."""
    whole = json.loads(report)
    whole["findings"].sort(
        key=lambda finding: (finding["path"], finding["line"], finding["column"], json.dumps(finding))
    )
    return whole


def _check(folder: Path, name: str, variables: Mapping[str, str] | None = None) -> bytes:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("LC_")}
    environment |= {"PYTHONHASHSEED": "0", "PYTHONPATH": os.pathsep.join((str(_ROOT), str(_ROOT / "plugins")))}
    done = subprocess.run(
        [sys.executable, "-m", "pllint", "check", "--output", name],
        cwd=folder,
        env=environment | dict(variables or {}),
        capture_output=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr.decode()
    return done.stdout
