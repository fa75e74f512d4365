"""The fetcher: a submission comes in; the page or text as got, a rejection or a wish to retry goes out.

Read in this order: `handlers` (event in, event out), `http` (one polite, bounded GET), `core` (what an answer becomes),
`addresses` (what may be connected to), `charset` (bytes to text), `settings`, `__main__` (the wiring).
"""
