"""What is answered to requests that are wrong: never a 5xx, which the client would repeat."""

import pytest

POSTS = [
    ("experiments/create", {}, "Missing value for required parameter 'name'"),
    ("experiments/create", {"name": ""}, "Missing value for required parameter 'name'"),
    ("experiments/create", {"name": 7}, "Invalid value 7 for parameter 'name' supplied"),
    ("experiments/create", {"name": "x" * 501}, "exceeds the maximum length"),
    ("experiments/create", {"name": "loc", "artifact_location": "s3://a#b"}, "artifact_location"),
    ("experiments/update", {"experiment_id": "0"}, "required parameter 'new_name'"),
    ("experiments/search", {}, "max_results"),
    ("experiments/search", {"max_results": 50_001}, "max_results"),
    ("experiments/search", {"max_results": 5, "view_type": "SOME"}, "view_type"),
    ("experiments/search", {"max_results": 5, "page_token": "rubbish"}, "Invalid page token"),
    ("runs/create", {}, "required parameter 'experiment_id'"),
    ("runs/create", {"experiment_id": "abc"}, "Invalid experiment ID"),
    ("runs/create", {"experiment_id": "0", "start_time": "soon"}, "'start_time'"),
    ("runs/create", {"experiment_id": "0", "tags": [{"key": "a//b"}]}, "tags[0].key"),
    ("runs/create", {"experiment_id": "0", "run_name": "a",
                     "tags": [{"key": "mlflow.runName", "value": "b"}]}, "different"),
    ("runs/update", {"run_id": "RUN", "status": "DONE"}, "Invalid value \"DONE\" for parameter 'status'"),
    ("runs/log-metric", {"run_id": "RUN"}, "required parameter 'key'"),
    ("runs/log-metric", {"run_id": "RUN", "key": "a", "timestamp": 1}, "required parameter 'value'"),
    ("runs/log-metric", {"run_id": "RUN", "key": "a", "value": 1}, "required parameter 'timestamp'"),
    ("runs/log-metric", {"run_id": "RUN", "key": "a", "value": "x", "timestamp": 1}, "'value'"),
    ("runs/log-metric", {"run_id": "RUN", "key": "a", "value": 1, "timestamp": -1}, "'timestamp'"),
    ("runs/log-metric", {"run_id": "RUN", "key": "../a", "value": 1, "timestamp": 1}, "'name'"),
    ("runs/log-metric", {"run_id": "RUN", "key": "a", "value": 1, "timestamp": 2**62}, "'timestamp'"),
    ("runs/log-metric", {"run_id": "RUN", "key": "a", "value": 1, "timestamp": 1, "step": 1.5}, "'step'"),
    ("runs/log-metric", {"run_id": "RUN", "key": "x" * 251, "value": 1, "timestamp": 1}, "250"),
    ("runs/log-batch", {"run_id": "RUN", "metrics": "foo"}, "Invalid value \"foo\" for parameter 'metrics' supplied"),
    ("runs/log-batch", {"run_id": "RUN", "metrics": [{"key": "mae", "value": 2.5}]},
     "Missing value for required parameter 'metrics[0].timestamp'"),
    ("runs/log-batch", {"run_id": "RUN", "metrics": [{"key": "a", "value": "x", "timestamp": 1}]},
     "metrics[0].value"),
    ("runs/log-batch", {"run_id": "RUN", "params": [{"key": "a"}, {"value": "b"}]}, "params[1].key"),
    ("runs/log-batch", {"run_id": "RUN", "tags": [7]}, "tags[0]"),
    ("runs/log-batch", {"run_id": "RUN", "metrics": [{"key": "a", "value": 1, "timestamp": 1}] * 1_001},
     "A batch logging request can contain at most 1000 metrics. Got 1001 metrics."),
    ("runs/log-batch", {"run_id": "RUN", "params": [{"key": f"a{i}"} for i in range(101)]},
     "at most 100 params. Got 101 params."),
    ("runs/log-batch", {"run_id": "RUN", "tags": [{"key": f"a{i}"} for i in range(101)]},
     "at most 100 tags. Got 101 tags."),
    ("runs/log-parameter", {"run_id": "RUN", "key": "a", "value": 7}, "Invalid value 7 for parameter 'value'"),
    ("runs/set-tag", {"run_id": "RUN", "key": ""}, "required parameter 'key'"),
    ("runs/set-tag", {"run_id": "RUN", "key": "entia.status", "value": "x"}, "server's own"),
    ("runs/search", {"experiment_ids": "0", "max_results": 0}, "max_results"),
    ("runs/search", {"experiment_ids": [0]}, "experiment_ids"),
    ("runs/log-model", {"run_id": "RUN", "model_json": "[1]"}, "model_json"),
    ("runs/log-inputs", {"run_id": "RUN", "datasets": [{"dataset": {"name": "a"}}]}, "digest"),
    ("logged-models", {"experiment_id": "0", "name": "a/b"}, "model name"),
    ("runs/delete", {"run_id": "../x"}, "Invalid run ID"),
]


@pytest.mark.parametrize(("call", "body", "text"), POSTS)
def test_bad_requests(server, run, call, body, text):
    if body.get("run_id") == "RUN":
        body = {**body, "run_id": run}
    status, answer = server.post(call, body)
    assert (status, answer["error_code"]) == (400, "INVALID_PARAMETER_VALUE"), answer
    assert text in answer["message"], answer


