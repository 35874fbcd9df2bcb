"""Logs of the libraries below, without the key: at their most talkative they print the headers of replies."""

from __future__ import annotations

import logging
import weakref

from .secret import Secret

#: Every logger through which a request passes; a filter holds for the records of its own logger only.
LOGGERS = (
    "httpx2", "httpcore2.connection", "httpcore2.http11", "httpcore2.http2", "httpcore2.proxy", "httpcore2.socks",
    "openai._base_client", "openai._legacy_response", "openai._response",
)  # fmt: skip
_secrets: weakref.WeakSet[Secret] = weakref.WeakSet()


class _Blot(logging.Filter):
    """Blots out every key in use; records without one pass as they are."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Always true."""
        try:
            message = record.getMessage()
        except Exception:  # a record that cannot be printed shows nothing
            return True
        clean = message
        for secret in list(_secrets):
            clean = secret.scrub(clean)
        if clean != message:
            record.msg, record.args = clean, ()
        return True


_blot = _Blot()


def hush(secret: Secret) -> None:
    """From now on, as long as the key is in use, no log of the libraries below shows it."""
    _secrets.add(secret)
    for name in LOGGERS:
        logging.getLogger(name).addFilter(_blot)  # once: the same filter is not added again
