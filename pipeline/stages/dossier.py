"""Dossier: gathers what the store knows of a case, or of a seller's cases."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from pipeline.dossiers.dossier import AccountLink, Asked, Dossier, Offer, Picture
from pipeline.enforcement import Event, Exhibit
from pipeline.errors import InputError
from pipeline.records import RightsHolder
from pipeline.stages.export import Scribe, exhibit_of
from pipeline.store.accounts import Shared, cases_of_account, shared_with
from pipeline.store.captures import Capture, current_captures
from pipeline.store.cases import QueuedCase, Scope, read_case
from pipeline.store.database import Connection
from pipeline.store.events import read_histories
from pipeline.store.notices import KeptNotice, notices_of
from pipeline.store.rights import KnownHolder, known_holder

MOST_SELLERS: Final = 5
"""A photo or contact that more sellers show connects nobody."""
MOST_OFFERS: Final = 500

Files = dict[str, bytes]


def dossier_of_case(connection: Connection, case_id: str, scope: Scope, scribe: Scribe) -> tuple[Dossier, Files]:
    """Gather the dossier of a case.

    Parameters
    ----------
    connection : Connection
        For reading.
    case_id : str
        Which.
    scope : tuple of str or None
        Rights holders whose cases may be seen.
    scribe : Scribe
        Who makes it when, and who stamps its exhibits.

    Returns
    -------
    tuple of Dossier and dict
        The dossier, and its exhibits as files by name.

    Raises
    ------
    InputError
        If there is no such case in the scope, or the store keeps no capture of it.
    """
    found = read_case(connection, case_id, scope)
    if found is None:
        raise InputError(f"case {case_id[:80]}: no such case, got its id, expected that of one of your cases")
    return _gather(connection, (found,), scope, scribe, number=case_id)


def dossier_of_seller(
    connection: Connection, platform: str, seller_id: str, scope: Scope, scribe: Scribe
) -> tuple[Dossier, Files]:
    """Gather the dossier of a seller account, with every case of it; see `dossier_of_case`.

    Raises
    ------
    InputError
        If there is no case of that account in the scope.
    """
    found = cases_of_account(connection, platform, seller_id, scope)[:MOST_OFFERS]
    if not found:
        raise InputError(f"seller {seller_id[:80]} on {platform[:80]}: no cases, got none, expected a case's account")
    number = hashlib.sha256(f"{platform}\x1f{seller_id}".encode()).hexdigest()[:16]
    return _gather(connection, found, scope, scribe, number=number)


def _gather(
    connection: Connection, found: Sequence[QueuedCase], scope: Scope, scribe: Scribe, *, number: str
) -> tuple[Dossier, Files]:
    ids = [queued.case.case_id for queued in found]
    captures = current_captures(connection, ids)
    known = [queued for queued in found if queued.case.case_id in captures]
    if not known:
        raise InputError(f"dossier {number}: no captures, got {len(found)} cases without, expected a scan's")
    histories, notices = read_histories(connection, ids), notices_of(connection, ids, scope)
    files: Files = {}
    offers = []
    for queued in known:
        case_id = queued.case.case_id
        asked = tuple(_asked(kept) for kept in notices if kept.notice.case_id == case_id)
        exhibit = _exhibit(captures[case_id], scribe, files)
        history = histories.get(case_id, ())
        offer = replace(_offer(queued, captures[case_id], scribe), first_seen=_first_seen(history, queued))
        offers.append(replace(offer, events=history, notices=asked, exhibits=(exhibit,)))
    holders = {h: known_holder(connection, h) for h in sorted({queued.case.rights_holder_id for queued in known})}
    registered = _registered(holders.values(), offers, scribe)
    own = {digest for k in holders.values() if k is not None for digest in k.register.image_digests.values()}
    key = found[0].case.key
    names = [offer.listing.seller.name for offer in offers if offer.listing.seller.name]
    dossier = Dossier(
        number=number,
        holders=tuple(RightsHolder(id=h, name=h, assets=()) if k is None else k.holder for h, k in holders.items()),
        platform=key.platform,
        seller_id=key.seller_id,
        seller_names=tuple(dict.fromkeys(names)),
        offers=tuple(offers),
        registered=registered,
        links=_links(
            (
                *shared_with(connection, found, scope, most_sellers=MOST_SELLERS, ignored=own),
                *_relisted(connection, found, scope),
            )
        ),
        made_at=scribe.now,
        operator=scribe.operator,
    )
    return dossier, files


def _offer(queued: QueuedCase, capture: Capture, scribe: Scribe) -> Offer:
    return Offer(
        case=queued.case,
        listing=capture.listing,
        price=queued.card.price,
        currency=queued.card.currency,
        sold=queued.card.sold_count,
        signals=(*capture.row["signals"], *capture.row["exclusions"]),
        first_seen=queued.case.opened_at,
        pictures=tuple(_picture(photo.name, photo.digest, scribe) for photo in capture.photos),
    )


def _picture(name: str, digest: str | None, scribe: Scribe) -> Picture:
    kept = digest is not None and scribe.originals.has(digest)
    return Picture(name=name, sha256=digest, data=scribe.originals.read(digest) if digest and kept else None)


def _first_seen(history: Sequence[Event], queued: QueuedCase) -> datetime:
    """Return when a case's listing was first captured, as its first event says."""
    said = history[0].facts.get("captured_at") if history else None
    return datetime.fromisoformat(said) if isinstance(said, str) else queued.case.opened_at


