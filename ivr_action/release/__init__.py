"""The part of a run that asks the platform: plan, drift, deployment, restore; told to others and written down.

The step and the command line use it alike. What comes in is an `Errand`, what goes out a `Released`, whatever happens
on the way.
"""
