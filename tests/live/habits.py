"""Servers with the habits of real ones, each on loopback: how they count, refuse, wrap and limit; none is a model."""

import json
import re
from dataclasses import dataclass

from faulty import FaultyServer, send

REFUSED = "UnsupportedParamsError: parameter '{}' is not supported"


@dataclass(frozen=True)
class Habit:
    """What a server does otherwise than OpenAI's.

    choices: most in one reply, ``many`` what becomes of more: "ignored", or refused, "named", "in other words" or
    "unnamed", or met by an error of the server, "500" or another 5xx; surplus: choices that come unasked; without:
    parameters that it refuses, ``form`` of the refusal; counts: what usage covers: "all",
    "one" (a single choice), "total" (thought in the total only), "none", "zero"; overhead: prompt tokens that it adds;
    thought: where it puts reasoning: "", "reasoning_content", "tags", "hidden"; wraps: "", "stream", "comments", "bom";
    every: each so manieth request meets ``limit``, a (status, headers, body).
    """

    name: str
    choices: int = 128
    many: str = "ignored"
    surplus: int = 0
    without: tuple[str, ...] = ()
    form: str = "openai"
    counts: str = "all"
    overhead: int = 0
    thought: str = ""
    wraps: str = ""
    every: int = 0
    limit: tuple = ()


HABITS = (
    Habit("openai"),
    Habit("llama.cpp", choices=4, many="in other words", counts="one"),
    Habit("llama.cpp, older", choices=1, many="ignored", counts="all"),
    Habit("vLLM", overhead=30),
    Habit("vLLM, older", choices=1),
    Habit("Ollama", choices=1, overhead=64, thought="reasoning_content", counts="all"),
    Habit("LM Studio", choices=1, every=7, limit=(200, {}, {"error": "Model is busy, try again later"})),
    Habit("LiteLLM", choices=1, many="named", without=("seed",), form="litellm"),
    Habit("FastAPI", choices=1, many="named", without=("seed",), form="fastapi"),
    Habit("gateway", choices=2, wraps="comments", every=5,
          limit=(200, {}, {"error": {"message": "Rate limit exceeded: free-models-per-min", "code": 429}})),
    Habit("gateway, streaming", choices=1, wraps="stream"),
    Habit("gateway, byte order mark", wraps="bom"),
    Habit("gateway, generous", surplus=1),
    Habit("reasoning", choices=1, many="named", without=("temperature", "max_tokens", "seed"),
          thought="reasoning_content", counts="total"),
    Habit("reasoning, in tags", thought="tags"),
    Habit("Gemini", choices=8, many="named", counts="total", thought="hidden", every=4, form="google",
          limit=(429, {}, [{"error": {"code": 429, "status": "RESOURCE_EXHAUSTED", "details": [{"retryDelay": "0s"}],
                                      "message": "You exceeded your current quota. Please retry in 0.01s."}}])),
    Habit("low tier", every=4, limit=(429, {"retry-after": "0"}, {"error": {
        "message": "Rate limit reached on requests per min. Add a payment method: see account/billing",
        "code": "rate_limit_exceeded"}})),
    Habit("without usage", counts="none", thought="reasoning_content"),
    Habit("zero usage", counts="zero"),
    Habit("taciturn", choices=2, many="unnamed"),
    Habit("gateway, failing at several", choices=1, many="500", overhead=40),
    Habit("gateway, overloaded by several", choices=1, many="503"),
)  # fmt: skip


