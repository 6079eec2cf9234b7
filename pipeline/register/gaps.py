"""What a register lacks that a score needs: nothing of it is wrong, but something will be judged worse."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.records import Register, RightsHolder


def gaps(register: Register) -> Iterator[str]:
    """Yield what each rights holder's part lacks, and what that costs.

    Parameters
    ----------
    register : Register
        A valid one.
    """
    for holder in register.rights_holders:
        for missing, cost in _missing(holder):
            yield f"{holder.id}: no {missing}: {cost}"


def _missing(holder: RightsHolder) -> Iterator[tuple[str, str]]:
    if not holder.authorised_sellers:
        yield (
            "authorised sellers",
            "dealers in genuine goods will look like copyists, and prices have no level to learn",
        )
    if not any(product.list_prices for product in holder.products):
        yield "list prices", "no price is judged"
    if not any(asset.images for asset in holder.assets):
        yield "pictures", "listings that do not name the mark are not found"
