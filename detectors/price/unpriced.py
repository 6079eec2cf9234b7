"""Amounts of money that are the price of nothing one could buy: per kilogram, "up to", bids, "buy one get one free"."""

from __future__ import annotations

import re
from typing import Final

from detectors.price.counts import DOZEN, UNIT
from detectors.price.roles import END, FREE, Beside, cues

_MEASURE: Final = (
    r"(?:kg|kilos?|kilogram(?:m|me)?s?|g|gr|grams?|mg|lbs?|pounds?|fl\.? ?oz|oz|ounces?|ml|cl|l|litres?|liters?|litros?"
    r"|litro|metres?|meters?|m|m²|sq\.? ?ft|yards?|кг|гр?|л|мл|м|斤|公斤|克|千克|两|升|毫升|米|平米|平方|평|그램|킬로)"
)
_PER_BEFORE: Final = re.compile(
    rf"(?:(?:\d{{1,4}} ?{_MEASURE} ?(?:当たり|あたり|につき|당|当り)|每 ?(?:\d{{1,4}} ?)?{_MEASURE})"
    rf"|(?<!\w)(?:per|pro|je|al|au|le|la|il|el|por|par|за|za|the|a) (?:\d{{1,4}} ?)?{_MEASURE}"
    r"|(?<!\w)(?:grundpreis|unit price|prix unitaire))(?: is)? ?[:：=]? ?$",
)
_PER_AFTER: Final = re.compile(
    r"^ ?(?:/|(?:per|pro|je|par|por|al|le|la|au|il|el|за|za|a)(?= )|の|每) ?"
    rf"(?:\d{{1,4}}(?:[.,]\d+)? ?)?{_MEASURE}(?![^\W_])",
)
_BEFORE: Final = re.compile(
    r"(?:(?<!\w)(?:up to|worth|bis zu|im wert von|jusqu'à|d'une valeur de|hasta|fino a|até|do|до|valued at)"
    r"|最高|最多|最大|价值|抵"
    r"|(?<!\w)(?:starting bid|current bid|opening bid|bid|startgebot|startpreis|aktuelles gebot|mise à prix"
    r"|enchère actuelle|puja|puja inicial|base d'asta|lance inicial|стартовая цена|начальная цена|ставка"
    r"|cena wywoławcza)"
    r"|起拍价?|开拍价?|当前出价|開始価格|現在価格|入札|시작가|입찰가"
    r"|(?<!\w)(?:(?:when|if) you spend|min(?:imum|\.)? spend|orders? (?:over|above|of)|dès|einkaufswert(?: von| ab)?)"
    r"|(?<!\w)(?:gutschein|rabatt|coupon|voucher|cupón|bon|réduction|off|sconto|desconto|скидка)"
    r" (?:ab|from|on|over|dès|desde|a partir de|da|от)"
    r"|[(（](?:本体|税抜|excl\.? (?:tax|vat)|ex vat|netto|zzgl\. mwst|ht)) ?[:：]? ?$",
)
_AFTER: Final = re.compile(
    r"^ ?(?:gift ?card|store credit|geschenkkarte|carte cadeau|tarjeta regalo|礼品卡|代金券|ギフトカード|기프트카드"
    r"|대(?![가-힣])|台(?!湾)|左右|上下|前後|전후)",
)
_ONE: Final = "ea|each|unit|st|stk|item|ud|cad|unité|unità|article|artikel|adet|lot|carton|case|bundle"
_UNKNOWN_UNIT: Final = re.compile(
    rf"^ ?(?:/|(?:per|pro|par)(?= )) ?(?!{UNIT}|{DOZEN}|(?:{_ONE})(?!\w)"
    r"|(?:mo|month|monat|mois|mes|mese|mês|mies|мес)|(?:inc|incl|ex)(?!\w)|[一-鿿ぁ-ヿ가-힣])[^\W\d_]"
)
"""Per day, per person, per wash."""