NONE = "f" * 32


@pytest.mark.parametrize(("method", "call", "body", "text"), [
    ("GET", "experiments/get?experiment_id=77", None, "No Experiment with id=77 exists"),
    ("GET", "experiments/get-by-name?experiment_name=none", None, "none"),
    ("POST", "experiments/delete", {"experiment_id": "77"}, "No Experiment with id=77 exists"),
    ("POST", "experiments/restore", {"experiment_id": "0"}, "id=0 exists"),
    ("GET", f"runs/get?run_id={NONE}", None, f"Run with id={NONE} not found"),
    ("GET", f"runs/get?run_uuid={NONE}", None, f"Run with id={NONE} not found"),
    ("POST", "runs/log-metric", {"run_id": NONE, "key": "a", "value": 1, "timestamp": 1}, NONE),
    ("POST", "runs/log-batch", {"run_id": NONE}, NONE),
    ("POST", "runs/delete", {"run_id": "none"}, "Run with id=none not found"),
    ("GET", "logged-models/m-none", None, "m-none"),
])
def test_what_is_not_there(server, method, call, body, text):
    status, answer = server.call(method, f"/api/2.0/mlflow/{call}", body)
    assert (status, answer["error_code"]) == (404, "RESOURCE_DOES_NOT_EXIST")
    assert text in answer["message"]


def test_histories_that_are_not_there_are_empty(server, run):
    for path in [f"run_id={NONE}&metric_key=a", f"run_id={run}&metric_key=none"]:
        status, answer = server.get(f"metrics/get-history?{path}")
        assert status == 200 and not answer.get("metrics")
    status, answer = server.get(f"metrics/get-history?run_id={run}&metric_key=a&max_results=0")
    assert (status, answer["error_code"]) == (400, "INVALID_PARAMETER_VALUE")
    status, answer = server.get(f"metrics/get-history?run_id={run}&metric_key=a&page_token=x")
    assert "Invalid page token" in answer["message"]


@pytest.mark.parametrize("path", [
    "/api/2.0/mlflow/nothing", "/ajax-api/2.0/mlflow/nothing", "/api/3.0/mlflow/experiments/get",
    "/api/3.0/mlflow/traces",
])
def test_unknown_paths(server, path):
    for method, body in [("GET", None), ("POST", {})]:
        status, answer = server.call(method, path, body)
        assert (status, answer["error_code"]) == (404, "ENDPOINT_NOT_FOUND")
        assert "registry" in answer["message"]


def test_bodies_that_are_no_json(server, run):
    path = "/api/2.0/mlflow/runs/log-metric"
    for body in [b"{", b"[]", b"null", b'{"run_id": "\xff"}', b"",
                 f'{{"run_id": "{run}", "key": "a", "value": NaN, "timestamp": 1}}'.encode()]:
        status, answer = server.call("POST", path, body)
        assert status == 400 and answer["error_code"] in ["BAD_REQUEST", "INVALID_PARAMETER_VALUE"]
    status, answer = server.call("POST", path, b"{}", {"Content-Type": "text/plain"})
    assert status == 400, answer


def test_forms_that_are_taken(server, run):
    for index, (body, value, step) in enumerate([
        ({"value": "2.5", "timestamp": "11"}, 2.5, 0),
        ({"value": 3, "timestamp": 12, "step": 1.0}, 3.0, 1),
        ({"value": "NaN", "timestamp": 13, "step": "7", "more": {"x": 1}}, "NaN", 7),
        ({"value": "-Infinity", "timestamp": 14, "step": None}, "-Infinity", 0),
    ]):
        assert server.post("runs/log-metric", {"run_uuid": run, "key": f"k{index}", **body})[0] == 200
        _, history = server.get(f"metrics/get-history?run_id={run}&run_uuid={run}&metric_key=k{index}")
        (point,) = history["metrics"]
        assert (point["value"], point["step"], point["timestamp"]) == (value, step, 11 + index)
    assert server.post("experiments/search", {"max_results": "5", "view_type": 1})[0] == 200


def test_tokens(tmp_path):
    import json
    import subprocess

    import mlflow
    from mlflow.exceptions import RestException

    from conftest import ENTIA, Server

    server = Server(tmp_path)
    try:
        done = subprocess.run(
            [ENTIA, "--store", server.store, "--json", "token", "create", "reader", "--role", "read"],
            capture_output=True, text=True, check=True)
        secret = json.loads(done.stdout)["token"]
        path = "/api/2.0/mlflow/experiments/search"
        while server.call("POST", path, {"max_results": 1})[0] != 401:
            pass
        assert server.call("POST", path, {"max_results": 1})[1]["error_code"] == "UNAUTHENTICATED"
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("MLFLOW_TRACKING_TOKEN", secret)
            client = mlflow.MlflowClient(server.url)
            client.search_experiments()
            with pytest.raises(RestException) as error:
                client.create_experiment("x")
            assert error.value.error_code == "PERMISSION_DENIED"
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("MLFLOW_TRACKING_USERNAME", "anybody")
            patch.setenv("MLFLOW_TRACKING_PASSWORD", secret)
            mlflow.MlflowClient(server.url).search_experiments()
    finally:
        server.kill()
