"""What a run found: `figures` (per article, beside what they are held to), `report` (Markdown) and `chart` (SVG)."""
