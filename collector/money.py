"""Amounts of money as whole numbers of the smallest unit of their currency, so that sums stay exact."""

from decimal import ROUND_HALF_UP, Decimal

from babel.numbers import list_currencies

# Digits behind the point by ISO 4217, where they are not two.
DIGITS = (
    dict.fromkeys(("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND"), 0)
    | dict.fromkeys(("VUV", "XAF", "XOF", "XPF"), 0)
    | dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3)
    | dict.fromkeys(("CLF", "UYW"), 4)
)
# Codes that ISO 4217 has or had, without those for no currency and for tests.
CURRENCIES = frozenset(list_currencies()) - {"XXX", "XTS"}


def digits(currency: str) -> int:
    """Digits behind the point of amounts in this currency."""
    return DIGITS.get(currency, 2)


def minor_units(amount: float, currency: str) -> int:
    """The amount in the smallest units: 19.99 EUR are 1999."""
    return int(Decimal(repr(amount)).scaleb(digits(currency)).to_integral_value(ROUND_HALF_UP))


def major_units(amount: int, currency: str) -> Decimal:
    """The amount in units of the currency: 1999 are 19.99 EUR."""
    return Decimal(amount).scaleb(-digits(currency))
