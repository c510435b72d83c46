"""Reasons for a premium licence, in the words of people who write no code."""

from collections.abc import Sequence

from pllint.model.component import Component
from pllint.model.licensing import Premium, PremiumReason
from pllint.plugin import Catalogue

_FIXED = {
    "dataverse": "Dataverse",
    "gateway": "an on-premises data gateway",
    "model-driven": "being a model-driven app",
    "code-app": "being a code app",
    "premium-control": "a code component that calls an external service",
    "business-process-flow": "being a business process flow",
    "desktop-flow": "the desktop flow it runs",
    "managed-environment": "the managed environment",
}


def reasons_in_words(found: Premium, component: Component, catalogue: Catalogue) -> Sequence[tuple[str, PremiumReason]]:
    """Put each reason into words: `SQL Server`, `the custom connector 'Employee lookup'`."""
    names: dict[str, str | None] = {use.connector: use.display_name for use in component.uses if use.display_name}

    def words(reason: PremiumReason) -> str:
        if reason.word in _FIXED:
            return _FIXED[reason.word]
        if reason.word == "premium-flow":
            return f"the premium flow '{reason.via}' it starts"
        if reason.word == "ai-builder":
            return f"AI Builder in the flow '{reason.via}' it starts" if reason.via else "AI Builder"
        key = reason.connector or ""
        if reason.word == "custom-connector":
            return f"the custom connector '{names.get(key) or key}'"
        return catalogue.name_of(key)

    return [(words(reason), reason) for reason in found.reasons]


def list_of(words: Sequence[str], conjunction: str) -> str:
    """Join words as a sentence does: `a, b and c`."""
    if len(words) < 2:  # noqa: PLR2004 - one word needs no joining
        return "".join(words)
    return f"{', '.join(words[:-1])} {conjunction} {words[-1]}"
