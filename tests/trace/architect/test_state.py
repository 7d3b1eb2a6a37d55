"""Twins and keys: what the explorer and the loop detection rely on."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from ivr_action.trace.architect import ArchitectMachine
from ivr_action.trace.architect_state import ArchitectState
from ivr_action.trace.machine import Asks
from tests.corpus import corpus_files
from tests.trace.architect.calls import flow_of

DEEPEST = 60


def digest(state: ArchitectState) -> tuple[object, ...]:
    return state.node, dict(state.variables), state.loops, state.menus, state.attempts, state.rounds


@pytest.mark.parametrize("path", corpus_files()[::3], ids=lambda path: path.name)
def test_a_twin_goes_its_own_way(path: Path) -> None:
    machine = ArchitectMachine(flow_of(path))
    luck = random.Random(1)
    state = machine.start()
    assert state is not None
    for _ in range(DEEPEST):
        machine.visit(state)
        ways = machine.ways(state)
        before, key = digest(state), state.key()
        assert [way.name for way in machine.ways(state)] == [way.name for way in ways]
        for way in ways:
            if way.ending is None:
                twin = state.fork()
                machine.take(twin, way)
                machine.visit(twin)
        assert (digest(state), state.key()) == (before, key)
        going = [way for way in ways if way.ending is None]
        if not going:
            break
        machine.take(state, luck.choice(going))


@pytest.mark.parametrize("path", corpus_files(), ids=lambda path: path.name)
def test_what_a_way_says_the_caller_does_leads_that_way(path: Path) -> None:
    machine = ArchitectMachine(flow_of(path))
    for seed in range(8):
        luck = random.Random(seed)
        state = machine.start()
        assert state is not None
        for _ in range(DEEPEST):
            question = machine.visit(state)
            ways = machine.ways(state)
            for way in ways:
                if question.asks is Asks.CALLER and way.event is not None:
                    assert machine.respond(state.fork(), way.event)[1:5] == way[1:5]
                elif question.asks is not Asks.CALLER and question.asks is not Asks.NOTHING:
                    assert machine.answer(state.fork(), way.name) == way
            going = [way for way in ways if way.ending is None]
            if not going:
                break
            machine.take(state, luck.choice(going))


def test_equal_variables_are_equal_keys_whatever_way_they_came_about() -> None:
    one, other = ArchitectState("n", {}), ArchitectState("n", {})
    one.set("Flow.a", 1)
    one.set("Flow.b", "x")
    other.set("Flow.b", "y")
    other.set("Flow.a", 1)
    assert one.key() != other.key()
    other.set("flow.B", "x")
    assert (other.key(), hash(other.key())) == (one.key(), hash(one.key()))
    one.drop(["Flow.a"])
    assert one.key() != other.key()


def test_minus_one_and_minus_two_are_not_one_state() -> None:
    """Python hashes both alike; equality must not rest on the hash."""
    one, other = ArchitectState("n", {}), ArchitectState("n", {})
    one.set("Flow.a", -1)
    other.set("Flow.a", -2)
    assert hash(one.key()) == hash(other.key())
    assert one.key() != other.key()
