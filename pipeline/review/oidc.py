"""Signing in with an OpenID provider: authorisation code with PKCE, state and nonce, the token's signature checked.

References
----------
.. [1] OpenID Connect Core 1.0, sections 3.1.2 and 3.1.3.7.
.. [2] RFC 7636, "Proof Key for Code Exchange"; RFC 9700, "Best Current Practice for OAuth 2.0 Security".
"""

from __future__ import annotations

import hmac
from base64 import b64encode, urlsafe_b64encode
from hashlib import sha256
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlencode

import httpx
from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import RedirectResponse, Response
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from pipeline.errors import SettingsError
from pipeline.people import Person
from pipeline.review.access import Anybody
from pipeline.review.signin import begin_session, set_cookie
from pipeline.review.site import Site, site_of
from pipeline.store.people import find_sign_in, find_subject, set_subject
from pipeline.store.sessions import begin_flow, end_flow

router = APIRouter(prefix="/sign-in", include_in_schema=False)

STATE: Final = "counterfoil-provider"
"""Name of the cookie that ties a sign-in to the browser that began it."""
TIMEOUT_S: Final = 10
MOST_BYTES: Final = 256 * 1024
ALGORITHMS: Final = ["RS256", "PS256", "ES256", "EdDSA"]
"""Signatures that are taken; never none, and never one with a shared secret."""
LEEWAY_S: Final = 60


@router.get("/provider", dependencies=[Anybody])
def leave(request: Request) -> Response:
    """Send the browser to the provider."""
    site = site_of(request)
    state, nonce, verifier = site.new_token(), site.new_token(), site.new_token()
    with _client(site) as client:
        found = _metadata(client, site)
    query = {
        "response_type": "code",
        "client_id": site.settings.oidc_client_id,
        "redirect_uri": _back(site),
        "scope": "openid email profile",
        "state": state,
        "nonce": nonce,
        "code_challenge": challenge(verifier),
        "code_challenge_method": "S256",
    }
    with site.store.write() as connection:
        begin_flow(connection, state, nonce, verifier, site.now())
    address = str(found["authorization_endpoint"])
    response = RedirectResponse(f"{address}{'&' if '?' in address else '?'}{urlencode(query)}", 303)
    set_cookie(site, response, STATE, state)
    return response


@router.get("/back", dependencies=[Anybody])
def come_back(request: Request, state: str = "", code: str = "") -> Response:
    """Take the browser in again, if the provider vouches for somebody whom we know."""
    site = site_of(request)
    if not hmac.compare_digest(state.encode(), request.cookies.get(site.cookie(STATE), "").encode()):
        raise HTTPException(400, "This sign-in is too old or not ours: begin again.")
    with site.store.write() as connection:
        flow = end_flow(connection, state, site.now())
    if flow is None or not code:
        raise HTTPException(400, "This sign-in is too old or not ours: begin again.")
    nonce, verifier = flow
    person = _person(site, _claims(site, code, verifier, nonce))
    if person is None or person.retired_at is not None:
        raise HTTPException(403, "Nobody here has that account. Ask an admin to add you.")
    return begin_session(site, person, "/")


def challenge(verifier: str) -> str:
    """Return the S256 challenge of a verifier.

    Examples
    --------
    >>> challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")  # RFC 7636, appendix B
    'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'
    """
    return urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def _client(site: Site) -> httpx.Client:
    if not site.settings.oidc_issuer:
        raise HTTPException(404, "No OpenID provider is set.")
    return httpx.Client(timeout=TIMEOUT_S, transport=site.provider, trust_env=False)


def _back(site: Site) -> str:
    return f"{site.settings.review_address.rstrip('/')}/sign-in/back"


def _secret(path: str) -> str | None:
    if not path:
        return None
    try:
        return Path(path).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"oidc_secret_file: cannot be read, got {path!r}, expected a file with the secret"
        ) from error


def _basic(client_id: str, secret: str | None) -> dict[str, str]:
    """Return the header by which a client with a secret proves itself (RFC 6749, section 2.3.1)."""
    if secret is None:
        return {}
    pair = f"{quote(client_id, safe='')}:{quote(secret, safe='')}"
    return {"Authorization": f"Basic {b64encode(pair.encode()).decode()}"}


def _metadata(client: httpx.Client, site: Site) -> dict[str, Any]:
    issuer = site.settings.oidc_issuer.rstrip("/")
    found = _document(client.build_request("GET", f"{issuer}/.well-known/openid-configuration"), client)
    if str(found.get("issuer", "")).rstrip("/") != issuer:
        raise HTTPException(502, "The OpenID provider names another issuer than the settings.")
    return found


def _document(request: httpx.Request, client: httpx.Client) -> dict[str, Any]:
    """Return a JSON object of the provider's, of bounded size."""
    try:
        response = client.send(request)
        response.raise_for_status()
        found = dict(response.json()) if len(response.content) <= MOST_BYTES else None
    except (httpx.HTTPError, ValueError, TypeError) as error:
        raise HTTPException(502, "The OpenID provider does not answer as it should.") from error
    if found is None:
        raise HTTPException(502, "The OpenID provider's answer is too large.")
    return found


def _claims(site: Site, code: str, verifier: str, nonce: str) -> dict[str, Any]:
    """Exchange the code and return what the token claims, once its signature and its claims hold."""
    settings = site.settings
    headers = {"Accept": "application/json", **_basic(settings.oidc_client_id, _secret(settings.oidc_secret_file))}
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": _back(site),
        "client_id": settings.oidc_client_id,
        "code_verifier": verifier,
    }
    with _client(site) as client:
        found = _metadata(client, site)
        request = client.build_request(
            "POST",
            str(found.get("token_endpoint", "")),
            data=form,
            headers=headers,
        )
        token = _document(request, client)
        keys = _document(client.build_request("GET", str(found.get("jwks_uri", ""))), client)
    try:
        decoded = jwt.decode(str(token["id_token"]), KeySet.import_key_set(keys), algorithms=ALGORITHMS)  # type: ignore[arg-type]
        jwt.JWTClaimsRegistry(
            now=int(site.now().timestamp()),
            leeway=LEEWAY_S,
            iss={"essential": True, "value": found["issuer"]},
            aud={"essential": True, "value": settings.oidc_client_id},
            exp={"essential": True},
            sub={"essential": True},
            nonce={"essential": True, "value": nonce},
        ).validate(decoded.claims)
    except (JoseError, KeyError, ValueError) as error:
        raise HTTPException(403, "The OpenID provider's answer does not hold.") from error
    return dict(decoded.claims)


def _person(site: Site, claims: dict[str, Any]) -> Person | None:
    """Return whom a provider vouches for: known by subject, or the first time by a verified e-mail address.

    Notes
    -----
    An account that has a password of ours is never taken over by an address: an admin makes one without.
    """
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
