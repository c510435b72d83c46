"""`pllint catalogue info|find|refresh`: the shipped data, what it holds, and a tenant's own facts over it."""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence

from pllint.catalogue import Catalogue, CatalogueConnector
from pllint.catalogue.plan_file import plans_of
from pllint.catalogue.plans import Plans
from pllint.cli.arguments import Parser, existing, one_of
from pllint.cli.check import settings_for
from pllint.cli.output import options_for, print_line, write, write_file
from pllint.errors import UsageError
from pllint.report.escape import for_terminal
from pllint.report.json_report import array, document
from pllint.report.layout import counted, folded
from pllint.settings import Settings

_FORMATS = ("text", "json")
_TIERS = {"standard": "Standard", "premium": "Premium", "unknown": None}
_RELEASES = {"ga": "ga", "preview": "preview", "deprecated": "deprecated", "unknown": None}
_SHOWN_CHANGES = 20


def run(arguments: Sequence[str]) -> int:
    """Run one of the three; without a word, `info`."""
    word = arguments[0] if arguments and not arguments[0].startswith("-") else ""
    if not word:
        if "--help" in arguments or "-h" in arguments:
            print_line(_HELP, sys.stdout)
            return 0
        return _info(arguments)
    return _COMMANDS[one_of(word, _COMMANDS, "command of catalogue")](arguments[1:])


_HELP = """usage: pllint catalogue [info | find WORD... | refresh EXPORT... -o FILE] [OPTIONS]

  info     which data is shipped, its dates, counts and sources; the tenant's own where the settings name it
  find     connectors by words of their ids and names
  refresh  make a catalogue of a tenant's own list of connectors, for the key `catalogue` of pllint.yaml

`pllint catalogue find --help` and `pllint catalogue refresh --help` list the options."""


def _parser(command: str, description: str) -> Parser:
    parser = Parser(f"catalogue {command}", description)
    parser.add_argument("--format", default="text", metavar="FORMAT", help="text (default) or json")
    return parser


def _with_settings(parser: Parser) -> Parser:
    parser.add_argument("--settings", metavar="FILE", help="instead of the nearest pllint.yaml")
    return parser


def _info(arguments: Sequence[str]) -> int:
    parser = _with_settings(_parser("info", "Show which data is shipped, its dates, counts and sources."))
    parsed = parser.parse(arguments)
    form = one_of(str(parsed.format), _FORMATS, "format")
    settings = _settings(parsed.settings)
    facts = information(Catalogue(overlay=settings.catalogue), plans_of(settings))
    if form == "json":
        write(document(facts), sys.stdout, "json")
    else:
        width = options_for(sys.stdout).width
        write("".join(f"{line}\n" for line in _told(facts, width)), sys.stdout)
    return 0


def information(catalogue: Catalogue, plans: Plans) -> dict[str, object]:
    """Give the dates, counts and sources of the data."""
    from pllint.catalogue import skus

    rows = catalogue.rows()
    connectors: dict[str, object] = {
        "as-of": catalogue.as_of,
        "count": len(rows),
        "tiers": _counts(row.tier for row in rows),
        "tier-basis": _counts(row.tier_basis for row in rows),
        "release": _counts(row.release for row in rows),
        "kind": _counts(row.kind for row in rows),
        "unblockable": sum(row.unblockable is True for row in rows),
        "sources": [
            {"name": name, **({"as-of": date} if date else {})} for name, date in sorted(catalogue.sources.items())
        ],
    }
    facts: dict[str, object] = {"connectors": connectors}
    if catalogue.overlay and catalogue.tenant_as_of:
        facts["tenant"] = {
            "as-of": catalogue.tenant_as_of,
            "path": catalogue.overlay,
            "decides": sum(row.tenant for row in rows),
        }
    facts["plans"] = {
        "as-of": plans.as_of,
        "count": len(plans.ids) - len(plans.own),
        "price-lists": [{"name": name, "currency": currency, "kind": kind} for name, currency, kind in plans.lists],
        "sources": [{"name": one.tag, "as-of": one.dated, "url": one.url} for one in plans.sources],
    }
    if plans.path:
        day = {"as-of": plans.own_as_of} if plans.own_as_of else {}
        facts["own-plans"] = {"path": plans.path, **day, "adds": list(plans.own), "prices": len(plans.stated)}
    facts["products"] = {"as-of": skus.as_of(), "count": skus.count(), "source": skus.source()}
    return facts


