"""The XML parts of a Word file, parsed with no entity, no network and no foreign part."""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lxml import etree

from index.errors import UnreadableFile
from index.reading.containers import open_container, read_entry
from index.reading.limits import Limits

Element = Any  # lxml has no types of its own
_OLE = b"\xd0\xcf\x11\xe0"


@dataclass(frozen=True, slots=True)
class WordParts:
    """The parts that carry text; None where the file has none of the kind."""

    body: Element
    numbering: Element | None
    styles: Element | None
    footnotes: Element | None
    endnotes: Element | None


def open_word(name: str, data: bytes, limits: Limits) -> WordParts:
    """Find and parse the parts; raises UnreadableFile when that cannot be done safely."""
    if data.startswith(_OLE):
        raise UnreadableFile(f"{name}：是旧版 Word 文件或设有密码，请去掉密码，另存为 .docx")
    try:
        container = open_container(name, data, limits)
    except UnreadableFile as error:
        if "损坏" not in str(error):
            raise
        raise UnreadableFile(f"{name}：不是完好的 Word 文件，请重新另存为 .docx") from error
    with container:
        return _parts(name, container)


def _parts(name: str, container: zipfile.ZipFile) -> WordParts:
    main = _targets(name, container, "").get("officeDocument")
    document = None if main is None else _parse(name, container, main)
    body = None if document is None else next(children(document, "body"), None)
    if main is None or body is None:
        raise UnreadableFile(f"{name}：不是完好的 Word 文件，请重新另存为 .docx")
    targets = _targets(name, container, main)

    def part(kind: str) -> Element | None:
        return _parse(name, container, targets[kind]) if kind in targets else None

    return WordParts(body, part("numbering"), part("styles"), part("footnotes"), part("endnotes"))


def _targets(name: str, container: zipfile.ZipFile, source: str) -> dict[str, str]:
    """Kind of relationship -> path of the part inside the container; outside targets left out."""
    folder, file = posixpath.split(source)
    root = _parse(name, container, posixpath.join(folder, "_rels", f"{file}.rels"))
    if root is None:
        return {}
    return {
        (one.get("Type") or "").rsplit("/", 1)[-1]: posixpath.normpath(
            posixpath.join("/", folder, one.get("Target") or "")
        ).lstrip("/")
        for one in children(root, "Relationship")
        if one.get("TargetMode") != "External"
    }


def _parse(name: str, container: zipfile.ZipFile, path: str) -> Element | None:
    try:
        entry = container.getinfo(path)
    except KeyError:
        return None
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(read_entry(name, container, entry), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise UnreadableFile(f"{name}：不是完好的 Word 文件，请重新另存为 .docx") from error
    if root.getroottree().docinfo.doctype:
        raise UnreadableFile(f"{name}：含有不允许的实体声明，请核实来源后用 Word 另存为 .docx")
    return root


def local(element: Element) -> str:
    """The name of an element without its namespace; empty for comments and instructions."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def children(element: Element | None, *names: str) -> Iterator[Element]:
    """The children with one of these names, whatever their namespace."""
    for child in () if element is None else element:
        if local(child) in names:
            yield child


def descend(element: Element | None, *path: str) -> Element | None:
    """The first child, its first child, and so on along a path of names."""
    for name in path:
        element = next(children(element, name), None)
    return element


def attribute(element: Element | None, name: str) -> str | None:
    """An attribute by its name without namespace."""
    if element is None:
        return None
    return next(
        (str(value) for key, value in element.items() if str(key).rpartition("}")[2] == name), None
    )


def value(element: Element | None, *path: str) -> str | None:
    """The ``w:val`` of the element at the end of a path."""
    return attribute(descend(element, *path), "val")


def is_on(element: Element | None, *path: str) -> bool:
    """Whether a switch such as ``w:vanish`` is there and not turned off."""
    switch = descend(element, *path)
    return switch is not None and attribute(switch, "val") not in {"0", "false", "off", "none"}
