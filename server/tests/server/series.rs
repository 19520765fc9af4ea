//! Histories of many runs at once.

use serde_json::{Value, json};
use tracker_core::Metric;
use tracker_core::conformance::Sample;

use crate::support::Served;

#[test]
fn no_peak_is_lost_in_a_small_budget() {
    let served = Served::in_file();
    let digits = served.tracker.experiment("digits").unwrap();
    let mut ids = Vec::new();
    for name in ["one", "two"] {
        let run = digits.track_as(name, &Sample::new("MLP", "{}")).unwrap();
        let points = (0..20_000_i32).map(|step| {
            let peak = if step == 7_777 { 3.0 } else { 0.0 };
            Metric::new("loss", 1.0 / f64::from(step + 1) + peak)
                .phase("train")
                .step(step.into())
        });
        run.metrics().add_all(points).unwrap();
        ids.push(run.uuid().to_string());
    }
    let wanted = json!({
        "runs": ids, "series": [["loss", "train"], ["none", ""]], "budget": 1_000,
        "from": 5_000, "to": 19_999,
    });
    let answer = served.post("/api/v1/series", &wanted).json();
    let histories = answer["histories"].as_array().unwrap();
    assert_eq!(histories.len(), 4);
    for history in [&histories[0], &histories[2]] {
        assert_eq!(history["total"], 15_000);
        let steps = history["series"]["steps"].as_array().unwrap();
        assert!(steps.len() <= 250, "{}", steps.len());
        let peak = steps.iter().position(|step| *step == json!(7_777)).unwrap();
        assert!(history["series"]["numbers"][peak].as_f64().unwrap() > 3.0);
    }
    assert_eq!(histories[1]["series"]["steps"], json!([]));
    assert!(answer["seq"].as_u64() > Some(0));
}

#[test]
fn too_much_at_once_is_refused() {
    let served = Served::new();
    let runs = vec!["x"; 501];
    let wanted = json!({"runs": runs, "series": []});
    served.post("/api/v1/series", &wanted).problem(413);
    let series = vec![["a", "b"]; 10_001];
    let wanted = json!({"runs": ["x"], "series": series});
    served.post("/api/v1/series", &wanted).problem(413);
    served
        .post("/api/v1/series", &json!({"runs": ["none"], "series": []}))
        .problem(404);
    let none: Value = served
        .post("/api/v1/series", &json!({"runs": [], "series": []}))
        .json();
    assert_eq!(none["histories"], json!([]));
}
