"""The servers that one suite runs through: imitations by their habits, and llama.cpp itself behind a relay."""

from contextlib import ExitStack, contextmanager
from functools import cache

import requests

from faulty import FaultyServer, send
from habits import HABITS, Habit, HabitServer
from local_cases import local

#: The real one, as ``LocalModel`` starts it: what the imitation "llama.cpp" does is what it does.
ITSELF = Habit("llama.cpp itself", choices=4, many="in other words", counts="one")
SERVERS = (*HABITS, ITSELF)


class Relay(FaultyServer):
    """Hands every request on to a real model and its reply back; counts by the model's own template and tokens."""

    def __init__(self, habit, real):
        super().__init__()
        self.habit, self.real, self.model = habit, real, real.model
        self.root = real.base_url.removesuffix("/v1")

    def reply(self, http, body, fault, first):
        """One request, as the real server answers it."""
        reply = requests.post(self.root + http.path, json=body, timeout=600)
        if reply.ok:
            choices = reply.json()["choices"]
            texts = [choice["message"]["content"] for choice in choices]
            ends = sum(choice["finish_reason"] == "stop" for choice in choices)  # a token each, of no text
            with self._lock:
                self.delivered += len(choices)
                self.tokens += self.asked(body["messages"]) + sum(map(self.real.tokens, texts)) + ends
                self.texts += texts
        return send(http, reply.status_code, reply.text, {})

    def asked(self, messages):
        """Tokens of a request's prompt, written out by the model's template."""
        written = requests.post(f"{self.root}/apply-template", json={"messages": messages}, timeout=60).json()["prompt"]
        asked = {"content": written, "add_special": True, "parse_special": True}
        return len(requests.post(f"{self.root}/tokenize", json=asked, timeout=60).json()["tokens"])


@contextmanager
def servers():
    """A call that makes a server of a habit, to be entered; the model behind the real one is started once."""
    with ExitStack() as stack:
        # one thread: two wait for each other at every token, where something else runs
        real = cache(lambda: stack.enter_context(local(slots=ITSELF.choices, threads=1)))
        yield lambda habit, says: Relay(habit, real()) if habit is ITSELF else HabitServer(habit, says)
