"""The error tree.

WenceError                    anything we raise on purpose; ``str(error)`` is fit for its reader
├── CorpusError               a policy file or its sidecar cannot be used
│   ├── UnreadableFile        missing, empty, binary, wrong encoding, unsupported type
│   ├── BadSidecar            unknown key, wrong type, missing field
│   ├── RepairMismatch        an editorial repair does not match exactly once
│   └── LibraryError          a draft or a publication cannot be made, changed or published
├── ModelError                the embedding model cannot be prepared or loaded
├── IndexUnusable             the index cannot be used
│   ├── IndexMissing          nothing has been published yet
│   ├── IndexCorrupt          published, but it does not verify
│   └── BuildFailed           a build stopped; the old index is untouched
│       └── BuildRunning      somebody else is building or publishing
├── SettingsError             a setting has an unknown name or an impossible value
├── Unverified                an answer does not hold (raised by bot.verify)
└── BadBatch, BadExpectation, BadRequest, BenchFailed   faults of what one part of bot was given
"""

from __future__ import annotations


class WenceError(Exception):
    """Base of every error raised on purpose; the message says what failed and what to do."""


class CorpusError(WenceError):
    """A policy file or its sidecar cannot be used."""


class UnreadableFile(CorpusError):
    """A file is missing, empty, binary, wrongly encoded or of an unsupported type."""


class BadSidecar(CorpusError):
    """A sidecar has an unknown key, a wrong type or lacks a field."""


class RepairMismatch(CorpusError):
    """An editorial repair does not match the text exactly once."""


class ModelError(WenceError):
    """The embedding model cannot be prepared or loaded."""


class IndexUnusable(WenceError):
    """The index cannot be used."""


class IndexMissing(IndexUnusable):
    """No index has been published yet."""


class IndexCorrupt(IndexUnusable):
    """The published index does not verify."""


class BuildFailed(IndexUnusable):
    """A build stopped; the published index is untouched."""


class SettingsError(WenceError):
    """A setting has an unknown name or an impossible value."""
