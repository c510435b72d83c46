"""The typed picture of a workspace; nothing here reads a file."""
