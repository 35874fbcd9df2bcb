"""The same study on a dask cluster that loses a worker."""

import os
import signal

import joblib
from dask.distributed import Client, LocalCluster

from iapo_widgets import load
from iapo_widgets.study.engine import run_study
from iapo_widgets.study.protocol import Study


def test_a_worker_killed_midway_changes_no_number(tmp_path):
    """Two worker processes, one killed after the second unit: the study completes with the records of one process."""
    load("math").split(0.1, 0)[0].with_(n_max=4).save(tmp_path / "small.npz")
    study = Study((str(tmp_path / "small.npz"),), ("psst",), (200, 2_000), runs=24)
    expected = run_study(study, tmp_path / "alone.jsonl", jobs=1, progress=False)
    finished, killed = [], []

    with LocalCluster(2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster, Client(cluster):

        def kill_one(_):
            finished.append(_)
            if len(finished) == 2:
                pid = next(iter(cluster.workers.values())).pid
                os.kill(pid, signal.SIGKILL)
                killed.append(pid)

        with joblib.parallel_config("dask"):
            found = run_study(study, tmp_path / "cluster.jsonl", progress=False, on_unit=kill_one)
    assert killed and found == expected
