"""The demo company's back doors, for whoever plays with it: to see what happened there, to seed it, to make it fail."""

import httpx

IDLE = 1.0
"""Seconds a connection is kept for the next call: less than its server keeps it, else a call meets one just closed."""


def back_door(url: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=url, trust_env=False, limits=httpx.Limits(keepalive_expiry=IDLE))
