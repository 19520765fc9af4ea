//! An object store in memory behaves, without a server.

use std::sync::Arc;

use object_store::memory::InMemory;
use tracker_core::conformance::{Sample, run_contents};
use tracker_core::{Error, ErrorKind, Tracker};
use tracker_object::ObjectContents;

fn empty() -> ObjectContents {
    ObjectContents::new(Arc::new(InMemory::new()), "memory://", "models/digits").unwrap()
}

#[test]
fn an_object_store_behaves() {
    run_contents(empty);
    run_contents(|| ObjectContents::new(Arc::new(InMemory::new()), "memory://", "").unwrap());
}

#[test]
fn artifacts_go_there() {
    let tracker = Tracker::open("memory:").unwrap().with_artifacts(empty());
    let experiment = tracker.experiment("digits").unwrap();
    let run = experiment.track(&Sample::new("MLP", "{}")).unwrap();
    let artifact = run.artifacts().put_bytes("report.txt", "accurate").unwrap();
    assert_eq!(artifact.read().unwrap(), b"accurate");
    assert!(tracker.check().unwrap().is_empty());
}

/// A server that is asynchronous calls from within its own runtime.
#[test]
fn calls_within_a_runtime_do_not_panic() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    runtime.block_on(async { run_contents(empty) });
}

#[test]
fn what_is_no_address_is_refused() {
    for address in [
        "",
        "s3://",
        "s3:///prefix",
        "models",
        "http://models",
        "s3://models/a//b",
    ] {
        let error = ObjectContents::open(address).unwrap_err();
        assert!(matches!(error, Error::Address { .. }), "{error}");
        assert_eq!(error.kind(), ErrorKind::Invalid);
    }
}
