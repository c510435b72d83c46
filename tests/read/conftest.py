"""Small trees of files, written and read as a project."""

from collections.abc import Callable, Mapping
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest

from pllint.discover import discover
from pllint.model.workspace import Workspace
from pllint.read.workspace import read_workspace
from pllint.settings import load
from pllint.text.problem import DEFAULT_LIMITS

Files = Mapping[str, str | bytes]


def zipped(files: Files) -> bytes:
    """Give an archive of the files; names are taken as they are, so that they may hold backslashes."""
    content = BytesIO()
    with ZipFile(content, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return content.getvalue()


@pytest.fixture
def read_files(tmp_path: Path) -> Callable[[Files], Workspace]:
    """Write files into a folder and read the folder as a project."""

    def read(files: Files) -> Workspace:
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text if isinstance(text, bytes) else text.encode())
        settings = load(str(tmp_path))._replace(root=str(tmp_path))
        return read_workspace(discover([str(tmp_path)], settings, DEFAULT_LIMITS), settings, DEFAULT_LIMITS)

    return read
