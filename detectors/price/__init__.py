"""What a price says: authentic price levels, and offers that lie below nearly all of them."""

from detectors.price.levels import PriceLevels, PriceObservation, learn
from detectors.price.low import PriceLow
from detectors.price.observations import observe

__all__ = ["PriceLevels", "PriceLow", "PriceObservation", "learn", "observe"]
