"""Node graphs as Architect flows: `compile_flow` writes the YAML that the public platform takes. docs/compile.md has
the tables. Pure: values in, values out."""

from ivr_action.compile.names import source_of
from ivr_action.compile.run import Compiled, compile_flow
from ivr_action.compile.same import same_graph

__all__ = ["Compiled", "compile_flow", "same_graph", "source_of"]
