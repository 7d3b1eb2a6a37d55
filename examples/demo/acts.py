"""The play, act by act. Each one claims what must hold, and tells it in a few lines."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from examples.demo.stage import MAIN_LINE, REMINDER, ROOT, Ran, Stage, must
from ivr_action.cli import main as command
from ivr_action.emulator import Emulator

_WIDTH = 118
_DESK = "          - menuTransferToAcd:\n              name: Front desk\n"
_RENTALS = """\
          - menuTransferToAcd:
              name: Rentals
              dtmf: digit_3
              targetQueue:
                lit:
                  name: Rental
              preTransferAudio:
                tts: We are connecting you with our rentals.
              failureTransferAudio:
                tts: Rentals cannot be reached. Please call again later.
"""
_SALES = "Sales will be right with you."


@dataclass
class Told:
    """What a person reads: lines on the terminal, and summaries for the page."""

    write: Callable[[str], None]
    pages: list[tuple[str, str]] = field(default_factory=list)
    acts: int = 0

    def act(self, title: str) -> None:
        """A heading."""
        self.acts += 1
        self.write(f"\n{self.acts}. {title}\n{'-' * (len(title) + 3)}")

    def say(self, text: str) -> None:
        """A sentence of ours."""
        self.write(textwrap.fill(text, _WIDTH))

    def quote(self, text: str) -> None:
        """What the step said."""
        self.write(textwrap.fill(text, _WIDTH, initial_indent="  | ", subsequent_indent="  |   "))

    def page(self, title: str, ran: Ran) -> None:
        """A summary for the page."""
        self.pages.append((title, ran.summary))


def take_over(stage: Stage, told: Told) -> None:
    """The flows that are live come under Git."""
    told.act("Git takes over what is live")
    told.say(
        "Wheel and Spoke has three flows that were made in the editor. They are in Git now, and nobody has deployed "
        "from there yet. The tag v1.0 takes them over: the same content, published once by us."
    )
    ran = stage.tag("v1.0")
    must(ran.status == 0, "the first deployment works")
    must(_results(ran) == dict.fromkeys(("Order status", "Main line", "Waiting"), "deployed"), "all are taken over")
    told.quote(ran.said("Deployment to production"))
    again = stage.tag("v1.0")
    must(set(_results(again).values()) == {"unchanged"}, "nothing is published twice")
    told.say("The same tag once more changes nothing:")
    told.quote(again.said("Deployment to production"))
    told.page("The tag v1.0: Git takes over what is live", ran)


def mistake(stage: Stage, told: Told) -> None:
    """A pull request with mistakes is red."""
    told.act("A pull request with a mistake: red")
    told.say("A branch gives rentals a key of their own, with 3 typed for 4 and Rental for Rentals.")
    stage.cloud.log.clear()
    stage.branch("rentals")
    menu = ("For the workshop, press 3.", "For the workshop, press 3. For rentals, press 4.")
    stage.edit(MAIN_LINE, *menu, _DESK, _RENTALS + _DESK)
    stage.commit("A key for rentals")
    ran = stage.pull_request("rentals", environment="production")
    must(ran.status == 1, "the mistake fails the step")
    must(ran.outputs["valid"] == "false", "the flow is called invalid")
    told.quote(ran.said(MAIN_LINE, "error duplicate-dtmf"))
    told.quote(ran.said(MAIN_LINE, "error missing-reference"))
    told.page("A pull request with a mistake", ran)


def mended(stage: Stage, told: Told) -> None:
    """Mended it is green, and the plan says what would happen."""
    told.act("Mended: green, with the plan")
    stage.git("checkout", "-q", "rentals")
    stage.edit(MAIN_LINE, "name: Rentals\n              dtmf: digit_3", "name: Rentals\n              dtmf: digit_4")
    stage.edit(MAIN_LINE, "name: Rental\n", "name: Workshop\n")
    stage.commit("Key 4, and the workshop's people until rentals have their own")
    ran = stage.pull_request("rentals", environment="production")
    must(ran.status == 0, "it is green")
    must([one["verdict"] for one in ran.output("plan") if one["path"] == MAIN_LINE] == ["update"], "it is planned")
    must(not _writes(stage.cloud), "a pull request changes nothing")
    told.say("Nothing was sent. Which callers end differently, and what a deployment would do:")
    told.quote(ran.ends_differently())
    for words in ("the file against what is live", "+ menu", "callers come in by", "would be deployed"):
        told.quote(ran.said(words))
    told.page("Mended: the plan", ran)


def deploy(stage: Stage, told: Told) -> None:
    """The tag deploys, with a 429 on the way; others are told."""
    told.act("Merged and tagged v1.1: deployed, although the platform was busy")
    stage.git("merge", "-q", "--no-ff", "-m", "A key for rentals", "rentals")
    stage.cloud.fault(method="POST", path="/api/v2/flows/jobs", status=429, retry_after=7)
    before = len(stage.hook.taken)
    ran = stage.tag("v1.1")
    must(ran.status == 0, "it is deployed")
    must(stage.cloud.flow("Main line").published == "3.0", "it is live")
    told.quote(ran.said("Waiting", "429"))
    told.quote(ran.said("Deployment to production"))
    (hook,) = stage.hook.taken[before:]
    must((hook["status"], hook["version"], stage.hook.refused) == ("success", "3.0", 0), "the webhook says so")
    told.say("The webhook that came in, its signature verified with the standardwebhooks package:")
    told.quote(", ".join(f"{key}: {hook[key]}" for key in ("status", "name", "previous_version", "version")))
    told.quote(f"change_summary: {hook['change_summary']}")
    told.page("The tag v1.1: deployed", ran)


def colleague(stage: Stage, told: Told) -> None:
    """A colleague's edit stops the next deployment, by name."""
    told.act("A colleague edits what is live: the next deployment stops")
    text = "Sales is out until noon. Please call back."
    stage.cloud.colleague("publish", "Main line", yaml=stage.live_yaml(MAIN_LINE).replace(_SALES, text))
    wish = {"command": "drift", "environment": "production", "fail_on_drift": "true"}
    night = stage.run("schedule", "refs/heads/main", {}, wish)
    must(night.status == 1, "the nightly look fails")
    must([one["by"] for one in night.output("drifted")] == ["A Colleague"], "it names who it was")
    told.say("The nightly look for drift names it. The tag v1.2, which knows nothing of it, is stopped:")
    told.quote(night.said("Main line (", "drifted"))
    old, new = "One moment, please.", "One moment. We are getting somebody."
    stage.edit(MAIN_LINE, old, new)
    stage.commit("A friendlier front desk")
    stage.cloud.log.clear()
    ran = stage.tag("v1.2")
    must(ran.status == 3, "it stops")
    must(not _writes(stage.cloud), "nothing was sent")
    must([one["by"] for one in ran.output("conflicts")] == ["A Colleague"], "it says who it was")
    must(stage.cloud.flow("Main line").published == "4.0", "the colleague's version stays live")
    told.quote(ran.said("Main line", "refused", "A Colleague"))
    told.say("This is what the file would have put in the place of their words:")
    told.quote(ran.said("preTransferAudio", "noon"))
    told.page("The tag v1.2: a colleague's edit stops it", ran)
    told.say("With their words in the file too, nothing stands in the way (v1.3):")
    stage.edit(MAIN_LINE, _SALES, text)
    stage.commit("What sales said")
    after = stage.tag("v1.3")
    must((after.status, stage.cloud.flow("Main line").published) == (0, "5.0"), "both are live")
    told.quote(after.said("Main line (", "updated"))
    told.quote(after.said("preTransferAudio", "One moment"))


