"""A folder of policy files and sidecars -> Documents, with every finding on the way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from index.clauses import parse_clauses
from index.cleaner import clean
from index.documents import Document, Finding, Region, Repair, Validity
from index.errors import CorpusError, UnreadableFile
from index.lint import disagreements, lint
from index.metadata import Extracted, extract_metadata
from index.reader import READERS, read_file
from index.regions import load_gazetteer
from index.repairs import apply_repairs
from index.sidecar import Sidecar, load_asked, load_sidecar

UNKNOWN_VALIDITY = Validity(
    "效力未载明", "文本没有写明有效期，也没有废止或继续有效的说明，现行效力请向发文机关核实"
)

WHOLE_DOCUMENT = "document"  # key of gap questions that belong to no clause

Asked = Mapping[str, Mapping[str, Sequence[str]]]


@dataclass(frozen=True, slots=True)
class Corpus:
    """Documents and, by document id and clause key, the everyday questions they answer or not."""

    documents: list[Document]
    asked: Asked
    gaps: Asked


def load_corpus(corpus_dir: Path) -> Corpus:
    """Everything in the folder.

    Every faulty file is reported in one CorpusError, a line each; nothing is half-loaded.
    """
    files = _raw_files(corpus_dir)
    documents: list[Document] = []
    asked: dict[str, Mapping[str, Sequence[str]]] = {}
    gaps: dict[str, Mapping[str, Sequence[str]]] = {}
    faults: list[str] = []
    for path in files:
        try:
            document = load_document(path, corpus_dir / f"{path.stem}.yaml")
            keys = frozenset(clause.key for clause in document.clauses)
            asked[document.id] = load_asked(corpus_dir / f"{path.stem}.asked.yaml", keys)
            gaps[document.id] = load_asked(
                corpus_dir / f"{path.stem}.gaps.yaml", keys | {WHOLE_DOCUMENT}
            )
            documents.append(document)
        except CorpusError as error:
            faults.append(str(error))
    faults.extend(_orphans(corpus_dir, {path.stem for path in files}))
    if faults:
        raise CorpusError("\n".join(faults))
    return Corpus(documents, asked, gaps)


def load_documents(corpus_dir: Path) -> list[Document]:
    """The documents alone."""
    return load_corpus(corpus_dir).documents


def load_document(path: Path, sidecar_path: Path) -> Document:
    """One policy file with its sidecar; raises CorpusError with the reason and what to do."""
    raw = read_file(path)
    sidecar = load_sidecar(sidecar_path)
    cleaned = clean(raw.text)
    mapped, repairs = apply_repairs(path.stem, cleaned.mapped, sidecar.repairs)
    clauses = parse_clauses(path.stem, mapped.text)
    extracted = extract_metadata(clauses, cleaned.dropped)
    findings = (
        *cleaned.findings,
        *lint(raw.text, mapped, clauses),
        *disagreements(extracted, sidecar),
        *(_repair_finding(raw.text, mapped.offsets, repair) for repair in repairs),
    )
    title = sidecar.title or extracted.title or path.stem
    return Document(
        id=path.stem,
        title=title,
        short_title=sidecar.short_title or title,
        number=sidecar.number if "number" in sidecar.model_fields_set else extracted.number,
        number_note=sidecar.number_note,
        issuer=sidecar.issuer or extracted.issuer or "发文机关未载明",
        region=_region(path, sidecar, title, extracted),
        issued=sidecar.issued if "issued" in sidecar.model_fields_set else extracted.issued,
        issued_basis=sidecar.issued_basis,
        published=sidecar.published or extracted.published,
        validity=_validity(sidecar, extracted),
        target_year=sidecar.target_year or extracted.target_year,
        source_kind=sidecar.source_kind,
        source_note=sidecar.source_note,
        completeness=sidecar.completeness,
        text=mapped.text,
        raw_digest=raw.digest,
        clauses=clauses,
        offsets=mapped.offsets,
        findings=findings,
        repairs=repairs,
        aliases=sidecar.aliases,
        target_basis=sidecar.target_basis,
        nicknames=sidecar.nicknames,
    )


def _raw_files(corpus_dir: Path) -> list[Path]:
    folder = corpus_dir / "raw"
    if not folder.is_dir():
        raise UnreadableFile(f"没有找到政策文件夹 {folder}，请建立它并放入文件")
    files = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    if not files:
        raise UnreadableFile(f"政策文件夹 {folder} 是空的，请放入 {'、'.join(READERS)} 文件")
    return files


def _orphans(corpus_dir: Path, known: set[str]) -> list[str]:
    names = {path.name.split(".")[0]: path.name for path in sorted(corpus_dir.glob("*.yaml"))}
    return [
        f"{name}：没有对应的原文 raw/{stem}.*，请补上原文或删去这个附注文件"
        for stem, name in names.items()
        if stem not in known
    ]


def _region(path: Path, sidecar: Sidecar, title: str, extracted: Extracted) -> Region:
    if sidecar.region:
        return Region.parse(sidecar.region)
    gazetteer = load_gazetteer()
    for text in (title, extracted.issuer or ""):
        mentions = gazetteer.find(text)
        if mentions and len(mentions[0].regions) == 1:
            return mentions[0].regions[0]
    if title.startswith("中华人民共和国") or (extracted.issuer or "").startswith(
        ("国务院", "教育部")
    ):
        return Region(("全国",))
    raise CorpusError(f"{path.name}：看不出适用于哪个地区，请在 {path.stem}.yaml 里写 region")


def _validity(sidecar: Sidecar, extracted: Extracted) -> Validity:
    if sidecar.validity:
        return Validity(sidecar.validity.status, sidecar.validity.basis)
    if extracted.validity:
        return Validity(extracted.validity, "正文题注载明")
    return UNKNOWN_VALIDITY


def _repair_finding(raw: str, offsets: Sequence[int], repair: Repair) -> Finding:
    place = offsets[repair.start]
    return Finding(
        f"repair_{repair.kind}",
        repair.reason,
        raw.count("\n", 0, place) + 1,
        place,
        repair.repaired[:24],
    )
