"""The fetcher: a submission comes in; the page or text as got, a rejection or a wish to retry goes out.

Read in this order: `handlers` (event in, event out), `crawler` (a polite GET: robots.txt, the host's clock, redirects),
`http` (one bounded request), `core` (what an answer becomes), `politeness` and `hosts` (what a host is owed, and where
that is kept), `refusals` (what was withdrawn), `addresses` (what may be connected to), `charset` (bytes to text),
`notes` and `page_archive` (what is kept of a page), `private_key` (what requests are signed with), `settings`,
`__main__` (the wiring). Beside it `sources` polls what `feeds` can read, and `websub` lets hubs tell when that is worth
it.
"""
