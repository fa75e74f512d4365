"""Stored articles as files that other programs read.

A module each for NDJSON (`ndjson`), CSV (`spreadsheet`), Parquet (`parquet`, which alone needs pyarrow), `ninjs`, and
RSS and Atom (`feeds`, on `markup`); `values` is what they share. All that is pure: an article comes in, bytes or a row
go out. `formats` names them, `progress` keeps how much of an export is done, `targets` writes.
"""