def _exhibit(capture: Capture, scribe: Scribe, files: Files) -> Exhibit:
    wacz, token, exhibit = exhibit_of(capture, scribe)
    files[exhibit.name] = wacz
    if token is not None:
        files[f"{exhibit.name}.tsr"] = token
    return exhibit


def _registered(holders: Iterable[KnownHolder | None], offers: Iterable[Offer], scribe: Scribe) -> tuple[Picture, ...]:
    """Return the registered pictures of the rights concerned."""
    wanted = {(o.case.rights_holder_id, asset_id) for o in offers for asset_id in o.case.asset_ids}
    known = [k for k in holders if k is not None]
    names = {
        image: k.register.image_digests.get(image)
        for k in known
        for asset in k.holder.assets
        for image in asset.images
        if (k.holder.id, asset.id) in wanted
    }
    return tuple(_picture(name, digest, scribe) for name, digest in names.items())


def _asked(kept: KeptNotice) -> Asked:
    return Asked(channel=kept.notice.channel, sent_at=kept.updated_at, state=kept.state.value, native_id=kept.native_id)


def _relisted(connection: Connection, found: Sequence[QueuedCase], scope: Scope) -> Iterator[Shared]:
    """Yield the cases of other accounts whose goods, once taken down, came back in these."""
    for queued in found:
        earlier_id, here = queued.case.earlier_case_id, queued.case.key
        earlier = None if earlier_id is None else read_case(connection, earlier_id, scope)
        if earlier is None:
            continue
        case_id, (platform, _, seller_id) = earlier.case.case_id, earlier.case.key
        if seller_id is not None and (platform, seller_id) != (here.platform, here.seller_id):
            yield Shared("relisted", case_id, case_id, platform, seller_id, earlier.card.seller_name)


def _links(shared: Iterable[Shared]) -> tuple[AccountLink, ...]:
    """Return the accounts, those that share most first."""
    accounts: dict[tuple[str, str], list[Shared]] = defaultdict(list)
    for one in shared:
        accounts[one.platform, one.seller_id].append(one)
    links = [
        AccountLink(
            platform=platform,
            seller_id=seller_id,
            seller_name=next((one.seller_name for one in ones if one.seller_name), None),
            shared=Counter(what for what, _ in {(one.what, one.mark) for one in ones}),
            case_ids=tuple(dict.fromkeys(one.case_id for one in ones)),
        )
        for (platform, seller_id), ones in accounts.items()
    ]
    return tuple(sorted(links, key=lambda link: (-sum(link.shared.values()), link.platform, link.seller_id)))
