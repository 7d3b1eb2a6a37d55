"""The rules: what is wrong with a flow, at which level, and what to do about it."""

from ivr_action.check.engine import check
from ivr_action.check.options import CheckOptions
from ivr_action.check.registry import RULES, rule
from ivr_action.check.rule import Rule

__all__ = ["RULES", "CheckOptions", "Rule", "check", "rule"]