def merge(stage: Stage, told: Told) -> None:
    """Node graphs: both changes where they go together, and the field's name where they do not."""
    told.act("A node graph: compiled for Genesys Cloud, merged where a platform keeps nodes")
    told.say("nodes/workshop-reminder.yaml is published to Genesys Cloud as Architect YAML, with `allow-create`:")
    ran = _deploy_nodes(stage, "n1", stage.cloud, allow_create="true")
    must((ran.status, stage.cloud.flow("Workshop reminder").published) == (0, "1.0"), "the node graph is live")
    told.quote(ran.said("Deployment to production"))
    told.say(
        "Another platform keeps the specification's contract (nodes, PUT with If-Match). A colleague changes one node "
        "there, a commit another one:"
    )
    must(_deploy_nodes(stage, "n2", stage.nodes).status == 0, "the node graph is taken over")
    theirs = {"properties": {"audioResource": {"id": "workshop_holiday_hours", "type": "resource"}}}
    stage.nodes.colleague("edit", "Workshop reminder", nodes={"goodbye": theirs})
    said = "Your bicycle is ready. To talk to the workshop, press 1."
    stage.edit(REMINDER, said, "Your bicycle is as good as new. To talk to the workshop, press 1.")
    stage.commit("Better news")
    ran = _deploy_nodes(stage, "n3", stage.nodes)
    must((ran.status, [one["result"] for one in ran.output("deployed")]) == (0, ["merged"]), "both are live")
    must(_node(stage, "goodbye")["properties"] == theirs["properties"], "theirs is live")
    must("as good as new" in _node(stage, "ready")["properties"]["tts"], "ours is live")
    told.quote(ran.said("Deployment to production"))
    told.page("A node graph: merged", ran)
    told.say("Then both change the same field:")
    theirs["properties"] = {"audioResource": {"id": "workshop_closed", "type": "resource"}}
    stage.nodes.colleague("edit", "Workshop reminder", nodes={"goodbye": theirs})
    stage.edit(REMINDER, "id: workshop_hours,", "id: workshop_summer_hours,")
    stage.commit("Summer hours")
    stopped = _deploy_nodes(stage, "n4", stage.nodes)
    must(stopped.status == 3, "that stops")
    told.quote(stopped.said("`properties.audioResource.id`"))


