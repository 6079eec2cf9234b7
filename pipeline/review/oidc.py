"""Signing in with an OpenID provider: authorisation code with PKCE, state and nonce, the token's signature checked.

References
----------
.. [1] OpenID Connect Core 1.0, sections 3.1.2 and 3.1.3.7.
.. [2] RFC 7636, "Proof Key for Code Exchange"; RFC 9700, "Best Current Practice for OAuth 2.0 Security".
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import httpx
from authlib.integrations.httpx_client import OAuth2Client
from authlib.oauth2 import OAuth2Error
from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import RedirectResponse, Response
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from pipeline.errors import SettingsError
from pipeline.people import Person
from pipeline.review.access import Anybody
from pipeline.review.signin import begin_session
from pipeline.review.site import Site, site_of
from pipeline.store.people import find_sign_in, find_subject, set_subject
from pipeline.store.sessions import begin_flow, end_flow

router = APIRouter(prefix="/sign-in", include_in_schema=False)

TIMEOUT_S: Final = 10
ALGORITHMS: Final = ["RS256", "PS256", "ES256", "EdDSA"]
"""Signatures that are taken; never none, and never one with a shared secret."""
LEEWAY_S: Final = 60


@router.get("/provider", dependencies=[Anybody])
def leave(request: Request) -> Response:
    """Send the browser to the provider."""
    site = site_of(request)
    nonce, verifier = site.new_token(), site.new_token() + site.new_token()
    with _client(site) as client:
        found = _metadata(client, site)
        address, state = client.create_authorization_url(
            found["authorization_endpoint"], code_verifier=verifier, nonce=nonce, state=site.new_token()
        )
    with site.store.write() as connection:
        begin_flow(connection, state, nonce, verifier, site.now())
    return RedirectResponse(address, 303)


@router.get("/back", dependencies=[Anybody])
def come_back(request: Request, state: str = "", code: str = "") -> Response:
    """Take the browser in again, if the provider vouches for somebody whom we know."""
    site = site_of(request)
    with site.store.write() as connection:
        flow = end_flow(connection, state, site.now())
    if flow is None or not code:
        raise HTTPException(400, "This sign-in is too old or not ours: begin again.")
    nonce, verifier = flow
    claims = _claims(site, code, verifier, nonce)
    person = _person(site, claims)
    if person is None or person.retired_at is not None:
        raise HTTPException(403, "Nobody here has that account. Ask an admin to add you.")
    return begin_session(site, person, "/")


def _client(site: Site) -> OAuth2Client:
    settings = site.settings
    if not settings.oidc_issuer:
        raise HTTPException(404, "No OpenID provider is set.")
    return OAuth2Client(
        client_id=settings.oidc_client_id,
        client_secret=_secret(settings.oidc_secret_file),
        token_endpoint_auth_method="client_secret_basic" if settings.oidc_secret_file else "none",
        scope="openid email profile",
        redirect_uri=f"{settings.review_address.rstrip('/')}/sign-in/back",
        code_challenge_method="S256",
        timeout=TIMEOUT_S,
        transport=site.provider,
        trust_env=False,
    )


def _secret(path: str) -> str | None:
    if not path:
        return None
    try:
        return Path(path).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"oidc_secret_file: cannot be read, got {path!r}, expected a file with the secret"
        ) from error


def _metadata(client: OAuth2Client, site: Site) -> dict[str, Any]:
    issuer = site.settings.oidc_issuer.rstrip("/")
    found = _json(client, f"{issuer}/.well-known/openid-configuration")
    if str(found.get("issuer", "")).rstrip("/") != issuer:
        raise HTTPException(502, "The OpenID provider names another issuer than the settings.")
    return found


def _json(client: OAuth2Client, address: str) -> dict[str, Any]:
    try:
        response = client.get(address, withhold_token=True)
        response.raise_for_status()
        return dict(response.json())
    except (httpx.HTTPError, ValueError) as error:
        raise HTTPException(502, "The OpenID provider cannot be reached.") from error


def _claims(site: Site, code: str, verifier: str, nonce: str) -> dict[str, Any]:
    """Exchange the code and return what the token claims, once its signature and its claims hold."""
    with _client(site) as client:
        found = _metadata(client, site)
        try:
            token = client.fetch_token(found["token_endpoint"], code=code, code_verifier=verifier)
            keys = KeySet.import_key_set(_json(client, found["jwks_uri"]))  # type: ignore[arg-type]
            decoded = jwt.decode(token["id_token"], keys, algorithms=ALGORITHMS)
            expected = jwt.JWTClaimsRegistry(
                now=int(site.now().timestamp()),
                leeway=LEEWAY_S,
                iss={"essential": True, "value": found["issuer"]},
                aud={"essential": True, "value": site.settings.oidc_client_id},
                exp={"essential": True},
                sub={"essential": True},
                nonce={"essential": True, "value": nonce},
            )
            expected.validate(decoded.claims)
        except (OAuth2Error, JoseError, httpx.HTTPError, KeyError, ValueError) as error:
            raise HTTPException(403, "The OpenID provider's answer does not hold.") from error
    return dict(decoded.claims)


def _person(site: Site, claims: dict[str, Any]) -> Person | None:
    """Return whom a provider vouches for: known by subject, or the first time by a verified e-mail address."""
    subject = f"{claims['iss']}|{claims['sub']}"
    with site.store.write() as connection:
        known = find_subject(connection, subject)
        if known is not None:
            return known
        email = claims.get("email")
        if not isinstance(email, str) or claims.get("email_verified") is not True:
            return None
        found = find_sign_in(connection, email)
        if found is None or found[1] is not None:
            return None
        set_subject(connection, found[0].person_id, subject)
        return found[0]
