"""The real model and a small help centre for the knowledge tests."""

from functools import cache
from pathlib import Path

from knowledge.articles import load_articles, passages_of
from knowledge.embedder import Embedder
from knowledge.minilm import build
from knowledge.passages import Passage

MODELS = Path(__file__).parent.parent / "var" / "models"
REFERENCE = Path(__file__).parent.parent.parent / "shared" / "data" / "minilm_reference" / "vectors.json"

ARTICLES = {
    "billing/refunds": (
        "Refunds",
        "public",
        "We refund a charge within 30 days.\n\n## How long a refund takes\n\nYour bank shows the money after five to ten "
        "working days.\n\n## Duplicate charges\n\nIf you were charged twice, we return the second payment in full.",
    ),
    "billing/invoices": ("Invoices", "public", "Download every invoice as a PDF under Settings, Billing, Invoices."),
    "orders/tracking": (
        "Track a parcel",
        "public",
        "The tracking number is in the dispatch e-mail. Parcels take three to five days within the country.",
    ),
    "orders/address": (
        "Change a delivery address",
        "public",
        "You can change the address of an order until it is dispatched.",
    ),
    "devices/hub": (
        "The hub is offline",
        "public",
        "A red light means the hub has no network. Hold the button for ten seconds to restart it. Error E-4471 means the "
        "firmware is too old.",
    ),
    "account/password": (
        "Reset a password",
        "public",
        "Choose Forgot password on the sign-in page and follow the link.",
    ),
    "staff/goodwill": (
        "Goodwill credits",
        "internal",
        "Agents may grant an angry customer a goodwill credit of 50 dollars without asking a lead.",
    ),
}


@cache
def embedder() -> Embedder:
    build(MODELS)
    return Embedder(MODELS)


def write_article(folder: Path, name: str, *, title: str, audience: str, body: str) -> None:
    path = folder / f"{name}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    url = f"https://help.example.com/{name}"
    path.write_text(
        f"---\ntitle: {title}\naudience: {audience}\nupdated: 2025-03-01\nurl: {url}\n---\n{body}\n", encoding="utf-8"
    )


def help_centre(folder: Path) -> list[Passage]:
    """The passages of ARTICLES, written to the folder and read back."""
    for name, (title, audience, body) in ARTICLES.items():
        write_article(folder, name, title=title, audience=audience, body=body)
    return [passage for article in load_articles(folder) for passage in passages_of(article)]
