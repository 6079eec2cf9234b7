"""What the goods and their price say: kinds of goods, authentic price levels, and offers below nearly all of them."""

from detectors.price.goods_kind import GoodsKind
from detectors.price.levels import PriceLevels, PriceObservation, learn
from detectors.price.low import PriceLow
from detectors.price.observations import observe
from detectors.price.ranges import Ranges, SellerOffer, learn_ranges, observe_offers
from detectors.price.seller_range import SellerRange

__all__ = [
    "GoodsKind",
    "PriceLevels",
    "PriceLow",
    "PriceObservation",
    "Ranges",
    "SellerOffer",
    "SellerRange",
    "learn",
    "learn_ranges",
    "observe",
    "observe_offers",
]
