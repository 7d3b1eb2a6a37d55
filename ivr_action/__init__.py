"""Check Genesys Cloud IVR flow files, simulate calls through them, and save them safely."""

__version__ = "0.1.0"
