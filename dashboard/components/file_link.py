"""A file that a page names: view, copy path, download."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.language import Message
from dashboard.data import named_file
from dashboard.formatting import size
from dashboard.wording import plain

if TYPE_CHECKING:
    from dashboard.data.named_file import NamedFile
    from dashboard.page import Page

HEIGHT = 360
LONGEST = 40  # characters of a name; the whole one is in the tooltip


def file_links(page: Page, key: str, *texts: str | None) -> None:
    """A link for each file within the data directory that the texts name."""
    found = named_file.named_in(page.services.home, *texts)
    if page.moment is not None:  # a file that was written later is not the one of then
        found = [file for file in found if file.written <= page.moment.real]
    if not found:
        return
    with st.container(horizontal=True, gap="xsmall", key=f"files-{key}"):
        for number, file in enumerate(found):
            file_link(page, file, f"{key}-{number}")


def file_link(page: Page, file: NamedFile, key: str) -> None:
    """One file as a popover that reads it when it is opened."""
    folder = file.path.is_dir()
    name = file.path.name
    box = st.popover(
        plain(name if len(name) <= LONGEST else f"{name[:LONGEST]}…"),
        icon=":material/folder:" if folder else ":material/description:",
        type="tertiary",
        key=f"file:{key}",
        help=plain(file.name),
        on_change="rerun",
    )
    if not box.open:
        return
    with box:
        st.code(file.name, language=None, wrap_lines=True)  # with a button that copies it
        if folder:
            _folder(page, file, key)
        else:
            _file(page, file, key)


def _folder(page: Page, folder: NamedFile, key: str) -> None:
    files = named_file.files_of(page.services.home, folder)
    if page.moment is not None:
        files = [file for file in files if file.written <= page.moment.real]
    if not files:
        st.caption(page.say("The folder has no files."))
        return
    chosen = st.selectbox(
        page.say.raw("File"),
        range(len(files)),
        format_func=lambda index: files[index].path.name,
        key=f"file:{key}:in",
    )
    _file(page, files[chosen], f"{key}:{chosen}")


def _file(page: Page, file: NamedFile, key: str) -> None:
    say = page.say
    rows = named_file.table(file)
    if rows is not None:
        st.dataframe(rows, height=HEIGHT, hide_index=True)
    elif named_file.is_text(file):
        with st.container(height=HEIGHT, border=False, autoscroll=True, key=f"view-{key}"):
            st.code(named_file.last_lines(file), language=None, wrap_lines=True)
    else:
        st.caption(say("A binary file of {size}.", size=size(file.size)))
    refused = say("Too large to download here; copy its path.") if file.too_large else None
    st.download_button(
        say.raw(Message("Download ({size})", size=size(file.size))),
        data=file.path.read_bytes,
        file_name=file.path.name,
        mime="application/octet-stream",
        key=f"file:{key}:download",
        icon=":material/download:",
        on_click="ignore",
        disabled=refused is not None,
        help=refused,
    )
