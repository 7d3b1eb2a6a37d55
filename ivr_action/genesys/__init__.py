"""Genesys Cloud: regions, login, transport, pace, and how a flow is saved.

Nothing here loads the official SDK or httpx before a command talks to the platform.
"""
