"""The life of experiments and runs."""

import math
import struct

import mlflow
import pytest
from mlflow.entities import Metric, Param, RunStatus, RunTag, ViewType
from mlflow.exceptions import MlflowException


def bits(number):
    return struct.pack(">d", number)


def test_experiment_0_is_there(client):
    default = client.get_experiment("0")
    assert default.name == "Default"
    assert client.get_experiment_by_name("Default").experiment_id == "0"
    assert "0" in [one.experiment_id for one in client.search_experiments()]
    run = client.create_run("0")
    assert run.info.artifact_uri == f"mlflow-artifacts:/0/{run.info.run_id}/artifacts"


def test_experiments_are_created_changed_and_deleted(client):
    name = "a name / with 'quotes', \"more\"\nand größe"
    id = client.create_experiment(name, tags={"team": "vision", "mlflow.note.content": "notes"})
    assert id.isdigit()
    found = client.get_experiment_by_name(name)
    assert (found.experiment_id, found.name, found.lifecycle_stage) == (id, name, "active")
    assert found.tags == {"team": "vision", "mlflow.note.content": "notes"}
    assert found.artifact_location == f"mlflow-artifacts:/{id}"
    client.rename_experiment(id, "another name")
    client.set_experiment_tag(id, "team", "speech")
    client.delete_experiment_tag(id, "mlflow.note.content")
    found = client.get_experiment(id)
    assert (found.name, found.tags) == ("another name", {"team": "speech"})
    assert found.last_update_time >= found.creation_time

    run = client.create_run(id)
    client.delete_experiment(id)
    assert client.get_experiment(id).lifecycle_stage == "deleted"
    assert client.get_run(run.info.run_id).info.lifecycle_stage == "deleted"
    for refused in [
        lambda: client.create_run(id),
        lambda: client.set_experiment_tag(id, "team", "x"),
        lambda: client.rename_experiment(id, "x"),
    ]:
        with pytest.raises(MlflowException, match="must be in the 'active' state") as error:
            refused()
        assert error.value.error_code == "INVALID_PARAMETER_VALUE"
    with pytest.raises(MlflowException, match="already exists") as error:
        client.create_experiment("another name")
    assert error.value.error_code == "RESOURCE_ALREADY_EXISTS"
    with pytest.raises(MlflowException) as error:
        client.delete_experiment(id)
    assert error.value.error_code == "RESOURCE_DOES_NOT_EXIST"
    client.restore_experiment(id)
    assert client.get_experiment(id).lifecycle_stage == "active"
    assert client.get_run(run.info.run_id).info.lifecycle_stage == "active"


def test_a_run_is_created_and_ends(client, experiment):
    run = client.create_run(experiment, start_time=1_700_000_000_123, run_name="first",
                            tags={"a": "b", "mlflow.user": "ada"})
    id = run.info.run_id
    assert len(id) == 32
    assert (run.info.status, run.info.start_time, run.info.end_time) == (
        "RUNNING", 1_700_000_000_123, None)
    assert (run.info.run_name, run.info.user_id) == ("first", "ada")
    assert run.data.tags == {"a": "b", "mlflow.user": "ada", "mlflow.runName": "first"}
    for status in ["FINISHED", "FAILED", "KILLED", "RUNNING", "SCHEDULED"]:
        client.update_run(id, status=status)
        assert client.get_run(id).info.status == status
    client.set_terminated(id, "FINISHED", 1_700_000_009_456)
    again = client.get_run(id)
    assert (again.info.status, again.info.end_time) == ("FINISHED", 1_700_000_009_456)
    assert again.info.start_time == 1_700_000_000_123
    assert RunStatus.from_string(again.info.status) == RunStatus.FINISHED


def test_a_name_is_a_tag_too(client, experiment):
    run = client.create_run(experiment)
    id, made_up = run.info.run_id, run.info.run_name
    assert made_up and run.data.tags["mlflow.runName"] == made_up
    client.set_tag(id, "mlflow.runName", "by tag")
    assert client.get_run(id).info.run_name == "by tag"
    client.update_run(id, name="by name")
    assert client.get_run(id).data.tags["mlflow.runName"] == "by name"
    client.set_tag(id, "mlflow.note.content", "a note")
    assert client.get_run(id).data.tags["mlflow.note.content"] == "a note"


