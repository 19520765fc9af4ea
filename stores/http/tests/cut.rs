//! Something between that cuts connections in the middle of questions and answers: nothing is missing,
//! and nothing is doubled.

mod common;

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use common::Served;
use tracker_core::conformance::Sample;
use tracker_core::{ErrorKind, Metric, Tracker};
use tracker_http as _;
use tracker_sqlite as _;

/// Passes bytes on, and cuts each connection after some.
struct Proxy {
    address: SocketAddr,
    is_sound: Arc<AtomicBool>,
    cuts: Arc<AtomicU64>,
}

impl Proxy {
    fn before(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let proxy = Self {
            address: listener.local_addr().unwrap(),
            is_sound: Arc::default(),
            cuts: Arc::default(),
        };
        let (is_sound, cuts) = (Arc::clone(&proxy.is_sound), Arc::clone(&proxy.cuts));
        std::thread::spawn(move || {
            // Each connection lives a little longer than the one before, up to some thousand bytes.
            for (count, client) in (1_u64..).zip(listener.incoming()) {
                let (Ok(client), Ok(server)) = (client, TcpStream::connect(server)) else {
                    continue;
                };
                let left = Arc::new(AtomicU64::new(count * 397 % 9_000));
                for (from, to) in [(&client, &server), (&server, &client)] {
                    let (from, to) = (from.try_clone().unwrap(), to.try_clone().unwrap());
                    let (left, is_sound, cuts) =
                        (Arc::clone(&left), Arc::clone(&is_sound), Arc::clone(&cuts));
                    std::thread::spawn(move || pass(from, to, &left, &is_sound, &cuts));
                }
            }
        });
        proxy
    }
}

fn pass(
    mut from: TcpStream,
    mut to: TcpStream,
    left: &AtomicU64,
    is_sound: &AtomicBool,
    cuts: &AtomicU64,
) {
    let mut bytes = [0; 1_000];
    while let Ok(length @ 1..) = from.read(&mut bytes) {
        let mut length = length;
        if !is_sound.load(Ordering::Relaxed) {
            let most = left.load(Ordering::Relaxed);
            if length as u64 > most {
                cuts.fetch_add(1, Ordering::Relaxed);
                length = usize::try_from(most).unwrap();
                let _ = to.write_all(&bytes[..length]);
                break;
            }
            left.fetch_sub(length as u64, Ordering::Relaxed);
        }
        if to.write_all(&bytes[..length]).is_err() {
            break;
        }
    }
    let _ = (from.shutdown(Shutdown::Both), to.shutdown(Shutdown::Both));
}

#[test]
fn nothing_is_missing_and_nothing_doubled() {
    const POINTS: i64 = 3_000;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("runs.db");
    let server = Served::of_file(&file, "127.0.0.1:0");
    let proxy = Proxy::before(server.address);
    proxy.is_sound.store(true, Ordering::Relaxed);
    let address = format!(
        "http://{}?journals={}",
        proxy.address,
        folder.path().display()
    );
    let tracker = Tracker::open(&address).unwrap();
    let run = tracker.experiment("digits").unwrap();
    let run = run.track(&Sample::new("MLP", "{}")).unwrap();
    proxy.is_sound.store(false, Ordering::Relaxed);
    for step in 0..POINTS {
        run.metrics()
            .add(Metric::new("loss", 0.5).step(step))
            .unwrap();
        if step % 10 == 0 {
            match tracker.flush() {
                Ok(()) => {}
                Err(error) => assert_eq!(error.kind(), ErrorKind::Unavailable, "{error}"),
            }
        }
    }
    assert!(proxy.cuts.load(Ordering::Relaxed) > 10);
    proxy.is_sound.store(true, Ordering::Relaxed);
    tracker.flush().unwrap();
    drop((run, tracker, server));

    let tracker = Tracker::read(&format!("sqlite:{}", file.display())).unwrap();
    let experiment = tracker.experiments().get("digits").unwrap().unwrap();
    let runs = experiment.aggregates().list().unwrap();
    let history = runs[0].metrics().history("loss", "").unwrap();
    assert!(
        history.steps().iter().copied().eq(0..POINTS),
        "{}",
        history.len()
    );
}

/// An upload that is cut leaves nothing, and a download that is cut is an error and no shorter file.
#[test]
fn contents_are_whole() {
    let server = Served::over(Tracker::open("memory:").unwrap());
    let folder = tempfile::tempdir().unwrap();
    let open = |address: SocketAddr| {
        Tracker::open(&format!(
            "http://{address}?journals={}",
            folder.path().display()
        ))
        .unwrap()
    };
    let tracker = open(server.address);
    let run = tracker.experiment("digits").unwrap();
    let run = run.track(&Sample::new("MLP", "{}")).unwrap();
    let bytes = vec![7; 100_000];
    run.artifacts().put_bytes("weights.bin", &bytes).unwrap();

    let proxy = Proxy::before(server.address);
    proxy.is_sound.store(true, Ordering::Relaxed);
    let cut = open(proxy.address);
    let run = cut.aggregate(run.uuid()).unwrap().unwrap();
    proxy.is_sound.store(false, Ordering::Relaxed);
    let put = run.artifacts().put_bytes("other.bin", vec![8; 100_000]);
    assert_eq!(put.map(drop).unwrap_err().kind(), ErrorKind::Unavailable);
    let artifact = run.artifacts().get("weights.bin");
    let read = artifact.and_then(|artifact| artifact.read());
    assert!(read.is_err());
    proxy.is_sound.store(true, Ordering::Relaxed);
    assert_eq!(
        run.artifacts().get("weights.bin").unwrap().read().unwrap(),
        bytes
    );
    assert_eq!(tracker.contents().unwrap().list().unwrap().len(), 1);
}
