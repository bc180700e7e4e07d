"""The files of a folder of articles: which there are, and their text, with what is no article refused by name.

A folder may hold anything: links that lead out of it or in circles, programs that are called `.md`, files that would fill
the memory. Nothing here follows a link out of the folder or reads more than LARGEST bytes.
"""

import os
from collections.abc import Iterator
from pathlib import Path

from knowledge.front_matter import ArticleInvalid

SUFFIXES = (".md", ".markdown", ".html", ".htm")
LARGEST = 4_000_000
"""Bytes of one file; the longest article of the help centres that were tried has 90,000."""


def articles_in(folder: Path) -> list[Path]:
    """The files that are called articles, by path; hidden ones and hidden folders left out. Raises ArticleInvalid when
    there is no such folder."""
    if not folder.is_dir():
        raise ArticleInvalid(file=shown(str(folder)), line=0, field="", message="there is no such folder of articles.")
    return sorted(_walked(folder))


def _walked(folder: Path) -> Iterator[Path]:
    """A linked folder is not gone into; it is handed out as a file, which `read_text` refuses by name."""
    for top, folders, files in os.walk(folder, followlinks=False):
        linked = [name for name in folders if (Path(top) / name).is_symlink() and not name.startswith(".")]
        folders[:] = [name for name in folders if not name.startswith(".")]
        named = [name for name in files if not name.startswith(".") and name.lower().endswith(SUFFIXES)]
        yield from (Path(top) / name for name in (*named, *linked))


def read_text(path: Path, folder: Path) -> str:
    """The text of one file, which stands in the folder, is of a size and is UTF-8. Raises ArticleInvalid."""
    file = shown(path.relative_to(folder).as_posix())
    try:
        _check_place(path, folder, file)
        with path.open("rb") as opened:
            data = opened.read(LARGEST + 1)
    except (OSError, RuntimeError) as error:
        told = error.strerror if isinstance(error, OSError) and error.strerror else "its link goes round in a circle"
        raise _refused(file, f"the file cannot be read: {told}.") from error
    if len(data) > LARGEST:
        raise _refused(file, f"the file is larger than {LARGEST // 1_000_000} MB.")
    return _decoded(data, file)


def _check_place(path: Path, folder: Path, file: str) -> None:
    if not file.isprintable() or file != path.relative_to(folder).as_posix():
        raise _refused(file, "the name has characters that cannot be shown.")
    if path.is_symlink():
        target = path.resolve(strict=True)
        if not target.is_relative_to(folder.resolve()):
            raise _refused(file, "the link leads out of the folder.")
        if target.is_dir():
            raise _refused(file, "a linked folder is not gone into.")
    if not path.is_file():
        raise _refused(file, "this is not a file.")


def _decoded(data: bytes, file: str) -> str:
    """UTF-8; or UTF-16, where the file's first bytes say so. Nothing else is unambiguous."""
    utf16 = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    try:
        text = data.decode("utf-16" if utf16 else "utf-8-sig")
    except UnicodeDecodeError as error:
        if b"\0" in data[:8192]:
            raise _refused(file, "this is no text but a binary file.") from error
        raise _refused(file, "the file is not UTF-8.") from error
    if "\0" in text:
        raise _refused(file, "this is no text but a binary file.")
    return text


def _refused(file: str, message: str) -> ArticleInvalid:
    return ArticleInvalid(file=file, line=0, field="", message=message)


def shown(name: str) -> str:
    """The name with what cannot be shown written as escapes."""
    return "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape", "surrogatepass").decode() for letter in name
    )
