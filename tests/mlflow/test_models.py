"""Autologging, and the models that are logged."""

import mlflow
import numpy
import pytest
from mlflow.exceptions import MlflowException


@pytest.fixture(scope="module")
def logged(server):
    """A run of scikit-learn with a model, its experiment, and the model that was fitted."""
    from sklearn.linear_model import LogisticRegression

    experiment = mlflow.set_experiment("autologging").experiment_id
    mlflow.sklearn.autolog(silent=True, log_datasets=True)
    try:
        numbers = numpy.random.default_rng(7)
        x = numbers.normal(size=(60, 4))
        y = (x[:, 0] > 0).astype(int)
        with mlflow.start_run() as run:
            model = LogisticRegression(C=0.5).fit(x, y)
            model.score(x, y)
    finally:
        mlflow.sklearn.autolog(disable=True)
    return run.info.run_id, experiment, model, x


def test_a_model_is_logged_and_loaded(client, logged):
    run, experiment, model, x = logged
    found = client.get_run(run)
    assert found.data.params["C"] == "0.5"
    assert found.data.metrics["training_score"] > 0.5
    assert found.info.status == "FINISHED"
    assert found.inputs.dataset_inputs[0].tags[0].value == "train"
    (output,) = found.outputs.model_outputs
    kept = client.get_logged_model(output.model_id)
    assert (kept.source_run_id, kept.experiment_id) == (run, experiment)
    assert str(kept.status) == "READY"
    assert kept.artifact_location == f"mlflow-artifacts:/{experiment}/models/{kept.model_id}/artifacts"
    again = mlflow.sklearn.load_model(f"models:/{kept.model_id}")
    assert (again.predict(x) == model.predict(x)).all()
    again = mlflow.sklearn.load_model(f"runs:/{run}/model")
    assert (again.coef_ == model.coef_).all()
    assert "estimator.html" in [file.path for file in client.list_artifacts(run)]


def test_models_are_found_and_changed(client, logged):
    run, experiment, model, _ = logged
    (found,) = client.search_logged_models([experiment], "name = 'model'")
    assert client.search_logged_models([experiment], "name = 'other'") == []
    (same,) = client.search_logged_models([experiment], f"source_run_id = '{run}'")
    assert same.model_id == found.model_id
    client.set_logged_model_tags(found.model_id, {"stage": "best", "a": "b"})
    client.delete_logged_model_tag(found.model_id, "a")
    client.log_model_params(found.model_id, {"depth": "3"})
    again = client.get_logged_model(found.model_id)
    assert again.tags["stage"] == "best" and "a" not in again.tags
    assert again.params["depth"] == "3"
    assert client.search_logged_models([experiment], "tags.stage = 'best'")[0].name == "model"
    assert client.search_logged_models([experiment], "params.depth LIKE '4%'") == []


def test_a_model_without_a_run(server, client, experiment, tmp_path):
    model = client.create_logged_model(experiment, name="alone", model_type="agent")
    path = tmp_path / "weights.txt"
    path.write_text("0.5")
    client.log_model_artifact(model.model_id, str(path))
    client.finalize_logged_model(model.model_id, "READY")
    (file,) = client.list_logged_model_artifacts(model.model_id)
    assert file.path == "weights.txt"
    # As pages show it.
    shown = f"/ajax-api/2.0/mlflow/logged-models/{model.model_id}/artifacts/files?artifact_file_path="
    assert server.call("GET", f"{shown}weights.txt", raw=True) == (200, b"0.5")
    assert server.call("GET", f"{shown}other.txt")[0] == 404
    assert server.call("GET", f"{shown}../weights.txt")[0] == 400
    assert client.search_runs([experiment]) == []
    assert client.search_runs([experiment], run_view_type=mlflow.entities.ViewType.ALL) == []
    client.delete_logged_model(model.model_id)
    with pytest.raises(MlflowException) as error:
        client.get_logged_model(model.model_id)
    assert error.value.error_code == "RESOURCE_DOES_NOT_EXIST"
