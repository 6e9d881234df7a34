"""Who may see the dashboards: users, their sessions, and the link that makes the first user.

Secrets (session and set-up tokens) are random and kept only as SHA-256 digests; passwords as argon2id hashes.
Instants are aware datetimes, `now` is in epoch seconds. Nothing here knows of requests.
"""

import hashlib
import re
import secrets
from datetime import UTC, date, datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from sqlalchemy import ForeignKey, delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from collector.database import Base, Database, Instant

SESSION_LIFE = timedelta(days=30)
SETUP_LIFE = timedelta(hours=24)
PASSWORD_LENGTHS = range(10, 1025)  # characters
HASHER = PasswordHasher()


class AccountError(Exception):
    """An account cannot be made; the message says why in one line."""


class User(Base):
    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
    password_hash: Mapped[str]
    role: Mapped[str]  # admin: may change everything; viewer: may look
    created: Mapped[datetime] = mapped_column(Instant)


class ApiToken(Base):
    __tablename__ = "api_tokens"

    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(unique=True)
    site: Mapped[str] = mapped_column(ForeignKey("sites.domain", ondelete="CASCADE"))
    name: Mapped[str]
    created: Mapped[datetime] = mapped_column(Instant)
    last_used: Mapped[date | None]


class LoginSession(Base):
    __tablename__ = "sessions"

    digest: Mapped[str] = mapped_column(primary_key=True)
    user: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    created: Mapped[datetime] = mapped_column(Instant)
    expires: Mapped[datetime] = mapped_column(Instant)


class SetupLink(Base):
    __tablename__ = "setup_links"

    digest: Mapped[str] = mapped_column(primary_key=True)
    created: Mapped[datetime] = mapped_column(Instant)
    expires: Mapped[datetime] = mapped_column(Instant)
    used: Mapped[bool]


def digest(token: str) -> str:
    """How a secret is kept: without it the table gives no access."""
    return hashlib.sha256(to_bytes(token)).hexdigest()


def to_bytes(text: str) -> bytes:
    """UTF-8 of any string, also of one that a terminal or an address garbled."""
    return text.encode("utf-8", "surrogatepass")


def instant(now: float) -> datetime:
    return datetime.fromtimestamp(now, UTC)


def normal_email(email: str) -> str:
    """The form in which an address is kept. Raises AccountError."""
    email = email.strip().lower()
    if len(email) > 254 or not re.fullmatch(r"[^@\s]+@[^@\s]+", email):
        raise AccountError("That is not an e-mail address.")
    return email


def add_user(database: Database, email: str, password: str, now: float, role: str = "admin") -> User:
    """Adds a user. Raises AccountError when the address is taken or the password is too short or the address itself."""
    if len(password) not in PASSWORD_LENGTHS:
        raise AccountError(f"A password takes at least {PASSWORD_LENGTHS.start} characters.")
    if password.strip().lower() == email.strip().lower():
        raise AccountError("The e-mail address is no password: whoever knows the one would know the other.")
    user = User(
        email=normal_email(email), password_hash=HASHER.hash(to_bytes(password)), role=role, created=instant(now)
    )
    try:
        with database.session() as session:
            session.add(user)
    except IntegrityError as error:
        raise AccountError("There is a user with this e-mail address already.") from error
    return user


def check_password(database: Database, email: str, password: str) -> User | None:
    """The user, if the password is right. Takes as long, and says as little, when there is no such user."""
    with database.session() as session:
        user = session.scalar(select(User).where(User.email == email.strip().lower()))
        if user is None:
            HASHER.hash(to_bytes(password))
            return None
        try:
            HASHER.verify(user.password_hash, to_bytes(password))
        except (Argon2Error, InvalidHashError):
            return None
        if HASHER.check_needs_rehash(user.password_hash):
            user.password_hash = HASHER.hash(to_bytes(password))
        return user


def open_session(database: Database, user: User, now: float) -> str:
    """Begins a session and returns its token, which is given to the browser once."""
    token = secrets.token_urlsafe(32)
    begun = instant(now)
    with database.session() as session:
        session.execute(delete(LoginSession).where(LoginSession.expires <= begun))
        session.add(LoginSession(digest=digest(token), user=user.id, created=begun, expires=begun + SESSION_LIFE))
    return token


def session_user(database: Database, token: str, now: float) -> User | None:
    """The user whose session this is, while it lasts."""
    found = select(User).join(LoginSession, LoginSession.user == User.id)
    with database.session() as session:
        return session.scalar(found.where(LoginSession.digest == digest(token), LoginSession.expires > instant(now)))


def close_session(database: Database, token: str) -> None:
    with database.session() as session:
        session.execute(delete(LoginSession).where(LoginSession.digest == digest(token)))


def first_run(database: Database, base_url: str, now: float) -> str | None:
    """A link, good once and for 24 hours, that makes the first user; None when there is a user."""
    token = secrets.token_urlsafe(24)
    made = instant(now)
    with database.session() as session:
        if _any_user(session):
            return None
        session.execute(delete(SetupLink).where(SetupLink.expires <= made))
        session.add(SetupLink(digest=digest(token), created=made, expires=made + SETUP_LIFE, used=False))
    return f"{base_url.rstrip('/')}/setup/{token}"


def any_user(database: Database) -> bool:
    """Whether somebody can log in."""
    with database.session() as session:
        return _any_user(session)


def setup_open(database: Database, token: str, now: float) -> bool:
    """Whether the set-up link can still be used."""
    link = select(SetupLink).where(
        SetupLink.digest == digest(token), SetupLink.expires > instant(now), SetupLink.used.is_(False)
    )
    with database.session() as session:
        return not _any_user(session) and session.scalar(link) is not None


def use_setup(database: Database, token: str, email: str, password: str, now: float) -> User | None:
    """Makes the first user and spends the link; None when it is spent. Raises AccountError and leaves it open."""
    if not setup_open(database, token, now):
        return None
    user = add_user(database, email, password, now)
    with database.session() as session:
        spent = session.execute(
            update(SetupLink).where(SetupLink.digest == digest(token), SetupLink.used.is_(False)).values(used=True)
        )
        if spent.rowcount == 1:  # type: ignore[attr-defined]  # an UPDATE gives a cursor result
            return user
        session.delete(session.merge(user))  # somebody was quicker with the same link
    return None


def _any_user(session: Session) -> bool:
    return bool(session.scalar(select(func.count()).select_from(User)))
