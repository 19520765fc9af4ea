//! `entia runs`.

use serde_json::{Value, json};
use tracker_core::Tracker;
use tracker_core::conformance::Sample;

use crate::support::{FIRST, Fixture, SECOND, THIRD};

fn ids(document: &Value) -> Vec<&str> {
    let runs = document.as_array().unwrap().iter();
    runs.map(|run| run["id"].as_str().unwrap()).collect()
}

#[test]
fn a_table_of_all_runs() {
    insta::assert_snapshot!(Fixture::new().text(&["runs"]));
}

#[test]
fn a_query_filters_and_orders() {
    let fixture = Fixture::new();
    let query = "epoch >= 1 order by metric.loss[train].last desc";
    insta::assert_snapshot!(fixture.text(&["runs", "digits", query]));
    assert_eq!(
        ids(&fixture.json(&["runs", "digits", query])),
        [SECOND, FIRST]
    );
    let query = "metric.accuracy[test].max > 0.95 and optimizer.lr < 0.01";
    assert_eq!(ids(&fixture.json(&["runs", "digits", query])), [FIRST]);
    assert_eq!(
        fixture.text(&["runs", "digits", "epoch > 9"]),
        "No run is like that.\n"
    );
}

#[test]
fn a_limit_holds_for_all_experiments() {
    let fixture = Fixture::new();
    assert_eq!(ids(&fixture.json(&["runs"])), [FIRST, SECOND, THIRD]);
    assert_eq!(
        ids(&fixture.json(&["runs", "--limit", "2"])),
        [FIRST, SECOND]
    );
    let query = [
        "runs",
        "digits",
        "order by created desc limit 2",
        "--limit",
        "1",
    ];
    assert_eq!(ids(&fixture.json(&query)), [SECOND]);
}

#[test]
fn a_query_may_be_about_all_experiments() {
    let fixture = Fixture::new();
    let query = "epoch >= 0 order by created desc limit 2";
    assert_eq!(ids(&fixture.json(&["runs", query])), [THIRD, SECOND]);
    let page = [query, "--limit", "1"];
    assert_eq!(
        ids(&fixture.json(&[&["runs"], &page[..]].concat())),
        [THIRD]
    );
    let query = "model.hidden_size = 256 order by epoch desc";
    assert_eq!(ids(&fixture.json(&["runs", query])), [FIRST, THIRD]);
    // An experiment of that name comes first.
    fixture.add_run("epoch > 3", "named");
    assert_eq!(ids(&fixture.json(&["runs", "epoch > 3"])), ["named"]);
}

#[test]
fn what_a_limit_leaves_out_can_be_had_next() {
    let fixture = Fixture::new();
    let query = "epoch >= 0 order by created desc limit 2";
    let text = fixture.text(&["runs", query]);
    let (_, next) = text.split_once("end the query with `").unwrap();
    let next = format!("{query} {}", next.trim_end().trim_end_matches('`'));
    assert_eq!(ids(&fixture.json(&["runs", &next])), [FIRST]);
    assert!(!fixture.text(&["runs", &next]).contains("there are more"));
}

#[test]
fn columns_can_be_chosen() {
    let fixture = Fixture::new();
    let columns = "metric.loss[train].min, optimizer.lr,model.activation,metric.confusion.last,\
                   tag.stage,epoch";
    insta::assert_snapshot!(fixture.text(&["runs", "--columns", columns]));
    let refused = fixture.refused(&["runs", "--columns", "epoch,metric.loss[train].mn"]);
    assert!(refused.contains("did you mean `min`?"), "{refused}");
}

#[test]
fn a_list_of_thousands_does_not_fill_a_table() {
    let fixture = Fixture::empty();
    let arguments = json!({"layers": vec![1; 5_000]}).to_string();
    let tracker = Tracker::open(&fixture.absolute()).unwrap();
    let experiment = tracker.experiment("digits").unwrap();
    experiment.track(&Sample::new("MLP", &arguments)).unwrap();
    drop(tracker);
    let text = fixture.text(&["runs"]);
    assert!(text.lines().all(|line| line.len() < 300), "{text}");
    let layers = &fixture.json(&["runs"])[0]["modules"][0]["arguments"]["layers"];
    assert_eq!(layers.as_array().unwrap().len(), 5_000);
}

#[test]
fn a_name_that_no_run_has_is_pointed_out() {
    let fixture = Fixture::new();
    for (query, note) in [
        (
            "optimzer.lr < 1",
            "no run has a module of the kind `optimzer`; did you mean `optimizer`?",
        ),
        (
            "lr < 1",
            "no run has a module of the kind `lr`; did you mean `optimizer.lr`?",
        ),
        (
            "accuracy > 1",
            "no run has a module of the kind `accuracy`; did you mean `metric.accuracy[test].last`?",
        ),
        ("flux = 1", "no run has a module of the kind `flux`"),
        (
            "order by metric.loss[tran].min",
            "no run has the metric `loss[tran]`; did you mean `loss[train]`?",
        ),
    ] {
        for query in [&["runs", "digits", query][..], &["runs", query]] {
            let text = fixture.text(query);
            assert_eq!(text.lines().last(), Some(note), "{text}");
        }
    }
    // The runs that were found lack it, but others have it.
    let query = "not metric.accuracy[test].max exists";
    assert!(!fixture.text(&["runs", query]).contains("no run has"));
    assert_eq!(fixture.json(&["runs", "lr < 1"]), json!([]));
}

#[test]
fn as_json() {
    let document = Fixture::new().json(&["runs", "digits", "limit 1"]);
    let run = &document[0];
    assert_eq!(run["experiment"], "digits");
    assert_eq!(run["created"], "2026-01-05T10:00:00Z");
    assert_eq!(run["tags"], json!({"best": "", "stage": "candidate"}));
    assert_eq!(run["modules"][1]["kind"], "optimizer");
    assert_eq!(
        run["modules"][1]["arguments"],
        json!({"lr": 0.001, "bound": "Infinity"})
    );
    let loss = &run["metrics"][3];
    assert_eq!(
        (&loss["name"], &loss["phase"]),
        (&json!("loss"), &json!("train"))
    );
    let last = json!({
        "epoch": 3,
        "step": 30,
        "time": "2026-01-05T10:03:00.000123Z",
        "value": 0.9 / 3.0,
        "json": null,
    });
    assert_eq!((&loss["last"], &loss["count"]), (&last, &json!(3)));
    assert_eq!(run["metrics"][2]["first"]["value"], "NaN");
    assert_eq!(run["metrics"][1]["last"]["json"], json!([[5, 1], [0, 7]]));
    assert!(run.get("iterations").is_none());
}

#[test]
fn what_cannot_be_found_is_said() {
    let fixture = Fixture::new();
    insta::assert_snapshot!(fixture.refused(&["runs", "digit"]));
    assert_eq!(
        fixture.text(&["runs", "epoch > 3"]),
        "No run is like that.\n"
    );
    insta::assert_snapshot!(fixture.refused(&["runs", "epoch >> 3"]));
    let refused = fixture.refused(&["runs", "order by epoch dsc"]);
    assert!(refused.contains("did you mean `desc`?"), "{refused}");
    insta::assert_snapshot!(fixture.refused(&["runs", "digits", "epoch >> 3"]));
}
