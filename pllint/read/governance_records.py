"""Records of the governance manifest, each made of one object of the files."""

from pllint.model.governance import (
    AgentRecord,
    Agreement,
    AiCreditUse,
    AppRecord,
    Approval,
    Budget,
    ConnectorRecord,
    Creation,
    CreationRequest,
    DataverseUse,
    DeclaredEnvironment,
    Deployment,
    Development,
    DlpConfirmation,
    FlowPeople,
    FlowRecord,
    Guests,
    LicenceCount,
    LicenceRecord,
    LicenceReview,
    Name,
    Operation,
    PolicyChange,
    Population,
    Retirement,
    Review,
    SpotCheck,
    Stage,
    Tenant,
    UnattendedUse,
    Waiver,
    Watch,
    WebsiteRecord,
)
from pllint.read.governance_values import Values
from pllint.source import Anchor
from pllint.text.node import Node

_CLOUDS = ("public", "gcc", "gcc-high", "dod", "china")
_MONTH = r"[0-9]{4}-(0[1-9]|1[0-2])"
_DAY_OF_YEAR = r"(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"


class Records(Values):
    """Makes records of nodes; a record that lacks its name is left out, which the schema reports."""

    def tenant(self, keys: dict[str, Node]) -> Tenant:
        first = next(iter(keys.values())).at
        at = Anchor(first.source, first.path[:-1])

        def node(key: str) -> Node:
            return keys.get(key, Node(None, at / key))

        return Tenant(
            at=at,
            name=self._text(node("name")),
            cloud=self._word(node("cloud"), *_CLOUDS),
            sector=self._word(node("sector"), "commercial", "government", "education", "non-profit"),
            currency=self._text(node("currency")),
            price_list=self._text(node("price-list")),
            licences_as_of=self._date(node("licences-as-of")),
            agreement=self._agreement(node("agreement")),
        )

    def _agreement(self, node: Node) -> Agreement | None:
        if not node.is_mapping:
            return None
        return Agreement(
            at=node.at,
            kind=self._word(node["kind"], "ea", "mpsa", "csp", "mca", "none"),
            starts=self._date(node["starts"]),
            anniversary=self._matching(node["anniversary"], _DAY_OF_YEAR, "a month and a day such as 04-01"),
            ends=self._date(node["ends"]),
            count_reduction=self._flag(node["count-reduction"]),
            per_app_lines=self._word(node["per-app-lines"], "one", "per-app"),
        )

    def environment(self, node: Node) -> DeclaredEnvironment | None:
        name = self._text(node["name"])
        if name is None:
            return None
        return DeclaredEnvironment(
            name=name,
            at=node.at,
            id=self._text(node["id"]),
            url=self._text(node["url"]),
            type=self._word(node["type"], "default", "production", "sandbox", "developer", "trial", "teams"),
            owner=self._text(node["owner"]),
            managed=self._flag(node["managed"]),
            managed_by=self._word(node["managed-by"], "it", "maker"),
            group=self._text(node["group"]),
            pay_as_you_go=self._flag(node["pay-as-you-go"]),
            policies=self._names(node["policies"]) or (),
            database_gb=self._number(node["database-gb"]),
            runs_per_month=self._count(node["runs-per-month"]),
        )

    def population(self, node: Node) -> Population | None:
        name = self._text(node["name"])
        if name is None:
            return None
        return Population(
            name=name,
            at=node.at,
            people=self._count(node["people"]),
            counted=self._date(node["counted"]),
            drawn_from=self._text(node["from"]),
            holds=self._counts(node["holds"]),
            guests=self._guests(node["guests"]),
            within=self._name(node["within"]),
        )

    def _guests(self, node: Node) -> Guests | None:
        if not node.is_mapping:
            return None
        return Guests(
            at=node.at,
            home=self._word(node["home"], "licensed", "unlicensed", "unknown"),
            plan=self._text(node["plan"]),
            cloud=self._word(node["cloud"], *_CLOUDS),
        )

    def app(self, node: Node) -> AppRecord | None:
        name = self._text(node["name"])
        if name is None:
            return None
        return AppRecord(
            name=name,
            at=node.at,
            id=self._text(node["id"]),
            solution=self._text(node["solution"]),
            environment=self._name(node["environment"]),
            owner=self._text(node["owner"]),
            maker=self._text(node["maker"]),
            shared_with=self._names(node["shared-with"]),
            groups=self._count(node["groups"]),
            people=self._count(node["people"]),
            active_people=self._count(node["active-people"]),
            plan=self._text(node["plan"]),
            budget=self._budget(node["budget"]),
            impact=self._word(node["impact"], "low", "medium", "high"),
            justification=self._text(node["justification"]),
            mitigation=self._text(node["mitigation"]),
            purpose=self._word(node["purpose"], "test", "use"),
            created=self._date(node["created"]),
            last_used=self._date(node["last-used"]),
            retired=self._flag(node["retired"]),
            owner_left=self._date(node["owner-left"]),
            runs_per_day=self._number(node["runs-per-day"]),
            licence=self._text(node["licence"]),
            credential_holders=self._holders(node["credential-holders"])[0],
            writes_restricted=self._names(node["writes-restricted"]) or (),
        )

    def flow(self, node: Node) -> FlowRecord | None:
        name = self._text(node["name"])
        if name is None:
            return None
        holders, hold = self._holders(node["credential-holders"])
        return FlowRecord(
            name=name,
            at=node.at,
            id=self._text(node["id"]),
            environment=self._name(node["environment"]),
            owner=self._text(node["owner"]),
            owner_kind=self._word(node["owner-kind"], "person", "service-account", "service-principal"),
            owner_left=self._date(node["owner-left"]),
            credential_holders=holders,
            holders_hold=hold,
            licence=self._text(node["licence"]),
            plan=self._text(node["plan"]),
            app=self._name(node["app"]),
            people=tuple(self._flow_people(person) for person in node["people"].elements() if person.is_mapping),
            groups=self._count(node["groups"]),
            active_people=self._count(node["active-people"]),
            budget=self._budget(node["budget"]),
            purpose=self._word(node["purpose"], "test", "use"),
            created=self._date(node["created"]),
            last_used=self._date(node["last-used"]),
            retired=self._flag(node["retired"]),
            runs_per_day=self._number(node["runs-per-day"]),
            covered_by=self._name(node["covered-by"]),
            writes_restricted=self._names(node["writes-restricted"]) or (),
        )

    def _flow_people(self, node: Node) -> FlowPeople:
        roles = ("runs", "triggers", "triggers-and-receives", "receives", "approves", "benefits")
        return FlowPeople(
            at=node.at,
            who=self._name(node["who"]),
            role=self._word(node["role"], *roles),
            value=self._word(node["value"], "none"),
        )

    def _holders(self, node: Node) -> tuple[int | None, tuple[tuple[str, int], ...]]:
        if node.is_mapping:
            return self._count(node["count"]), self._counts(node["holds"])
        return self._count(node), ()

    def _budget(self, node: Node) -> Budget | None:
        if not node.is_mapping:
            return None
        return Budget(at=node.at, currency=self._text(node["currency"]), yearly=self._number(node["yearly"]))

    def connector(self, node: Node) -> ConnectorRecord | None:
        name = self._text(node["name"])
        if name is None:
            return None
        stage = self._word(node["stage"], *Stage)
        return ConnectorRecord(
            name=name,
            at=node.at,
            id=self._text(node["id"]),
            definition=self._text(node["definition"]),
            description=self._text(node["description"]),
            stage=Stage(stage) if stage else None,
            owner=self._text(node["owner"]),
            maker=self._text(node["maker"]),
            api_management=self._flag(node["api-management"]),
            environments=self._names(node["environments"]) or (),
            created=self._creation(node["created"]),
            request=self._request(node["request"]),
            development=self._development(node["development"]),
            deployment=self._deployment(node["deployment"]),
            operation=self._operation(node["operation"]),
        )

    def _creation(self, node: Node) -> Creation | None:
        if not node.is_mapping:
            return None
        return Creation(at=node.at, environment=self._name(node["environment"]), date=self._date(node["date"]))

    def _request(self, node: Node) -> CreationRequest | None:
        if not node.is_mapping:
            return None
        kinds = ("none", "api-key", "basic", "oauth2", "entra-id", "windows", "certificate", "other")
        return CreationRequest(
            at=node.at,
            endpoint=self._text(node["endpoint"]),
            authentication=self._word(node["authentication"], *kinds),
            data=self._text(node["data"]),
            use_case=self._text(node["use-case"]),
            operations=tuple(name.text for name in self._names(node["operations"]) or ()),
            reviewed=self._review(node["reviewed"]),
        )

    def _development(self, node: Node) -> Development | None:
        if not node.is_mapping:
            return None
        return Development(
            at=node.at,
            environment=self._name(node["environment"]),
            test_environment=self._name(node["test-environment"]),
        )

    def _deployment(self, node: Node) -> Deployment | None:
        if not node.is_mapping:
            return None
        return Deployment(
            at=node.at,
            security_review=self._review(node["security-review"]),
            dlp=self._dlp_confirmation(node["dlp"]),
            licences=self._licence_count(node["licences"]),
            approved=self._review(node["approved"]),
        )

    def _review(self, node: Node) -> Review | None:
        if not _is_filled(node):
            return None
        return Review(
            at=node.at,
            by=self._text(node["by"]),
            person=self._text(node["person"]),
            date=self._date(node["date"]),
            ref=self._text(node["ref"]),
            result=self._text(node["result"]),
        )

    def _dlp_confirmation(self, node: Node) -> DlpConfirmation | None:
        if not _is_filled(node):
            return None
        return DlpConfirmation(
            at=node.at,
            policy=self._name(node["policy"]),
            group=self._text(node["group"]),
            by=self._text(node["by"]),
            person=self._text(node["person"]),
            date=self._date(node["date"]),
            ref=self._text(node["ref"]),
        )

    def _licence_count(self, node: Node) -> LicenceCount | None:
        if not _is_filled(node):
            return None
        return LicenceCount(
            at=node.at,
            people=self._count(node["people"]),
            plan=self._text(node["plan"]),
            available=self._count(node["available"]),
            by=self._text(node["by"]),
            person=self._text(node["person"]),
            date=self._date(node["date"]),
            ref=self._text(node["ref"]),
        )

    def _operation(self, node: Node) -> Operation | None:
        if not node.is_mapping:
            return None
        return Operation(
            at=node.at,
            usage=self._watch(node["usage"], "from"),
            spot_checks=tuple(self._spot_check(look) for look in node["spot-checks"].elements() if _is_filled(look)),
            rate_limit=self._watch(node["rate-limit"], "watched-in"),
        )

    def _watch(self, node: Node, where: str) -> Watch | None:
        if not _is_filled(node):
            return None
        return Watch(
            at=node.at,
            date=self._date(node["date"]),
            by=self._text(node["by"]),
            person=self._text(node["person"]),
            watched_in=self._text(node[where]),
            limit=self._text(node["limit"]),
        )

    def _spot_check(self, node: Node) -> SpotCheck:
        return SpotCheck(
            at=node.at,
            date=self._date(node["date"]),
            by=self._text(node["by"]),
            person=self._text(node["person"]),
            people=self._count(node["people"]),
            licensed=self._count(node["licensed"]),
        )

    def licence(self, node: Node) -> LicenceRecord | None:
        plan = self._text(node["plan"])
        if plan is None:
            return None
        allocated = ((Name(name, member.at), self._count(member)) for name, member in node["allocated"].items())
        return LicenceRecord(
            plan=plan,
            at=node.at,
            purchased=self._count(node["purchased"]),
            assigned=self._count(node["assigned"]),
            allocated=tuple((name, passes) for name, passes in allocated if passes is not None),
            price=self._number(node["price"]),
            currency=self._text(node["currency"]),
            ends=self._date(node["ends"]),
            as_of=self._date(node["as-of"]),
        )

    def agent(self, node: Node) -> AgentRecord | None:
        name = self._text(node["name"])
        if name is None:
            return None
        return AgentRecord(
            name=name,
            at=node.at,
            environment=self._name(node["environment"]),
            credits_per_month=self._count(node["credits-per-month"]),
            service_enabled=self._flag(node["service-enabled"]),
        )

    def website(self, node: Node) -> WebsiteRecord | None:
        name = self._text(node["name"])
        if name is None:
            return None
        return WebsiteRecord(
            name=name,
            at=node.at,
            environment=self._name(node["environment"]),
            authenticated=self._count(node["authenticated"]),
            anonymous=self._count(node["anonymous"]),
        )

    def dataverse(self, node: Node) -> DataverseUse | None:
        if not node.is_mapping:
            return None
        return DataverseUse(
            at=node.at,
            database_gb=self._number(node["database-gb"]),
            file_gb=self._number(node["file-gb"]),
            log_gb=self._number(node["log-gb"]),
            date=self._date(node["date"]),
        )

    def ai_credits(self, node: Node) -> AiCreditUse | None:
        if not node.is_mapping:
            return None
        month = self._matching(node["month"], _MONTH, "a month such as 2026-10")
        return AiCreditUse(at=node.at, used=self._count(node["used"]), month=month)

    def desktop_flows(self, node: Node) -> UnattendedUse | None:
        if not node.is_mapping:
            return None
        return UnattendedUse(
            at=node.at,
            concurrent_runs=self._count(node["concurrent-runs"]),
            machines=self._count(node["machines"]),
        )

    def approval(self, node: Node) -> Approval:
        return Approval(
            at=node.at,
            of=self._text(node["of"]),
            flow=self._text(node["flow"]),
            environment=self._text(node["environment"]),
            by=self._text(node["by"]),
            person=self._text(node["person"]),
            date=self._date(node["date"]),
            ref=self._text(node["ref"]),
            ends=self._date(node["ends"]),
        )

    def retirement(self, node: Node) -> Retirement:
        return Retirement(
            at=node.at,
            app=self._text(node["app"]),
            flow=self._text(node["flow"]),
            connector=self._text(node["connector"]),
            date=self._date(node["date"]),
            population=self._count(node["population"]),
            licence_review=self._licence_review(node["licence-review"]),
            dlp_change=self._policy_change(node["dlp-change"]),
            dependents_gone=self._date(node["dependents-gone"]),
        )

    def _licence_review(self, node: Node) -> LicenceReview | None:
        if not _is_filled(node):
            return None
        return LicenceReview(
            at=node.at,
            by=self._text(node["by"]),
            person=self._text(node["person"]),
            date=self._date(node["date"]),
            ref=self._text(node["ref"]),
            keep=self._count(node["keep"]),
            reassign=self._count(node["reassign"]),
            reassigned_to=self._name(node["reassigned-to"]),
            reclaim=self._count(node["reclaim"]),
        )

    def _policy_change(self, node: Node) -> PolicyChange | None:
        if not _is_filled(node):
            return None
        return PolicyChange(
            at=node.at,
            policy=self._name(node["policy"]),
            by=self._text(node["by"]),
            person=self._text(node["person"]),
            date=self._date(node["date"]),
            ref=self._text(node["ref"]),
        )

    def waiver(self, node: Node) -> Waiver | None:
        check, target = self._text(node["check"]), self._text(node["for"])
        if check is None or target is None:
            return None
        return Waiver(
            check=check,
            target=target,
            at=node.at,
            reason=self._text(node["reason"]),
            by=self._text(node["by"]),
            ends=self._date(node["ends"]),
            environment=self._text(node["environment"]),
        )


def _is_filled(node: Node) -> bool:
    """Tell whether a record of evidence says anything: an empty form, as `pllint init` offers it, proves nothing."""
    return node.is_mapping and any(member.present and member.text != "" for member in node.values())
