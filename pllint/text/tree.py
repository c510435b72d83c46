"""Folders, zip archives and archives inside archives as one thing: a sorted list of names to read."""

# pathlib costs 3 ms at start-up, and 100 ms for each 5,000 files walked.

import os
import stat
from abc import ABC, abstractmethod
from bisect import bisect_left
from collections.abc import Callable, Sequence
from functools import partial

from pllint.record import NamedTuple
from pllint.source import Locate, Source
from pllint.text.problem import DEFAULT_LIMITS, Limits, MalformedError, Problem, ProblemKind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import IO
    from zipfile import ZipFile, ZipInfo

NOT_ENTERED = frozenset((".git", "node_modules", ".venv", "__pycache__"))
"""Folders that hold what tools made or fetched; nothing of a project's own is in them."""

_RATIO_FLOOR = 1 << 20
_OPEN_AT_MOST = 4
_ENCRYPTED = 0x1
_STORED, _DEFLATED = 0, 8
_LOCAL_HEADER = 30
_END_RECORD = 22
_ZIP64_RECORDS = 76
_DIRECTORY_ENTRY = 1024
_SHOWN_OF_A_KIND = 10


class Entry(NamedTuple):
    """A file of a tree: its name relative to the tree, with `/`, and its size in bytes, as stated."""

    name: str
    size: int


class Tree(ABC):
    """A folder or an archive. The same content gives the same names in the same order, whichever it is."""

    label: str
    """What stands before a name when it is shown: `solutions/expense/`, or `Expense.zip!`."""
    problems: list[Problem]
    """What was left out, and why; complete once the entries have been asked for."""

    def __init__(self, label: str) -> None:
        self.label = label
        self.problems = []
        self._entries: Sequence[Entry] | None = None
        self._by_lower_name: dict[str, str] | None = None

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.label!r})"

    @abstractmethod
    def _list(self) -> Sequence[Entry]:
        """Give the entries, sorted by name; asked once."""

    @abstractmethod
    def read(self, name: str) -> bytes:
        """Give a file's bytes; raise MalformedError when damaged or too large, OSError when it is gone."""

    @abstractmethod
    def open_archive(self, name: str, limits: Limits | None = None) -> "Archive":
        """Open a file of this tree as a zip archive, within the tree's limits if no others are given.

        Raises MalformedError when it is none or lies too deep, OSError when it is gone.
        """

    def entries(self) -> Sequence[Entry]:
        """Give all files, sorted by name."""
        if self._entries is None:
            self._entries = self._list()
        return self._entries

    def source(self, name: str, locate: Locate | None = None) -> Source:
        """Give a file as the source of findings; its bytes are read again whenever they are asked for."""
        return Source(self.label + name, partial(self.read, name), locate)

    def find(self, name: str) -> str | None:
        """Give the name of a file as the tree spells it, whatever the case of the name asked for."""
        if self._by_lower_name is None:
            names: dict[str, str] = {}
            for entry in self.entries():
                if entry.name == name:
                    return name
                names.setdefault(entry.name.lower(), entry.name)
            self._by_lower_name = names
        return self._by_lower_name.get(name.lower())

    def subtree(self, folder: str) -> "Tree":
        """Give the part below a folder as a tree of its own, whose files are shown as they are here."""
        folder = folder.strip("/")
        return _Subtree(self, f"{folder}/") if folder else self


class _Subtree(Tree):
    def __init__(self, parent: Tree, prefix: str) -> None:
        super().__init__(parent.label + prefix)
        self._parent = parent
        self._prefix = prefix

    def _list(self) -> Sequence[Entry]:
        entries, prefix = self._parent.entries(), self._prefix
        start = bisect_left(entries, (prefix,))
        below = []
        for position in range(start, len(entries)):
            name, size = entries[position]
            if not name.startswith(prefix):
                break
            below.append(Entry(name[len(prefix) :], size))
        return below

    def read(self, name: str) -> bytes:
        return self._parent.read(self._prefix + name)

    def open_archive(self, name: str, limits: Limits | None = None) -> "Archive":
        return self._parent.open_archive(self._prefix + name, limits)


