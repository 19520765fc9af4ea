//! Tables of runs and points as files.

use serde_json::{Value, json};

use crate::support::Served;
use crate::table::{encoded, sweep};

#[test]
fn a_table_is_written_as_csv_with_all_digits() {
    let served = Served::in_file();
    sweep(&served);
    served.patch("/api/v1/runs/run-0", &json!({"name": "a, \"b\""}));
    let columns = encoded("id,name,optimizer.lr,metric.loss[test].last,spark:metric.loss[test]");
    let path = format!("/api/v1/export/runs.csv?experiment=sweep&columns={columns}");
    let csv = served.get(&path);
    assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8");
    assert_eq!(
        csv.text(),
        "id,name,optimizer.lr,metric.loss[test].last\n\
         run-0,\"a, \"\"b\"\"\",0.1,0.01\nrun-2,SGD 1,0.1,0.01\n\
         run-1,Adam 2,0.05,0.02\nrun-3,SGD 2,0.05,0.02\n"
    );
    let some = served.get(&format!(
        "{path}&query={}",
        encoded("sgd order by seed desc limit 1")
    ));
    assert_eq!(some.text().lines().count(), 2);
    assert!(some.text().contains("run-3"));
    // Without columns, what is the same in all is written too.
    let all = served.get("/api/v1/export/runs.csv?experiment=sweep");
    let first = all.text().lines().next().unwrap();
    for title in [
        "model.layers",
        "param.epochs",
        "tag.stage",
        "metric.loss[train].last",
    ] {
        assert!(first.split(',').any(|of| of == title), "{first}");
    }
}

#[test]
fn a_table_is_written_as_json_page_by_page() {
    let served = Served::in_file();
    for index in 0..1_203 {
        let run = json!({"experiment": "many", "id": format!("run-{index:04}"),
            "params": {"value": index}});
        served.post("/api/v1/runs", &run);
    }
    let answer = served.get("/api/v1/export/runs.json?experiment=many&columns=id,param.value,name");
    let rows: Vec<Value> = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!(rows.len(), 1_203);
    assert_eq!(
        rows[0],
        json!({"id": "run-1202", "param.value": 1202, "name": null})
    );
    let none = served.get("/api/v1/export/runs.json?experiment=many&query=name%3Dx&columns=id");
    assert_eq!(none.json(), json!([]));
}

#[test]
fn a_table_is_written_for_latex() {
    let served = Served::in_file();
    sweep(&served);
    served.patch("/api/v1/runs/run-0", &json!({"name": "50% & more_"}));
    let query = encoded("seed=1 order by id");
    let columns = encoded("name,optimizer.lr,metric.loss[test].last");
    let tex = served.get(&format!(
        "/api/v1/export/runs.tex?experiment=sweep&query={query}&columns={columns}"
    ));
    assert_eq!(
        tex.text(),
        "\\begin{tabular}{lrr}\n\\hline\nname & optimizer.lr & metric.loss{[}test].last \\\\\n\\hline\n\
         50\\% \\& more\\_ & $0.1$ & $0.01$ \\\\\nSGD 1 & $0.1$ & $0.01$ \\\\\n\\hline\n\\end{tabular}\n"
    );
}

#[test]
fn points_of_chosen_series_are_written() {
    let served = Served::in_file();
    sweep(&served);
    let series = encoded("loss[test]");
    let path = format!("/api/v1/export/series.csv?experiment=sweep&series={series}");
    let csv = served.get(&format!("{path}&query={}", encoded("~'adam 1'")));
    let lines: Vec<&str> = csv.text().lines().collect();
    assert_eq!(lines.len(), 101);
    assert_eq!(
        lines[0],
        "experiment,aggregate,name,phase,epoch,step,time,value,json"
    );
    assert!(lines[1].starts_with("sweep,run-0,loss,test,0,0,"));
    assert_eq!(served.get(&path).text().lines().count(), 401);
    let run = served.get("/api/v1/runs/run-1").json()["uuid"].clone();
    let one = served.get(&format!(
        "/api/v1/export/series.csv?runs={}",
        run.as_str().unwrap()
    ));
    assert_eq!(one.text().lines().count(), 201, "both phases");
}

#[test]
fn what_cannot_be_exported_is_an_answer_of_its_own() {
    let served = Served::in_file();
    sweep(&served);
    for path in [
        "runs.csv?experiment=sweep&query=lrr%3E1",
        "runs.json?columns=%3C",
        "runs.tex?runs=x",
        "series.csv?experiment=sweep&query=lrr%3E1",
        "series.csv?series=%5B",
    ] {
        served.get(&format!("/api/v1/export/{path}")).problem(400);
    }
    for name in ["runs.csv", "runs.json", "runs.tex", "series.csv"] {
        served
            .get(&format!("/api/v1/export/{name}?experiment=none"))
            .problem(404);
    }
    let slip = served.get("/api/v1/export/runs.csv?experiment=sweep&query=lrr%3E1");
    assert_eq!(
        (&slip.json()["position"], &slip.json()["hint"]),
        (&json!(0), &json!("did you mean `lr`?"))
    );
}

#[test]
fn the_best_run_comes_first_in_a_file_as_in_the_table() {
    let served = Served::in_file();
    sweep(&served);
    let table = served.get("/api/v1/table?experiment=sweep&columns=id");
    let ordered = served.get("/api/v1/table?experiment=sweep").json();
    let ids: Vec<&str> = ordered["columns"]["id"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(Value::as_str)
        .collect();
    assert_ne!(
        json!(ids),
        table.json()["columns"]["id"],
        "that is another order"
    );
    let file = served.get("/api/v1/export/runs.csv?experiment=sweep&columns=id");
    let lines: Vec<&str> = std::str::from_utf8(&file.body).unwrap().lines().collect();
    assert_eq!(lines[1..], ids);
}
