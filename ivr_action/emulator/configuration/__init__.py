"""Architect YAML → the configuration document that the platform would keep for it, as far as both are known."""
