"""Runs and experiments that filters find, in every order, and in pages."""

import math
import os

import mlflow
import pytest
from mlflow.entities import Metric, Param, RunTag, ViewType
from mlflow.exceptions import MlflowException

ALL = "ENTIA_MLFLOW_ALL" in os.environ


@pytest.fixture(scope="module")
def runs(server):
    """An experiment with runs a to f, of which f has nothing."""
    client = mlflow.MlflowClient(server.url)
    experiment = client.create_experiment("search")
    losses = {"a": 0.5, "b": 0.25, "c": 1.0, "d": math.nan, "e": -math.inf}
    ids = {}
    for start, name in enumerate("abcdef"):
        run = client.create_run(experiment, start_time=1_000 + start, run_name=f"run {name}",
                                tags={"mlflow.user": f"user {name}"})
        ids[name] = run.info.run_id
        if name == "f":
            continue
        client.log_batch(
            run.info.run_id,
            [Metric("loss", 9.0, 1, 1), Metric("loss", losses[name], 2, 2),
             Metric("val loss.x", start, 1, 1), Metric("train/loss", -start, 1, 1)],
            [Param("lr", f"0.{start}"), Param("model.name", f"Net_{name}%")],
            [RunTag("stage", "Even" if start % 2 == 0 else "odd"), RunTag("größe", name)],
        )
    client.set_terminated(ids["a"], "FINISHED", 5_000)
    client.set_terminated(ids["b"], "FAILED", 6_000)
    client.set_terminated(ids["c"], "KILLED", 7_000)
    return experiment, ids


FILTERS = [
    ("", "abcdef"),
    ("metrics.loss = 0.5", "a"),
    ("metrics.loss != 0.5", "bcde"),
    ("metrics.loss > 0.25", "ac"),
    ("metric.loss >= 0.25 and metrics.`loss` < 1", "ab"),
    ("metrics.loss <= 2.5e-1", "be"),
    ("metrics.\"val loss.x\" > 2", "de"),
    ("metrics.train/loss >= -1", "ab"),
    ("params.lr = '0.1'", "b"),
    ("params.lr != '0.1'", "acde"),
    ("param.lr LIKE '0._'", "abcde"),
    ("parameters.model.name LIKE 'net%'", ""),
    ("params.model.name ILIKE 'NET\\_a%'", ""),
    ("params.`model.name` ILIKE 'NET_a%'", "a"),
    ("params.lr IS NULL", "f"),
    ("params.lr IS NOT NULL", "abcde"),
    ("tags.stage = 'odd'", "bd"),
    ("tags.stage ILIKE 'EVEN'", "ace"),
    ("tag.stage LIKE 'even'", ""),
    ("tags.`größe` = 'c' AND metrics.loss = 1", "c"),
    ("tags.none IS NULL", "abcdef"),
    ("tags.mlflow.runName = 'run c'", "c"),
    ("attributes.run_name LIKE '%d'", "d"),
    ("Run Name = 'run e'", "e"),
    ("attributes.`run name` != 'run e'", "abcdf"),
    ("status = 'FINISHED'", "a"),
    ("attributes.status = \"KILLED\"", "c"),
    ("attr.status != 'RUNNING'", "abc"),
    ("run.status ILIKE 'f%'", "ab"),
    ("attributes.start_time > 1003", "ef"),
    ("Created <= 1001", "ab"),
    ("attributes.start_time = 1002", "c"),
    ("attributes.start_time != 1002", "abdef"),
    ("attributes.end_time >= 6000", "bc"),
    ("attributes.user_id = 'user b'", "b"),
    ("attributes.artifact_uri LIKE 'mlflow-artifacts:%'", "abcdef"),
    ("attributes.run_id = '{a}'", "a"),
    ("attributes.run_id != '{a}'", "bcdef"),
    ("run_id IN ('{a}', '{f}', 'none')", "af"),
    ("attributes.run_id NOT IN ('{a}', '{f}')", "bcde"),
    ("metrics.none > 0", ""),
]


