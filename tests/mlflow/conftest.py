"""A server of Entia, and MLflow's client of it."""

import json
import os
import subprocess
import urllib.error
import urllib.request
import uuid
from pathlib import Path

import mlflow
import pytest
from mlflow import MlflowClient

ENTIA = os.environ["ENTIA"]


class Server:
    """`entia serve` over a store in a folder of its own."""

    def __init__(self, folder: Path, port: int = 0, *arguments: str):
        self.folder = folder
        self.store = f"sqlite:{folder / 'runs.db'}"
        self.arguments = arguments
        self.port = port
        self.process = None
        self.start()

    def start(self):
        command = [ENTIA, "--store", self.store, "--json", "serve"]
        command += ["--listen", f"127.0.0.1:{self.port}", *self.arguments]
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)
        # It says where it listens once it does.
        said = "".join(iter(self.process.stdout.readline, "}\n"))
        self.url = json.loads(said + "}")["url"]
        self.port = int(self.url.rsplit(":", 1)[1].strip("/"))

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def entia(self, *arguments: str) -> str:
        """What the command line says of the store."""
        done = subprocess.run(
            [ENTIA, "--store", self.store, *arguments], capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def call(self, method: str, path: str, body=None, headers=None, raw=False):
        """The status and the answer of a request without MLflow's client."""
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"} if headers is None else headers
        request = urllib.request.Request(self.url + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request) as answer:
                status, content = answer.status, answer.read()
        except urllib.error.HTTPError as error:
            with error:
                status, content = error.code, error.read()
        return status, content if raw else json.loads(content or b"null")

    def post(self, call: str, body):
        return self.call("POST", f"/api/2.0/mlflow/{call}", body)

    def get(self, call: str):
        return self.call("GET", f"/api/2.0/mlflow/{call}")


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    server = Server(tmp_path_factory.mktemp("server"), 0, "--allow-delete")
    mlflow.set_tracking_uri(server.url)
    yield server
    server.kill()


@pytest.fixture
def client(server) -> MlflowClient:
    return MlflowClient(server.url)


@pytest.fixture
def experiment(client) -> str:
    """The id of a new experiment."""
    return client.create_experiment(f"experiment {uuid.uuid4()}")


@pytest.fixture
def run(client, experiment) -> str:
    """The id of a new run."""
    return client.create_run(experiment).info.run_id
