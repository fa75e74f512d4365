"""Pages of made news: `stories` writes a text, `furniture` and `page` the page around it, `made` decides the mix."""
