"""What the goods and their price say: kinds of goods, authentic price levels, and offers below nearly all of them."""

from detectors.price.goods_kind import GoodsKind
from detectors.price.levels import PriceLevels, PriceObservation, learn
from detectors.price.low import PriceLow
from detectors.price.observations import observe

__all__ = ["GoodsKind", "PriceLevels", "PriceLow", "PriceObservation", "learn", "observe"]