class HabitServer(FaultyServer):
    """Answers by ``says(messages, number)``, of which the number is decoration; counts for itself."""

    def __init__(self, habit, says):
        super().__init__()
        self.habit, self.says, self.seen = habit, says, 0

    def reply(self, http, body, fault, first):
        """One request, in this server's way."""
        habit = self.habit
        with self._lock:
            self.seen += 1
            turn = self.seen
        if habit.every and turn % habit.every == 0:
            status, headers, content = habit.limit
            return send(http, status, json.dumps(content), headers)
        for name in habit.without:
            if name in body:
                return send(http, *self.refusal(name))
        asked = body.get("n", 1)
        if asked > habit.choices and habit.many != "ignored":
            return send(http, *self.refusal("n"))
        n = min(asked, habit.choices) + habit.surplus
        thought = "so let me see first, one by one, what that is" if habit.thought else ""
        texts = [self.says(body["messages"], 100 + (turn + i) % 900) for i in range(n)]
        answers = [f"<think>{thought}</think>\n{text}" if habit.thought == "tags" else text for text in texts]
        beside = words(thought) if habit.thought in ("reasoning_content", "hidden") else 0
        size = words(answers[0]) + beside
        prompt = sum(words(m["content"]) + 2 for m in body["messages"]) + habit.overhead
        more = {"reasoning_content": thought} if habit.thought == "reasoning_content" else {}
        choices = [
            {"index": i, "finish_reason": "stop", "message": {"role": "assistant", "content": answer, **more}}
            for i, answer in enumerate(answers)
        ]
        true = prompt + n * size
        visible = n * (size - beside)
        usage = {
            "all": (prompt, n * size, true), "one": (prompt, size, prompt + size), "total": (prompt, visible, true),
            "zero": (0, 0, 0), "none": None,
        }[habit.counts]  # fmt: skip
        content = {"id": "c", "object": "chat.completion", "created": 0, "model": body["model"], "choices": choices}
        if usage:
            content["usage"] = dict(zip(("prompt_tokens", "completion_tokens", "total_tokens"), usage, strict=True))
        with self._lock:
            self.delivered += n
            self.tokens += true
            self.texts += answers
        return send(http, 200, self.wrapped(content), {})

    def wrapped(self, content):
        """The reply as it goes over the line."""
        if self.habit.wraps == "comments":
            return ": PROCESSING\n\n: PROCESSING\n\n" + json.dumps(content)
        if self.habit.wraps == "bom":
            return "\ufeff" + json.dumps(content)
        if self.habit.wraps == "stream":
            choices = content.pop("choices")
            usage = content.pop("usage")
            lines = []
            for choice in choices:
                text = choice["message"]["content"]
                for part in (text[: len(text) // 2], text[len(text) // 2 :]):
                    delta = {"index": choice["index"], "delta": {"role": "assistant", "content": part}}
                    lines.append({**content, "choices": [delta]})
                lines.append({**content, "choices": [{"index": choice["index"], "delta": {}, "finish_reason": "stop"}]})
            lines.append({**content, "choices": [], "usage": usage})
            return "".join(f"data: {json.dumps(line)}\n\n" for line in lines) + "data: [DONE]\n\n"
        return json.dumps(content)

    def refusal(self, name):
        """Status, body and headers of a refusal in this server's form."""
        if name == "n" and self.habit.many.isdecimal():
            return int(self.habit.many), "<html><h1>Something went wrong</h1></html>", {}
        if name == "n" and self.habit.many in ("unnamed", "in other words"):
            said = "bad request" if self.habit.many == "unnamed" else "n_cmpl must be <= 4, the slots"
            return 400, json.dumps({"error": {"code": 400, "message": said, "type": "invalid_request_error"}}), {}
        said = REFUSED.format(name)
        if self.habit.form == "fastapi":
            detail = [{"type": "extra_forbidden", "loc": ["body", name], "msg": "Extra inputs are not permitted"}]
            return 422, json.dumps({"detail": detail}), {}
        if self.habit.form == "litellm":
            said = f"litellm.UnsupportedParamsError: anthropic does not support parameters: ['{name}'], for model=m"
            return 400, json.dumps({"error": {"message": said, "type": "None", "param": "None", "code": "400"}}), {}
        if self.habit.form == "google":
            error = {"code": 400, "message": f"Invalid value at '{name}': at most 8", "status": "INVALID_ARGUMENT"}
            return 400, json.dumps([{"error": error}]), {}
        if name == "max_tokens":
            said = "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."
        return 400, json.dumps({"error": {"message": said, "param": name, "code": "unsupported_parameter"}}), {}


def words(text):
    """Tokens, by this server's own count."""
    return len(re.findall(r"\w+|[^\w\s]", text))
