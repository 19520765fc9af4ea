"""Several writers at once, and a server that dies."""

import multiprocessing
import os
import threading
import time
import uuid

import mlflow
import pytest
from mlflow.entities import Metric
from mlflow.exceptions import MlflowException

from conftest import Server


def in_threads(work, count=8):
    """What each of several threads gives, which begin together."""
    barrier, found = threading.Barrier(count), [None] * count

    def one(index):
        barrier.wait()
        try:
            found[index] = work(index)
        except MlflowException as error:
            found[index] = error

    threads = [threading.Thread(target=one, args=(index,)) for index in range(count)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    return found


def test_eight_threads_lose_nothing(client, run):
    def log(index):
        for step in range(50):
            client.log_metric(run, "shared", index + step / 100, timestamp=step, step=step)
            client.log_metric(run, f"own {index}", step, step=step)
        client.log_param(run, f"p{index}", index)
        client.set_tag(run, f"t{index}", index)

    assert in_threads(log) == [None] * 8
    assert len(client.get_metric_history(run, "shared")) == 400
    data = client.get_run(run).data
    assert data.metrics["shared"] == 7.49
    for index in range(8):
        assert len(client.get_metric_history(run, f"own {index}")) == 50
        assert data.params[f"p{index}"] == str(index) and data.tags[f"t{index}"] == str(index)


def test_eight_threads_that_repeat_each_other(client, server, run):
    points = [Metric("loss", step / 10, step, 0) for step in range(300)]
    assert in_threads(lambda _: client.log_batch(run, points)) == [None] * 8
    _, found = server.call("GET", f"/api/v1/runs/{run}")
    assert found["metrics"][0]["count"] == 300
    assert client.get_run(run).data.metrics["loss"] == 29.9


def test_one_of_eight_creates(client):
    name = f"raced {uuid.uuid4()}"
    found = in_threads(lambda _: client.create_experiment(name))
    errors = [one for one in found if isinstance(one, MlflowException)]
    assert len(errors) == 7
    assert {error.error_code for error in errors} == {"RESOURCE_ALREADY_EXISTS"}


def test_one_of_eight_values_is_the_parameter(client, run):
    found = in_threads(lambda index: client.log_param(run, "lr", index))
    errors = [one for one in found if isinstance(one, MlflowException)]
    assert len(errors) == 7
    value = client.get_run(run).data.params["lr"]
    assert found[int(value)] is None or not isinstance(found[int(value)], MlflowException)


def process(url, run, index):
    mlflow.set_tracking_uri(url)
    with mlflow.start_run(run_id=run):
        for step in range(20):
            mlflow.log_metric("loss", index, step=step)
        mlflow.log_text(str(index), f"files/{index}.txt")
    os._exit(0)


def test_eight_processes(client, server, run):
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["mlflow"])
    jobs = [context.Process(target=process, args=(server.url, run, index)) for index in range(8)]
    [job.start() for job in jobs]
    [job.join() for job in jobs]
    assert [job.exitcode for job in jobs] == [0] * 8
    history = client.get_metric_history(run, "loss")
    assert sorted((point.value, point.step) for point in history) == [
        (index, step) for index in range(8) for step in range(20)]
    assert len(client.list_artifacts(run, "files")) == 8


def test_a_server_that_is_killed_in_the_middle(tmp_path):
    server = Server(tmp_path)
    client = mlflow.MlflowClient(server.url)
    run = client.create_run("0").info.run_id
    acknowledged = []

    def log():
        for step in range(600):
            client.log_metric(run, "loss", step / 7, timestamp=step, step=step)
            acknowledged.append(step)
        client.log_param(run, "lr", 0.1)
        client.log_text(run, "all of it", "end.txt")

    writer = threading.Thread(target=log)
    writer.start()
    for reached in [100, 300, 500]:
        while len(acknowledged) < reached:
            time.sleep(0.001)
        server.kill()
        server.start()
    writer.join()
    history = client.get_metric_history(run, "loss")
    assert [point.step for point in history] == list(range(600))
    _, found = server.call("GET", f"/api/v1/runs/{run}")
    assert found["metrics"][0]["count"] == 600, "what was sent again is there once"
    assert client.get_run(run).data.params == {"lr": "0.1"}
    server.kill()