@pytest.mark.parametrize(("text", "expected"), FILTERS)
def test_filters(client, runs, text, expected):
    experiment, ids = runs
    found = client.search_runs([experiment], text.format(**ids), order_by=["start_time"])
    names = {id: name for name, id in ids.items()}
    assert "".join(names[run.info.run_id] for run in found) == expected


@pytest.mark.parametrize(("order", "expected"), [
    ([], "fedcba"),
    (["metrics.loss ASC"], "ebacdf"),
    (["metrics.loss DESC"], "cabedf"),
    (["params.lr"], "abcdef"),
    (["params.lr DESC"], "edcbaf"),
    (["tags.stage"], "ecadbf"),
    (["tags.stage DESC", "metrics.`val loss.x` ASC"], "bdacef"),
    (["attributes.start_time ASC"], "abcdef"),
    (["Created desc"], "fedcba"),
    (["attributes.end_time DESC"], "cbafed"),
    (["attributes.run_name"], "abcdef"),
    (["attributes.run_id DESC"], "fedcba"),
    (["user_id DESC"], "fedcba"),
])
def test_orders(client, runs, order, expected):
    experiment, ids = runs
    names = {id: name for name, id in ids.items()}
    found = client.search_runs([experiment], order_by=order)
    assert "".join(names[run.info.run_id] for run in found) == expected
    # The same in pages, of which the last is full.
    paged, token = "", None
    while token is None or token:
        page = client.search_runs([experiment], order_by=order, max_results=2, page_token=token)
        paged += "".join(names[run.info.run_id] for run in page)
        token = page.token or ""
    assert paged == expected


@pytest.mark.parametrize("text", [
    "metrics.loss > '1'", "metrics.loss LIKE 'x'", "params.lr > '1'", "params.lr = 1", "tags.a = b",
    "params.lr IN ('a')", "nothing.a = 'b'", "attributes.nothing = 'b'", "lifecycle_stage = 'active'",
    "experiment_id = '0'", "metrics.a > 1 OR metrics.b > 1", "(metrics.a > 1)", "metrics.a IS NULL",
    "start_time > 'now'", "status > 'A'", "dataset.source = 'x'", "NOT metrics.a > 1", "'", "a ; b",
])
def test_what_no_filter_may_say(client, runs, text):
    with pytest.raises(MlflowException) as error:
        client.search_runs([runs[0]], text)
    assert error.value.error_code == "INVALID_PARAMETER_VALUE"
    assert len(error.value.message) > 20


@pytest.mark.parametrize("order", [
    ["metrics.loss down"], ["nothing.a"], ["attributes.nothing"], ["metrics.loss", "metrics.loss DESC"],
    ["dataset.name"],
])
def test_what_no_order_may_say(client, runs, order):
    with pytest.raises(MlflowException) as error:
        client.search_runs([runs[0]], order_by=order)
    assert error.value.error_code == "INVALID_PARAMETER_VALUE"


def test_limits_and_tokens(client, runs):
    for wrong in [0, -1, 50_001]:
        with pytest.raises(MlflowException) as error:
            client.search_runs([runs[0]], max_results=wrong)
        assert error.value.error_code == "INVALID_PARAMETER_VALUE"
    for token in ["rubbish", "00"]:
        with pytest.raises(MlflowException, match="Invalid page token"):
            client.search_runs([runs[0]], page_token=token)
    assert client.search_runs([], "") == []
    assert client.search_runs(["123456"], "") == []