_THRESHOLD: Final = re.compile(
    r"(?:满|滿|(?<!\w)(?:over|above|ab einem \w+ von|dès|(?:por )?encima de|más de|oltre|acima de|свыше|powyżej|plus de"
    r"|über|(?:bestellung|bestellungen|bestellwert|warenwert) (?:ab|von|über)|заказе? от|zakupy od|zamówieni\w+ od)) ?$"
)
_THRESHOLD_AFTER: Final = re.compile(
    r"^ ?(?:以上(?:で|购)|이상 구매|or more|and over|et plus|oder mehr|d['’]achats?|min(?:imum|\.)? (?:spend|order))"
)
_SINCE: Final = re.compile(r"(?<!\w)(?:ab|from|à partir de|dès|desde|a partir de|da|от|від|od|vanaf) ?$")
_PER_PIECE: Final = re.compile(r"(?<!\w)\d{1,2} (?:pezzi|paia|pares|piezas|peças|unidades|pièces|paires) (?:a|à) $")
"""Three pieces "a 15 €": each, or together."""
_DEAL: Final = re.compile(
    r"(?<!\w)(?:b[uo]go[fhg]?|buy (?:one|two|three|any \d|\d{1,2}),? get|(?:2|two) for (?:1|one)(?!\w)"
    r"|\d for the price of|(?:half|50 ?%) off (?:the )?(?:second|2nd)|(?:second|2nd) (?:one|item|pair)"
    r"|nimm \d|\d kaufen,? \d|kaufe? \d"
    r"|zweite[rsn]? artikel|2\. artikel|\d achetés?|\d(?:er|e|ème) (?:article|à|offert)"
    r"|compra \d,? (?:y )?(?:lleva|paga)|lleva \d|leve \d|prendi \d|paghi \d"
    r"|\d\+\d(?: (?:gratis|free|gratuit|offert|бесплатно))?(?=[ ,]|$)"
    r"|купи \d|второй товар|druga sztuka|kup \d)"
    r"|(?<![\w.,/$€£¥₹])[2-9] for [1-9](?![\w.,])"
    r"|(?<![\w.,/])[2-5] ?[x×] ?[1-4](?![\w.,]| ?[x×])"
    r"|[买買][一二两三四\d]{1,2}[送赠免]|第[二三2-3][件双个条瓶][半\d]|任[选選][一二两三四五\d]|元任[选選]|膨胀"
    r"|[0-9一二三]点(?:買うと|購入で)|(?<!\d)[12]\+[12](?!\d)",
)


_OFF: Final = (
    r"off(?! ?[$£€¥₹])|rabatt|de (?:réduction|remise|descuento|desconto)|di sconto|rabatu|zniżki|скидк[аи]|引き?|割引"
    r"|オフ|할인|↓"
)
_TERMS: Final = re.compile(
    rf"(?<!\d)\d{{1,3}} ?(?:{UNIT})?[^\d,;.、。%]{{0,14}}\d{{1,2}} ?% ?(?:{_OFF})"
    r"|[满滿]\d+[减減]\d+|\d件\d(?:\.\d)?折|\d(?:\.\d)?折(?!后|後)"
    r"|(?:(?<![^\W\d_])(?:(?:you )?save|sie sparen|sparen|sparen sie|économisez|ahorras?|risparmi|oszczędzasz|скидка)"
    rf" ?:? ?)?[(]?[-−–↓]?\d{{1,2}}(?:[.,]\d{{1,2}})? ?%(?! ?off ?[$£€¥₹])(?: ?(?:{_OFF}))?[)]?"
)
"""What is taken off in hundredths, or by terms."""


def without_terms(text: str) -> str:
    """Return a text with spaces in place of percentages and terms, whose words are about no amount.

    Examples
    --------
    >>> without_terms("$48 save 20 % now"), without_terms("满199减20 单价¥99")
    ('$48           now', '        单价¥99')
    """
    return _TERMS.sub(lambda terms: " " * len(terms.group()), text)


_LINKS: Final = re.compile(
    r"(?<![^\W\d_])(?:for|für|pour|por|per|za|за|only|each|ea|or|and|the|a|is|just|je|de|du|da|di|à|at|zu|und|o|y|e|et|ou|oder"
    r"|и|или|lub|i|it|to|now|new|free|all|pro|par)(?![^\W\d_])"
)
"""Small words that do not change what an amount is."""

_UNITS: Final = re.compile(UNIT)


def names_a_deal(text: str) -> bool:
    """Say whether a text offers several articles on terms that no single amount of it prices.

    Examples
    --------
    >>> [names_a_deal(text) for text in ("buy one get one free £9.99", "买二送一 128元", "2 for £15")]
    [True, True, False]
    """
    return _DEAL.search(text) is not None


def prices_nothing(left: str, right: str) -> bool:
    """Say whether what stands beside an amount tells that nothing can be bought for it alone.

    Parameters
    ----------
    left, right : str
        The text before and after the amount, up to the next one.

    Examples
    --------
    >>> prices_nothing("", "/100 g"), prices_nothing("up to ", ""), prices_nothing("", " / piece")
    (True, True, False)
    """
    return any(
        (
            _PER_BEFORE.search(left),
            _PER_AFTER.match(right),
            _BEFORE.search(left),
            _AFTER.match(right),
            _PER_PIECE.search(left),
            _UNKNOWN_UNIT.match(right),
            _THRESHOLD.search(left),
            _THRESHOLD_AFTER.match(right),
            _SINCE.search(left) and (FREE.search(left) or FREE.match(right.lstrip())),
        )
    )


def is_named(beside: Beside) -> bool:
    """Say whether words that nothing tells stand in the clause of an amount.

    Examples
    --------
    >>> is_named(Beside("reward: ", "", True)), is_named(Beside("price: ", " only", True))
    (True, False)
    """
    right = beside.right if beside.ends or END.search(beside.right) else ""
    clause = f"{END.split(beside.left)[-1]} {END.split(right)[0]}"
    for known in (FREE, cues(), _UNITS, _LINKS):
        clause = known.sub(" ", clause)
    return any(character.isalpha() for character in clause)
