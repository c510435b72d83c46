"""How evidence that is not there becomes a finding, the same way for every stage."""

from collections.abc import Iterator

from pllint.model.governance import Stage
from pllint.model.lifecycle import Evidence, State
from pllint.plugin import ComponentRef, Context, CouldNotRun, Finding, Related

_IN_STAGE = {
    Stage.REQUEST: "requested",
    Stage.DEVELOPMENT: "in development",
    Stage.DEPLOYMENT: "up for deployment",
    Stage.PRODUCTION: "in production",
    Stage.RETIRED: "retired",
}


def told(context: Context, check: str, remedy: str, *, staged: bool = False) -> Iterator[Finding | CouldNotRun]:
    """Give what is wrong with one requirement, of every connector whose stage asks for it.

    `remedy` may hold `{name}` and `{maker}`; `staged` messages say which stage the connector is in.
    """
    for record, evidence in context.lifecycle.asked(check):
        if evidence.state is State.MET:
            continue
        ref = ComponentRef(kind="custom-connector", name=record.name, id=context.lifecycle.stages.id_of(record))
        advice = remedy.format(name=record.name, maker=record.maker or "the maker")
        if evidence.state is State.UNKNOWN:
            yield CouldNotRun(reason=f"the connector '{record.name}' {evidence.words}", remedy=advice, component=ref)
        else:
            yield _finding(evidence, ref, advice, staged=staged)


def _finding(evidence: Evidence, ref: ComponentRef, remedy: str, *, staged: bool) -> Finding:
    stage = evidence.record.stage
    being = f", {_IN_STAGE[stage]}," if staged and stage else ""
    return Finding(
        at=evidence.at,
        message=f"the connector '{ref.name}'{being} {evidence.words}",
        remedy=remedy,
        component=ref,
        related=tuple(Related(words, at) for words, at in evidence.related),
        # Several records of one connector may be wrong; each is told from the others by its place.
        cause=str(evidence.at.path),
    )
