"""The shape of the project: what imports what, how long files are, where words come from."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from bot.conversation import AnswerStatus
from bot.messages import LANGUAGES, load_messages
from bot.settings import PREFIX, SETTINGS

ROOT = Path(__file__).parent.parent
LONGEST_FILE, LONGEST_FUNCTION, MOST_PARAMETERS = 250, 40, 5
LONG_FUNCTIONS = {"index.corpus.load_document"}  # one long call that names every field
WIDE_FUNCTIONS = {"index.build.build_index", "bot.bench.retrieval.bench_retrieval"}

# Lowest first; a module imports only from the lines above its own, indented lines continue the
# line before, and all of bot stands above all of index. A new module goes on the line below the
# highest one that it imports.
INDEX_LADDER = """
digests disk documents errors fusion lines make_divisions order postings quiet reading.limits
  readings textmap tokens yaml_text
asked carrier cleaner codec guesses keywords make_readings modelcache naming numbering
  publish reading.containers reading.pdf reading.plain reading.sheets region_data store
  syllables word_odds words
adapter before blocks checks.kinds checks.probes compare_versions days decoded details english
  levels library.files library.names numerals outline parsed passages prepared probe reading.archive
  reading.html reading.ooxml reading.rows region_latin region_sounds sidecar store_files
  store_server thesaurus vocabulary
checks.balance checks.contents checks.garbled checks.known checks.sentences checks.sequence
  checks.wording clauses entailment export library.export library.publications library.sidecars
  numbers orders reading.furniture reading.grids reading.listing regions repairs sound_index terms
  unpack versions
asked_units checks.figures checks.held claims history prepare question_types reading.columns
  reading.word sounds title_index
bank checks.text cross_references dating embedder reading.flow reading.legacy
checks.review metadata reader reading.pdf_worker static_match vectors
jurisdiction library.intake lint
corpus
bank_files library.draft
library.changes library.drafts library.understood snapshot
candidates evidence library.look library.watch planning scope
collection ranking static_tables tables
build search
library.shelf retriever
library.library library.versions
"""
BOT_LADDER = """
articles as_of bench.data bench.page breaker commands.terminal conversation
  faithful.counting faithful.grounds faithful.lexicon faithful.lists force general in_turn
  language likeness memory messages own_facts prompts public.clients public.patterns public.visits
  scope sentences setting staff.charts staff.passwords staff.tables staff.topics suspicion topic
  web.interface web.marks web.schemas web.sessions
courtesy failures faithful.copying faithful.english faithful.wording in_force named patterns places premise public.name_rules
  related scoring.expectations settings spoken staff.audit staff.csvs staff.draft_view
  staff.gaps staff.texts verify web.headers web.outline web.render
bench.corpora bench.retrieval commands.index faithful.amounts faithful.connective
  faithful.spelling frame model public.names public.watch resolve scoring.measures screen
  sections staff.jobs staff.migrations web.document_view web.markup
bench.tutorial commands.drafts faithful.alignment faithful.edges followup public.logs
  public.privacy public.traces school_level staff.store web.exchanges
commands.watch faithful.company scoring.baselines staff.accounts staff.switches understand
  web.exports web.turns
app aspects batch compose faithful.facts faithful.figures public.gate public.limits rewrite
  scoring.evaluation staff.questions staff.signin web.ask web.feedback
about authority bare drafting faithful.comparison public.desk public.door public.metrics public.startup
  public.turnstile scoring.tradeoff staff.pages tables web.api_docs
decide faithful.bearing faithful.leads faithful.naming public.draining public.figures remarks scoring.scores
  searches staff.control staff.door staff.draft_fields staff.overview staff.question_filter
  staff.statistics_page staff.workshop web.service
endings faithful.likeness picking staff.audit_page staff.compare_page staff.documents_page
  staff.drafts_page staff.publishing web.agents web.events web.mount web.pages
faithful.check retrieve staff.accounts_page staff.draft_page staff.gaps_page staff.jobs_page
  staff.questions_page
