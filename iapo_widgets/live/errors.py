"""What can end a live run.  Whatever it was, the completions that arrived are in the ledger, and a rerun reads them."""

from __future__ import annotations


class LiveError(RuntimeError):
    """A live run cannot go on; the message says why and what to do."""


class LiveWarning(UserWarning):
    """A live run goes on, and something about it should be known."""


class EndpointError(LiveError):
    """The endpoint will refuse every further request: wrong key, unknown model, quota used up, bad setting."""


class LimitReached(LiveError):
    """The next request could pass the spending limit; it was not sent."""


class Stopped(LiveError):
    """Stop was asked for.  Requests in flight still land in the ledger; run again to go on from there."""


class LedgerError(LiveError):
    """The ledger cannot be read or written."""


class LedgerLocked(LedgerError):
    """Another process has held the ledger for too long."""


class LedgerFull(LedgerError):
    """There is no space left to write to."""


class LedgerCorrupted(LedgerError):
    """The file is damaged, or it is no ledger."""
