"""WebSub (W3C Recommendation, 23 January 2018): hubs tell of what is new, and a source is polled when they do.

What a delivery holds is not read: it only brings the next poll forward. So there is one way for an article to be
identified and submitted, and whoever forges a delivery gains one poll a minute at most.

Read in this order: `subscription` (what is remembered of one, pure), `store` (PostgreSQL), `subscriber` (what hubs are
asked) and `callbacks` (what they call).
"""
