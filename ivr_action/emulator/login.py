"""Login: OAuth client credentials, tokens with an end, and who is behind one."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

from ivr_action.emulator.call import Answer, Call, Row
from ivr_action.emulator.problems import ApiError
from ivr_action.emulator.state import Client
from ivr_action.emulator.world import World


@dataclass
class Tokens:
    """Tokens that were given out. They end with the process, as a restart of the platform's would be."""

    world: World
    _live: dict[str, tuple[str, float]] = field(default_factory=dict)

    def issue(self, client: Client) -> tuple[str, int]:
        token = self.world.secret(86)
        seconds = self.world.pace.token
        self._live[token] = (client.id, self.world.clock() + seconds)
        return token, int(seconds)

    def client(self, token: str) -> Client | None:
        """Whose it is; None where it is unknown, ended or revoked."""
        found = self._live.get(token)
        if found is None or found[1] <= self.world.clock():
            return None
        return self.world.state.clients.get(found[0])

    def ends(self, token: str) -> float:
        return self._live[token][1]

    def revoke(self, token: str) -> None:
        self._live.pop(token, None)


def rows(tokens: Tokens) -> list[Row]:
    """The routes of this file."""

    def token(call: Call) -> Answer:
        client = _by_basic(call.world, call.headers.get("authorization", ""))
        if client is None:
            return Answer({"error": "invalid_client", "description": "authentication failed"}, 401)
        form = parse_qs(call.body.decode("utf-8", "replace"))
        if form.get("grant_type") != ["client_credentials"]:
            return Answer({"error": "unsupported_grant_type", "description": "only client_credentials"}, 400)
        made, seconds = tokens.issue(client)
        return Answer({"access_token": made, "token_type": "bearer", "expires_in": seconds})

    def me(call: Call) -> Answer:
        state, client = call.world.state, call.client
        organization = {"id": state.organization_id, "name": state.organization_name}
        body: dict[str, Any] = {
            "organization": organization,
            "homeOrganization": organization,
            "authorizedScope": [],
            "dateTokenIdles": iso(tokens.ends(call.token)),
        }
        if client is not None:
            body["OAuthClient"] = {"id": client.id, "name": client.name, "organization": organization}
        return Answer(body)

    def head(call: Call) -> Answer:
        return Answer(None, 200)

    def revoke(call: Call) -> Answer:
        tokens.revoke(call.token)
        return Answer(None, 200)

    def organization(call: Call) -> Answer:
        state = call.world.state
        return Answer(
            {
                "id": state.organization_id,
                "name": state.organization_name,
                "defaultLanguage": "en-us",
                "defaultCountryCode": "US",
                "domain": "emulated-organisation",
                "version": 1,
                "state": "active",
                "voicemailEnabled": False,
                "productPlatform": "PureCloud",
                "features": {},
                "selfUri": f"/api/v2/organizations/{state.organization_id}",
            }
        )

    return [
        Row("POST", "/oauth/token", token, open=True),
        Row("GET", "/api/v2/tokens/me", me),
        Row("HEAD", "/api/v2/tokens/me", head),
        Row("DELETE", "/api/v2/tokens/me", revoke),
        Row("GET", "/api/v2/organizations/me", organization),
    ]


def unauthorized(message: str = "Authentication is required to complete this operation.") -> ApiError:
    """The 401 of a request without a good token."""
    return ApiError(401, "authentication.required", message)


def iso(seconds: float) -> str:
    """ISO 8601 in UTC with milliseconds, as the platform writes times."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _by_basic(world: World, header: str) -> Client | None:
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        id_, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    client = world.state.clients.get(id_)
    return client if client is not None and client.secret == secret else None
