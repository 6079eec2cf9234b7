"""What the pages are handed: the store, the settings, and the world outside as arguments."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import httpx
from argon2 import PasswordHasher
from fastapi import Request

from pipeline.followup.clocks import Clock, shipped_clocks
from pipeline.followup.pages import Pattern, shipped_patterns
from pipeline.people import Person, Session
from pipeline.settings import Settings
from pipeline.store.database import Store
from pipeline.store.originals import Originals


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One review app.

    Attributes
    ----------
    originals : Originals
        The photos and registered pictures, by digest.
    shrink : callable
        Turns the bytes of a picture of unknown origin into a clean JPEG file of at most so many pixels a side, or
        raises `PhotoRefusedError`.
    now : callable
        The time, in UTC.
    new_id : callable
        32 new hexadecimal digits.
    new_token : callable
        A new secret of at least 256 bits, as text that a URL can hold.
    hasher : PasswordHasher
        Argon2id.
    provider : BaseTransport or None
        How the OpenID provider is reached; the network if not given.
    clocks : tuple of Clock
        What is due when; those that ship if not given.
    patterns : tuple of Pattern
        What pages say that are gone; those that ship if not given.
    """

    store: Store
    settings: Settings
    originals: Originals
    shrink: Callable[[bytes, int], bytes]
    now: Callable[[], datetime]
    new_id: Callable[[], str]
    new_token: Callable[[], str]
    hasher: PasswordHasher = field(default_factory=PasswordHasher)
    provider: httpx.BaseTransport | None = None
    clocks: tuple[Clock, ...] = field(default_factory=shipped_clocks)
    patterns: tuple[Pattern, ...] = field(default_factory=shipped_patterns)

    @property
    def idle(self) -> timedelta:
        """How long a session lives without a request."""
        return timedelta(minutes=self.settings.review_idle_minutes)

    @property
    def longest(self) -> timedelta:
        """How long a session lives at most."""
        return timedelta(hours=self.settings.review_session_hours)

    def cookie(self, name: str) -> str:
        """Return the name of a cookie: browsers guard those that begin with `__Host-`, but take them over TLS only."""
        return f"__Host-{name}" if self.settings.review_https else name


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Who asks: a person in a browser (`session`), or a program that acts for one (no session)."""

    person: Person
    session: Session | None = None


def site_of(request: Request) -> Site:
    """Return the site that a request came to."""
    site: Site = request.app.state.site
    return site
