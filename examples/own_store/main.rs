//! A store of one's own: [`LogStore`] keeps everything in one log of changes.
//!
//! ```sh
//! cargo run --example own_store            # again, and the run goes on
//! cargo run --example own_store runs.log   # in another file
//! ```

mod log_store;

use std::error::Error;
use std::path::PathBuf;

use entia::prelude::*;
use entia::tracker::conformance;
use log_store::LogStore;

#[derive(Entity)]
struct Parabola {
    start: f64,
    rate: f64,
}

fn main() -> Result<(), Box<dyn Error>> {
    let path = match std::env::args_os().nth(1) {
        Some(path) => PathBuf::from(path),
        None => std::env::temp_dir().join("entia-own-store.log"),
    };

    // The suite panics where a store does not behave; each behaviour is given an empty one.
    let folder = tempfile::tempdir()?;
    let numbers = std::cell::Cell::new(0);
    conformance::run(|| {
        let number = numbers.replace(numbers.get() + 1);
        let store = LogStore::open(folder.path().join(format!("{number}.log")));
        Tracker::new(store.unwrap_or_else(|error| panic!("{error}")))
    });
    println!("the store shows all {} behaviours", numbers.get());

    // With journals, adding a point does not wait for the store.
    let tracker = Tracker::journaled(LogStore::open(&path)?, &path)?;
    let model = Parabola {
        start: 3.0,
        rate: 0.1,
    };
    let run = tracker.experiment("own_store")?.track(&model)?;
    println!(
        "\n{} begins at epoch {}",
        run.module("model")?.name(),
        run.epoch()
    );
    let losses = run.metrics().history("loss", "train")?;
    let mut loss = losses.numbers().last().copied();
    for _ in 0..3 {
        let next = loss.map_or(model.start.powi(2), |loss| {
            loss * (1.0 - 2.0 * model.rate).powi(2)
        });
        let epoch = run.epoch();
        run.metrics()
            .add(Metric::new("loss", next).phase("train").epoch(epoch))?;
        run.set_epoch(epoch + 1)?;
        loss = Some(next);
    }
    tracker.flush()?;
    for metric in run.metrics().list("loss", "train")? {
        let loss = metric.value.number().unwrap_or(f64::NAN);
        println!("epoch {:<3} loss {loss:.4}", metric.epoch);
    }

    let log = std::fs::read_to_string(&path)?;
    let changes = log.lines().count();
    println!(
        "\n{} holds {changes} changes, the last of them:",
        path.display()
    );
    println!("{}", log.lines().last().unwrap_or_default());
    Ok(())
}
