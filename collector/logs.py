"""Log lines on standard error: `time=… level=… part=… message="…" name=value …`, without addresses of clients."""

import ipaddress
import json
import logging
import re
import sys
import time

ORDINARY = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "color_message"}
IPV4 = r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.])"
IPV6 = r"(?<![\w:])[0-9a-fA-F]{0,4}(?::[0-9a-fA-F]{0,4}){2,7}(?:\.\d{1,3}){0,3}"
ADDRESS = re.compile(f"{IPV4}|{IPV6}")


class Formatter(logging.Formatter):
    """One line a record; what `extra=` brings stands at its end."""

    def __init__(self, part: str) -> None:
        super().__init__()
        self.part = part

    def format(self, record: logging.LogRecord) -> str:
        moment = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        message = record.getMessage()
        if record.exc_info:
            message += "\n" + self.formatException(record.exc_info)
        fields = {
            "time": f"{moment}.{int(record.msecs):03d}Z",
            "level": record.levelname.lower(),
            "part": self.part,
            "message": message,
        } | {name: value for name, value in vars(record).items() if name not in ORDINARY}
        return without_addresses(" ".join(f"{name}={quoted(value)}" for name, value in fields.items()))


def quoted(value: object) -> str:
    text = str(value)
    return text if re.fullmatch(r"[\w.:/+-]+", text) else json.dumps(text, ensure_ascii=False)


def without_addresses(text: str) -> str:
    """The text with every IP address replaced, loopback ones excepted: the last net below all other care."""
    return ADDRESS.sub(lambda match: match[0] if is_harmless(match[0]) else "[address]", text)


def is_harmless(text: str) -> bool:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return True
    return address.is_loopback or address.is_unspecified


def handler(part: str) -> logging.Handler:
    """A handler that writes lines of this part of the service to standard error."""
    made = logging.StreamHandler(sys.stderr)
    made.setFormatter(Formatter(part))
    return made


def set_up(part: str, level: int = logging.INFO) -> None:
    """Send everything logged in this process to standard error, as lines of this part of the service."""
    root = logging.getLogger()
    root.handlers[:] = [handler(part)]
    root.setLevel(level)
    for noisy in ("alembic", "werkzeug"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


class Calm(logging.Filter):
    """Leaves out what granian says without need: that a worker was killed at the stop, often of one that had just ended
    by itself, and that there are more threads than cores, which is meant so (`web.py`): they wait for one another."""

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        return "refused to gracefully stop" not in message and "Configuration allows spawning" not in message


def granian_config() -> dict[str, object]:
    """What granian's own logging is set to: its warnings and errors in the same form, no access log."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"calm": {"()": "collector.logs.Calm"}},
        "handlers": {"ours": {"()": "collector.logs.handler", "part": "web", "filters": ["calm"]}},
        "loggers": {
            "_granian": {"handlers": ["ours"], "level": "WARNING", "propagate": False},
            "granian.access": {"handlers": [], "level": "CRITICAL", "propagate": False},
        },
    }
