#!/usr/bin/env python3
"""Measures Entia's server beside MLflow's, each over SQLite, with the same client.

    scripts/bench-mlflow.py ENTIA ENTIA-BENCH

The two are programs of a release build. Run it with the Python of `target/mlflow/venv`, which
`scripts/mlflow.sh` makes. Each figure is taken of one server after the other, the machine being
otherwise idle; the ratio is what counts.
"""

import json
import http.client
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request

os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
import mlflow
from mlflow.entities import Metric, Param


def wait(url):
    while True:
        try:
            with urllib.request.urlopen(f"{url}/health") as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.05)


def entia(program, folder):
    command = [program, "--store", f"sqlite:{folder}/runs.db", "serve", "--listen", "127.0.0.1:5591"]
    return subprocess.Popen(command, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL), 5591


def of_mlflow(folder):
    command = [sys.executable, "-m", "mlflow", "server", "--port", "5592",
               "--backend-store-uri", f"sqlite:///{folder}/mlflow.db",
               "--artifacts-destination", f"{folder}/artifacts"]
    return subprocess.Popen(command, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL), 5592


def raw(port):
    """Calls a second of 8 connections, and the 99th percentile of one in ms."""
    calls = 800 if port == 5592 else 80_000
    command = [sys.argv[2], "mlflow", str(calls), "--server", f"127.0.0.1:{port}"]
    found = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return found["calls_per_second"], found["ns"]["p99"] / 1e6


def timed(work, least=3.0):
    """Calls a second."""
    count, start = 0, time.perf_counter()
    while (elapsed := time.perf_counter() - start) < least:
        work(count)
        count += 1
    return count / elapsed


def measure(port):
    client = mlflow.MlflowClient(f"http://127.0.0.1:{port}")
    experiment = client.create_experiment("bench")
    new = lambda: client.create_run(experiment).info.run_id
    found = {}
    run = new()
    found["log_metric through the client, calls/s"] = timed(
        lambda step: client.log_metric(run, "loss", step / 7, step, step))
    found["raw log-metric, 8 connections, calls/s"], found["raw log-metric, p99 ms"] = raw(port)
    run = new()
    batch = lambda index: [Metric(f"m{key}", key / 7, index, index) for key in range(1_000)]
    bodies = [json.dumps({"run_id": run, "metrics": [dict(metric) for metric in batch(index)]})
              for index in range(400)]
    connection = http.client.HTTPConnection("127.0.0.1", port)

    def send(index):
        connection.request("POST", "/api/2.0/mlflow/runs/log-batch", bodies[index % 400],
                           {"Content-Type": "application/json"})
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 200, answer.status

    found["log-batch of 1,000 metrics, batches/s"] = timed(send, 5.0 if port == 5592 else 1.0)
    many = client.create_experiment("many")
    for index in range(1_000):
        run = client.create_run(many).info.run_id
        client.log_batch(run, [Metric(f"metric {key}", key / (index + 1), 1, 1) for key in range(20)],
                         [Param(f"param {key}", str(key * index)) for key in range(20)])
    found["search_runs of 1,000 runs, searches/s"] = timed(
        lambda _: client.search_runs([many], max_results=1_000))
    body = json.dumps({"experiment_ids": [many], "max_results": 1_000})

    def search(_):
        connection.request("POST", "/api/2.0/mlflow/runs/search", body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        assert answer.status == 200 and len(answer.read()) > 1_000_000

    found["the same without the client, searches/s"] = timed(search)
    run = new()
    for start in range(0, 100_000, 1_000):
        client.log_batch(run, [Metric("loss", 1 / (step + 1), step, step)
                               for step in range(start, start + 1_000)])
    found["history of 100,000 points, histories/s"] = timed(
        lambda _: client.get_metric_history(run, "loss"))

    def history(_):
        connection.request("GET", f"/api/2.0/mlflow/metrics/get-history?run_id={run}&metric_key=loss")
        answer = connection.getresponse()
        assert answer.status == 200 and len(answer.read()) > 1_000_000

    found["the same without the client, histories/s"] = timed(history)
    return found


def main():
    program, figures = sys.argv[1], {}
    for name in ["entia", "mlflow"]:
        folder = tempfile.mkdtemp()
        process, port = entia(program, folder) if name == "entia" else of_mlflow(folder)
        try:
            wait(f"http://127.0.0.1:{port}")
            figures[name] = measure(port)
        finally:
            process.terminate()
            process.wait()
            shutil.rmtree(folder, ignore_errors=True)
    print(f"MLflow {mlflow.__version__}, Python {sys.version.split()[0]}")
    print(f"{'':44}{'entia':>12}{'mlflow':>12}{'ratio':>9}")
    for what, ours in figures["entia"].items():
        theirs = figures["mlflow"][what]
        print(f"{what:44}{ours:12.2f}{theirs:12.2f}{ours / theirs:9.1f}")


if __name__ == "__main__":
    main()
