//! `entia runs`.

use serde_json::{Value, json};
use tracker_core::conformance::Sample;
use tracker_core::ports::{AggregateRecord, Change};
use tracker_core::{Timestamp, Tracker};

use crate::support::{FIRST, Fixture, SECOND, THIRD, time, uuid};

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
        ids(&fixture.runs(&["runs", "digits", query])),
        [SECOND, FIRST]
    );
    let query = "metric.accuracy[test].max > 0.95 and optimizer.lr < 0.01";
    assert_eq!(ids(&fixture.runs(&["runs", "digits", query])), [FIRST]);
    assert_eq!(
        fixture.text(&["runs", "digits", "epoch > 9"]),
        "No run is like that.\n"
    );
}

#[test]
fn a_limit_holds_for_all_experiments() {
    let fixture = Fixture::new();
    assert_eq!(ids(&fixture.runs(&["runs"])), [FIRST, SECOND, THIRD]);
    assert_eq!(ids(&fixture.runs(&["runs", "limit 2"])), [FIRST, SECOND]);
    let query = [
        "runs",
        "digits",
        "order by created desc limit 2",
        "--limit",
        "1",
    ];
    assert_eq!(ids(&fixture.runs(&query)), [SECOND]);
}

#[test]
fn a_query_may_be_about_all_experiments() {
    let fixture = Fixture::new();
    let query = "epoch >= 0 order by created desc limit 2";
    assert_eq!(ids(&fixture.runs(&["runs", query])), [THIRD, SECOND]);
    let page = [query, "--limit", "1"];
    assert_eq!(
        ids(&fixture.runs(&[&["runs"], &page[..]].concat())),
        [THIRD]
    );
    let query = "model.hidden_size = 256 order by epoch desc";
    assert_eq!(ids(&fixture.runs(&["runs", query])), [FIRST, THIRD]);
    // An experiment of that name comes first.
    fixture.add_run("epoch > 3", "named");
    assert_eq!(ids(&fixture.runs(&["runs", "epoch > 3"])), ["named"]);
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
fn a_column_may_have_a_comma_in_quotes() {
    let fixture = Fixture::new();
    let columns = r#"metric."grad, \"norm\"".last,epoch"#;
    let text = fixture.text(&["runs", "--columns", columns, "--columns", "id"]);
    let title = text.lines().next().unwrap();
    assert!(title.contains(r#"metric."grad, \"norm\"".last"#), "{text}");
    assert!(title.ends_with("id"), "{text}");
    let refused = fixture.refused(&["runs", "--columns", "epoch,,id"]);
    assert!(refused.contains("expected a field"), "{refused}");
}

#[test]
fn a_column_that_no_run_has_is_pointed_out() {
    let fixture = Fixture::new();
    let columns = "optimizer.lrr,tag.stge,param.seed,metric.loss[tran].last,optimzer.lr,epoch";
    let text = fixture.text(&["runs", "--columns", columns]);
    let notes: Vec<&str> = text.lines().skip(4).collect();
    let expected = [
        "no run has `optimizer.lrr`; did you mean `optimizer.lr`?",
        "no run has `tag.stge`; did you mean `tag.stage`?",
        "no run has `param.seed`",
        "no run has the metric `loss[tran]`; did you mean `loss[train]`?",
        "no run has a module of the kind `optimzer`; did you mean `optimizer`?",
    ];
    assert_eq!(notes, expected);
    let document = fixture.json(&["runs", "--columns", columns]);
    assert_eq!(document["notes"], json!(expected));
}

#[test]
fn a_parameter_with_dots_is_offered_as_it_is_found() {
    let fixture = Fixture::new();
    let tracker = Tracker::open(&fixture.absolute()).unwrap();
    let run = tracker.aggregate(uuid(1)).unwrap().unwrap();
    run.set_param("model.hidden_size", 256).unwrap();
    run.set_param("a.b", 1).unwrap();
    tracker.flush().unwrap();
    for (slip, meant) in [
        ("param.model.hidden_size", r#"param."model.hidden_size""#),
        ("param.a.b", r#"param."a.b""#),
        ("param.model.hiden_size", r#"param."model.hidden_size""#),
    ] {
        let text = fixture.text(&["runs", "digits", "--columns", slip]);
        let note = format!("no run has `{slip}`; did you mean `{meant}`?");
        assert_eq!(text.lines().last(), Some(&*note), "{text}");
        let text = fixture.text(&["runs", "digits", "--columns", meant]);
        assert!(!text.contains("no run has"), "{text}");
    }
}

#[test]
fn columns_as_json() {
    let fixture = Fixture::new();
    let columns = "model.activation.slope,optimizer.bound,metric.loss[train].best_epoch,created,\
                   metric.confusion.last,archived";
    let document = fixture.json(&["runs", "limit 1", "--columns", columns]);
    let run = json!({
        "id": FIRST,
        "uuid": uuid(1),
        "experiment_name": "digits",
        "columns": {
            "model.activation.slope": null,
            "optimizer.bound": {"$float": "Infinity"},
            "metric.loss[train].best_epoch": 3,
            "created": "2026-01-05T10:00:00Z",
            "metric.confusion.last": [[5, 1], [0, 7]],
            "archived": false,
        },
    });
    assert_eq!(document["runs"], json!([run]));
}

#[test]
fn what_a_limit_leaves_out_is_in_the_document() {
    let fixture = Fixture::new();
    let query = "order by created limit 2";
    let document = fixture.json(&["runs", query]);
    assert_eq!(ids(&document["runs"]), [FIRST, SECOND]);
    let note = document["notes"][0].as_str().unwrap();
    assert!(
        note.ends_with(": raise the `limit` of the query, or end the query with `after NEXT`, where NEXT is `next`"),
        "{note}"
    );
    let next = format!("{query} after {}", document["next"].as_str().unwrap());
    let rest = fixture.json(&["runs", &next]);
    assert_eq!(
        (ids(&rest["runs"]), &rest["next"]),
        (vec![THIRD], &Value::Null)
    );
    assert_eq!(rest["notes"], json!([]));
    // Nothing of something is a page too.
    assert_eq!(
        fixture.text(&["runs", "limit 0"]),
        "there are 3 more runs: raise the `limit` of the query\n"
    );
}

#[test]
fn help_has_the_grammar() {
    let fixture = Fixture::new();
    let help = fixture.text(&["runs", "--help"]);
    let (_, grammar) = help.split_once("Queries:\n").unwrap();
    insta::assert_snapshot!(grammar);
    let examples = grammar
        .lines()
        .filter(|line| line.starts_with("  entia runs "));
    for example in examples {
        // As a shell takes it: every other part stands between quotes.
        let mut arguments: Vec<&str> = Vec::new();
        for (index, part) in example.split('\'').enumerate() {
            match index % 2 {
                0 => arguments.extend(part.split_whitespace()),
                _ => arguments.push(part),
            }
        }
        let arguments = &arguments[1..];
        fixture.text(arguments);
    }
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
    let layers = &fixture.runs(&["runs"])[0]["modules"][0]["record"]["arguments"]["layers"];
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
    assert_eq!(fixture.runs(&["runs", "lr < 1"]), json!([]));
}

#[test]
fn as_json() {
    let document = Fixture::new().runs(&["runs", "digits", "limit 1"]);
    let run = &document[0];
    assert_eq!(run["experiment_name"], "digits");
    assert_eq!(run["created"], "2026-01-05T10:00:00Z");
    assert_eq!(run["tags"], json!({"best": "", "stage": "candidate"}));
    assert_eq!(run["modules"][1]["kind"], "optimizer");
    assert_eq!(
        run["modules"][1]["record"]["arguments"],
        json!({"lr": 0.001, "bound": {"$float": "Infinity"}})
    );
    let loss = &run["metrics"][3];
    assert_eq!(
        (&loss["last"]["name"], &loss["last"]["phase"]),
        (&json!("loss"), &json!("train"))
    );
    let last = json!({
        "name": "loss",
        "phase": "train",
        "epoch": 3,
        "step": 30,
        "time": "2026-01-05T10:03:00.000123Z",
        "value": 0.9 / 3.0,
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

#[test]
fn a_slip_in_a_query_is_no_name_of_an_experiment() {
    let fixture = Fixture::new();
    for query in [
        "param.seed in 1, 2",
        "model like \"%MLP%\"",
        "limit -1",
        "not archived",
        "metric.my loss.last",
        "tag.stage exist",
        "order epoch",
    ] {
        let refused = fixture.refused(&["runs", query]);
        assert!(
            refused.starts_with("error: cannot read the query: "),
            "{refused}"
        );
    }
    let refused = fixture.refused(&["runs", "digit in"]);
    assert!(refused.contains("has no experiment"), "{refused}");
}

#[test]
fn names_and_lives_of_runs() {
    let fixture = Fixture::with_lives();
    let text = fixture.text(&["runs"]);
    // How long a lost run lasted is not known better than by its last sign of life.
    insta::assert_snapshot!(text);
    let run = &fixture.runs(&["runs"])[0];
    assert_eq!(
        (&run["name"], &run["status"]),
        (&json!("first light"), &json!("finished"))
    );
    assert_eq!(
        (&run["duration"], &run["params"]["seed"]),
        (&json!(7_500.0), &json!(17))
    );
    assert_eq!(run["uuid"], uuid(1).to_string());
}

#[test]
fn a_status_has_a_colour() {
    let text = Fixture::with_lives().text(&["--color", "always", "runs"]);
    assert!(text.contains("\u{1b}[32mfinished\u{1b}[0m"), "{text:?}");
    assert!(text.contains("\u{1b}[33mlost\u{1b}[0m"), "{text:?}");
}

#[test]
fn runs_can_be_chosen_by_status() {
    let fixture = Fixture::with_lives();
    let of = |status: &str| fixture.runs(&["runs", "--status", status]);
    assert_eq!(ids(&of("finished")), [FIRST]);
    assert_eq!(ids(&of("lost,finished")), [FIRST, SECOND]);
    assert_eq!(ids(&of("unknown")), [THIRD]);
    assert_eq!(of("failed"), json!([]));
    let both = fixture.runs(&["runs", "digits", "epoch >= 3", "--status", "lost"]);
    assert_eq!(both, json!([]));
    let done = fixture.run(&["runs", "--status", "finishd"]);
    assert_eq!(done.code, Some(2));
    insta::assert_snapshot!(done.err);
}

#[test]
fn columns_of_a_life() {
    let fixture = Fixture::with_lives();
    let columns = "name,status,duration,param.seed,metric.accuracy[test].best,archived";
    insta::assert_snapshot!(fixture.text(&["runs", "--columns", columns]));
}

/// Runs with the ids 1 to `count`, created a minute after each other.
fn many(count: u32) -> Fixture {
    let fixture = Fixture::empty();
    let tracker = Tracker::open(&fixture.absolute()).unwrap();
    let experiment = tracker.experiment("digits").unwrap().id();
    let first = time("2026-01-05T10:00:00Z").as_second();
    let changes = (1..=count).map(|number| {
        let created = Timestamp::from_second(first + 60 * i64::from(number)).unwrap();
        Change::CreateAggregate {
            record: AggregateRecord {
                created,
                ..AggregateRecord::new(experiment, number.to_string())
            },
            modules: Vec::new(),
        }
    });
    let store = tracker.store().unwrap();
    store
        .apply(&changes.collect::<Vec<_>>(), None)
        .unwrap()
        .complete()
        .unwrap();
    fixture
}

#[test]
fn the_newest_are_shown_where_nobody_says_how_many() {
    let fixture = many(60);
    let text = fixture.text(&["runs"]);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 1 + 50 + 1, "{text}");
    assert!(
        lines[1].starts_with("11 ") && lines[50].starts_with("60 "),
        "{text}"
    );
    assert_eq!(
        lines[51],
        "there are 10 older runs: see all with `--limit 0`"
    );

    let numbers = |range: std::ops::RangeInclusive<u32>| -> Vec<String> {
        range.map(|number| number.to_string()).collect()
    };
    assert_eq!(
        ids(&fixture.runs(&["runs", "--limit", "0"])),
        numbers(1..=60)
    );
    assert_eq!(
        ids(&fixture.runs(&["runs", "digits", "limit 55"])).len(),
        55
    );
    assert_eq!(ids(&fixture.runs(&["runs", "--limit", "2"])), ["59", "60"]);
    let done = fixture.run(&["runs", "--json"]);
    let document: Value = serde_json::from_slice(&done.out).unwrap();
    assert_eq!(ids(&document["runs"])[0], "11");
    assert_eq!(
        done.err,
        "note: there are 10 older runs: see all with `--limit 0`, or end the query with \
         `order by created desc after NEXT`, where NEXT is `next`\n"
    );
    let next = document["next"].as_str().unwrap();
    let rest = format!("order by created desc after {next}");
    assert_eq!(ids(&fixture.runs(&["runs", &rest]))[..2], ["10", "9"]);
}

#[test]
fn an_order_decides_what_comes_first() {
    let fixture = many(60);
    let text = fixture.text(&["runs", "order by created", "--limit", "1"]);
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines[1].starts_with("1 "), "{text}");
    assert!(
        lines[2].starts_with("there are 59 more runs: see all with"),
        "{text}"
    );
}

#[test]
fn what_is_left_out_is_counted() {
    let text = many(1_200).text(&["runs", "--limit", "1"]);
    let note = text.lines().last().unwrap();
    assert!(note.starts_with("there are 1,199 older runs: "), "{note}");
}
