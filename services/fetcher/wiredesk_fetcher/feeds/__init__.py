"""What a feed or sitemap lists, whatever its format: bytes in, a `Listing` out. Pure, bounded, tolerant of broken ones.

Read in this order: `listing` (what comes out), `reading` (which format is it), `document` (bytes to text), `fields`
(what a field may hold), `syndication` (RSS and Atom) with `condensing` (what its parser gets to see), `json_feed`,
`sitemaps` with `elements` (XML without a tree), `discovery` (which feeds a page names), `opml` (lists of feeds).
"""
