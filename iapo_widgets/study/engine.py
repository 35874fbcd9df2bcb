"""Run a study on all cores or on a cluster; stop it, go on later, and get the same numbers."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .protocol import Study, Unit, run_unit
from .results import ResultsFile

OnUnit = Callable[[list[dict[str, Any]]], None]


def run_study(
    study: Study,
    path: str | os.PathLike[str],
    *,
    jobs: int = -1,
    progress: bool = True,
    stop: threading.Event | None = None,
    on_unit: OnUnit | None = None,
) -> list[dict[str, Any]]:
    """The records of ``study``, computed as far as ``path`` does not hold them already.

    jobs: processes, -1 for all cores; inside ``joblib.parallel_config("dask")`` the cluster's.  stop: ends the study
    after the runs under way; what is finished stays in ``path``.  on_unit: called with each unit's records as it
    finishes.  progress: a bar with the time left.  Where it is interrupted, by Ctrl-C or by whatever
    ``on_unit`` raises, the processes end with it.  Raises ``ValueError`` for a file of another study.
    """
    from joblib import Parallel, delayed
    from tqdm.auto import tqdm

    file = ResultsFile(study, Path(path))
    missing = file.missing
    with tqdm(total=len(study.units), initial=len(study.units) - len(missing), unit="run", disable=not progress) as bar:
        if file.dropped:
            bar.write(file.dropped)
        wanted = (unit for unit in missing if not (stop and stop.is_set()))
        work = Parallel(n_jobs=jobs, return_as="generator_unordered", batch_size=1, pre_dispatch="2*n_jobs")
        try:
            for unit, records in work(delayed(_unit)(study, unit, os.getpid()) for unit in wanted):
                file.add(unit, records)
                bar.update()
                if on_unit:
                    on_unit(records)
        except BaseException:
            if jobs != 1:
                _end_workers()
            raise
    return file.records


def _unit(study: Study, unit: Unit, master: int) -> tuple[Unit, list[dict[str, Any]]]:
    if os.getpid() != master and threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C ends the study, and that ends its workers
    return unit, run_unit(study, *unit)


def _end_workers() -> None:
    from joblib.externals.loky import get_reusable_executor

    get_reusable_executor().shutdown(wait=True, kill_workers=True)