class Folder(Tree):
    """A directory. Links that lead out of it are not followed; folders are never entered through links."""

    def __init__(
        self,
        path: str,
        label: str = "",
        entries: Sequence[Entry] | None = None,
        limits: Limits = DEFAULT_LIMITS,
    ) -> None:
        """Take a directory, or only the entries given of it; `label` is how its path is shown."""
        super().__init__(label if not label or label.endswith(("/", "!")) else f"{label}/")
        self.path = path
        self._limits = limits
        if entries is not None:
            self._entries = sorted(entries)

    def _list(self) -> Sequence[Entry]:
        found: list[Entry] = []
        folders = [("", self.path)]
        while folders:
            prefix, folder = folders.pop()
            try:
                with os.scandir(folder) as children:
                    for child in children:
                        name = prefix + child.name
                        if child.is_symlink():
                            self._take_link(child, name, found)
                        elif child.is_dir(follow_symlinks=False):
                            if child.name not in NOT_ENTERED:
                                folders.append((f"{name}/", child.path))
                        elif child.is_file(follow_symlinks=False):
                            found.append(Entry(name, child.stat(follow_symlinks=False).st_size))
                        elif "." in child.name:  # what has no ending is a tool's own, such as the socket of a service
                            message = f"{name!a} is a pipe, socket or device and no file; it was left out"
                            self.problems.append(Problem(ProblemKind.UNREADABLE, message))
            except OSError as error:
                message = f"the folder {prefix or '.'!a} cannot be listed ({error.strerror})"
                self.problems.append(Problem(ProblemKind.UNREADABLE, message))
        found.sort()
        if not "".join([entry.name for entry in found]).isprintable():
            found = [entry for entry in found if self._has_plain_name(entry.name)]
        return found

    def _take_link(self, link: "os.DirEntry[str]", name: str, found: list[Entry]) -> None:
        root, target = os.path.realpath(self.path), os.path.realpath(link.path)
        if target != root and not target.startswith(os.path.join(root, "")):
            message = f"{name!a} is a link that leads out of the folder; it was not followed"
            self.problems.append(Problem(ProblemKind.UNSAFE, message))
        elif not os.path.exists(target):
            self.problems.append(Problem(ProblemKind.UNREADABLE, f"{name!a} is a link to nothing"))
        elif link.is_file():
            found.append(Entry(name, link.stat().st_size))
        # A folder inside the root is read at its own place; through a link one could go round for ever.

    def _has_plain_name(self, name: str) -> bool:
        if not _holds_control(name):
            return True
        message = f"the file name {name!a} holds control characters or is not UTF-8; the file was left out"
        self.problems.append(Problem(ProblemKind.UNSAFE, message))
        return False

    def read(self, name: str) -> bytes:
        with open(self._inside(name), "rb", buffering=0, opener=_without_waiting) as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise FileNotFoundError(name)
            if status.st_size > self._limits.member_bytes:
                raise _too_large(name, status.st_size, self._limits)
            return file.read()

    def open_archive(self, name: str, limits: Limits | None = None) -> "Archive":
        return Archive.open(self._inside(name), f"{self.label}{name}!", limits or self._limits)

    def _inside(self, name: str) -> str:
        # Names come from the files that are linted, too: a manifest may say anything. `a:b.json` is a file like any
        # other where a colon names no drive.
        if name.startswith("/") or ".." in name.split("/") or "\0" in name or (os.name == "nt" and ":" in name):
            raise FileNotFoundError(name)
        return os.path.join(self.path, name)


class _Budget:
    """What an archive and all those inside it have used up of the limits."""

    __slots__ = ("expanded", "members")

    def __init__(self) -> None:
        self.expanded = 0
        self.members = 0


