"""The pages that staff work with: rendered here, useful without scripts, signed in by a cookie."""

from web.screens import assets, card, changes, inbox, signing

ROUTERS = (assets.router, signing.router, changes.router, inbox.router, card.router)
