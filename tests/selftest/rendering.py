"""Pages as a reader sees them: their elements, and their text, of HTML and of Markdown."""

import html.parser

from markdown_it import MarkdownIt

VOID = frozenset({"meta", "link", "input", "br", "hr", "img"})


class Page(html.parser.HTMLParser):
    """The elements of a page with their attributes, its text outside of scripts and styles, and that outside of code.

    `unclosed` are the elements that are not closed in order.
    """

    def __init__(self, text):
        super().__init__()
        self.tags, self.text, self.bare, self.unclosed = [], "", "", []
        self._open = []
        self.feed(text)
        self.unclosed += self._open

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag):
        if self._open and self._open[-1] == tag:
            self._open.pop()
        else:
            self.unclosed.append(tag)

    def handle_data(self, data):
        if not {"script", "style"} & set(self._open):
            self.text += data
        if "code" not in self._open:
            self.bare += data

    @property
    def names(self):
        """The names of its elements."""
        return {tag for tag, _ in self.tags}


def shown(markdown):
    """The page of a Markdown text, by a reader that lets HTML through and knows tables."""
    return Page(MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(markdown))


def tags(text):
    """Every start tag of a page with its attributes."""
    return Page(text).tags
