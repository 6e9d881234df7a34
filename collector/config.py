"""Settings, read from the environment once, at the start. Nothing else in the project reads the environment."""

import hashlib
import hmac
import os
import re
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, cast
from urllib.parse import urlsplit

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

Durability = Literal["process", "disk"]

PREFIX = "SIKDATNE_"
NAMES = (
    "DATA", "HOST", "PORT", "WORKERS", "CLICKHOUSE", "DATABASE", "GEOIP", "SECRET_KEY",
    "TRUSTED_PROXIES", "DURABILITY", "SPOOL_LIMIT",
)  # fmt: skip
GIB = 1024**3
SHORTEST_KEY = 32
GEOIP_FROM_NPM = Path(__file__).parent.parent / "node_modules" / "@ip-location-db" / "dbip-city-mmdb"


class ConfigError(Exception):
    """A setting has a value that it does not take; the message names the setting and what it takes."""


@dataclass(frozen=True)
class Settings:
    """Everything an installation decides. Paths are absolute, `spool_limit` is in bytes."""

    data: Path
    host: str
    port: int
    workers: int
    clickhouse: str | None
    database: str
    geoip: tuple[Path, ...]
    secret_keys: tuple[bytes, ...] = field(repr=False)
    trusted_proxies: int = 0
    durability: Durability = "process"
    spool_limit: int = GIB

    @classmethod
    def from_environment(cls, env: Mapping[str, str]) -> "Settings":
        """Read SIKDATNE_* and SIKDATNE_*_FILE; an empty value counts as unset. Raises ConfigError."""
        read = Reader(env)
        data = made(Path(read.text("DATA", "data")).expanduser().absolute())
        return cls(
            data=data,
            host=read.text("HOST", "127.0.0.1"),
            port=read.integer("PORT", 8000, 1, 65535),
            workers=read.integer("WORKERS", 2, 1, 256),
            clickhouse=read.clickhouse(),
            database=read.database(f"sqlite:///{data / 'sikdatne.db'}"),
            geoip=read.geoip(),
            secret_keys=read.secret_keys(data),
            trusted_proxies=read.integer("TRUSTED_PROXIES", 0, 0, 16),
            durability=read.durability(),
            spool_limit=read.integer("SPOOL_LIMIT", GIB, 1024**2, 2**50),
        )

    def key(self, purpose: str) -> tuple[bytes, ...]:
        """One 32-byte key for each secret, in their order, for this purpose only: the first signs, all verify."""
        return tuple(hmac.digest(secret, purpose.encode(), hashlib.sha256) for secret in self.secret_keys)


@dataclass(frozen=True)
class Reader:
    """Strict readers of single settings."""

    env: Mapping[str, str]

    def optional(self, name: str) -> str | None:
        value = self.env.get(PREFIX + name, "").strip()
        file = self.env.get(f"{PREFIX}{name}_FILE", "").strip()
        if value and file:
            raise ConfigError(f"{PREFIX}{name} and {PREFIX}{name}_FILE are both set; set one of them")
        if not file:
            return value or None
        try:
            return Path(file).read_text("utf-8").strip() or None
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "not text"
            raise ConfigError(f"{PREFIX}{name}_FILE must name a readable file; {file}: {reason}") from error

    def text(self, name: str, default: str) -> str:
        return self.optional(name) or default

    def integer(self, name: str, default: int, lowest: int, highest: int) -> int:
        value = self.optional(name)
        if value is None:
            return default
        if not re.fullmatch(r"[0-9]{1,18}", value) or not lowest <= int(value) <= highest:
            raise ConfigError(f"{PREFIX}{name} takes a whole number from {lowest} to {highest}, not {value!r}")
        return int(value)

    def durability(self) -> Durability:
        value = self.text("DURABILITY", "process")
        if value not in ("process", "disk"):
            raise ConfigError(f"{PREFIX}DURABILITY takes process or disk, not {value!r}")
        return cast(Durability, value)

    def clickhouse(self) -> str | None:
        value = self.optional("CLICKHOUSE")
        if value is None:
            return None
        # The value holds a password, so no message repeats it.
        takes = ConfigError(f"{PREFIX}CLICKHOUSE takes an address like clickhouse://user:password@host:9000/sikdatne")
        try:
            parts = urlsplit(value)
            if parts.scheme not in ("clickhouse", "clickhouses") or not parts.hostname or parts.port == 0:
                raise takes
        except ValueError as error:
            raise takes from error
        if not re.fullmatch(r"/?|/[A-Za-z_][A-Za-z0-9_]*", parts.path):
            raise takes
        return value

    def database(self, default: str) -> str:
        value = self.text("DATABASE", default)
        try:
            make_url(value)
        except ArgumentError as error:
            raise ConfigError(f"{PREFIX}DATABASE takes a URL like sqlite:////var/lib/sikdatne/sikdatne.db") from error
        return value

    def geoip(self) -> tuple[Path, ...]:
        value = self.optional("GEOIP")
        if value is None:
            return tuple(sorted(GEOIP_FROM_NPM.glob("*.mmdb")))
        paths = tuple(Path(part).expanduser().absolute() for part in re.split(rf"[,{os.pathsep}]", value) if part)
        for path in paths:
            if not path.is_file():
                raise ConfigError(f"{PREFIX}GEOIP takes .mmdb files separated by commas; {path} is not a file")
        return paths

    def secret_keys(self, data: Path) -> tuple[bytes, ...]:
        value = self.optional("SECRET_KEY") or kept_secret(data)
        keys = tuple(part.encode() for part in re.split(r"[\s,]+", value) if part)
        if not keys or min(map(len, keys)) < SHORTEST_KEY:
            raise ConfigError(
                f"{PREFIX}SECRET_KEY takes one or more keys of at least {SHORTEST_KEY} characters; the first one signs"
            )
        return keys


def made(data: Path) -> Path:
    """The data folder, made when it is not there; what is in it concerns its owner alone."""
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable(error) from error
    return data


def unwritable(error: OSError) -> ConfigError:
    return ConfigError(f"{PREFIX}DATA takes a folder that can be written; {error.filename}: {error.strerror}")


def kept_secret(data: Path) -> str:
    """The secret under DATA/secret_key, made once with mode 0600; the first of several processes to start makes it."""
    path = data / "secret_key"
    try:
        if not path.exists():
            # Linking a complete file into place: no other process can ever read half a key.
            fresh = data / f".secret_key.{os.getpid()}.{time.monotonic_ns()}"
            with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(secrets.token_hex(32) + "\n")
                file.flush()
                os.fsync(file.fileno())
            try:
                os.link(fresh, path)
            except FileExistsError:
                pass
            finally:
                fresh.unlink()
        return path.read_text("ascii")
    except OSError as error:
        raise unwritable(error) from error


def unknown_names(env: Mapping[str, str]) -> list[str]:
    """Names that look like settings and are none: most often a spelling mistake."""
    known = {PREFIX + name for name in NAMES} | {f"{PREFIX}{name}_FILE" for name in NAMES}
    return sorted(name for name in env if name.startswith(PREFIX) and name not in known)
