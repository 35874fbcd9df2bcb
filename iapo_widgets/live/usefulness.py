"""Whether what arrives is of use: warnings by prompt while a run goes on, and its end where nothing can be learnt."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

from ..core.problem import Prompt
from .endpoint.calls import Caller
from .errors import EndpointError, LiveError, LiveWarning
from .scoring.seen import Seen

ENOUGH = 10  # completions of a prompt that a share is told from
OFTEN = 0.3  # the share from which it is told
NOTHING = 10  # completions none of which arrived, and
UNREAD = 30  # completions of which hardly any could be read, that end a run
HARDLY = 0.03
KINDS = {
    "missing": "did not arrive",
    "empty": "are empty",
    "unreadable": "could not be read",
    "cut off": "were cut off at max_tokens",
}


class Usefulness:
    """Watches what ``caller`` brings of ``prompts``; offline: from the ledger only."""

    def __init__(self, prompts: Sequence[Prompt], caller: Caller, offline: bool) -> None:
        self._prompts, self._caller, self._offline = prompts, caller, offline
        self._told: set[tuple[int, str]] = set()

    def look(self, seen: Seen) -> None:
        """Warn of each prompt and kind once, where many completions are of no use.

        Raises ``LiveError`` where none arrived at all, or hardly any could be read: a policy would come from nothing;
        ``EndpointError`` where every prompt is refused.
        """
        self._end_where_all_are_refused()
        for prompt, counts in list(seen.counts.items()):
            for kind, words in KINDS.items():
                if (
                    counts["drawn"] >= ENOUGH
                    and counts[kind] >= OFTEN * counts["drawn"]
                    and (prompt, kind) not in self._told
                ):
                    self._told.add((prompt, kind))
                    self._warn(prompt, counts[kind], counts["drawn"], words, seen.examples.get((prompt, kind)))
        total = seen.total
        arrived = total["drawn"] - total["missing"]
        tried = len(seen.counts) == len(self._prompts) or total["drawn"] >= NOTHING * len(self._prompts)
        if total["drawn"] >= NOTHING and tried and not arrived:
            raise LiveError(f"none of the {total['drawn']} completions asked for arrived{self._because(seen)}")
        if total["drawn"] >= UNREAD and arrived <= HARDLY * total["drawn"]:
            raise LiveError(f"only {arrived} of {total['drawn']} completions asked for arrived{self._because(seen)}")
        useless = total["unreadable"] + total["empty"]
        if arrived >= UNREAD and arrived - useless <= HARDLY * arrived:
            example = next(
                (repr(text[:200]) for (_, kind), text in seen.examples.items() if kind == "unreadable"), "''"
            )
            raise LiveError(
                f"hardly any of the {arrived} completions that arrived could be read; one of them is {example}. Mend"
                " the prompts so that they ask for a form of answer, or the scorer so that it reads what comes; the"
                " completions are in the ledger, and are not paid again"
            )

    def _end_where_all_are_refused(self) -> None:
        refusals, endpoint = self._caller.refusals, self._caller.endpoint
        prompts = range(len(self._prompts))
        if all(refusals.given_up(p) for p in prompts):
            said = "; ".join(dict.fromkeys(refusals.last_of(p) for p in prompts))
            raise EndpointError(
                f"{endpoint.model} at {endpoint.base_url}: every prompt was refused: {said}. Nothing was charged for"
                " it; mend the prompts, then run again"
            )

    def _why(self, prompt: int) -> str:
        if self._offline:
            return "offline, only what is in the ledger is read"
        return self._caller.refusals.last_of(prompt) or self._caller.last_fault

    def _warn(self, prompt: int, count: int, drawn: int, words: str, example: str | None) -> None:
        text = self._prompts[prompt].text
        tail = f", for example {example[:200]!r}" if example is not None else ""
        reason = self._why(prompt) if words == KINDS["missing"] else ""
        warnings.warn(
            f"prompt {prompt} ({text[:40]!r}): {count} of {drawn} completions {words}{tail}"
            f"{f': {reason}' if reason else ''}",
            LiveWarning, stacklevel=5,
        )  # fmt: skip

    def _because(self, seen: Seen) -> str:
        reasons = dict.fromkeys(filter(None, (self._why(prompt) for prompt in seen.counts)))
        return f": {'; '.join(reasons)}" if reasons else ""