def _counts(values: Iterator[str | None] | Sequence[str | None]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for value in values:
        counts[(value or "unknown").lower()] = counts.get((value or "unknown").lower(), 0) + 1
    return dict(sorted(counts.items()))


def _told(facts: Mapping[str, object], width: int) -> Iterator[str]:
    connectors, products, tenant = facts["connectors"], facts["products"], facts.get("tenant")
    if isinstance(connectors, dict):
        yield f"Connectors: {connectors['count']:,}, checked against lists up to {connectors['as-of']}"
        for title, key in (("tier", "tiers"), ("basis of the tier", "tier-basis"), ("release", "release")):
            yield from _folded(f"{title}: {_listed(connectors[key])}", width)
        yield from _folded(f"kind: {_listed(connectors['kind'])}; no policy blocks {connectors['unblockable']}", width)
        sources = [f"{one['name']} ({one.get('as-of', 'undated')})" for one in connectors["sources"]]
        yield from _folded(f"sources: {', '.join(sources)}", width)
    if isinstance(tenant, dict):
        yield ""
        yield f"The tenant's own: {for_terminal(tenant['path'])}, of {tenant['as-of']}"
        yield from _folded(f"decides facts of {counted(tenant['decides'], 'connector')}", width)
    plans, own = facts.get("plans"), facts.get("own-plans")
    if isinstance(plans, dict):
        yield ""
        yield f"Licence plans: {plans['count']:,}, of {plans['as-of']}"
        lists = ", ".join(f"{one['name']} ({one['currency']})" for one in plans["price-lists"])
        yield from _folded(f"price lists: {lists}", width)
        yield from _folded(f"sources: {', '.join(_dated(plans['sources']))}", width)
    if isinstance(own, dict):
        yield ""
        yield f"Plan data of your own: {for_terminal(own['path'])}, of {own.get('as-of', 'no day that it says')}"
        added = f"adds {', '.join(own['adds'])}" if own["adds"] else "adds no plan"
        yield from _folded(for_terminal(f"{added}; states {counted(own['prices'], 'price')}"), width)
    if isinstance(products, dict):
        yield ""
        yield f"Licence products: {products['count']:,}, of {products['as-of']}"
        yield from _folded(f"source: {products['source']}", width)


def _dated(sources: Sequence[Mapping[str, str]]) -> list[str]:
    return [f"{one['name']} ({one['as-of']})" for one in sources]


def _folded(text: str, width: int) -> Iterator[str]:
    for number, line in enumerate(folded(text, width - 8)):
        yield f"  {'' if number == 0 else '    '}{line}"


def _listed(counts: object) -> str:
    return ", ".join(f"{word} {count:,}" for word, count in counts.items()) if isinstance(counts, dict) else ""


def _find(arguments: Sequence[str]) -> int:
    parser = _with_settings(_parser("find", "Find connectors whose ids or names hold all the words."))
    parser.add_argument("words", nargs="*", metavar="WORD", help="part of an id or a name; none: every connector")
    parser.add_argument("--tier", metavar="TIER", help="standard, premium or unknown")
    parser.add_argument("--release", metavar="STATUS", help="ga, preview, deprecated or unknown")
    parser.add_argument("--unblockable", action="store_true", help="only those that no data policy can block")
    parsed = parser.parse(arguments)
    form = one_of(str(parsed.format), _FORMATS, "format")
    tests: list[Callable[[CatalogueConnector], bool]] = []
    if parsed.tier:
        tier = _TIERS[one_of(str(parsed.tier).lower(), _TIERS, "tier")]
        tests.append(lambda row: row.tier == tier)
    if parsed.release:
        release = _RELEASES[one_of(str(parsed.release).lower(), _RELEASES, "release status")]
        tests.append(lambda row: row.release == release)
    if parsed.unblockable:
        tests.append(lambda row: row.unblockable is True)
    words = [str(word).lower() for word in parsed.words]
    found = [
        row
        for row in _catalogue(parsed.settings).rows()
        if all(word in row.key.lower() or word in row.name.lower() for word in words)
        and all(test(row) for test in tests)
    ]
    if form == "json":
        write(array([row_of(row) for row in found]), sys.stdout, "json")
    else:
        write("".join(f"{line}\n" for line in _lines(found)), sys.stdout)
    return 0


def row_of(row: CatalogueConnector) -> dict[str, object]:
    """Give the facts of a connector; what no list says is absent."""
    facts = {
        "id": row.key,
        "name": row.name,
        "tier": (row.tier or "").lower() or None,
        "tier-basis": row.tier_basis,
        "tier-as-of": row.dated,
        "publisher": row.publisher,
        "release": row.release,
        "kind": row.kind,
        "unblockable": row.unblockable,
        "deprecated": row.deprecated,
        "replaced-by": row.replaced_by,
        "endpoint-filtering": row.endpoint_filtering,
        "last-seen": row.last_seen,
        "from-tenant": row.tenant or None,
    }
    return {name: value for name, value in facts.items() if value is not None}


def _lines(found: Sequence[CatalogueConnector]) -> Iterator[str]:
    width = max((len(row.key) for row in found), default=0)
    for row in found:
        tier = (row.tier or "tier unknown").lower()
        basis = f" ({row.tier_basis}{f' {row.dated}' if row.dated else ''})" if row.tier_basis else ""
        words = [tier + basis, row.release or "", row.publisher or ""]
        words += ["cannot be blocked"] if row.unblockable else []
        words += [f"replaced by {row.replaced_by}"] if row.replaced_by else []
        yield for_terminal(f"{row.key:<{width}}  {row.name}: {', '.join(word for word in words if word)}")
    yield f"{counted(len(found), 'connector')}"


def _refresh(arguments: Sequence[str]) -> int:
    parser = _parser("refresh", "Make a catalogue of a tenant's own list of connectors. Nothing is fetched.")
    parser.add_argument("exports", nargs="+", metavar="EXPORT", help="Terraform output, REST answer or cmdlet's JSON")
    parser.add_argument("-o", "--output", metavar="FILE", help="the catalogue to write, or to bring up to date")
    parser.add_argument("--as-of", metavar="YYYY-MM-DD", help="the day of exports that do not tell it themselves")
    parsed = parser.parse(arguments)
    form = one_of(str(parsed.format), _FORMATS, "format")
    exports = [str(path) for path in parsed.exports]
    existing(exports)
    if not parsed.output:
        raise UsageError("say where to write the catalogue, as in -o catalogue/tenant.json")
    from pllint.cli.refresh import Refreshed, refreshed

    done: Refreshed = refreshed(exports, str(parsed.output), parsed.as_of, Catalogue())
    write_file(str(parsed.output), done.text)
    if form == "json":
        write(document(done.facts), sys.stdout, "json")
        return 0
    print_line(
        f"wrote {for_terminal(str(parsed.output))}: {counted(done.connectors, 'connector')} of {done.as_of},"
        f" {done.added:,} of them in no shipped list, {counted(done.custom, 'custom connector')} left out",
        sys.stdout,
    )
    for change in done.changes[:_SHOWN_CHANGES]:
        print_line(for_terminal(f"  {change}"), sys.stdout)
    if done.changes[_SHOWN_CHANGES:]:
        print_line(f"  and {len(done.changes) - _SHOWN_CHANGES} more", sys.stdout)
    print_line("Name it in pllint.yaml under `catalogue:`, and commit both.", sys.stdout)
    return 0


def _settings(given: object) -> Settings:
    return settings_for((), given if isinstance(given, str) else None)


def _catalogue(settings: object) -> Catalogue:
    return Catalogue(overlay=_settings(settings).catalogue)


_COMMANDS: Mapping[str, Callable[[Sequence[str]], int]] = {"info": _info, "find": _find, "refresh": _refresh}
