"""Email addresses."""

from __future__ import annotations

from ivr_action.trace.expressions.registry import Context, function
from ivr_action.trace.expressions.values import EmailAddress, NotSet, Unknown, Value


@function("MakeEmailAddress", "str", "str str?")
def _make_email_address(context: Context, address: str, name: Value = "") -> Value:
    return EmailAddress(address, name if isinstance(name, str) and name else None)


@function("EmailAddressDomainPart", "str?", "cpx_email_address")
def _domain_part(context: Context, address: Value) -> Value:
    return _part(address, 1)


@function("EmailAddressLocalPart", "str?", "cpx_email_address")
def _local_part(context: Context, address: Value) -> Value:
    return _part(address, 0)


def _part(address: Value, place: int) -> Value:
    """NOT_SET where the parts cannot be told (documented for "abc")."""
    text = address.id if isinstance(address, EmailAddress) else address
    if not isinstance(text, str) or "@" not in text:
        return NotSet("str")
    parts = text.split("@")
    if len(parts) != 2 or not all(parts):
        return Unknown("the parts of an unusual email address are not documented")
    return parts[place]