def audit(stage: Stage, told: Told) -> None:
    """The log holds, and one changed word is found."""
    told.act("The audit log: it holds, and one changed word is found")
    file = stage.repository / ".ivr-action" / "audit.jsonl"
    whole = file.read_bytes()
    status, said = _command("audit", "verify", str(file))
    must(status == 0, "the chain holds")
    told.quote(said.splitlines()[0].replace(f"{file.parent}/", ""))
    file.write_bytes(whole.replace(b'"success":true', b'"success":null', 1))
    status, said = _command("audit", "verify", str(file))
    file.write_bytes(whole)
    must(status == 1, "the change is found")
    told.say("With one word of one line made another:")
    for line in said.splitlines()[:2]:
        told.quote(line.replace(f"{file.parent}/", "").strip())


def published(stage: Stage, told: Told) -> None:
    """Flows that others have published."""
    told.act("Flows that others have published, from examples/flows/published")
    folder = str(ROOT / "examples" / "flows" / "published")
    status, said = _command("validate", folder)
    must(status == 0, "they are valid")
    told.quote(said.splitlines()[-1])
    status, said = _command("trace", folder)
    told.quote(said.splitlines()[-1])


ALL = (take_over, mistake, mended, deploy, colleague, merge, audit, published)


def _command(*arguments: str) -> tuple[int, str]:
    out = io.StringIO()
    status = command(list(arguments), environ={}, stdout=out, stderr=out)
    return status, out.getvalue()


def _results(ran: Ran) -> dict[str, str]:
    return {one["name"]: one["result"] for one in ran.output("deployed")}


def _writes(organisation: Emulator) -> list[str]:
    return [
        f"{entry.method} {entry.path}"
        for entry in organisation.log.entries
        if entry.method != "GET" and not entry.path.startswith("/oauth")
    ]


def _deploy_nodes(stage: Stage, tag: str, on: Emulator, **inputs: str) -> Ran:
    stage.git("tag", tag)
    payload = {"ref": f"refs/tags/{tag}"}
    log = {"audit_log": ".ivr-action/nodes.jsonl"}
    wish = {"config": "nodes/.ivr-action.yml", "scenarios": "nodes/scenarios", "command": "deploy"}
    return stage.run("push", payload["ref"], payload, {**wish, **log, **inputs}, on=on)


def _node(stage: Stage, name: str) -> Any:
    return stage.live_nodes("Workshop reminder")[name]
