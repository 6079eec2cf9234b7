"""What the pages call the members of closed sets; the keys are their values, the words stand in the catalogues."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final


def _(text: str) -> str:
    """Mark a text for translation; it is looked up where it is shown."""
    return text


WORDS: Final[Mapping[str, str]] = {
    # labels
    "counterfeit": _("Counterfeit"),
    "trademark_misuse": _("Trademark misuse"),
    "image_copyright": _("Photo or artwork copied"),
    "design": _("Design copied"),
    "lookalike": _("Lookalike"),
    "grey_market": _("Grey market"),
    "second_hand": _("Second-hand"),
    "accessory_compatible": _("Accessory"),
    "authorised": _("Authorised seller"),
    "own_brand_other": _("Another's own brand"),
    "irrelevant": _("Irrelevant"),
    "suspicious": _("Suspicious"),
    "unresolvable": _("Cannot be judged"),
    # lists of follow-up
    "tab.overdue": _("Overdue"),
    "tab.today": _("Due today"),
    "tab.waiting": _("Due later"),
    "tab.objections": _("Objections of sellers"),
    "tab.again": _("To notice again"),
    # bands
    "high": _("High"),
    "medium": _("Medium"),
    "low": _("Low"),
    # states
    "open": _("Open"),
    "held": _("On hold"),
    "confirmed": _("Awaiting approval"),
    "approved": _("Approved"),
    "noticed": _("Notice sent"),
    "down": _("Taken down"),
    "dismissed": _("Dismissed"),
    "closed": _("Closed"),
    # roles
    "reader": _("Read-only"),
    "reviewer": _("Reviewer"),
    "approver": _("Approver"),
    "admin": _("Admin"),
    # kinds of assets
    "word_mark": _("Word mark"),
    "figurative_mark": _("Logo"),
    "copyright_work": _("Artwork"),
    "product_photo": _("Product photo"),
    # what happened
    "event.opened": _("Found by a scan"),
    "event.seen": _("Seen again, unchanged"),
    "event.changed": _("Seen again, changed"),
    "event.relisted": _("Recognised as a relisting"),
    "event.assigned": _("Assigned"),
    "event.commented": _("Commented"),
    "event.held": _("Put on hold"),
    "event.decided": _("Decided"),
    "event.undone": _("Taken back"),
    "event.approved": _("Approved"),
    "event.returned": _("Returned to the reviewer"),
    "event.noticed": _("Notice sent"),
    "event.given_up": _("Notice given up: it never reached the platform"),
    "event.acknowledged": _("Acknowledged by the platform"),
    "event.disposed": _("Answered by the platform"),
    "event.rechecked": _("Re-checked"),
    "event.countered": _("Countered by the seller"),
    "event.settled": _("Counter-notice settled"),
    "event.closed": _("Closed"),
    "event.reopened": _("Reopened"),
    "event.ruled": _("Dismissed by a rule"),
    # keys that are no decisions
    "next": _("Next case"),
    "previous": _("Previous case"),
    "hold": _("Hold"),
    "comment": _("Comment"),
    "assign": _("Assign to me"),
    "undo": _("Undo"),
    "approve": _("Approve"),
    "return": _("Return"),
    "zoom": _("Enlarge the photos"),
    "blur": _("Blur the photos"),
    "search": _("Search"),
    "help": _("Keys"),
    # kinds of changes
    "title": _("Title"),
    "price": _("Price"),
    "photos": _("Photos"),
    "seller": _("Seller"),
    "description": _("Description"),
    # conditions
    "new": _("New"),
    "used": _("Used"),
    "refurbished": _("Refurbished"),
    "unknown": _("Unknown"),
    # rules
    "rule.authorised_seller": _("Authorised seller account"),
    "rule.ignored_image": _("Ignored image"),
    "rule.ignored_phrase": _("Ignored phrase"),
    # what a re-check found
    "gone_404": _("Gone"),
    "delisted_page": _("Delisted"),
    "seller_gone": _("Seller gone"),
    "up": _("Still up"),
    "changed_content": _("Up, changed"),
    "login_wall": _("Unknown: behind a sign-in"),
    "blocked": _("Unknown: we were blocked"),
    "unreachable": _("Unknown: not reachable"),
    # where a right is infringed
    "claim.product": _("The product"),
    "claim.packaging": _("The packaging"),
    "claim.image": _("The pictures"),
    "claim.text": _("The text"),
    # where notices stand
    "notice.exported": _("Exported"),
    "notice.sending": _("Sending was broken off"),
    "notice.sent": _("Filed"),
    "notice.acknowledged": _("Acknowledged by the platform"),
    "notice.clarification": _("The platform asks for more"),
    "notice.failed": _("Given up, or not taken"),
    "notice.closed": _("Closed"),
    # how an objection ended
    "outcome.upheld": _("The seller was right"),
    "outcome.rejected": _("The seller was wrong"),
    "outcome.lapsed": _("Nobody answered in time"),
    # by what a relisting is recognised
    "photo": _("Photo"),
    "operator": _("Operator"),
    # detectors
    "detector.mark_in_text": _("Mark in the text"),
    "detector.coded_vocabulary": _("Coded words"),
    "detector.photo_reused": _("Registered picture reused"),
    "detector.picture_found": _("Registered picture found in a photo"),
    "detector.silhouette_seen": _("Silhouette of a logo"),
    "detector.picture_alike": _("Like a registered picture to a model"),
    "detector.goods_kind": _("Kind of goods"),
    "detector.price_low": _("Price"),
    "detector.seller_range": _("The seller's other listings"),
    "detector.combination": _("Signals taken together"),
    "detector.register_and_fields": _("Register and listing fields"),
}


TOLD: Final = (
    _("Sign in first."),
    _("The form is too old or not ours: reload the page and send it again."),
    _("There is no such case, or it is not one of yours."),
    _("A comment needs words."),
    _("That label is retired."),
    _("There is no such person."),
    _("That person may not decide on this case."),
    _("You are no admin of that rights holder."),
    _("This would leave no admin: make another person admin first."),
    _("There is no such bulk decision of yours."),
    _("The cases are not readable: go back to the preview."),
    _("This sign-in is too old or not ours: begin again."),
    _("Nobody here has that account. Ask an admin to add you."),
    _("Your role does not allow this."),
    _("Some values of the form cannot be used."),
    _("No case is chosen."),
    _("There is no such channel."),
    _("None of these cases may be noticed: see what is wrong with each."),
    _("This photo was not kept."),
    _("There is no such picture."),
    _("This picture cannot be shown."),
    _("There is no such audit."),
    _("There is no such page."),
    _("No OpenID provider is set."),
    _("The OpenID provider's answer does not hold."),
    _("No such deed."),
)
"""What a refusal says to people."""
