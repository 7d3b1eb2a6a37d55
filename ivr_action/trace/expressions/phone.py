"""Phone numbers: what can be told from their text alone.

A `tel` number's subscriber part needs the country code's length: 1 for +1 and +7, 2 for the codes listed, 3 otherwise
(ITU-T E.164 assignments). SIP addresses are compared without a trailing `@` (documented example).
"""

from __future__ import annotations

import re

from ivr_action.trace.expressions.values import Cause, NotSet, PhoneNumber, Unknown, Value

_DIGITS = re.compile(r"[0-9]")
_DIALABLE = re.compile(r"\+?[0-9 ().\-]*[0-9][0-9 ().\-]*", re.ASCII)
_TWO_DIGIT_CODES = frozenset(
    {20, 27, *range(30, 35), 36, 39, 40, 41, *range(43, 50), *range(51, 59), *range(60, 67)}
    | {81, 82, 84, 86, *range(90, 96), 98}
)


def phone_number(text: str) -> PhoneNumber | Unknown:
    """ToPhoneNumber: `tel:`, `sip:` and `sips:` are kept, a bare dialable number becomes a `tel`."""
    scheme, colon, rest = text.partition(":")
    if colon and scheme.lower() in ("sip", "sips") and rest:
        return PhoneNumber(f"{scheme.lower()}:{rest}")
    number = rest if colon and scheme.lower() == "tel" else text
    if _DIALABLE.fullmatch(number) and len(number) <= 64:
        return PhoneNumber(f"tel:{number}")
    return Unknown("ToPhoneNumber on text that is neither a number nor a SIP address is not documented")


def identity(number: PhoneNumber) -> str:
    """What equality compares: a `tel` by its digits (documented: "+13178723000" equals "13178723000"), a SIP address
    by scheme and address."""
    if number.uri.startswith("tel:"):
        return "tel:" + "".join(_DIGITS.findall(number.uri))
    return number.uri.lower().removesuffix("@")


def phone_property(number: PhoneNumber, name: str) -> Value:
    """`uri`, `e164`, `subscriberNumber`, `isTel`, `isSip`; others are not documented in the material at hand."""
    wanted = name.lower()
    is_tel = number.uri.startswith("tel:")
    if wanted == "uri":
        return number.uri
    if wanted == "istel":
        return is_tel
    if wanted == "issip":
        return not is_tel
    if wanted == "e164":
        if not is_tel or not number.uri.startswith("tel:+"):
            return NotSet("str")  # documented: "13178723000" has no E.164 number
        return "+" + "".join(_DIGITS.findall(number.uri))
    if wanted == "subscribernumber" and is_tel:
        return _subscriber(number)
    return Unknown(f"the property {name} of a phone number is not documented", Cause.UNSUPPORTED)


def _subscriber(number: PhoneNumber) -> Value:
    digits = "".join(_DIGITS.findall(number.uri))
    if number.uri.startswith("tel:+"):
        code = 1 if digits[0] in "17" else 2 if int(digits[:2]) in _TWO_DIGIT_CODES else 3
        return digits[code:]
    if len(digits) == 11 and digits[0] == "1":
        return digits[1:]  # documented example: 13178723000 → 3178723000
    return Unknown("the subscriber number of a number without + depends on the organisation's country")
