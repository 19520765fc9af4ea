"""What MLflow has logged, in Entia's own tools; and what Entia has recorded, in MLflow's client."""

import csv
import io
import json
import math

import pytest
from mlflow.exceptions import MlflowException


def test_a_run_of_mlflow_is_one_of_entia(client, server):
    experiment = client.create_experiment("digits of mlflow")
    runs = []
    for seed in [1, 2]:
        run = client.create_run(experiment, run_name=f"seed {seed}", tags={"stage": "candidate"})
        id = run.info.run_id
        client.log_param(id, "lr", 0.1 * seed)
        for step in range(5):
            client.log_metric(id, "train/loss", seed / (step + 1), timestamp=step, step=step)
        client.log_text(id, "hello", "notes.txt")
        client.set_terminated(id)
        runs.append(id)
    listed = json.loads(server.entia("--json", "runs", "digits of mlflow"))
    assert sorted(run["id"] for run in listed["runs"]) == sorted(runs)
    shown = json.loads(server.entia("--json", "show", runs[0]))
    assert (shown["name"], shown["status"]) == ("seed 1", "finished")
    assert shown["params"] == {"lr": 0.1} and shown["tags"]["stage"] == "candidate"
    assert shown["artifacts"][0]["name"] == "notes.txt"
    assert shown["metrics"][0]["min"] == 0.2
    compared = server.entia("compare", *runs)
    assert "0.1" in compared and "0.2" in compared
    exported = server.entia(
        "export", "digits of mlflow", "--run", runs[1], "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(exported)))
    assert [float(row["value"]) for row in rows] == [2 / (step + 1) for step in range(5)]
    found = json.loads(server.entia(
        "--json", "runs", "digits of mlflow", 'param.lr < 0.15'))
    assert [run["id"] for run in found["runs"]] == [runs[0]]


@pytest.fixture
def native(server):
    """A run with components, phases and epochs, recorded in Entia's own way."""
    body = {
        "experiment": "digits of entia", "id": "af51a51a", "resume": True,
        "modules": [
            {"kind": "model", "name": "MLP", "arguments": {"hidden_size": 256, "dropout": 0.5}},
            {"kind": "optimizer", "name": "Adam", "arguments": {"lr": 0.001, "nesterov": False}},
        ],
        "params": {"seed": 17, "note": "text"}, "tags": {"stage": "candidate"}, "notes": "the first",
    }
    status, run = server.call("POST", "/api/v1/runs", body)
    if status == 201:
        path = f"/api/v1/runs/{run['uuid']}"
        points = [{"name": "loss", "phase": phase, "epoch": epoch, "step": step,
                   "value": 1 / (epoch + 1), "time": f"2026-01-0{epoch + 1}T00:00:00Z"}
                  for epoch in range(3) for phase, step in [("train", 10 * epoch), ("test", 0)]]
        points.append({"name": "odd", "value": "NaN"})
        server.call("POST", f"{path}/points", points)
        server.call("PUT", f"{path}/artifacts/plots/loss.svg", b"<svg/>")
        _, attempt = server.call("POST", f"{path}/attempts", {"provenance": {"user": "ada"}})
        server.call("PATCH", f"{path}/attempts/{attempt['id']}", {"outcome": "finished"})
    return run["uuid"].replace("-", "")


def test_a_run_of_entia_is_one_of_mlflow(client, native):
    experiment = client.get_experiment_by_name("digits of entia").experiment_id
    (found,) = client.search_runs([experiment])
    run = client.get_run(native)
    assert found.info.run_id == run.info.run_id == native
    assert (run.info.run_name, run.info.status) == ("af51a51a", "FINISHED")
    assert run.data.params == {
        "model": "MLP", "model.hidden_size": "256", "model.dropout": "0.5", "optimizer": "Adam",
        "optimizer.lr": "0.001", "optimizer.nesterov": "false", "seed": "17", "note": "text",
    }
    assert run.data.tags == {"stage": "candidate", "mlflow.note.content": "the first",
                             "mlflow.runName": "af51a51a"}
    metrics = run.data.metrics
    assert metrics["train/loss"] == metrics["test/loss"] == 1 / 3 and math.isnan(metrics["odd"])
    train = client.get_metric_history(native, "train/loss")
    assert [(point.step, point.value) for point in train] == [(0, 1.0), (10, 0.5), (20, 1 / 3)]
    test = client.get_metric_history(native, "test/loss")
    assert [point.step for point in test] == [0, 1, 2], "its epochs, since it has no steps"
    assert train[0].timestamp == 1_767_225_600_000
    assert [file.path for file in client.list_artifacts(native, "plots")] == ["plots/loss.svg"]


@pytest.mark.parametrize(("text", "count"), [
    ("params.model.hidden_size = '256'", 1),
    ("params.optimizer.lr = '0.001'", 1),
    ("params.optimizer.nesterov = 'false'", 1),
    ("params.model = 'MLP'", 1),
    ("params.model LIKE 'M%'", 1),
    ("params.seed != '17'", 0),
    ("params.optimizer.lr IS NULL", 0),
    ("params.optimizer.momentum IS NULL", 1),
    ("metrics.train/loss < 0.4", 1),
    ("metrics.`train/loss` > 0.4", 0),
    ("status = 'FINISHED'", 1),
    ("attributes.run_name = 'af51a51a'", 1),
    ("attributes.run_id = '{run}'", 1),
    ("attributes.run_id IN ('{run}')", 1),
    ("attributes.run_id != '{run}'", 0),
    ("tags.mlflow.note.content = 'the first'", 1),
])
def test_filters_know_what_entia_has_recorded(client, native, text, count):
    experiment = client.get_experiment_by_name("digits of entia").experiment_id
    assert len(client.search_runs([experiment], text.format(run=native))) == count


def test_mlflow_goes_on_with_a_run_of_entia(client, server, native):
    client.log_metric(native, "train/loss", 0.125, step=40, timestamp=1_770_000_000_000)
    _, run = server.call("GET", f"/api/v1/runs/{native}")
    series = {(metric["last"]["name"], metric["last"]["phase"]) for metric in run["metrics"]}
    assert series == {("loss", "train"), ("loss", "test"), ("odd", "")}
    client.log_param(native, "seed", 17)
    with pytest.raises(MlflowException, match="Changing param values is not allowed"):
        client.log_param(native, "seed", 18)
    client.log_text(native, "more", "plots/notes.txt")
    assert len(client.list_artifacts(native, "plots")) == 2
