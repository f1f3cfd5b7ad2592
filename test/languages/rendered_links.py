"""Renders the description of an installed package as PyPI's page shows it, with PyPI's own renderer. Prints what it links to as JSON."""
import importlib.metadata
import json
import sys
from html.parser import HTMLParser

from readme_renderer import markdown

description = importlib.metadata.metadata(sys.argv[1])
if description['Description-Content-Type'] != 'text/markdown':
    sys.exit(f"the description is {description['Description-Content-Type']}")

found = []
named = set()


class Links(HTMLParser):
    def handle_starttag(self, tag, attributes):
        found.extend(value for name, value in attributes if name in ('href', 'src'))
        named.update('#' + value for name, value in attributes if name == 'id')


Links().feed(markdown.render(description.get_payload()))
# headings link to themselves
print(json.dumps([link for link in found if link not in named]))
