"""Bytes to plain values with places: JSON, YAML and XML, in folders, zips and zips in zips."""
