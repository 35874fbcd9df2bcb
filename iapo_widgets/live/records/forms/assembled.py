"""From what was read to a record: prompts told apart, questions that all have in common, scores and costs."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from ....core import bounds
from ....core.problem import COST_WEIGHTS, Context, Prompt, mv_contexts
from ....core.strategies import Strategy, find_strategy
from ...endpoint.usage import BYTES
from ...errors import LiveWarning
from ...problem import PromptTemplate, Question
from ...scoring.scorer import Scorer
from ...scoring.scorers import ExactMatch, as_scorer
from ..completion import RecordedCompletion
from ..record import Record
from ..rescoring import rescored
from .imported import Asked, Imported, Sheet

UNIT, TOKEN = "kilotokens", 1e-3


def joined(files: Sequence[Imported]) -> Imported:
    """The prompts of several files beside each other; one that stands in several is one, with all its answers."""
    whole = Imported("; ".join(dict.fromkeys(file.form for file in files)))
    for file in files:
        whole.ignored.update(file.ignored)
        for name, value in file.made.items():
            told = whole.made.get(name, "").split(", ")
            whole.made[name] = value if told == [""] else ", ".join(dict.fromkeys([*told, value]))
    known: dict[Any, Sheet] = {}
    for i, sheet in enumerate(sheet for file in files for sheet in file.sheets):
        template = sheet.found_template()
        same = (template, sheet.model, sorted(sheet.settings.items(), key=repr)) if template else i
        first = known.setdefault(repr(same), sheet)
        if first is not sheet:
            for question, asked in sheet.asked.items():
                first.put(question, asked.answers, asked.sent, asked.writings)
            first.template = template
    whole.sheets = list(known.values())
    return whole


def questions_of(found: Imported) -> list[Question]:
    """Every question, in the order in which they came.  Raises ``ValueError`` where there is none."""
    every = list(dict.fromkeys(question for sheet in found.sheets for question in sheet.asked))
    if not every:
        raise ValueError(f"no questions with answers are in it{_ignored(found, '; ignored: ')}")
    _check_golds(every)
    return every


def assembled(
    found: Imported,
    scorers: Sequence[Scorer | Callable[..., Any]] | None,
    *,
    contexts: Sequence[Context] | None,
    strategy: Strategy | str | None,
    n_max: int | None,
    name: str,
) -> Record:
    """The record; the options and errors are those of ``import_record``."""
    every = questions_of(found)
    kept = [question for question in every if all(_answers(sheet, question) for sheet in found.sheets)]
    if not kept:
        raise ValueError(
            f"no question was answered under each of the {len(found.sheets)} prompts"
            f" ({', '.join(bounds.cited(sheet.name)[:40] for sheet in found.sheets[:5])}); the first one's begins"
            f" {every[0].text[:60]!r}. Give files of the same questions, or each by itself"
        )
    prompts, named = _prompts(found)
    pools = [[sheet.asked[question] for question in kept] for sheet in found.sheets]
    most = max(len(asked.answers) for row in pools for asked in row)
    given = _scorers(scorers, kept)
    if len(prompts) * len(kept) * most * len(given) > bounds.NUMBERS:
        raise ValueError(
            f"{len(prompts)} prompts, {len(kept)} questions and {most} answers are more than a record holds"
        )
    estimated: Counter[str] = Counter()
    pairs = [[_completions(asked, estimated) for asked in row] for row in pools]
    calls = [[_call(asked, question, estimated) for asked, question in zip(row, kept, strict=True)] for row in pools]
    scored, notes = rescored(prompts, kept, pairs, given, ledger=None, limit=None)
    votes = any(completion.label >= 0 for row in scored for pool in row for completion in pool)
    right = all(question.gold is not None for question in kept)
    least = min(len(asked.answers) for row in pools for asked in row)
    made = {**found.made, "form": found.form, **_told(estimated, pools)}
    if same := _copies(found.sheets, pools):
        made["repeats"] = f"the same text each time under {same}"
        warnings.warn(
            f"every repeat under {same} says the same, so that nothing is learnt of N: the requests may have had"
            " one seed, no temperature, or a cache in between",
            LiveWarning, stacklevel=3,
        )  # fmt: skip
    if named:
        made["prompts"] = f"{named} of {len(prompts)} stand under their names: no one text stood around the questions"
    if len(every) > len(kept):
        made["left out"] = f"{len(every) - len(kept)} questions that not every prompt has answered"
    if found.ignored:
        made["ignored"] = _ignored(found)
    return Record(
        prompts, kept, scored, scorers=notes, contexts=contexts or _contexts(len(notes)),
        strategy=find_strategy(strategy or ("majority-vote" if votes and right else "best-of-n")),
        n_max=min(least, bounds.SCALE) if n_max is None else n_max, call_cost=calls, token_cost=TOKEN, cost_unit=UNIT,
        made=made, name=name,
    )  # fmt: skip


def _answers(sheet: Sheet, question: Question) -> bool:
    return question in sheet.asked and bool(sheet.asked[question].answers)


def _check_golds(every: Iterable[Question]) -> None:
    known: dict[str, Question] = {}
    for question in every:
        other = known.setdefault(question.text, question)
        if other.gold != question.gold:
            raise ValueError(
                f"the question {question.text[:80]!r} has the right answer {_shown(other)} in one place and"
                f" {_shown(question)} in another; make them one"
            )


def _shown(question: Question) -> str:
    return " or ".join(repr(gold[:60]) for gold in question.golds) or "none"


def _prompts(imported: Imported) -> tuple[list[Prompt], int]:
    """A prompt for each sheet, and how many have a name in the place of their text."""
    several = len({sheet.model for sheet in imported.sheets}) > 1
    found: list[Prompt] = []
    taken: Counter[str] = Counter()
    named = 0
    for sheet in imported.sheets:
        template = sheet.found_template()
        if sheet.settings.get("max_tokens") is not None and (template is None or several):
            imported.ignored.setdefault("max_tokens of prompts that can't be sent as they stand", 0)
        temperature, top_p = sheet.settings.get("temperature"), sheet.settings.get("top_p")
        more: dict[str, Any] = {"stop": sheet.settings["stop"]} if sheet.settings.get("stop") else {}
        if several:  # a prompt that is sent has no model of its own
            more["model"] = sheet.model or "not told"
        if template is None:
            named += 1
            taken[sheet.name] += 1
            text = f"{sheet.name} ({taken[sheet.name]})" if taken[sheet.name] > 1 else sheet.name
            found.append(Prompt(text, temperature, top_p, options=more))
        elif sheet.settings.get("max_tokens") is None or several:
            found.append(Prompt(template[1], temperature, top_p, system=template[0], options=more))
        else:
            most = int(sheet.settings["max_tokens"])
            stop = more.get("stop")
            found.append(PromptTemplate(template[1], template[0], temperature, top_p, max_tokens=most, stop=stop))
    return found, named


def _scorers(scorers: Sequence[Scorer | Callable[..., Any]] | None, kept: Sequence[Question]) -> list[Scorer]:
    if scorers is None:
        without = sum(question.gold is None for question in kept)
        if without:
            raise ValueError(
                f"{without} of {len(kept)} questions have no right answer, so that nothing says what is good:"
                " give scorers=[...], such as RegexMatch, Brevity or a function (question, text) -> number"
            )
        return [ExactMatch()]
    if not isinstance(scorers, list | tuple):
        raise ValueError(f"scorers must be a list, not {scorers!r}")
    found = [as_scorer(scorer) for scorer in scorers]
    if any(hasattr(scorer, "score_async") for scorer in found):
        raise ValueError(
            "a scorer that asks a model costs: import with another, then record.scored([...], ledger=..., limit=...)"
        )
    return found


def _contexts(objectives: int) -> tuple[Context, ...]:
    """Objectives that weigh alike, and cost that weighs nothing, little or much."""
    if objectives == 1:
        return mv_contexts()
    return tuple(Context(name, (1 / objectives,) * objectives, weight) for name, weight in COST_WEIGHTS.items())


def _estimate(text: str) -> int:
    return -(-len(text.encode()) // BYTES)


def _completions(asked: Asked, estimated: Counter[str]) -> list[RecordedCompletion]:
    out = []
    for told in asked.answers:
        tokens = told.tokens
        if tokens is None or (told.text and not tokens):  # some write 0 where they don't know
            estimated["tokens"] += 1
            tokens = _estimate(told.text)
        out.append(RecordedCompletion(told.text, tokens, told.ended, (), None, -1))
    return out


def _call(asked: Asked, question: Question, estimated: Counter[str]) -> float:
    told = max((answer.prompt_tokens or 0 for answer in asked.answers), default=0)
    if told:
        return TOKEN * told
    estimated["prompts"] += 1
    return TOKEN * _estimate("".join(asked.sent) if asked.sent else question.text)


def _told(estimated: Counter[str], pools: Sequence[Sequence[Asked]]) -> dict[str, str]:
    """Whether tokens are the log's or estimates."""
    answers = sum(len(asked.answers) for row in pools for asked in row)
    pairs = sum(map(len, pools))
    rule = f"estimated, one for {BYTES} bytes of text"
    out = {}
    for name, key, whole in (("tokens", "tokens", answers), ("prompt tokens", "prompts", pairs)):
        count = estimated[key]
        out[name] = "as the log tells" if not count else rule if count == whole else f"{count} of {whole} {rule}"
    return out


def _copies(sheets: Sequence[Sheet], pools: Sequence[Sequence[Asked]]) -> str:
    """The prompts whose repeats are copies of one another, where there are repeats."""
    same = []
    for sheet, row in zip(sheets, pools, strict=True):
        repeated = [{told.text for told in asked.answers} for asked in row if len(asked.answers) > 1]
        if repeated and all(len(texts) == 1 for texts in repeated):
            same.append(bounds.cited(sheet.name)[:60])
    same = list(dict.fromkeys(same))
    return f"{', '.join(same[:5])}{f' and {len(same) - 5} more' if len(same) > 5 else ''}"


def _ignored(found: Imported, before: str = "") -> str:
    told = [f"{count:,} {what}" if count else what for what, count in found.ignored.items()]
    return before + "; ".join(told) if told else ""
