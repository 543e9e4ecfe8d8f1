"""A folder of policy files and sidecars -> Documents, with every finding on the way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from index.clauses import parse_clauses
from index.cleaner import clean
from index.days import show_day
from index.documents import Document, Finding, Region, Repair, Validity
from index.errors import BadSidecar, CorpusError, UnreadableFile
from index.guesses import Guess, doubts
from index.jurisdiction import guess_region
from index.lint import disagreements, lint
from index.metadata import Extracted, extract_metadata
from index.naming import document_id
from index.parsed import ParsedDocuments
from index.reader import READERS, read_file
from index.regions import load_gazetteer
from index.repairs import apply_repairs
from index.sidecar import Sidecar, load_asked, load_sidecar
from index.versions import link_versions, with_superseded_validity

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


def load_corpus(corpus_dir: Path, parsed: ParsedDocuments | None = None) -> Corpus:
    """Everything in the folder, versions of one policy linked; ``parsed`` spares a second reading.

    Every faulty file is reported in one CorpusError, a line each; nothing is half-loaded.
    """
    files = _raw_files(corpus_dir)
    documents: dict[str, Document] = {}
    sidecars: dict[str, Sidecar] = {}
    asked: dict[str, Mapping[str, Sequence[str]]] = {}
    gaps: dict[str, Mapping[str, Sequence[str]]] = {}
    faults: list[str] = []
    for path in files:
        try:
            document = _document(path, corpus_dir / f"{path.stem}.yaml", parsed)
            if document.id in documents:
                raise CorpusError(f"{path.name}：已有同名文件，请删去一个或改名")
            texts = {clause.key: clause.text for clause in document.clauses}
            asked[document.id] = load_asked(corpus_dir / f"{path.stem}.asked.yaml", texts)
            gaps[document.id] = load_asked(
                corpus_dir / f"{path.stem}.gaps.yaml", dict.fromkeys([*texts, WHOLE_DOCUMENT], "")
            )
            sidecars[document.id] = load_sidecar(corpus_dir / f"{path.stem}.yaml")
            documents[document.id] = document
        except CorpusError as error:
            faults.append(str(error))
    faults.extend(_orphans(corpus_dir, {path.stem for path in files}))
    faults.extend(_lost_successors(sidecars))
    if faults:
        raise CorpusError("\n".join(faults))
    if parsed:
        parsed.tidy()
    return Corpus(list(_with_versions(documents.values(), sidecars)), asked, gaps)


def _document(path: Path, sidecar: Path, parsed: ParsedDocuments | None) -> Document:
    return parsed.document(path, sidecar, load_document) if parsed else load_document(path, sidecar)


def _with_versions(
    documents: Iterable[Document], sidecars: Mapping[str, Sidecar]
) -> tuple[Document, ...]:
    """Versions linked; what a sidecar says of them stands."""
    settled = {
        name: one.superseded_by for name, one in sidecars.items() if one.superseded_by is not None
    }
    keep = frozenset(name for name, one in sidecars.items() if one.validity)
    return with_superseded_validity(link_versions(documents, settled), keep)


def load_documents(corpus_dir: Path) -> list[Document]:
    """The documents alone."""
    return load_corpus(corpus_dir).documents


def load_document(path: Path, sidecar_path: Path) -> Document:
    """One policy file with its sidecar; raises CorpusError with the reason and what to do."""
    raw = read_file(path)
    sidecar = load_sidecar(sidecar_path)
    cleaned = clean(raw.text)
    mapped, repairs = apply_repairs(path.stem, cleaned.mapped, sidecar.repairs)
    clauses = parse_clauses(document_id(path.stem), mapped.text)
    extracted = extract_metadata(clauses, cleaned.dropped, path.stem)
    title = sidecar.title or extracted.title or path.stem
    given = sidecar.model_fields_set
    region = _region(path, sidecar, extracted, mapped.text)
    findings = (
        *(Finding("reader", note, 0, 0, "") for note in raw.notes),
        *cleaned.findings,
        *lint(raw.text, mapped, clauses),
        *disagreements(extracted, sidecar),
        *doubts((*extracted.guesses, region), frozenset(given)),
        *(_repair_finding(raw.text, mapped.offsets, repair) for repair in repairs),
    )
    return Document(
        id=document_id(path.stem),
        title=title,
        short_title=sidecar.short_title or title,
        number=(sidecar if "number" in given else extracted).number,
        number_note=sidecar.number_note,
        issuer=sidecar.issuer or extracted.issuer or "发文机关未载明",
        region=region.value,
        issued=(sidecar if "issued" in given else extracted).issued,
        issued_basis=sidecar.issued_basis or extracted.guess("issued").basis,
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
        applies_to=_parts(path, sidecar, region.value),
        target_basis=sidecar.target_basis,
        nicknames=sidecar.nicknames,
        effective=(sidecar if "effective" in given else extracted).effective,
        expires=(sidecar if "expires" in given else extracted).expires,
        level=sidecar.level or extracted.level,
        family=sidecar.family,
        superseded_by=sidecar.superseded_by or "",
        repeals=(sidecar if "repeals" in given else extracted).repeals,
    )


def _parts(path: Path, sidecar: Sidecar, region: Region) -> tuple[str, ...]:
    """The divisions that a policy is limited to; raises BadSidecar for one outside its region."""
    known = load_gazetteer().tables.forms
    lost = [name for name in sidecar.applies_to if Region((*region.path, name)) not in known]
    if lost:
        names = "、".join(lost)
        raise BadSidecar(
            f"{path.stem}.yaml：applies_to 里的 {names} 不在{region.name}下面，"
            "请写区划的全称，如“南湖区”"
        )
    return sidecar.applies_to


def _raw_files(corpus_dir: Path) -> list[Path]:
    folder = corpus_dir / "raw"
    if not folder.is_dir():
        raise UnreadableFile(f"没有找到政策文件夹 {folder}，请建立它并放入文件")
    files = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    if not files:
        raise UnreadableFile(f"政策文件夹 {folder} 是空的，请放入 {'、'.join(READERS)} 文件")
    return files


def _orphans(corpus_dir: Path, known: set[str]) -> list[str]:
    names = {_stem(path.name): path.name for path in sorted(corpus_dir.glob("*.yaml"))}
    return [
        f"{name}：没有对应的原文 raw/{stem}.*，请补上原文或删去这个附注文件"
        for stem, name in names.items()
        if stem not in known
    ]


def _lost_successors(sidecars: Mapping[str, Sidecar]) -> list[str]:
    return [
        f"{name}：superseded_by 写的 {one.superseded_by} 没有收录，请改成收录的文件编号"
        for name, one in sidecars.items()
        if one.superseded_by and one.superseded_by not in sidecars
    ]


def _stem(name: str) -> str:
    """The stem of the policy that a sidecar file belongs to."""
    return name.removesuffix(".yaml").removesuffix(".asked").removesuffix(".gaps")


def _region(path: Path, sidecar: Sidecar, extracted: Extracted, text: str) -> Guess[Region]:
    if sidecar.region:
        return Guess("region", Region.parse(sidecar.region), "read", "附注文件")
    guess = guess_region(sidecar.title or extracted.title or path.stem, extracted, text)
    if guess is None:
        raise CorpusError(f"{path.name}：看不出适用于哪个地区，请在 {path.stem}.yaml 里写 region")
    return guess


def _validity(sidecar: Sidecar, extracted: Extracted) -> Validity:
    if sidecar.validity:
        return Validity(sidecar.validity.status, sidecar.validity.basis)
    if extracted.validity:
        return Validity(extracted.validity, "正文题注载明")
    if extracted.expires:
        basis = extracted.guess("expires").basis
        return Validity(f"有效期至{show_day(extracted.expires)}", basis)
    if extracted.effective:
        guess = extracted.guess("effective")
        day, is_read = show_day(extracted.effective), guess.confidence == "read"
        status = f"自{day}起施行" if is_read else f"{day}的版本（推定）"
        return Validity(status, f"{guess.basis}；收到的文本没有废止的说明")
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
