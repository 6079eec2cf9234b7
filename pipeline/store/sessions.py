"""Who is signed in: sessions, tokens of programs, and failed attempts; tokens are stored by their digest only."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import asdict
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, delete, func, insert, select, update

from pipeline.people import ApiToken, Session
from pipeline.store.ledger import upsert
from pipeline.store.people_tables import api_tokens, attempts, oidc_flows, sessions

WINDOW = timedelta(minutes=15)
"""Failed sign-ins are counted by this much time."""


def token_digest(token: str) -> str:
    """Return what is stored of a token: tokens are long and random, so that a plain digest cannot be turned back."""
    return hashlib.sha256(token.encode()).hexdigest()


def open_session(connection: Connection, session: Session) -> None:
    """Enter a session."""
    connection.execute(insert(sessions), asdict(session))


def find_session(connection: Connection, digest: str) -> Session | None:
    """Return a session, however old; whoever asks judges its age."""
    row = connection.execute(select(sessions).where(sessions.c.digest == digest)).mappings().one_or_none()
    return None if row is None else Session(**row)


def touch_session(connection: Connection, digest: str, now: datetime) -> None:
    """Note that a session is in use."""
    connection.execute(update(sessions).where(sessions.c.digest == digest).values(seen_at=now))


def close_session(connection: Connection, digest: str) -> None:
    """End a session."""
    connection.execute(delete(sessions).where(sessions.c.digest == digest))


def close_sessions_of(connection: Connection, person_id: str, *, but: str = "") -> int:
    """End all sessions of a person, except one where that is named; return how many."""
    mine = sessions.c.person_id == person_id, sessions.c.digest != but
    return int(connection.execute(delete(sessions).where(*mine)).rowcount)


def drop_old_sessions(connection: Connection, *, opened_before: datetime, seen_before: datetime) -> None:
    """Delete sessions that nobody can use any more."""
    old = (sessions.c.created_at < opened_before) | (sessions.c.seen_at < seen_before)
    connection.execute(delete(sessions).where(old))


def add_token(connection: Connection, token: ApiToken, digest: str) -> None:
    """Enter a token of a program."""
    connection.execute(insert(api_tokens), asdict(token) | {"digest": digest})


def find_token(connection: Connection, digest: str) -> ApiToken | None:
    """Return a token of a program, whether it is still good or not."""
    row = connection.execute(select(api_tokens).where(api_tokens.c.digest == digest)).mappings().one_or_none()
    return None if row is None else ApiToken(**{name: row[name] for name in ApiToken.__dataclass_fields__})


def use_token(connection: Connection, token_id: str, now: datetime) -> None:
    """Note that a token was used."""
    connection.execute(update(api_tokens).where(api_tokens.c.token_id == token_id).values(used_at=now))


def tokens_of(connection: Connection, person_id: str) -> tuple[ApiToken, ...]:
    """Return the tokens of a person, newest first."""
    query = select(api_tokens).where(api_tokens.c.person_id == person_id).order_by(api_tokens.c.created_at.desc())
    rows = connection.execute(query).mappings()
    return tuple(ApiToken(**{name: row[name] for name in ApiToken.__dataclass_fields__}) for row in rows)


def revoke_token(connection: Connection, person_id: str, token_id: str, now: datetime) -> None:
    """End a token of a person."""
    mine = api_tokens.c.person_id == person_id, api_tokens.c.token_id == token_id, api_tokens.c.revoked_at.is_(None)
    connection.execute(update(api_tokens).where(*mine).values(revoked_at=now))


def record_attempt(connection: Connection, places: Collection[str], now: datetime) -> None:
    """Count a failed sign-in at each place: a name, an address."""
    connection.execute(delete(attempts).where(attempts.c.at < now - 4 * WINDOW))
    statement = upsert(connection, attempts)
    more = {"number": attempts.c.number + 1}
    rows = [{"place": token_digest(place), "at": _window(now), "number": 1} for place in sorted(places)]
    connection.execute(statement.on_conflict_do_update(index_elements=["place", "at"], set_=more), rows)


def count_attempts(connection: Connection, place: str, now: datetime) -> int:
    """Count the failed sign-ins at a place in this window and the one before."""
    here = attempts.c.place == token_digest(place), attempts.c.at >= _window(now) - WINDOW
    return int(connection.execute(select(func.coalesce(func.sum(attempts.c.number), 0)).where(*here)).scalar_one())


def forget_attempts(connection: Connection, place: str) -> None:
    """Start again from nothing after a good sign-in."""
    connection.execute(delete(attempts).where(attempts.c.place == token_digest(place)))


def begin_flow(connection: Connection, state: str, nonce: str, verifier: str, now: datetime) -> None:
    """Remember a sign-in that goes on at an OpenID provider."""
    connection.execute(delete(oidc_flows).where(oidc_flows.c.created_at < now - WINDOW))
    row = {"state": token_digest(state), "nonce": nonce, "verifier": verifier, "created_at": now}
    connection.execute(insert(oidc_flows), row)


def end_flow(connection: Connection, state: str, now: datetime) -> tuple[str, str] | None:
    """Return nonce and verifier of a sign-in that comes back, once."""
    mine = oidc_flows.c.state == token_digest(state), oidc_flows.c.created_at >= now - WINDOW
    row = connection.execute(select(oidc_flows.c.nonce, oidc_flows.c.verifier).where(*mine)).one_or_none()
    connection.execute(delete(oidc_flows).where(mine[0]))
    return None if row is None else (row.nonce, row.verifier)


def _window(now: datetime) -> datetime:
    seconds = int(WINDOW.total_seconds())
    return datetime.fromtimestamp(int(now.timestamp()) // seconds * seconds, UTC)