class Archive(Tree):
    """A zip archive. Members that are unsafe or too large are left out, each with a problem."""

    def __init__(
        self, content: Callable[[], str | bytes], label: str, limits: Limits, depth: int, budget: _Budget
    ) -> None:
        """Take what gives the archive's path or bytes; `open` and `open_archive` are the ways to here."""
        super().__init__(label)
        self._content = content
        self._limits = limits
        self._depth = depth
        self._budget = budget
        self._members: dict[str, ZipInfo] = {}
        self._refused: dict[str, Problem] = {}
        self._opened: dict[str, Archive] = {}
        if depth > limits.archive_depth:
            message = f"archives lie inside each other more than {limits.archive_depth} deep"
            raise MalformedError(Problem(ProblemKind.LIMIT, message))
        self._entries = self._take_members()

    @classmethod
    def open(cls, content: str | bytes, label: str, limits: Limits = DEFAULT_LIMITS) -> "Archive":
        """Open an archive by its path or bytes; raise MalformedError when it is none, OSError when gone."""
        return cls(lambda: content, label, limits, depth=1, budget=_Budget())

    def _list(self) -> Sequence[Entry]:
        return self._entries or ()

    def read(self, name: str) -> bytes:
        """Unpack a member, checked against what the archive says of its size and checksum."""
        if name in self._refused:
            raise MalformedError(self._refused[name])
        if name not in self._members:
            raise FileNotFoundError(name)
        info = self._members[name]
        archive = _ZIPS.opened(self)
        try:
            with archive.open(info) as member:
                # Asking for a number of bytes bounds what is inflated; asking for everything does not.
                content = member.read(info.file_size + 1)
        except _zip_faults() as error:
            raise _unreadable(f"the member {name!a} is damaged ({_reason(error)})") from None
        if len(content) != info.file_size:
            raise _unreadable(f"the member {name!a} has not the size that the archive says")
        return content

    def open_archive(self, name: str, limits: Limits | None = None) -> "Archive":
        """Open a member that is an archive; all archives inside each other share one budget."""
        if name not in self._opened:
            self._opened[name] = Archive(
                partial(self.read, name),
                f"{self.label}{name}!",
                limits or self._limits,
                self._depth + 1,
                self._budget,
            )
        return self._opened[name]

    def open_zip(self) -> "ZipFile":
        """Open the archive anew; whoever asks closes it."""
        from io import BytesIO
        from zipfile import ZipFile

        content = self._content()
        try:
            return ZipFile(content if isinstance(content, str) else BytesIO(content))
        except FileNotFoundError:
            raise
        except _zip_faults() as error:
            raise _unreadable(f"the archive is damaged ({_reason(error)})") from None

    def _take_members(self) -> Sequence[Entry]:
        budget, limits = self._budget, self._limits
        _check_directory(self._content(), limits.members - budget.members, limits)
        infos = _ZIPS.opened(self).infolist()
        if any(info.header_offset < 0 for info in infos):
            raise _unreadable("the archive is cut off at its start")
        overlapping = _overlapping(infos)
        lower_names: set[str] = set()
        refused: dict[tuple[ProblemKind, str], list[str]] = {}
        for info in infos:
            name = _normal_name(info.filename)
            if name.endswith("/") or not NOT_ENTERED.isdisjoint(name.split("/")):
                continue
            budget.members += 1
            fault = _fault_of_name(name) or _fault_of_member(info, limits)
            if not fault and name.lower() in lower_names:
                fault = ProblemKind.UNSAFE, "has the name of another one; only the first is read"
            elif not fault and info.header_offset in overlapping:
                fault = ProblemKind.UNSAFE, "shares its bytes with another one"
            elif not fault and budget.expanded + info.file_size > limits.expanded_bytes:
                fault = ProblemKind.LIMIT, f"goes beyond {limits.expanded_bytes:,} bytes of unpacked content"
            if fault:
                refused.setdefault(fault, []).append(name)
                continue
            lower_names.add(name.lower())
            budget.expanded += info.file_size
            self._members[name] = info
        for (kind, fault_text), names in refused.items():
            self._refuse(kind, fault_text, names)
        return sorted([Entry(name, info.file_size) for name, info in self._members.items()])

    def _refuse(self, kind: ProblemKind, fault: str, names: list[str]) -> None:
        problems = [Problem(kind, f"the member {name!a} {fault}") for name in names]
        for name, problem in zip(names, problems, strict=True):
            if name not in self._members:
                self._refused[name] = problem
        self.problems += problems[:_SHOWN_OF_A_KIND]
        more = len(problems) - _SHOWN_OF_A_KIND
        if more > 0:
            self.problems.append(Problem(kind, f"so it is with {more:,} more members: the first {fault}"))


class _OpenZips:
    """The few zip files that are open at a time; each holds a file descriptor, or an archive in memory."""

    def __init__(self) -> None:
        self._zips: dict[Archive, ZipFile] = {}
        self._process = os.getpid()

    def opened(self, archive: Archive) -> "ZipFile":
        """Give the open zip file of an archive, opening it when it is not."""
        if self._process != os.getpid():
            # After a fork two processes would move one file position.
            self._zips.clear()
            self._process = os.getpid()
        found = self._zips.pop(archive, None) or archive.open_zip()
        self._zips[archive] = found
        if len(self._zips) > _OPEN_AT_MOST:
            self._zips.pop(next(iter(self._zips))).close()
        return found


_ZIPS = _OpenZips()


def _unreadable(message: str) -> MalformedError:
    return MalformedError(Problem(ProblemKind.UNREADABLE, message))


def _zip_faults() -> tuple[type[Exception], ...]:
    """Everything that damaged archives were seen to raise from `zipfile`."""
    import struct
    import zlib
    from zipfile import BadZipFile

    return (
        BadZipFile,
        EOFError,
        KeyError,
        NotImplementedError,
        OSError,
        OverflowError,
        RuntimeError,
        ValueError,
        struct.error,
        zlib.error,
    )


