"""Labels that are offered: one that a team has retired stays in history and is not given any more."""

from __future__ import annotations

from fastapi import HTTPException

from pipeline.records import Label
from pipeline.review.keys import DECISIONS
from pipeline.settings import Settings


def offered(settings: Settings) -> tuple[str, ...]:
    """Return the labels that may be given, in the order of the buttons."""
    return tuple(label for label in DECISIONS if label not in settings.review_retired_labels)


def check_offered(settings: Settings, label: Label) -> None:
    """Refuse a label that is retired.

    Raises
    ------
    HTTPException
        422.
    """
    if label.value in settings.review_retired_labels:
        raise HTTPException(422, "That label is retired.")
