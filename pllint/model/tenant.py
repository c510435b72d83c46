"""What the tenant as a whole is set to: isolation from other tenants, and the admin settings."""

from pllint.record import NamedTuple
from pllint.source import Anchor


class AllowedTenant(NamedTuple):
    """Another tenant that isolation lets through."""

    tenant: str
    """Its id, or `*` for every tenant."""
    inbound: bool
    outbound: bool
    at: Anchor


class TenantIsolation(NamedTuple):
    """Whether connections to and from other tenants are stopped."""

    at: Anchor
    """The place of the switch, else of the policy."""
    enabled: bool | None
    """None: the file does not say."""
    allowed: tuple[AllowedTenant, ...] | None
    """None: the export cut the list off, or it is computed elsewhere."""
    tenant: str | None = None


class TenantSetting(NamedTuple):
    """One admin setting of the tenant."""

    name: str
    """The path in the service's own spelling, with dots: `powerPlatform.governance.disableAdminDigest`."""
    value: str | int | float | bool | None
    at: Anchor
