"""The table of stages: what must be true of a custom connector, from when on, and who has to act when it is not."""

from pllint.model.governance import Stage
from pllint.model.lifecycle import Requirement

_ALL = frozenset(Stage)
_DEPLOYED = frozenset({Stage.PRODUCTION, Stage.RETIRED})
_LIVE = frozenset({Stage.PRODUCTION})

_IT = "IT security"
_COE = "the Centre of Excellence"

REQUIREMENTS = tuple(
    Requirement(check=check, stage=stage, words=words, owner=owner, asked_in=asked_in)
    for check, stage, words, owner, asked_in in (
        ("owner-missing", Stage.REQUEST, "has an owner", "the connector's team", _ALL),
        ("creation-review-missing", Stage.REQUEST, "was reviewed by IT", _IT, _ALL),
        (
            "creation-review-incomplete",
            Stage.REQUEST,
            "was reviewed for endpoint, authentication, data and use case",
            _IT,
            _ALL,
        ),
        ("created-before-review", Stage.REQUEST, "was reviewed before it was in a shared environment", _IT, _ALL),
        ("evidence-outdated", Stage.REQUEST, "is still what was reviewed", _IT, _ALL),
        (
            "developed-outside-developer-environment",
            Stage.DEVELOPMENT,
            "is developed in a developer environment",
            "the maker",
            _ALL,
        ),
        (
            "shared-test-uncontrolled",
            Stage.DEVELOPMENT,
            "is tested in a sandbox that IT manages, with a data policy",
            _COE,
            _ALL,
        ),
        ("security-review-missing", Stage.DEPLOYMENT, "has a security review", _IT, _DEPLOYED),
        ("dlp-confirmation-missing", Stage.DEPLOYMENT, "has its data group confirmed", _COE, _DEPLOYED),
        (
            "licence-verification-missing",
            Stage.DEPLOYMENT,
            "has its people's licences counted",
            "the licence administrator",
            _DEPLOYED,
        ),
        (
            "licence-verification-stale",
            Stage.DEPLOYMENT,
            "has a licence count that still holds",
            "the licence administrator",
            _ALL,
        ),
        ("deployment-approval-missing", Stage.DEPLOYMENT, "is approved for production", _COE, _DEPLOYED),
        ("approval-by-maker", Stage.DEPLOYMENT, "is approved by somebody else than its maker", _COE, _ALL),
        ("usage-monitoring-missing", Stage.PRODUCTION, "has its use watched", _COE, _LIVE),
        (
            "spot-check-overdue",
            Stage.PRODUCTION,
            "has its licences spot-checked every quarter",
            "the licence administrator",
            _LIVE,
        ),
        ("rate-limit-unmonitored", Stage.PRODUCTION, "has its rate limit watched", "the app owner", _LIVE),
        ("apim-recommended", Stage.PRODUCTION, "is behind API Management", "the connector's team", _LIVE),
        ("stage-out-of-order", Stage.REQUEST, "went through its stages in order", _COE, _ALL),
        ("evidence-dated-in-future", Stage.REQUEST, "has no record from the future", _COE, _ALL),
    )
)
"""The table of stages, in its order."""