def _reason(error: Exception) -> str:
    return ascii(str(error) or type(error).__name__)[1:-1]


def _normal_name(name: str) -> str:
    # Names inside an .msapp use backslashes, and zipfile leaves them so on all systems but one.
    name = name.replace("\\", "/")
    while name.startswith("./"):
        name = name[2:]
    return name


def _fault_of_name(name: str) -> tuple[ProblemKind, str] | None:
    if name.startswith("/") or name[1:2] == ":":
        return ProblemKind.UNSAFE, "has an absolute path"
    if ".." in name and ".." in name.split("/"):
        return ProblemKind.UNSAFE, "has a path that leads out of the archive"
    if "" in name.split("/") or (not name.isprintable() and _holds_control(name)):
        return ProblemKind.UNSAFE, "has a name that is none"
    return None


def _holds_control(name: str) -> bool:
    """Tell whether a name holds what moves the cursor, turns the text round or is no text; a fixed space is a space."""
    import re

    return re.search("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]", name) is not None


def _without_waiting(path: str, flags: int) -> int:
    """Open a file; a pipe that nobody writes to is opened as well, and refused for what it is."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _fault_of_member(info: "ZipInfo", limits: Limits) -> tuple[ProblemKind, str] | None:
    if info.flag_bits & _ENCRYPTED:
        return ProblemKind.UNSAFE, "is encrypted"
    if info.compress_type not in {_STORED, _DEFLATED}:
        return ProblemKind.UNREADABLE, "is packed by a method that is not read (only stored and deflated are)"
    if info.file_size > limits.member_bytes:
        return ProblemKind.LIMIT, f"has more than {limits.member_bytes:,} bytes"
    if info.file_size > max(_RATIO_FLOOR, info.compress_size * limits.ratio):
        return ProblemKind.LIMIT, f"unpacks to more than {limits.ratio} times its size"
    return None


def _overlapping(infos: "Sequence[ZipInfo]") -> set[int]:
    """Give the header offsets of members that share bytes, by which small archives grow without end."""
    overlapping: set[int] = set()
    end, holder = 0, -1
    for info in sorted(infos, key=lambda info: info.header_offset):
        if info.header_offset < end:
            overlapping |= {holder, info.header_offset}
        own_end = info.header_offset + _LOCAL_HEADER + len(info.orig_filename) + info.compress_size
        if own_end > end:
            end, holder = own_end, info.header_offset
    return overlapping


def _check_directory(content: str | bytes, members: int, limits: Limits) -> None:
    """Refuse what is no zip, and a directory that would fill the memory, before `zipfile` reads it."""
    from io import BytesIO

    with open(content, "rb") if isinstance(content, str) else BytesIO(content) as file:
        size = file.seek(0, os.SEEK_END)
        tail_size = min(size, _END_RECORD + 0xFFFF + _ZIP64_RECORDS)
        file.seek(size - tail_size)
        tail = file.read(tail_size)
        end = len(tail) - _END_RECORD
        if end < 0 or not (tail.startswith(b"PK\5\6", end) and tail.endswith(b"\0\0")):
            end = tail.rfind(b"PK\5\6")
        if end < 0 or end + _END_RECORD > len(tail):
            what = "the archive is truncated" if tail_size and _starts_as_zip(file) else "the file is no zip archive"
            raise _unreadable(what)
        directory = int.from_bytes(tail[end + 12 : end + 16], "little")
        wide = end - _ZIP64_RECORDS
        if wide >= 0 and tail.startswith(b"PK\6\6", wide):
            directory = int.from_bytes(tail[wide + 40 : wide + 48], "little")
            end = wide
        start = size - tail_size + end - directory
        if start < 0:
            raise _unreadable("the archive is truncated")
        too_many = directory > _DIRECTORY_ENTRY * (members + 1)
        if not too_many:
            file.seek(start)
            too_many = file.read(directory).count(b"PK\1\2") > members
        if too_many:
            message = f"the archive has more than {limits.members:,} members, with those of archives around it"
            raise MalformedError(Problem(ProblemKind.LIMIT, message))


def _starts_as_zip(file: "IO[bytes]") -> bool:
    file.seek(0)
    return file.read(4) == b"PK\3\4"


def _too_large(name: str, size: int, limits: Limits) -> MalformedError:
    message = f"{name!a} has {size:,} bytes; at most {limits.member_bytes:,} are read"
    return MalformedError(Problem(ProblemKind.LIMIT, message))
