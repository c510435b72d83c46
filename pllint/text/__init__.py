"""Bytes to plain values with places: JSON, YAML and XML text, and the trees of files they lie in."""
