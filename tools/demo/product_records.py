"""What the demo company's product side tells everybody: the catalogue of features, disturbances, releases, known bugs."""

from datetime import datetime, timedelta

from tools.demo.make import Fact
from tools.demo.usage import Listed
from tools.incidents.facts import Deployment, Incident
from tools.tracker.facts import KnownBug

_FEATURES = (
    ("api", "API access", "api|rest api|api key|api keys", "team", "Settings → Developers → API keys"),
    ("export_workspace", "Export of a whole workspace", "whole workspace|full export|full backup|export everything",
     "team", "Settings → Data → Export workspace"),
    ("scheduled_exports", "Scheduled exports", "scheduled export|automatic export|nightly export|daily export|s3",
     "business", "Settings → Data → Scheduled exports"),
    ("sms_alerts", "Alerts by text message", "sms|sms alert|text message|text alert", "team",
     "Alerts → Channels → Text message"),
    ("alert_rules", "Alerts with several conditions", "several conditions|combined alert|compound alert", "team",
     "Alerts → New alert → Add condition"),
    ("shared_dashboards", "Public dashboard links", "public dashboard|public link|dashboard link|share link",
     "team", "Dashboard → Share → Public link"),
    ("custom_branding", "Own logo and colours", "own logo|our logo|branding|own colours|own colors", "business",
     "Settings → Workspace → Appearance"),
    ("sso", "Single sign-on", "single sign on|sso|saml|okta|azure ad|entra", "business",
     "Settings → Security → Single sign-on"),
    ("roles", "Roles of your own", "custom role|own role|permission role", "enterprise", "Settings → People → Roles"),
    ("audit_log", "Audit log", "audit log|audit trail|who changed what|activity log", "business",
     "Settings → Security → Audit log"),
    ("retention", "Readings for five years", "five years|long retention|keep readings longer|data retention",
     "enterprise", "agreed in the contract"),
    ("mobile_app", "Mobile app", "mobile app|phone app|android app|iphone app|ios app", "starter",
     "the App Store and Google Play"),
)  # fmt: skip
"""Id, title, what people call it, the smallest plan with it, and where it is."""


def records(now: datetime) -> list[Fact]:
    return [*_catalogue(), *_incidents(now), *_deployments(now), *_bugs(now)]


def _catalogue() -> list[Fact]:
    return [
        Listed(id=f"feat_{name}", title=title, words=words.split("|"), from_plan=plan, where=where)
        for name, title, words, plan, where in _FEATURES
    ]


def _incidents(now: datetime) -> list[Fact]:
    """Beside the two of the seed: signing in is slow right now, and exports were disturbed yesterday."""
    return [
        Incident(
            id="inc_6001",
            title="Signing in takes up to a minute",
            component="sign-in",
            status="identified",
            started_at=now - timedelta(hours=1),
            update="Signing in works but can take up to a minute. Whoever is signed in already is not affected.",
            updated_at=now - timedelta(minutes=12),
            resolved_at=None,
        ),
        Incident(
            id="inc_6000",
            title="Exports stayed in the queue",
            component="exports",
            status="resolved",
            started_at=now - timedelta(hours=30),
            update="Exports run again. Those that were waiting have been finished.",
            updated_at=now - timedelta(hours=26),
            resolved_at=now - timedelta(hours=26),
        ),
    ]


def _deployments(now: datetime) -> list[Fact]:
    return [
        _released(
            now, "dep_6001", "dashboards", "4.18.2", 3, "Charts load in parts; the time range is kept on reload."
        ),
        _released(now, "dep_6002", "exports", "4.18.1", 9, "Exports above 50,000 rows are written in parts."),
        _released(
            now, "dep_6003", "alerts", "4.18.0", 12, "An alert can be muted for a while from the message itself."
        ),
        _released(now, "dep_6004", "mobile app", "7.4.1", 5, "Dark mode; turning a chart no longer closes the app."),
        _released(now, "dep_6005", "sensor sync", "2.9.3", 20, "Hubs pick up a lost connection within a minute."),
        _released(
            now, "dep_6006", "sign-in", "4.17.6", 33, "Codes from an authenticator app are remembered for 30 days."
        ),
        _released(
            now, "dep_6007", "hub firmware", "4.2.1", 46, "Hubs keep their connection when a network is renewed."
        ),
    ]


def _released(now: datetime, id: str, area: str, version: str, days: int, notes: str) -> Deployment:  # noqa: A002
    return Deployment(id=id, area=area, version=version, released_at=now - timedelta(days=days), notes=notes)


def _bugs(now: datetime) -> list[Fact]:
    """Two open ones, two in work, and one that is mended."""
    return [
        _bug(now, "bug_6001", "Alerts are sent twice after a rule is edited", "alerts", "open", 6,
             "alert|twice|double|duplicate|edited|edit|rule|e-mails|same",
             workaround="Turn the alert off and on again after editing it."),
        _bug(now, "bug_6002", "CSV export stops when a column name holds a semicolon", "exports", "in_progress", 11,
             "csv|column|semicolon|stops|stop|name|header|truncated",
             workaround="Rename the column without the semicolon and export again."),
        _bug(now, "bug_6003", "Charts stay empty in Firefox with strict privacy settings", "dashboards", "in_progress",
             15, "chart|empty|blank|firefox|privacy|strict|tracking",
             workaround="Allow tidewater.example in Firefox's privacy settings, or use another browser."),
        _bug(now, "bug_6004", "Mobile app closes when a chart is turned to landscape", "mobile app", "fixed", 18,
             "app|crash|close|landscape|turn|rotate|sideways|phone", fixed_in="7.4.1"),
        _bug(now, "bug_6005", "Battery level of a sensor shows 0 % after a firmware update", "sensor sync", "open", 4,
             "battery|zero|0|firmware|update|level|percent"),
    ]  # fmt: skip


def _bug(
    now: datetime,
    id: str,  # noqa: A002
    title: str,
    area: str,
    status: str,
    days: int,
    words: str,
    *,
    fixed_in: str | None = None,
    workaround: str = "",
) -> KnownBug:
    return KnownBug(
        id=id,
        title=title,
        area=area,
        status=status,
        words=words.split("|"),
        fixed_in=fixed_in,
        workaround=workaround,
        reported_at=now - timedelta(days=days),
    )
