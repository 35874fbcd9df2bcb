"""The commands of ``iapo`` that speak with a model, or serve one."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any


def add_live(commands: Any) -> None:
    """Add them to the parser's commands."""
    _add_endpoints(commands)
    _add_models(commands)


def _add_endpoints(commands: Any) -> None:
    simulate = commands.add_parser("simulate", help="serve a simulated OpenAI-compatible endpoint on this machine")
    simulate.add_argument("--port", type=int, default=8000, help="port on 127.0.0.1 (8000); 0 takes a free one")
    simulate.add_argument("--seed", type=int, default=0)
    simulate.add_argument("--latency", type=float, default=0.0, metavar="SECONDS", help="mean time a request takes (0)")
    simulate.add_argument("--fault", default="", metavar="NAME:RATE,...", help="faults on request: 429:0.1,reset:0.02")
    simulate.add_argument("--hang-seconds", type=float, default=30.0, help="how long the faults timeout and slow last")
    simulate.add_argument("--requests-per-minute", type=float, metavar="NUMBER", help="limit; none without")
    simulate.add_argument("--tokens-per-minute", type=float, metavar="NUMBER", help="limit; none without")
    simulate.add_argument("--n", default="honoured", choices=["honoured", "ignored", "refused"], help="several choices")
    simulate.set_defaults(command=_simulate)

    look = commands.add_parser("check", help="find out by a few cheap requests what an endpoint honours")
    look.add_argument("url", metavar="URL", help="base URL, up to and with /v1; the key comes from IAPO_API_KEY")
    look.add_argument("--model", help="the model's name; without, the only one that the endpoint lists")
    look.add_argument("--n", type=int, default=8, help="answers to ask for in one request (8)")
    look.add_argument("--timeout", type=float, default=60.0, metavar="SECONDS", help="of one request (60)")
    look.add_argument("--ledger", metavar="FILE", help="ledger to keep and charge it in; none without")
    look.set_defaults(command=_check)


def _add_models(commands: Any) -> None:
    serve = commands.add_parser("serve", help="serve a small language model on this machine (extra: local)")
    serve.add_argument("model", nargs="?", default="smollm2", help="smollm2, or the path of a .gguf file (smollm2)")
    serve.add_argument("--port", type=int, default=8080, help="port on 127.0.0.1 (8080); 0 takes a free one")
    serve.add_argument("--slots", type=int, default=16, help="answers at once, and in one request at most (16)")
    serve.add_argument("--context", type=int, default=512, help="tokens of prompt and answer together (512)")
    serve.set_defaults(command=_serve)

    record = commands.add_parser("record", help="ask a model all questions of a task, and pack its answers in one file")
    record.add_argument("task", metavar="TASK.toml", help="prompts, questions, model and scorers; see docs/records.md")
    record.add_argument("--out", metavar="FILE", help="the record (NAME.record beside the task)")
    record.add_argument("--ledger", metavar="FILE", help="what was asked so far (NAME.sqlite beside the record)")
    record.add_argument("--completions", type=int, metavar="NUMBER", help="cap on what is asked in all")
    record.add_argument("--without-texts", action="store_true", help="leave the words of the answers out of the file")
    record.set_defaults(command=_record)


def _simulate(options: argparse.Namespace) -> None:
    from ..live.simulated.endpoint import SimulatedEndpoint

    endpoint = SimulatedEndpoint(
        options.seed,
        port=options.port,
        latency=options.latency,
        faults=options.fault,
        requests_per_minute=options.requests_per_minute,
        tokens_per_minute=options.tokens_per_minute,
        n_support=options.n,
        hang_seconds=options.hang_seconds,
    )
    with endpoint:
        print("SIMULATED endpoint: not a language model. It answers sums from a seeded simulation; nothing is charged.")
        print(f"base URL  {endpoint.base_url}\nmodel     {endpoint.model}\nkey       any\nCtrl-C stops it.", flush=True)
        try:
            endpoint.wait()
        except KeyboardInterrupt:
            stats = endpoint.stats
            print(f"\nstopped after {stats.requests:,} requests, {stats.delivered:,} completions delivered")


def _check(options: argparse.Namespace) -> None:
    from ..live.endpoint.endpoint import Endpoint
    from ..live.endpoint.models import only_model
    from ..live.ledger.ledger import Ledger

    model = options.model or only_model(Endpoint(options.url, "unknown", timeout=options.timeout))
    endpoint = Endpoint(options.url, model, timeout=options.timeout)
    if options.ledger is None:
        print(endpoint.check(options.n))
    else:
        with Ledger(options.ledger) as ledger:
            print(endpoint.check(options.n, ledger=ledger))


def _serve(options: argparse.Namespace) -> None:
    from ..live.local.local_model import LocalModel

    with LocalModel(options.model, port=options.port, slots=options.slots, context=options.context) as model:
        print(f"base URL  {model.base_url}\nmodel     {model.model}\nkey       any\nCtrl-C stops it.", flush=True)
        try:
            model.wait()
        except KeyboardInterrupt:
            print("\nstopped")
            return
    raise RuntimeError("the model's process has ended; start it anew")


def _record(options: argparse.Namespace) -> None:
    from ..live.recording import record
    from ..live.records.task_file import TaskFile

    task = TaskFile.read(options.task)
    out = Path(options.out or Path(options.task).with_name(f"{task.name}.record"))
    made = record(
        task, out.with_suffix(".sqlite") if options.ledger is None else Path(options.ledger), options.completions
    )
    print(made.note)
    print(made.pack(out, texts=not options.without_texts).replace("texts=False", "--without-texts"))
