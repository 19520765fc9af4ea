//! Figures of the server, as Prometheus reads them.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::http::{Method, StatusCode};

/// The upper ends of the times that are told apart, in seconds.
const BOUNDS: [f64; 8] = [0.001, 0.005, 0.025, 0.1, 0.5, 1.0, 5.0, 30.0];

pub(crate) struct Figures {
    start: Instant,
    requests: Mutex<BTreeMap<(String, String, u16), u64>>,
    times: [AtomicU64; BOUNDS.len()],
    count: AtomicU64,
    micros: AtomicU64,
    active: AtomicI64,
    pub(crate) points: AtomicU64,
    pub(crate) listeners: AtomicI64,
    pub(crate) connections: AtomicI64,
}

impl Default for Figures {
    fn default() -> Self {
        Self {
            start: Instant::now(),
            requests: Mutex::default(),
            times: Default::default(),
            count: AtomicU64::new(0),
            micros: AtomicU64::new(0),
            active: AtomicI64::new(0),
            points: AtomicU64::new(0),
            listeners: AtomicI64::new(0),
            connections: AtomicI64::new(0),
        }
    }
}

/// One more, until it is dropped.
pub(crate) struct Counted<'f>(&'f AtomicI64);

impl<'f> Counted<'f> {
    pub(crate) fn of(gauge: &'f AtomicI64) -> Self {
        gauge.fetch_add(1, Ordering::Relaxed);
        Self(gauge)
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Figures {
    pub(crate) fn begin(&self) -> Counted<'_> {
        Counted::of(&self.active)
    }

    pub(crate) fn count(&self, method: &Method, path: &str, status: StatusCode, taken: Duration) {
        for (bound, times) in BOUNDS.iter().zip(&self.times) {
            if taken.as_secs_f64() <= *bound {
                times.fetch_add(1, Ordering::Relaxed);
            }
        }
        self.count.fetch_add(1, Ordering::Relaxed);
        let micros = u64::try_from(taken.as_micros()).unwrap_or(u64::MAX);
        self.micros.fetch_add(micros, Ordering::Relaxed);
        let key = (method.to_string(), path.to_owned(), status.as_u16());
        let mut requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        *requests.entry(key).or_default() += 1;
    }

    /// All of them as text.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        // Writing to a `String` does not fail.
        let _ = self.write(&mut text);
        text
    }

    #[expect(clippy::cast_precision_loss, reason = "seconds for people")]
    fn write(&self, text: &mut String) -> std::fmt::Result {
        let load = |number: &AtomicU64| number.load(Ordering::Relaxed);
        writeln!(
            text,
            "# HELP entia_requests_total Requests that were answered."
        )?;
        writeln!(text, "# TYPE entia_requests_total counter")?;
        let requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        for ((method, path, status), count) in &*requests {
            writeln!(
                text,
                "entia_requests_total{{method=\"{method}\",path=\"{path}\",status=\"{status}\"}} {count}"
            )?;
        }
        drop(requests);
        writeln!(text, "# HELP entia_request_seconds How long requests took.")?;
        writeln!(text, "# TYPE entia_request_seconds histogram")?;
        for (bound, times) in BOUNDS.iter().zip(&self.times) {
            writeln!(
                text,
                "entia_request_seconds_bucket{{le=\"{bound}\"}} {}",
                load(times)
            )?;
        }
        let count = load(&self.count);
        writeln!(text, "entia_request_seconds_bucket{{le=\"+Inf\"}} {count}")?;
        let seconds = load(&self.micros) as f64 / 1e6;
        writeln!(text, "entia_request_seconds_sum {seconds}")?;
        writeln!(text, "entia_request_seconds_count {count}")?;
        writeln!(text, "# HELP entia_points_total Points that were added.")?;
        writeln!(text, "# TYPE entia_points_total counter")?;
        writeln!(text, "entia_points_total {}", load(&self.points))?;
        for (name, help, gauge) in [
            (
                "requests_active",
                "Requests that are being answered.",
                &self.active,
            ),
            (
                "listeners",
                "Clients that listen to events.",
                &self.listeners,
            ),
            ("connections", "Open connections.", &self.connections),
        ] {
            writeln!(text, "# HELP entia_{name} {help}")?;
            writeln!(text, "# TYPE entia_{name} gauge")?;
            writeln!(text, "entia_{name} {}", gauge.load(Ordering::Relaxed))?;
        }
        writeln!(
            text,
            "# HELP entia_uptime_seconds How long the server runs."
        )?;
        writeln!(text, "# TYPE entia_uptime_seconds gauge")?;
        writeln!(
            text,
            "entia_uptime_seconds {}",
            self.start.elapsed().as_secs()
        )
    }
}
