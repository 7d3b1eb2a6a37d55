"""What the step touches, as one value: environment, event, log, Git, GitHub, clocks. A test replaces any of it."""

from __future__ import annotations

import random as random_
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from ivr_action.check import CheckOptions
from ivr_action.flow.read import Reading
from ivr_action.genesys.clock import Clock
from ivr_action.genesys.redact import Redactor
from ivr_action.genesys.settings import OFFICIAL_NAMES, PlatformSettings
from ivr_action.model import Report
from ivr_action.runner.commands import Commands
from ivr_action.runner.context import Context
from ivr_action.runner.decide import REVIEW
from ivr_action.runner.git import Git
from ivr_action.runner.github import GitHub
from ivr_action.runner.log import GuardedStream
from ivr_action.runner.stop import Stop
from ivr_action.settings import Settings

if TYPE_CHECKING:
    from ivr_action.notify.webhooks import World as Receivers


@dataclass(frozen=True, slots=True)
class Outside:
    """What only commands that talk to the platform need."""

    clock: Callable[[threading.Event], Clock] = lambda stop: Clock(stop=stop)
    """Waits, and ends each wait where the event is set."""
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    """For what is written down: audit, webhooks."""
    random: Callable[[], float] = random_.random
    receivers: Receivers | None = None
    """How webhooks reach their receivers; None for the real network."""


@dataclass(frozen=True, slots=True)
class World:
    """What the step touches."""

    environ: Mapping[str, str]
    context: Context
    out: GuardedStream
    err: GuardedStream
    commands: Commands
    git: Git
    check: Callable[[Sequence[Reading], CheckOptions], Report]
    today: Callable[[], date]
    github: Callable[[str, str, str], GitHub]
    monotonic: Callable[[], float]
    outside: Outside = field(default_factory=Outside)
    stop: Stop = field(default_factory=Stop)
    reported: threading.Event = field(default_factory=threading.Event)
    """Set once the outputs have a result: whatever fails afterwards must not take it away."""

    @property
    def is_review(self) -> bool:
        """True where the event asks whether a change may go in: it must not be the judge of itself."""
        return self.context.event in REVIEW

    @property
    def workspace(self) -> str:
        """Its folder."""
        return self.context.workspace

    def redactor(self) -> Redactor:
        """Hides secrets in our own log, and asks the runner to hide them in what comes after."""
        lock = threading.Lock()
        mask = self.environ.get("GITHUB_ACTIONS") == "true"

        def hide(secret: str) -> None:
            with lock:  # the command borrows the process's stdout
                self.out.hide(secret)
                self.err.hide(secret)
                if mask:
                    self.commands.mask(secret)

        return Redactor(hide)

    def secrets(self) -> tuple[str, ...]:
        """Those in the environment that no input of ours carries: under the names of Genesys' own tools."""
        names = (OFFICIAL_NAMES["client_secret"], OFFICIAL_NAMES["access_token"])
        return tuple(filter(None, (self.environ.get(name, "").strip() for name in names)))

    def connect_github(self, settings: Settings) -> GitHub | None:
        """GitHub's API; None where there is no token for it."""
        token, context = settings.github_token.get_secret_value(), self.context
        if not token or "/" not in context.repository or not context.api_url.startswith(("https://", "http://")):
            return None
        return self.github(context.api_url, token, context.repository)

    def has_credentials(self, settings: Settings) -> bool:
        """Whether there is anything to log in with, wherever that leads: a check needs to know no more."""

        def given(value: str, name: str) -> str:
            return value or self.environ.get(OFFICIAL_NAMES[name], "").strip()

        secret = given(settings.client_secret.get_secret_value(), "client_secret")
        token = given(settings.access_token.get_secret_value(), "access_token")
        return bool(token or (secret and given(settings.client_id, "client_id")))

    def credentials(self, settings: Settings, region: str = "") -> PlatformSettings:
        """How to reach the platform: inputs, else the environment, else the chosen environment's region.

        Args:
            settings: the inputs.
            region: of the environment in the configuration; counts where nobody gives another.

        Raises:
            UsageError: an address or region that cannot be used.
        """
        return PlatformSettings.from_environ(
            self.environ,
            client_id=settings.client_id,
            client_secret=settings.client_secret.get_secret_value(),
            access_token=settings.access_token.get_secret_value(),
            region=settings.region or region,
            api_url=settings.api_url,
            login_url=settings.login_url,
        )
