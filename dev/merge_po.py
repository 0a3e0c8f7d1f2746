"""merge_po.py POT FOLDER: put the template there, and bring its .po files in line.

Translations are kept by their source term; what is gone from the template goes.
"""

import re
import sys
from pathlib import Path

import polib


def key(term):
    """Terms from views change their white space with the formatting of the XML."""
    return re.sub(r"\s+", " ", term).strip()


def outer_blanks(translation, term):
    """The translation with the blanks at both ends of its term, as Odoo needs them."""
    body = translation.strip()
    before = term[: len(term) - len(term.lstrip())]
    after = term[len(term.rstrip()) :]
    return f"{before}{body}{after}" if body else ""


def merge(template, path):
    old = polib.pofile(str(path))
    known = {key(entry.msgid): entry.msgstr for entry in old if not entry.obsolete}
    new = polib.POFile(wrapwidth=78)
    new.header = template.header
    new.metadata = {**template.metadata, **old.metadata}
    for entry in template:
        new.append(
            polib.POEntry(
                msgid=entry.msgid,
                msgstr=outer_blanks(known.get(key(entry.msgid), ""), entry.msgid),
                comment=entry.comment,
                occurrences=entry.occurrences,
                flags=entry.flags,
            )
        )
        if new[-1].msgstr == new[-1].msgid:
            new[-1].msgstr = ""  # as in English: Odoo's own way to say so
    new.sort(key=lambda entry: entry.msgid)
    path.write_text(str(new), encoding="utf-8")
    missing = [entry.msgid for entry in new if not entry.msgstr]
    print(
        f"{path.name}: {len(new) - len(missing)} translated, as in English or missing:"
    )
    for term in missing:
        print(f"    {term!r}")


def main(pot, folder):
    template = polib.pofile(pot, wrapwidth=78)
    for name in ("POT-Creation-Date", "PO-Revision-Date"):
        template.metadata.pop(name, None)  # they would change with every run
    template.save(str(Path(folder) / Path(pot).name))
    for path in sorted(Path(folder).glob("*.po")):
        merge(template, path)


if __name__ == "__main__":
    main(*sys.argv[1:])
