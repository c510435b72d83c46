"""Names of licence plans: what each plan is called today, and every name and stock-keeping name it goes by."""

from pllint.record import NamedTuple


class LicencePlan(NamedTuple):
    """A licence plan; its id never changes, its names do."""

    id: str
    name: str
    """What it is called today."""
    aliases: tuple[str, ...] = ()
    """Earlier names, names of suites that hold it, and the names of tenant licence exports."""


_PLANS = (
    LicencePlan(
        "power-apps-per-app", "Power Apps per app", ("Run Single Apps", "Per App", "app pass", "POWERAPPS_PER_APP")
    ),
    LicencePlan(
        "power-apps-premium",
        "Power Apps Premium",
        ("Run Unlimited Apps", "Power Apps per user", "Power Apps per user plan", "POWERAPPS_PER_USER"),
    ),
    LicencePlan("power-apps-payg", "Power Apps pay-as-you-go"),
    LicencePlan(
        "power-apps-developer",
        "Power Apps Developer Plan",
        ("Community plan", "Power Apps Community Plan", "Developer Plan", "POWERAPPS_DEV"),
    ),
    LicencePlan("power-apps-trial", "Power Apps trial", ("POWERAPPS_VIRAL",)),
    LicencePlan("power-apps-plan-1", "Power Apps Plan 1", ("PowerApps Plan 1",)),
    LicencePlan("power-apps-plan-2", "Power Apps Plan 2", ("PowerApps Plan 2", "POWERFLOW_P2")),
    LicencePlan("power-automate-free", "Power Automate Free", ("Flow Free", "FLOW_FREE")),
    LicencePlan(
        "power-automate-per-user",
        "Power Automate per user",
        ("Power Automate per user plan", "FLOW_PER_USER", "FLOW_PER_USER_DEPT"),
    ),
    LicencePlan(
        "power-automate-per-user-rpa",
        "Power Automate per user with attended RPA",
        ("Power Automate per user plan with attended RPA",),
    ),
    LicencePlan("power-automate-premium", "Power Automate Premium", ("POWERAUTOMATE_ATTENDED_RPA",)),
    LicencePlan(
        "power-automate-per-flow",
        "Power Automate per flow",
        ("Power Automate per flow plan", "flow bundle", "FLOW_BUSINESS_PROCESS"),
    ),
    LicencePlan("power-automate-process", "Power Automate Process"),
    LicencePlan("power-automate-hosted-process", "Power Automate Hosted Process", ("Hosted RPA add-on",)),
    LicencePlan(
        "power-automate-unattended-rpa", "Power Automate unattended RPA add-on", ("POWERAUTOMATE_UNATTENDED_RPA",)
    ),
    LicencePlan("power-automate-payg", "Power Automate pay-as-you-go"),
    LicencePlan("power-automate-trial", "Power Automate trial"),
    LicencePlan("power-automate-plan-1", "Power Automate Plan 1", ("Flow Plan 1",)),
    LicencePlan("power-automate-plan-2", "Power Automate Plan 2", ("Flow Plan 2", "FLOW_P2")),
    LicencePlan(
        "copilot-studio", "Copilot Studio", ("Power Virtual Agents", "VIRTUAL_AGENT_BASE", "VIRTUAL_AGENT_ADDON")
    ),
    LicencePlan("copilot-studio-payg", "Copilot Studio pay-as-you-go"),
    LicencePlan("copilot-studio-user", "Copilot Studio user licence", ("VIRTUAL_AGENT_USL",)),
)
_BY_NAME = {name.lower(): plan for plan in _PLANS for name in (plan.id, plan.name, *plan.aliases)}


def plan_named(text: str) -> LicencePlan | None:
    """Find the plan of the Power Platform that an id, a name or a stock-keeping name means, ignoring case."""
    return _BY_NAME.get(" ".join(text.lower().split()))
