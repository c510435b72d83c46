"""One module per file form, each giving model elements and the findings of reading itself."""
