"""`make demo`: the whole life of a change to a flow, played on an emulated organisation with the real step."""
