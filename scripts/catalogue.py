"""Update or check the catalogue of Portuguese sentences.

``make catalogue`` updates it: new sentences get an empty entry, sentences that are no longer in
the code are removed, and nothing is translated. ``make check`` fails if the file is out of date,
if an entry is empty or fuzzy, or if its fields differ from those of the English sentence.
"""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from string import Formatter
from tempfile import TemporaryDirectory

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po, write_po

from core.language import LOCALES

CHECKOUT = Path(__file__).resolve().parent.parent
CATALOGUE = LOCALES / "pt_BR" / "LC_MESSAGES" / "messages.po"
PACKAGES = ("core", "runner", "dashboard")
KEYWORDS = ("Message", "plural:1,2", "say", "raw")
HEADER = """\
# Brazilian Portuguese of trainweek. The English sentences stand in the code;
# `make catalogue` updates this file.
msgid ""
msgstr ""
"Language: pt_BR\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=2; plural=(n > 1);\\n"

"""


def main() -> None:
    """Update the catalogue; with ``--check`` only print its problems and exit with 1 if there are any."""
    extracted, lost = sentences_of_the_code()
    if sys.argv[1:] == ["--check"]:
        known = CATALOGUE.read_text(encoding="utf-8")
        problems = [*lost, *wrong_entries(known)]
        if updated(extracted, known) != known:
            problems.insert(0, "it is out of date: run `make catalogue`")
        for problem in problems:
            print(f"{CATALOGUE.relative_to(CHECKOUT)}: {problem}", file=sys.stderr)
        raise SystemExit(1 if problems else 0)
    for line in lost:
        print(line, file=sys.stderr)
    CATALOGUE.write_text(
        updated(extracted, CATALOGUE.read_text(encoding="utf-8")), encoding="utf-8"
    )


def sentences_of_the_code() -> tuple[Catalog, list[str]]:
    """Every sentence in the code, and the warnings of the extraction."""
    with TemporaryDirectory() as folder:
        template = Path(folder) / "messages.pot"
        command = [sys.executable, "-m", "babel.messages.frontend", "--quiet", "extract"]
        options = ["--mapping=pyproject.toml", "--no-default-keywords", "--sort-by-file"]
        options += [f"--keyword={keyword}" for keyword in KEYWORDS]
        done = subprocess.run(
            [*command, *options, f"--output={template}", *PACKAGES],
            cwd=CHECKOUT, capture_output=True, text=True, check=True,
        )  # fmt: skip
        with template.open("rb") as file:
            return read_po(file), done.stderr.splitlines()


def updated(extracted: Catalog, known: str) -> str:
    """The text of the catalogue: the extracted sentences with their known translations."""
    translations = read_po(io.StringIO(known), locale="pt_BR")
    made = read_po(io.StringIO(HEADER), locale="pt_BR")
    for message in extracted:
        if message.id:
            entry = translations.get(_key(message))
            kept = entry is not None and isinstance(entry.id, str) is isinstance(message.id, str)
            files = sorted({name for name, _ in message.locations})
            made.add(
                message.id,
                entry.string if entry is not None and kept else None,
                locations=[(name, None) for name in files],  # type: ignore[misc]
            )
    text = io.BytesIO()
    write_po(text, made, width=0, sort_by_file=True, include_lineno=False, omit_header=True)
    return HEADER + text.getvalue().decode().strip() + "\n"


def wrong_entries(known: str) -> Iterator[str]:
    """The problems of the entries, one line each."""
    try:
        catalogue = read_po(io.StringIO(known), locale="pt_BR", abort_invalid=True)
        write_mo(io.BytesIO(), catalogue)
    except PoFileError as broken:
        yield f"it can't be compiled: {broken}"
        return
    for message in catalogue:
        if not message.id:
            continue
        key = _key(message)
        english = (message.id,) if isinstance(message.id, str) else message.id
        string = message.string or ""
        forms = (string,) if isinstance(string, str) else tuple(string)
        if len(forms) != len(english) or not all(forms):
            yield f"no Portuguese for {key!r}"
        elif message.fuzzy:
            yield f"{key!r} is marked fuzzy"
        else:
            wanted = fields(english[-1])
            for form in forms:
                try:
                    found = fields(form)
                except ValueError as broken:
                    yield f"the Portuguese of {key!r} can't be formatted: {broken}"
                    continue
                if found != wanted and not (len(forms) > 1 and found == fields(english[0])):
                    yield f"{key!r} has the fields {sorted(wanted)}, its Portuguese {sorted(found)}"


def fields(sentence: str) -> set[str]:
    """The field names in a sentence, including those inside format specs."""
    found: set[str] = set()
    for _, name, spec, _ in Formatter().parse(sentence):
        if name is not None:
            found |= {name} | fields(spec or "")
    return found


def _key(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


if __name__ == "__main__":
    main()