def test_several_experiments_are_one_list(client, runs):
    experiment, ids = runs
    other = client.create_experiment("search beside")
    for start in [1_001, 1_004]:
        client.log_metric(client.create_run(other, start).info.run_id, "loss", start)
    tokens, found = [None], []
    while tokens[-1] is not None or len(tokens) == 1:
        page = client.search_runs([experiment, other, "77"], order_by=["start_time"], max_results=3,
                                  page_token=tokens[-1])
        found += [run.info.start_time for run in page]
        tokens.append(page.token)
        if not page.token:
            break
    assert found == [1_000, 1_001, 1_001, 1_002, 1_003, 1_004, 1_004, 1_005]
    frame = mlflow.search_runs([experiment, other], "metrics.loss > 0.3", order_by=["metrics.loss"])
    assert list(frame["metrics.loss"]) == [0.5, 1.0, 1_001.0, 1_004.0]


def test_a_data_frame(runs):
    experiment, ids = runs
    frame = mlflow.search_runs([experiment], order_by=["start_time ASC"])
    assert list(frame["run_id"]) == list(ids.values())
    assert frame["params.lr"][1] == "0.1" and frame["params.lr"].isna()[5]
    assert frame["metrics.loss"][0] == 0.5 and math.isnan(frame["metrics.loss"][5])
    assert frame["tags.stage"][0] == "Even"
    assert list(frame["status"][:3]) == ["FINISHED", "FAILED", "KILLED"]
    assert frame["start_time"][0].value == 1_000_000_000


def test_experiments_are_found(client):
    names = [f"find me {letter}" for letter in "abc"]
    ids = [client.create_experiment(name, tags={"kind": name[-1]}) for name in names]
    search = client.search_experiments
    shown = lambda **how: [found.name[-1] for found in search(**how)]
    assert shown(filter_string="name LIKE 'find me%'", order_by=["name"]) == ["a", "b", "c"]
    assert shown(filter_string="name ILIKE 'FIND ME%'", order_by=["name DESC"]) == ["c", "b", "a"]
    assert shown(filter_string="name = 'find me b'") == ["b"]
    assert shown(filter_string="tags.kind = 'c' AND name LIKE 'find%'") == ["c"]
    assert shown(filter_string=f"experiment_id IN ('{ids[0]}')") == ["a"]
    assert shown(filter_string="creation_time > 99999999999999") == []
    client.delete_experiment(ids[0])
    like = "name LIKE 'find me%'"
    assert shown(filter_string=like, order_by=["name"]) == ["b", "c"]
    assert shown(filter_string=like, view_type=ViewType.DELETED_ONLY) == ["a"]
    page = search(filter_string=like, view_type=ViewType.ALL, order_by=["name"], max_results=2)
    rest = search(filter_string=like, view_type=ViewType.ALL, order_by=["name"], max_results=2,
                  page_token=page.token)
    assert [found.name[-1] for found in [*page, *rest]] == ["a", "b", "c"] and not rest.token
    for wrong in ["nothing = 'x'", "name > 'x'", "metrics.a > 1"]:
        with pytest.raises(MlflowException) as error:
            search(filter_string=wrong)
        assert error.value.error_code == "INVALID_PARAMETER_VALUE"


def test_paging_over_many_runs(client, server, experiment):
    count = 50_000 if ALL else 2_000
    for start in range(count):
        status, _ = server.post("runs/create", {"experiment_id": experiment, "start_time": start})
        assert status == 200
    seen, token = [], None
    while True:
        page = client.search_runs([experiment], max_results=1_000, page_token=token)
        seen += [run.info.start_time for run in page]
        token = page.token
        if not token:
            break
    assert seen == list(range(count))[::-1]
    assert len(mlflow.search_runs([experiment], max_results=count, output_format="list")) == count


def test_a_long_history(client, run):
    count = 100_000
    for start in range(0, count, 1_000):
        points = [Metric("loss", 1 / (step + 1), step, step) for step in range(start, start + 1_000)]
        client.log_batch(run, points)
    history = client.get_metric_history(run, "loss")
    assert [point.step for point in history] == list(range(count))
    assert all(point.value == 1 / (point.step + 1) for point in history)
