"""A submission comes in; the page or text as got, or a rejection, goes out."""
