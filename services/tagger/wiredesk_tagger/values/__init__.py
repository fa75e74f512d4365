"""Temporal expressions and quantities: a text comes in; where they stand, and what they mean as a value, goes out.

Pure. Read in this order: `grammar` and `continental` (where they stand), `normalisation` (their values), `temporal` and
`relative_dates` (temporal normalisation to ISO 8601), `date_context` (what the sentence says of a date), `timeless`
(which words name no day), `quantities` (money and per cent). `local` has the forms of other languages than English, for
texts of which the language is known: `local_dates` and `local_sums`, `east_asian_dates` and `east_asian_sums`.
"""
