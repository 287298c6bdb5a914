"""HTML, of the little that browsers and Qt both know. Every text that comes in is shown letter by letter."""

import html
from collections.abc import Iterable

CODE_FONT = "'DejaVu Sans Mono', 'Cascadia Mono', Menlo, Consolas, monospace"
TEXT_FONT = "'DejaVu Sans', 'Segoe UI', 'Helvetica Neue', Arial, sans-serif"
SPACE = '<p class="space">&nbsp;</p>'
"""Above a heading: under a table, and where it begins, a document of Qt forgets the margin."""
_CONTROLS = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 127), "�")


def text(content: str) -> str:
    """Return a text that means itself, whatever it holds."""
    sound = content.encode(errors="replace").decode().translate(_CONTROLS)
    return html.escape(sound)


def paragraph(content: str, kind: str = "") -> str:
    """Return a paragraph of plain text."""
    return f"<p{_class(kind)}>{text(content)}</p>"


def heading(content: str, level: int) -> str:
    """Return a heading of plain text."""
    return f"<h{level}>{text(content)}</h{level}>"


def code(lines: Iterable[tuple[str, str]]) -> str:
    """Return lines of text, each with its kind, that keep their blanks."""
    return "".join(f'<p class="{kind}">{text(line)}</p>' for kind, line in lines)


def cell(markup: str, kind: str = "", *, tip: str = "", is_header: bool = False, width: int = 0) -> str:
    """Return one cell of a table; a tip is seen in a browser where the pointer rests, `width` is in percent."""
    tag = "th" if is_header else "td"
    title = f' title="{text(tip)}"' if tip else ""
    room = f' width="{width}%"' if width else ""
    return f"<{tag}{_class(kind)}{room}{title}>{markup}</{tag}>"


def table(rows: Iterable[Iterable[str]], kind: str, head: Iterable[str] = ()) -> str:
    """Return a table of cells; the head is repeated on every page."""
    header = "".join(head)
    thead = f"<thead><tr>{header}</tr></thead>" if header else ""
    body = "\n".join(f"<tr>{''.join(row)}</tr>" for row in rows)
    lines = ' border="0"' if kind == "plain" else ' border="1"'
    lines += ' width="100%"' if kind == "actions" else ""
    return f'<table class="{kind}" cellspacing="0" cellpadding="3"{lines}>{thead}<tbody>\n{body}\n</tbody></table>'


def image(source: str, size: tuple[int, int], description: str) -> str:
    """Return a picture with what it shows in words."""
    width, height = size
    return f'<img src="{text(source)}" width="{width}" height="{height}" alt="{text(description)}">'


def document(title: str, language: str, body: str, style: str = "") -> str:
    """Return a whole document, with more of a style where one is given."""
    return f"""<!DOCTYPE html>
<html lang="{text(language)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light">
<title>{text(title)}</title>
<style>{_STYLE}{style}</style>
</head>
<body>
{body}
</body>
</html>
"""


def _class(kind: str) -> str:
    return f' class="{kind}"' if kind else ""


_STYLE = f"""
body {{ font-family: {TEXT_FONT}; font-size: 10pt; color: #16181d; background-color: #ffffff; }}
h1 {{ font-size: 18pt; margin-top: 0; margin-bottom: 6px; }}
h2 {{ font-size: 13pt; margin-top: 26px; margin-bottom: 6px; }}
h3 {{ font-size: 10pt; margin-top: 12px; margin-bottom: 2px; }}
p.tensor {{ font-family: {CODE_FONT}; font-size: 8pt; margin-top: 2px; margin-bottom: 2px; }}
p {{ margin-top: 4px; margin-bottom: 4px; }}
table {{ border-collapse: collapse; border-color: #c3c8d1; border-style: solid; }}
th {{ background-color: #f3f4f6; color: #5b6270; font-size: 8pt; font-weight: normal; text-align: left; }}
td, th {{ vertical-align: top; padding: 3px 6px; }}
table.plain, table.plain > tbody > tr > td {{ border-style: none; }}
td.number, th.number {{ font-family: {CODE_FONT}; font-size: 8pt; text-align: right; white-space: nowrap; }}
td.name, th.name {{ font-family: {CODE_FONT}; font-size: 8pt; color: #5b6270; white-space: nowrap; }}
td.loss {{ font-family: {CODE_FONT}; font-size: 8pt; text-align: right; white-space: nowrap; }}
p.code {{ font-family: {CODE_FONT}; font-size: 8pt; margin: 0; white-space: pre-wrap; }}
p.comment {{ font-family: {CODE_FONT}; font-size: 8pt; margin: 0; color: #5b6270; white-space: pre-wrap; }}
p.refusal {{ font-family: {CODE_FONT}; font-size: 8pt; margin: 0; color: #b00020; white-space: pre-wrap; }}
p.muted {{ color: #5b6270; font-size: 9pt; }}
p.space {{ font-size: 4pt; margin: 0; }}
td.label {{ color: #5b6270; white-space: nowrap; }}
td.more {{ color: #5b6270; text-align: center; }}
"""
SCREEN = """
body { max-width: 180mm; margin: 8mm auto; padding: 0 6mm; }
img { max-width: 100%; height: auto; }
p.code, p.comment, p.refusal { overflow-wrap: anywhere; }
@media print { tr, img, h2, h3 { break-inside: avoid; } h2, h3 { break-after: avoid; } }
"""
"""What browsers alone are told: Qt's documents would take it at its word."""
