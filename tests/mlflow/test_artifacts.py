"""Artifacts, through the client and through the proxy."""

import hashlib
import os
import urllib.parse
from pathlib import Path

import mlflow
import pytest
from mlflow.exceptions import MlflowException

ALL = "ENTIA_MLFLOW_ALL" in os.environ
MEGABYTE = 1 << 20


def digest(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@pytest.mark.parametrize("size", [0, 1, 4_097, 5 * MEGABYTE, (500 if ALL else 20) * MEGABYTE])
def test_files_of_all_sizes(client, run, tmp_path, size):
    path = tmp_path / "weights.bin"
    block = os.urandom(MEGABYTE)
    with open(path, "wb") as file:
        for start in range(0, size, MEGABYTE):
            file.write(block[: min(MEGABYTE, size - start)])
    client.log_artifact(run, str(path), "deep/folder")
    (listed,) = client.list_artifacts(run, "deep/folder")
    assert (listed.path, listed.is_dir) == ("deep/folder/weights.bin", False)
    assert (listed.file_size or 0) == size
    back = client.download_artifacts(run, "deep/folder/weights.bin", str(tmp_path / "back"[:0]) or None)
    assert digest(back) == digest(path)


def test_folders(client, run, tmp_path):
    for name in ["a.txt", "b/größe und leerzeichen.txt", "b/c/d.json", "b/c/100%.txt"]:
        file = tmp_path / "out" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(name)
    client.log_artifacts(run, str(tmp_path / "out"))
    names = lambda path=None: [(f.path, f.is_dir) for f in client.list_artifacts(run, path)]
    assert names() == [("a.txt", False), ("b", True)]
    assert names("b") == [("b/c", True), ("b/größe und leerzeichen.txt", False)]
    assert names("a.txt") == [] and names("nothing") == []
    folder = Path(mlflow.artifacts.download_artifacts(run_id=run))
    files = {path.relative_to(folder).as_posix(): path.read_text()
             for path in folder.rglob("*") if path.is_file()}
    assert files == {name: name for name in files} and len(files) == 4
    one = mlflow.artifacts.download_artifacts(artifact_uri=f"runs:/{run}/b/c/d.json")
    assert Path(one).read_text() == "b/c/d.json"


def test_a_file_is_overwritten(client, run):
    for text in ["first", "second, and longer"]:
        client.log_text(run, text, "notes.txt")
        uri = client.get_run(run).info.artifact_uri
        assert mlflow.artifacts.load_text(f"{uri}/notes.txt") == text
    client.log_dict(run, {"a": [1, 2]}, "config.json")
    assert mlflow.artifacts.load_dict(f"{uri}/config.json") == {"a": [1, 2]}


def proxy(server, method, path, body=None, headers=None):
    return server.call(method, f"/api/2.0/mlflow-artifacts/artifacts{path}", body,
                       headers or {}, raw=True)


def test_what_the_proxy_says(server, client, experiment, run):
    base = f"/{experiment}/{run}/artifacts"
    assert proxy(server, "PUT", f"{base}/a/b.txt", b"hello") == (200, b"")
    assert proxy(server, "GET", f"{base}/a/b.txt") == (200, b"hello")
    assert proxy(server, "GET", f"{base}/a/b.txt", headers={"Range": "bytes=1-3"}) == (206, b"ell")
    assert proxy(server, "GET", f"{base}/none")[0] == 404
    assert proxy(server, "GET", f"{base}/a")[0] == 404
    listed = proxy(server, "GET", "?path=" + urllib.parse.quote(f"{base[1:]}/a"))
    assert listed == (200, b'{"files":[{"file_size":5,"is_dir":false,"path":"b.txt"}]}')
    assert proxy(server, "GET", f"?path={base[1:]}/none") == (200, b"{}")
    assert proxy(server, "DELETE", f"{base}/a") == (200, b"{}")
    assert proxy(server, "DELETE", f"{base}/a") == (200, b"{}")
    assert proxy(server, "GET", f"?path={base[1:]}/a") == (200, b"{}")


@pytest.mark.parametrize("path", [
    "../x", "%2e%2e/x", "%252e%252e/x", "a/%2e%2e/%2e%2e/x", "%2Fetc/passwd", "C:/x", "a%5Cb", "a%00b",
])
def test_paths_that_lead_elsewhere(server, experiment, run, path):
    for method in ["PUT", "GET", "DELETE"]:
        status, body = proxy(server, method, f"/{experiment}/{run}/artifacts/{path}",
                             b"x" if method == "PUT" else None)
        assert status == 400 and b"INVALID_PARAMETER_VALUE" in body, (method, path, body)
    status, body = proxy(server, "GET", f"?path={experiment}/{run}/artifacts/{path}")
    assert status == 400 and b"Invalid path" in body


def test_lists_for_pages(server, client, run):
    client.log_text(run, "one,two", "tables/a.csv")
    root = client.get_run(run).info.artifact_uri
    status, listed = server.get(f"artifacts/list?run_id={run}&path=tables")
    assert status == 200 and listed["root_uri"] == root
    assert listed["files"] == [{"path": "tables/a.csv", "is_dir": False, "file_size": 7}]
    assert server.call("GET", f"/get-artifact?run_id={run}&path=tables/a.csv", raw=True) == (
        200, b"one,two")


def test_no_parts(server):
    status, body = server.call("POST", "/api/2.0/mlflow-artifacts/mpu/create/x", {})
    assert (status, body["error_code"]) == (501, "NOT_IMPLEMENTED")
    assert server.call("GET", "/api/3.0/mlflow/server-info")[1]["multipart_uploads_enabled"] is False


def test_a_path_of_no_run(server):
    status, body = proxy(server, "PUT", f"/0/{'a' * 32}/artifacts/x", b"x")
    assert status == 404 and b"RESOURCE_DOES_NOT_EXIST" in body


def test_missing_files(client, run):
    with pytest.raises(MlflowException):
        mlflow.artifacts.download_artifacts(run_id=run, artifact_path="none.txt")
