"""Templates: one environment a language, everything escaped, and what every page needs to know."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from pipeline.people import Permission
from pipeline.review.keys import keys_of
from pipeline.review.language import LANGUAGES, Language, language_of, preferred
from pipeline.review.site import Visitor, site_of
from pipeline.review.texts import reveal
from pipeline.review.words import WORDS

LANGUAGE: Final = "counterfoil-language"
"""Name of the cookie with the language of somebody who is not signed in."""


def page(
    request: Request, template: str, visitor: Visitor | None, *, status: int = 200, **context: Any
) -> HTMLResponse:
    """Render a page.

    Parameters
    ----------
    request : Request
        For the language of somebody who is not signed in, and where we are.
    template : str
        Its file.
    visitor : Visitor or None
        Who will see it.
    status : int
        Of the response.
    **context
        What the template speaks of.
    """
    language = spoken(request, visitor)
    html = (
        _environment(language.code)
        .get_template(template)
        .render(
            visitor=visitor,
            person=visitor.person if visitor else None,
            form_token=visitor.session.form_token if visitor and visitor.session else "",
            language=language,
            languages=LANGUAGES,
            keys=keys_of(visitor.person) if visitor else {},
            here=request.url.path,
            now=site_of(request).now(),
            **context,
        )
    )
    return HTMLResponse(html, status)


def spoken(request: Request, visitor: Visitor | None) -> Language:
    """Return the language of a response."""
    if visitor is not None:
        return language_of(visitor.person.language)
    header = request.headers.get("Accept-Language", "")
    return language_of(preferred(header, request.cookies.get(LANGUAGE, "")))


@cache
def _environment(code: str) -> Environment:
    language = language_of(code)
    environment = Environment(
        loader=PackageLoader("pipeline.review", "templates"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        auto_reload=False,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.install_gettext_callables(language.gettext, language.ngettext, newstyle=True)  # type: ignore[attr-defined]
    environment.filters |= {
        "time": language.time,
        "day": language.day,
        "number": language.number,
        "percent": language.percent,
        "probability": language.probability,
        "word": lambda value: language.gettext(WORDS.get(str(value), str(value))),
        "said": language.said,
        "reveal": reveal,
    }
    environment.globals |= {"money": language.money, "ago": language.ago, "Permission": Permission}
    return environment