def test_deleted_runs_come_back(client, experiment, run):
    client.delete_run(run)
    client.delete_run(run)
    assert client.get_run(run).info.lifecycle_stage == "deleted"
    assert client.search_runs([experiment]) == []
    only = client.search_runs([experiment], run_view_type=ViewType.DELETED_ONLY)
    assert [found.info.run_id for found in only] == [run]
    for refused in [
        lambda: client.log_metric(run, "loss", 1),
        lambda: client.log_param(run, "lr", 1),
        lambda: client.set_tag(run, "a", "b"),
        lambda: client.log_batch(run, metrics=[Metric("loss", 1, 1, 1)]),
    ]:
        with pytest.raises(MlflowException, match="must be in the 'active' state"):
            refused()
    client.restore_run(run)
    assert len(client.search_runs([experiment])) == 1
    client.log_metric(run, "loss", 1)


def test_values_keep_their_bits(client, run):
    numbers = [0.1 + 0.2, 5e-324, 1e308, -0.0, math.inf, -math.inf, math.nan, 1 / 3]
    for step, number in enumerate(numbers):
        client.log_metric(run, "odd", number, timestamp=step, step=step)
        client.log_metric(run, f"odd {step}", number)
    history = client.get_metric_history(run, "odd")
    assert [bits(point.value) for point in history] == [bits(number) for number in numbers]
    found = client.get_run(run).data.metrics
    assert [bits(found[f"odd {step}"]) for step in range(8)] == [bits(n) for n in numbers]


def test_metrics_are_a_set(client, server, run):
    points = [(1.0, 10, 1), (2.0, 10, 1), (1.0, 10, 1), (1.0, 9, 1), (5.0, 3, -4), (1.0, 10, 1)]
    for value, time, step in points:
        client.log_metric(run, "loss", value, timestamp=time, step=step)
    batch = [Metric("loss", value, time, step) for value, time, step in points]
    client.log_batch(run, metrics=batch)
    history = client.get_metric_history(run, "loss")
    assert [(p.value, p.timestamp, p.step) for p in history] == [
        (5.0, 3, -4), (1.0, 9, 1), (1.0, 10, 1), (2.0, 10, 1)]
    _, found = server.call("GET", f"/api/v1/runs/{run}")
    assert found["metrics"][0]["count"] == 4, "a repeat stores nothing"
    assert client.get_run(run).data.metrics == {"loss": 2.0}


@pytest.mark.parametrize("backwards", [False, True])
def test_the_latest_has_the_greatest_step_time_and_value(client, run, backwards):
    points = [(7.0, 1, 2), (3.0, 5, 2), (4.0, 5, 2), (9.0, 9, 1), (1.0, 5, 2)]
    for value, time, step in points[::-1] if backwards else points:
        client.log_metric(run, "loss", value, timestamp=time, step=step)
    assert client.get_run(run).data.metrics == {"loss": 4.0}
    assert len(client.get_metric_history(run, "loss")) == 5
    client.log_metric(run, "loss", -1, timestamp=0, step=2**63 - 1)
    assert client.get_run(run).data.metrics == {"loss": -1.0}


def test_params_are_written_once(client, run):
    client.log_param(run, "lr", 0.1)
    client.log_param(run, "lr", 0.1)
    with pytest.raises(MlflowException, match="Changing param values is not allowed") as error:
        client.log_param(run, "lr", 0.2)
    assert "key='lr' was already logged with value='0.1'" in error.value.message
    with pytest.raises(MlflowException, match="Changing param values"):
        client.log_batch(run, params=[Param("new", "1"), Param("lr", "0.2")])
    with pytest.raises(MlflowException, match="Duplicate parameter keys"):
        client.log_batch(run, params=[Param("new", "1"), Param("new", "1")])
    assert client.get_run(run).data.params == {"lr": "0.1"}
    client.log_param(run, "empty", "")
    client.log_param(run, "long", "ä" * 6_001)
    assert client.get_run(run).data.params["long"] == "ä" * 6_000
    assert client.get_run(run).data.params["empty"] == ""


