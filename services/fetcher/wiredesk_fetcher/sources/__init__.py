"""Sources of news: the feeds and sitemaps that are polled for addresses of articles."""
