"""An enriched article comes in; a row in PostgreSQL and a receipt go out."""
