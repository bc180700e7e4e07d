"""What can be set from outside: the only reader of the environment. Every field is described in docs/settings.md."""

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from ipaddress import ip_network
from pathlib import Path
from typing import Any

from records.errors import CloseloopError


class SettingInvalid(CloseloopError):
    """A setting cannot be used."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Each field is the environment variable of the same name in capitals."""

    database_url: str = field(default="", repr=False)
    company: Path = Path("company")
    var: Path = Path("var")
    host: str = "127.0.0.1"
    port: int = 8000
    chroma_url: str = ""
    public_url: str = ""
    demo_url: str = ""
    customer_token_key: str = field(default="", repr=False)
    customer_token_keys_old: str = field(default="", repr=False)
    customer_token_jwks: str = ""
    customer_token_hours: float = 24.0
    conversation_token_key: str = field(default="", repr=False)
    conversation_token_keys_old: str = field(default="", repr=False)
    audit_seal_key: str = field(default="", repr=False)
    pseudonym_key: str = field(default="", repr=False)
    checkpoint_keys: str = field(default="", repr=False)
    model: str = ""
    model_fallback: str = ""
    model_seconds: float = 30.0
    model_first_seconds: float = 10.0
    model_turn_seconds: float = 60.0
    openai_base_url: str = ""
    openai_api_key: str = field(default="", repr=False)
    concurrency: int = 4
    pool_size: int = 16
    fact_seconds: float = 2.0
    answer_seconds: float = 5.0
    settle_seconds: float = 6.0
    crash_at: str = ""
    log_level: str = "warning"
    rate_limits: str = "on"
    trusted_proxies: str = ""
    breaker_failures: int = 5
    breaker_window: float = 30.0
    breaker_pause: float = 15.0
    otel_exporter_otlp_endpoint: str = ""


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """Raises SettingInvalid, naming the variable."""
    given = {each.name: environment.get(each.name.upper(), "") for each in fields(Settings)}
    values: dict[str, Any] = {name: _read(name, text) for name, text in given.items() if text}
    return Settings(**values)


def _read(name: str, text: str) -> object:
    default = getattr(Settings(), name)
    if name in _READERS:
        return _READERS[name](name, text)
    try:
        value = type(default)(text) if not isinstance(default, Path) else Path(text).expanduser()
    except ValueError as error:
        raise SettingInvalid(f"{name.upper()} must be a {type(default).__name__}, but is {text!r}.") from error
    if isinstance(value, int | float) and value < 0:
        raise SettingInvalid(f"{name.upper()} must not be negative, but is {text}.")
    return value


def _switch(name: str, text: str) -> str:
    if text not in ("on", "off"):
        raise SettingInvalid(f"{name.upper()} must be on or off, but is {text!r}.")
    return text


def _networks(name: str, text: str) -> str:
    """Addresses and networks, parted by commas."""
    for each in text.split(","):
        try:
            ip_network(each.strip())
        except ValueError as error:
            raise SettingInvalid(f"{name.upper()} must name addresses or networks, and {each!r} is none.") from error
    return text


def _address(name: str, text: str) -> str:
    """Of http or https, without a slash at the end."""
    if not re.fullmatch(r"https?://[^\s/?#]+(/[^\s?#]*)?", text):
        raise SettingInvalid(f"{name.upper()} must be an address such as https://help.example.com, but is {text!r}.")
    return text.rstrip("/")


_READERS: dict[str, Callable[[str, str], object]] = {
    "public_url": _address,
    "rate_limits": _switch,
    "trusted_proxies": _networks,
}


def with_environment(text: str, environment: Mapping[str, str] = os.environ) -> str:
    """The text with each `${NAME}` replaced by the environment variable. Raises SettingInvalid for one that is not set."""

    def value(found: re.Match[str]) -> str:
        if not environment.get(found[1]):
            raise SettingInvalid(f"the environment variable {found[1]} is not set.")
        return environment[found[1]]

    return re.sub(r"\$\{(\w+)\}", value, text)
