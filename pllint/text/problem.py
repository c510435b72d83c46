"""What can be wrong with bytes before anybody asks what they mean, and how much of them is read."""

from enum import StrEnum

from pllint.record import NamedTuple
from pllint.source import Span


class ProblemKind(StrEnum):
    """Each kind is one SRC check."""

    UNREADABLE = "unreadable"
    """It is not the syntax it should be, or damaged."""
    LIMIT = "limit"
    """It is larger, deeper or more repetitive than the limits allow."""
    UNSAFE = "unsafe"
    """It reaches outside itself, hides something, or would mean different things to different programs."""
    NOT_STRICT = "not-strict"
    """It could be read, but other programs may refuse it or read it otherwise."""
    ENCODING = "encoding"
    """It is not UTF-8."""


class Problem(NamedTuple):
    """One thing wrong with a text or a tree; the message names what was found, without a full stop."""

    kind: ProblemKind
    message: str
    span: Span | None = None


class MalformedError(Exception):
    """Nothing could be read; stays inside the readers, which turn its problem into a finding."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


class Limits(NamedTuple):
    """How much is read at most; what goes beyond becomes a LIMIT problem."""

    member_bytes: int = 64 << 20
    """Of one file or archive member."""
    members: int = 20_000
    """In an archive and all those inside it."""
    expanded_bytes: int = 1 << 30
    """Of an archive and all those inside it, unpacked."""
    ratio: int = 200
    """Unpacked to packed bytes of a member; only members over 1 MiB are judged."""
    archive_depth: int = 3
    """Archives inside archives, counting the outermost."""
    nesting: int = 200
    """Levels of JSON, YAML or XML."""
    alias_nodes: int = 10_000
    """Nodes that the aliases of one YAML document stand for."""


DEFAULT_LIMITS = Limits()


def check_size(content: bytes, limits: Limits) -> None:
    """Refuse a text that is larger than a file may be."""
    if len(content) > limits.member_bytes:
        message = f"the file has {len(content):,} bytes; at most {limits.member_bytes:,} are read"
        raise MalformedError(Problem(ProblemKind.LIMIT, message))
