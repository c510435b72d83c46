"""One line of the production checklist."""

from __future__ import annotations

from pllint.model.lifecycle import State
from pllint.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pllint.finding import ComponentRef
    from pllint.model.governance import Stage
    from pllint.source import Anchor


class Row(NamedTuple):
    """One requirement: how things stand with it, what proves that, and who has to act if it is not met."""

    stage: Stage
    requirement: str
    state: State
    evidence: str
    checks: tuple[str, ...]
    """Ids of the checks that report it."""
    who: str = ""
    at: Anchor | None = None
    component: ComponentRef | None = None
    maker: str | None = None
    waived: str = ""
    """Why it is accepted all the same; empty when it is not."""

    @property
    def passes(self) -> bool:
        """Tell whether the requirement keeps the solution back no longer."""
        return self.state is State.MET or bool(self.waived)
