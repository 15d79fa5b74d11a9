"""Markdown as a page would show it: the elements, and the text that stands outside of code."""

import html.parser

from markdown_it import MarkdownIt


class Page(html.parser.HTMLParser):
    """The elements of a page, and its text outside of code."""

    def __init__(self):
        super().__init__()
        self.tags = []
        self.bare = ""
        self._code = 0

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self._code += tag == "code"

    def handle_endtag(self, tag):
        self._code -= tag == "code"

    def handle_data(self, data):
        if not self._code:
            self.bare += data


def shown(markdown):
    """The page of a Markdown text, by a reader that lets HTML through and knows tables."""
    made = Page()
    made.feed(MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(markdown))
    return made
