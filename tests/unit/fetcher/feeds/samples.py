"""Feeds and sitemaps of invented outlets, in every format."""

URL = "https://harbour.example/feed"

_DC = 'xmlns:dc="http://purl.org/dc/elements/1.1/"'
_ITUNES = 'xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"'
_NEWS = 'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'
_SITEMAP = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'

ITEM = "<item><title>Tram line approved</title><link>https://harbour.example/tram</link></item>"


def rss(items: str = ITEM, *, declaration: str = '<?xml version="1.0" encoding="utf-8"?>', attributes: str = "") -> str:
    return (
        f'{declaration}<rss version="2.0" {attributes}><channel><title>Harbour Post</title>'
        f"<link>https://harbour.example/</link><language>en-GB</language>{items}</channel></rss>"
    )


def numbered(count: int, more: str = "") -> str:
    return "".join(
        f"<item><title>Story {number}</title><link>https://harbour.example/{number}</link>{more}</item>"
        for number in range(count)
    )


RSS_20 = f"""<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" {_DC} xmlns:atom="http://www.w3.org/2005/Atom">
  <channel>
    <title>Harbour Post</title>
    <link>https://harbour.example/</link>
    <atom:link rel="self" type="application/rss+xml" href="https://harbour.example/feed"/>
    <atom:link rel="hub" href="https://hub.example/"/>
    <language>en-GB</language>
    <ttl>45</ttl>
    <item>
      <title>Tram line approved</title>
      <link>https://harbour.example/tram?from=rss&amp;page=1</link>
      <guid isPermaLink="false">harbour-1</guid>
      <pubDate>Tue, 03 Mar 2026 10:00:00 +0100</pubDate>
      <dc:creator>Mara Lind</dc:creator>
      <dc:creator>Ivo Tarn</dc:creator>
      <category>Transport</category>
      <category domain="places">Old Town</category>
      <description>&lt;p&gt;The council
      voted.&lt;/p&gt;&lt;p&gt;Work starts in &lt;b&gt;May&lt;/b&gt;.&lt;/p&gt;</description>
    </item>
  </channel>
</rss>"""
RSS_091 = """<?xml version="1.0"?>
<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" "http://dtd.example/rss-0.91.dtd">
<rss version="0.91"><channel><title>Fjord Radio</title><link>https://fjord.example/</link><language>no</language>
<item><title>Caf&eacute; on the pier</title><link>https://fjord.example/cafe</link></item></channel></rss>"""
RSS_092 = """<?xml version="1.0"?><rss version="0.92"><channel><title>Fjord Radio</title>
<item><description>Ferry late again</description><link>https://fjord.example/ferry</link>
<enclosure url="https://fjord.example/ferry.mp3" length="2048" type="audio/mpeg"/></item></channel></rss>"""
RDF_10 = f"""<?xml version="1.0"?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" {_DC}>
<channel rdf:about="https://delta.example/"><title>Delta Wire</title><link>https://delta.example/</link>
<items><rdf:Seq><rdf:li rdf:resource="https://delta.example/1"/></rdf:Seq></items></channel>
<item rdf:about="https://delta.example/1"><title>Dyke holds</title><link>https://delta.example/1</link>
<dc:date>2026-03-03T10:00:00+01:00</dc:date><dc:creator>Noor Vink</dc:creator><dc:language>nl</dc:language></item>
</rdf:RDF>"""
ATOM_10 = """<?xml version="1.0"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de" xml:base="https://berg.example/de/">
<title type="text">Bergblatt: 3 &lt; 4</title><link href="/"/><link rel="self" href="feed.atom"/>
<id>tag:berg.example,2026:feed</id><updated>2026-03-03T10:00:00Z</updated>
<entry><title type="html">Neuer &lt;em&gt;Tunnel&lt;/em&gt;</title><link href="tunnel"/>
<link rel="enclosure" type="image/png" length="99" href="tunnel.png"/>
<id>tag:berg.example,2026:1</id><published>2026-03-02T10:00:00Z</published><updated>2026-03-03T10:00:00Z</updated>
<author><name>Lena Fels</name><uri>https://berg.example/lena</uri></author><category term="bau" label="Bauen"/>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Der Tunnel</p><p>ist offen.</p></div></content>
</entry></feed>"""
ATOM_03 = """<?xml version="1.0"?><feed version="0.3" xmlns="http://purl.org/atom/ns#"><title>Old Mill Gazette</title>
<link rel="alternate" type="text/html" href="https://mill.example/"/>
<entry><title>Mill turns</title><link rel="alternate" type="text/html" href="https://mill.example/1"/>
<id>tag:mill.example,2004:1</id><issued>2004-05-06T07:08:09Z</issued><modified>2004-05-07T07:08:09Z</modified>
</entry></feed>"""
PODCAST = f"""<?xml version="1.0"?><rss version="2.0" {_ITUNES}><channel><title>Pier Talk</title>
<item><title>Episode 7</title><link>https://fjord.example/7</link><guid isPermaLink="false">ep-7</guid>
<itunes:author>Ole Strand</itunes:author><itunes:keywords>sea, fish</itunes:keywords>
<enclosure url="/7.mp3" type="audio/mpeg" length="123456"/></item></channel></rss>"""
SITEMAP = f"""<?xml version="1.0"?><urlset {_SITEMAP}>
<url><loc>https://harbour.example/old</loc><lastmod>2025-01-02</lastmod></url>
<url><loc>https://harbour.example/undated</loc></url>
<url><loc> https://harbour.example/new?a=1&amp;b=2 </loc><lastmod>2026-01-02T03:04:05+01:00</lastmod></url></urlset>"""
SITEMAP_INDEX = f"""<?xml version="1.0"?><sitemapindex {_SITEMAP}>
<sitemap><loc>https://harbour.example/2025.xml</loc><lastmod>2025-12-31</lastmod></sitemap>
<sitemap><loc>https://harbour.example/2026.xml.gz</loc><lastmod>2026-02</lastmod></sitemap></sitemapindex>"""
NEWS_SITEMAP = f"""<?xml version="1.0"?><urlset {_SITEMAP} {_NEWS} xmlns:image="http://images.example/1.1">
<url><loc>https://harbour.example/tram</loc><image:image><image:loc>https://harbour.example/tram.png</image:loc>
<image:title>A tram</image:title></image:image><news:news><news:publication><news:name>Harbour Post</news:name>
<news:language>en</news:language></news:publication>
<news:publication_date>2026-03-03T09:00:00Z</news:publication_date>
<news:title>Tram line approved &amp;amp; funded</news:title><news:keywords>Transport, Council</news:keywords>
</news:news></url></urlset>"""
JSON_11 = """{"version": "https:\\/\\/jsonfeed.org\\/version\\/1.1", "title": "Lagoon Times", "language": "it",
"home_page_url": "https://lagoon.example/", "feed_url": "https://lagoon.example/feed.json",
"hubs": [{"type": "rssCloud", "url": "https://no.example/"}, {"type": "WebSub", "url": "https://hub.example/"}],
"items": [{"id": "l-1", "url": "/acqua", "title": "Acqua alta",
"content_html": "<p>L'acqua <b>sale</b>.</p>",
"date_published": "2026-03-03T10:00:00+01:00", "date_modified": "2026-03-03T12:00:00Z", "tags": ["Meteo", "Meteo"],
"authors": [{"name": "Gio Riva"}, {"url": "https://lagoon.example/x"}],
"attachments": [{"url": "/acqua.mp3", "mime_type": "audio/mpeg", "size_in_bytes": 77}]}]}"""
JSON_10 = """{"version": "https://jsonfeed.org/version/1", "title": "Lagoon Times",
"items": [{"id": "https://lagoon.example/1", "content_text": "2 < 3", "author": {"name": "Gio Riva"}}]}"""