def test_tags_are_overwritten_and_removed(client, run):
    client.set_tag(run, "stage", "a")
    client.log_batch(run, tags=[RunTag("stage", "b"), RunTag("stage", "c")])
    assert client.get_run(run).data.tags["stage"] == "c"
    client.set_tag(run, "long", "ö" * 8_100)
    assert len(client.get_run(run).data.tags["long"]) == 8_000
    client.delete_tag(run, "stage")
    assert "stage" not in client.get_run(run).data.tags
    with pytest.raises(MlflowException, match="No tag with name: stage in run with id"):
        client.delete_tag(run, "stage")


def test_batches_of_all_sizes(client, run):
    client.log_batch(run)
    metrics = [Metric("loss", step / 7, step, step) for step in range(2_500)]
    params = [Param(f"p{index}", str(index)) for index in range(250)]
    tags = [RunTag(f"t{index}", str(index)) for index in range(250)]
    client.log_batch(run, metrics, params, tags)
    data = client.get_run(run).data
    assert len(data.params) == 250 and data.tags["t249"] == "249"
    assert len(client.get_metric_history(run, "loss")) == 2_500
    assert data.metrics["loss"] == 2_499 / 7


def test_the_fluent_interface(client, experiment):
    with mlflow.start_run(experiment_id=experiment, run_name="parent", description="why") as parent:
        mlflow.log_params({"lr": 0.1, "layers": 2})
        mlflow.log_metrics({"loss": 0.5, "accuracy": 0.9}, step=3)
        mlflow.set_tags({"a": 1})
        with mlflow.start_run(experiment_id=experiment, nested=True) as child:
            mlflow.log_metric("loss", 0.25)
    found = client.get_run(parent.info.run_id)
    assert found.info.status == "FINISHED" and found.info.end_time >= found.info.start_time
    assert found.data.params == {"lr": "0.1", "layers": "2"}
    assert found.data.metrics == {"loss": 0.5, "accuracy": 0.9}
    assert found.data.tags["mlflow.note.content"] == "why"
    nested = client.search_runs(
        [experiment], f"tags.mlflow.parentRunId = '{parent.info.run_id}'")
    assert [run.info.run_id for run in nested] == [child.info.run_id]
    with pytest.raises(ZeroDivisionError), mlflow.start_run(experiment_id=experiment) as failed:
        1 / 0
    assert client.get_run(failed.info.run_id).info.status == "FAILED"
    with mlflow.start_run(run_id=parent.info.run_id):
        assert client.get_run(parent.info.run_id).info.status == "RUNNING"
        mlflow.log_metric("loss", 0.125, step=4)
    assert client.get_run(parent.info.run_id).data.metrics["loss"] == 0.125


def test_async_logging(client, experiment):
    with mlflow.start_run(experiment_id=experiment) as run:
        for step in range(500):
            mlflow.log_metric("loss", 1 / (step + 1), step=step, synchronous=False)
        mlflow.log_params({f"p{index}": index for index in range(120)}, synchronous=False)
        mlflow.flush_async_logging()
    assert len(client.get_metric_history(run.info.run_id, "loss")) == 500
    assert len(client.get_run(run.info.run_id).data.params) == 120


def test_system_metrics(client, experiment):
    mlflow.set_system_metrics_sampling_interval(0.05)
    try:
        with mlflow.start_run(experiment_id=experiment, log_system_metrics=True) as run:
            while "system/cpu_utilization_percentage" not in client.get_run(
                run.info.run_id
            ).data.metrics:
                pass
    finally:
        mlflow.set_system_metrics_sampling_interval(None)
    assert client.get_metric_history(run.info.run_id, "system/cpu_utilization_percentage")


def test_datasets_come_back(client, experiment):
    import numpy

    data = mlflow.data.from_numpy(numpy.arange(6.0).reshape(3, 2), name="digits")
    with mlflow.start_run(experiment_id=experiment) as run:
        mlflow.log_input(data, context="train")
        mlflow.log_input(data, context="train")
    (found,) = client.get_run(run.info.run_id).inputs.dataset_inputs
    assert (found.dataset.name, found.dataset.digest) == ("digits", data.digest)
    assert found.dataset.schema and found.tags[0].value == "train"
    for text, count in [("dataset.name = 'digits'", 1), ("dataset.context = 'test'", 0),
                        (f"dataset.digest IN ('{data.digest}', 'x')", 1),
                        ("datasets.name ILIKE 'DIG%'", 1), ("dataset.name NOT IN ('digits')", 0)]:
        assert len(client.search_runs([experiment], text)) == count, text
