//! A server that speaks the protocol of S3. `tests/s3.sh` starts one and runs this.

use std::cell::Cell;

use tracker_core::conformance::{Sample, run_contents};
use tracker_core::ports::ContentStore as _;
use tracker_core::{ErrorKind, Tracker, Uuid};
use tracker_object::ObjectContents;

/// Names a bucket that may be written, as `s3://entia`; the variables `AWS_...` say where it is.
const BUCKET: &str = "TRACKER_TEST_S3";

/// A place in the bucket where nothing is yet.
fn fresh() -> String {
    let bucket = std::env::var(BUCKET).unwrap();
    format!("{bucket}/{}", Uuid::new_v4())
}

#[test]
#[ignore = "needs a server: tests/s3.sh starts one"]
fn a_bucket_behaves() {
    let (place, count) = (fresh(), Cell::new(0));
    run_contents(|| {
        count.set(count.get() + 1);
        ObjectContents::open(&format!("{place}/{}", count.get())).unwrap()
    });
}

/// It is sent in parts.
#[test]
#[ignore = "needs a server: tests/s3.sh starts one"]
fn a_large_artifact_comes_back() {
    let contents = ObjectContents::open(&fresh()).unwrap();
    let tracker = Tracker::open("memory:").unwrap().with_artifacts(contents);
    let experiment = tracker.experiment("digits").unwrap();
    let run = experiment.track(&Sample::new("MLP", "{}")).unwrap();
    let bytes: Vec<u8> = (0..25_000_000_u32).map(|at| at.to_be_bytes()[3]).collect();
    let artifact = run.artifacts().put_bytes("weights", &bytes).unwrap();
    assert!(artifact.read().unwrap() == bytes);
    assert!(tracker.check().unwrap().is_empty());
}

#[test]
#[ignore = "needs a server: tests/s3.sh starts one"]
fn a_bucket_that_is_not_there_is_named() {
    let contents = ObjectContents::open("s3://no-such-bucket-here/models").unwrap();
    let error = contents.put(&mut &b"weights"[..]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound, "{error}");
    assert!(
        error.to_string().contains("`s3://no-such-bucket-here/"),
        "{error}"
    );
}
