"""A revision of a git repository as a tree: the files of one of its folders as they were committed.

Git is asked for listings and contents alone. Nothing is checked out, no hook, filter or text conversion runs, and a
partial clone fetches nothing: what is not here is not read.
"""

import os
from collections.abc import Callable, Sequence

from pllint.errors import UsageError
from pllint.text.problem import DEFAULT_LIMITS, Limits, MalformedError, Problem, ProblemKind
from pllint.text.tree import NOT_ENTERED, Archive, Entry, Tree

_REGULAR = (b"100644", b"100755")
_SECONDS = 120
# `-c` comes before what the repository's own settings say.
_QUIET = ("-c", "core.fsmonitor=false", "-c", "protocol.allow=never", "--no-pager", "--no-optional-locks")


class GitTree(Tree):
    """The files of a folder at a revision. Links are left out."""

    def __init__(
        self, folder: str, revision: str, keep: Callable[[str], bool], limits: Limits = DEFAULT_LIMITS
    ) -> None:
        """Take a folder of a work tree, a revision, and what names to keep. Raises UsageError when git refuses."""
        super().__init__(f"{revision}:")
        self._folder = folder
        self._limits = limits
        self._objects: dict[str, str] = {}
        self._entries = self._listed(_commit(folder, revision), keep)
        self._kept: dict[str, bytes] | None = None

    def _list(self) -> Sequence[Entry]:
        return self._entries or ()

    def _listed(self, commit: str, keep: Callable[[str], bool]) -> list[Entry]:
        entries = []
        # Run in the folder, `ls-tree` lists what is below it, with names from there.
        for line in _git(self._folder, "ls-tree", "-r", "-z", "-l", commit).split(b"\0"):
            facts, _, raw = line.partition(b"\t")
            mode, _, rest = facts.partition(b" ")
            try:
                name = raw.decode()
            except UnicodeDecodeError:
                continue
            if mode in _REGULAR and NOT_ENTERED.isdisjoint(name.split("/")) and keep(name):
                _, id_, size = rest.split()
                self._objects[name] = id_.decode()
                entries.append(Entry(name, int(size)))
        return sorted(entries)

    def read(self, name: str) -> bytes:
        """Give a file's bytes as they were committed."""
        if name not in self._objects:
            raise FileNotFoundError(name)
        size = next(entry.size for entry in self.entries() if entry.name == name)
        if size > self._limits.member_bytes:
            message = f"{name!a} has {size:,} bytes; at most {self._limits.member_bytes:,} are read"
            raise MalformedError(Problem(ProblemKind.LIMIT, message))
        if self._kept is None:
            self._kept = self._contents()
        return self._kept[name]

    def _contents(self) -> dict[str, bytes]:
        """Give all that is small enough, of one process of git."""
        names = [entry.name for entry in self.entries() if entry.size <= self._limits.member_bytes]
        asked = "".join(f"{self._objects[name]}\n" for name in names).encode()
        answer = _git(self._folder, "cat-file", "--batch", given=asked)
        contents, position = {}, 0
        for name in names:
            end = answer.index(b"\n", position)
            facts = answer[position:end].split()
            if facts[-1] == b"missing":
                raise UsageError(
                    f"the repository lacks the content of {name} at {self.label.rstrip(':')}: fetch it first"
                )
            size = int(facts[-1])
            contents[name] = answer[end + 1 : end + 1 + size]
            position = end + 1 + size + 1
        return contents

    def open_archive(self, name: str, limits: Limits | None = None) -> Archive:
        """Open a file as a zip archive."""
        return Archive.open(self.read(name), f"{self.label}{name}!", limits or self._limits)


def _commit(folder: str, revision: str) -> str:
    """Give the id of the commit that a revision means. Raises UsageError when there is none."""
    if not revision or revision.startswith("-"):
        raise UsageError(f"no git revision '{revision}'")
    try:
        found = _git(folder, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    except UsageError as error:
        if str(error):
            raise
        raise UsageError(f"git knows no revision '{revision}' in the repository of {folder}") from None
    return found.decode().strip()


def _git(folder: str, *arguments: str, given: bytes = b"") -> bytes:
    """Run git in a folder and give its output. Raises UsageError with what git says."""
    import shutil
    import subprocess

    program = shutil.which("git")
    if program is None:
        raise UsageError("git is not installed, so no revision can be read")
    # Variables such as GIT_DIR, which git sets for hooks, would lead to another repository.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environment |= {"GIT_NO_LAZY_FETCH": "1", "GIT_TERMINAL_PROMPT": "0", "GIT_NO_REPLACE_OBJECTS": "1", "LC_ALL": "C"}
    try:
        done = subprocess.run(  # noqa: S603 - no shell, and no argument that git takes for an option
            [program, "-C", folder, *_QUIET, *arguments],
            input=given,
            env=environment,
            capture_output=True,
            check=False,
            timeout=_SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise UsageError(f"git cannot be asked: {error}") from error
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip()
        raise UsageError(f"git says: {said.splitlines()[0]}" if said else "")
    return done.stdout