commands.staff outcome pinned staff.publications_page staff.publish_page
answering compose_model staff.document_page staff.pins
chain staff.pins_page
bench.systems commands.ask commands.check evaluate staff.probing staff.question_routes
bench.worker commands.documents staff.document_routes
bench.run staff.routes
bench.worded web.problems
commands.measure web.narrow
api
serve
cli
"""

# Heavy or foreign libraries and the only modules or packages that may import them.
OWNERS = {
    "torch": {"index.unpack"},
    "transformers": {"index.quiet", "index.unpack"},
    "sentence_transformers": {"index.embedder", "index.prepare", "index.unpack"},
    "onnx": {"index.export"},
    "onnxruntime": {"index.prepared"},
    "tokenizers": {"index.prepared", "index.vocabulary"},
    "chromadb": {"index.store", "index.store_server", "bot.bench.tutorial"},
    "httpx": {"index.store"},  # what Chroma's client raises
    "langchain_chroma": {"index.store", "bot.bench.tutorial"},
    "langchain_core": {
        "index.embedder",
        "index.store",
        "index.retriever",
        "bot.chain",
        "bot.model",
        "bot.bench.tutorial",
    },
    "langchain_openai": {"bot.model"},
    "gradio": {"bot.app", "bot.web.mount", "bot.web.sessions"},
    "fastapi": {
        "bot.api",
        "bot.staff",
        "bot.web.mount",
        "bot.web.narrow",
        "bot.web.events",
        "bot.web.pages",
    },
    "mcp": {"bot.web.agents"},
    "uvicorn": {"bot.public.draining", "bot.serve"},
    "opencc": {"index.words"},
    "bs4": {"index.reading.html"},
    "lxml": {"index.reading.ooxml"},
    "pypdfium2": {"index.reading.sheets"},
    "rapidfuzz": {"index.compare_versions"},
    "sqlalchemy": {"bot.commands.staff", "bot.staff"},
    "argon2": {"bot.staff.passwords"},
    "limits": {"bot.public.limits"},
    "prometheus_client": {"bot.public.metrics"},
    "opentelemetry": {"bot.public.traces"},
    "stdnum": {"bot.public.patterns"},
    "tqdm": {"bot.commands.terminal"},
}


def modules() -> list[str]:
    files = [*ROOT.glob("index/**/*.py"), *ROOT.glob("bot/**/*.py")]
    return sorted(".".join(path.relative_to(ROOT).with_suffix("").parts) for path in files)


@cache
def source(module: str) -> str:
    return (ROOT / f"{module.replace('.', '/')}.py").read_text(encoding="utf-8")


@cache
def tree(module: str) -> ast.Module:
    return ast.parse(source(module))


@cache
def imported(module: str) -> frozenset[str]:
    """Every name that a module imports, also inside functions and for types alone."""
    names: set[str] = set()
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return frozenset(names)


def own_imports(module: str) -> set[str]:
    return set(imported(module)) & set(modules())


def libraries(module: str) -> set[str]:
    return {name.split(".")[0] for name in imported(module)}


def calls_and_attributes(module: str) -> Iterator[str]:
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            yield f"{node.func.id}()"
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            yield f"{node.value.id}.{node.attr}"


def functions() -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    for module in modules():
        for node in ast.walk(tree(module)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield f"{module}.{node.name}", node


def ladder() -> dict[str, int]:
    """Each module with its step, the lowest first."""
    steps = [
        [f"{package}.{name}" for name in line.split()]
        for package, text in (("index", INDEX_LADDER), ("bot", BOT_LADDER))
        for line in re.sub("\n +", " ", text.strip()).splitlines()
    ]
    return {module: step for step, names in enumerate(steps) for module in names}


# ---- imports


def test_the_index_knows_nothing_of_the_bot():
    upwards = {one: own_imports(one) for one in modules() if one.startswith("index.")}
    assert {one: names for one, names in upwards.items() if any("bot." in x for x in names)} == {}


def test_every_module_stands_on_the_ladder_once():
    assert len(ladder()) == len([*INDEX_LADDER.split(), *BOT_LADDER.split()])
    assert sorted(ladder()) == [one for one in modules() if not one.endswith("__init__")]


def test_nothing_imports_upwards_on_the_ladder():
    steps = ladder()
    upwards = {
        (module, name)
        for module in steps.keys() & set(modules())
        for name in own_imports(module)
        if steps.get(name, -1) >= steps[module]
    }
    assert upwards == set()


@pytest.mark.parametrize("library", OWNERS)
def test_a_library_is_imported_by_its_owners_alone(library):
    users = {one for one in modules() if library in libraries(one)}
    packages = {owner for owner in OWNERS[library] if (ROOT / owner.replace(".", "/")).is_dir()}
    inside = {one for one in users if one.rpartition(".")[0] in packages}
    assert users - inside | {one.rpartition(".")[0] for one in inside} == OWNERS[library]


def test_answering_imports_no_torch_at_the_top():
    """index.embedder may import sentence_transformers, inside a function, for fp32."""
    heavy = {"torch", "transformers", "sentence_transformers"}
    for module in ("index.embedder", "index.prepare"):
        names = {
            alias.name if isinstance(node, ast.Import) else str(node.module)
            for node in tree(module).body
            if isinstance(node, ast.Import | ast.ImportFrom)
            for alias in node.names
        }
        assert not {name.split(".")[0] for name in names} & heavy


def test_only_the_settings_read_the_environment():
    readers = {
        module
        for module in modules()
        if {"os.environ", "os.getenv", "os.environb"} & set(calls_and_attributes(module))
    }
    assert readers == {"bot.settings"}


def test_only_the_command_line_prints():
    printing = {one for one in modules() if "print()" in calls_and_attributes(one)}
    assert {one for one in printing if not one.startswith("bot.commands.")} == set()


def test_nothing_opens_a_connection_of_its_own():
    clients = {"requests", "urllib3", "aiohttp", "urllib.request", "http.client"}
    assert {one: imported(one) & clients for one in modules() if imported(one) & clients} == {}


# ---- sizes


def test_no_file_is_long():
    lengths = {one: source(one).count("\n") for one in modules()}
    assert {one: count for one, count in lengths.items() if count > LONGEST_FILE} == {}


def test_no_function_is_long():
    lengths = {name: (node.end_lineno or 0) - node.lineno + 1 for name, node in functions()}
    assert {name for name, count in lengths.items() if count > LONGEST_FUNCTION} == LONG_FUNCTIONS


def test_no_function_has_many_parameters():
    counts = {
        name: len([*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs])
        - (node.args.args[:1] != [] and node.args.args[0].arg in {"self", "cls"})
        for name, node in functions()
    }
    many = {name for name, count in counts.items() if count > MOST_PARAMETERS}
    assert many == WIDE_FUNCTIONS


def test_every_module_says_what_it_is_for():
    assert [one for one in modules() if not ast.get_docstring(tree(one))] == []


# ---- words


@pytest.mark.parametrize("status", AnswerStatus)
def test_every_status_has_its_sentence_in_every_language(status):
    for language in LANGUAGES:
        keys = load_messages(ROOT / "prompts").words(language).templates
        assert any(key == status or key.startswith(f"{status}.") for key in keys)


@pytest.mark.parametrize("name", sorted(path.name for path in ROOT.glob("README*.md")))
def test_the_settings_table_of_a_readme_names_every_setting(name):
    readme = (ROOT / name).read_text(encoding="utf-8")
    if PREFIX not in readme:
        pytest.skip(f"{name} has no settings table yet")
    table = dict(re.findall(rf"^\| `({PREFIX}\w+)` \| ([^|]*) \|", readme, re.MULTILINE))
    assert list(table) == [PREFIX + setting.name.upper() for setting in SETTINGS]
