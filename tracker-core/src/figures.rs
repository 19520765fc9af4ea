//! System figures: what the machine and this process do, as points of a run.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use sysinfo::{
    MINIMUM_CPU_UPDATE_INTERVAL, Networks, Pid, Process, ProcessRefreshKind, ProcessesToUpdate,
    System,
};

use crate::aggregate::Aggregate;
use crate::gpu::Gpus;
use crate::ports::Change;
use crate::records::{Definition, Metric, SYSTEM};

/// Samples at an interval.
pub(crate) struct Figures {
    every: Duration,
    due: Instant,
    reader: Reader,
    are_defined: bool,
}

impl Figures {
    /// The first sample is due after one interval: rates and shares are those since the last one.
    pub(crate) fn start(every: Duration) -> Self {
        const DAY: Duration = Duration::from_secs(24 * 60 * 60);
        let every = every.clamp(MINIMUM_CPU_UPDATE_INTERVAL, DAY);
        let reader = Reader::new();
        Self {
            every,
            due: reader.last + every,
            reader,
            are_defined: false,
        }
    }

    /// When the next sample is due.
    pub(crate) fn due(&self) -> Instant {
        self.due
    }

    /// Adds a sample to a run. Where the store fails it is lost, and the run goes on.
    pub(crate) fn sample(&mut self, run: &Aggregate) {
        let figures = self.reader.read();
        self.due = self.reader.last + self.every;
        // Of the run, not of the attempt: the curves of one that resumes do not lie over each other.
        let step = Timestamp::now().duration_since(run.created()).as_secs();
        let epoch = run.epoch();
        let points = figures.iter().map(|figure| {
            let metric = Metric::new(figure.name.as_str(), figure.value);
            metric.phase(SYSTEM).epoch(epoch).step(step)
        });
        let _ = run.metrics().add_all(points);
        if !self.are_defined {
            define(run, &figures);
            self.are_defined = true;
        }
    }
}

/// Says the units to the experiment, where nobody has defined these metrics.
fn define(run: &Aggregate, figures: &[Figure]) {
    let experiment = run.state().experiment;
    let store = run.link().store();
    let Ok(Some(record)) = store.and_then(|store| store.experiment_by_id(experiment)) else {
        return;
    };
    let unknown = figures
        .iter()
        .filter(|figure| !record.definitions.contains_key(&figure.name));
    let changes: Vec<Change> = unknown
        .map(|figure| Change::DefineExperimentMetric {
            experiment,
            metric: figure.name.clone(),
            definition: Definition::default().unit(figure.unit),
        })
        .collect();
    if !changes.is_empty() {
        // A chart without a unit is a chart.
        let _ = run.link().apply_all(&changes);
    }
}

/// A number that was read.
struct Figure {
    name: String,
    unit: &'static str,
    value: f64,
}

impl Figure {
    fn new(name: impl Into<String>, unit: &'static str, value: f64) -> Self {
        Self {
            name: name.into(),
            unit,
            value,
        }
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "so many bytes are counted by nobody"
    )]
    fn bytes(name: impl Into<String>, bytes: u64) -> Self {
        Self::new(name, "B", bytes as f64)
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "so many bytes are counted by nobody"
    )]
    fn rate(name: &str, bytes: u64, seconds: f64) -> Self {
        Self::new(name, "B/s", bytes as f64 / seconds)
    }
}

/// Reads the machine, and this process.
struct Reader {
    system: System,
    process: Pid,
    networks: Networks,
    gpus: Gpus,
    /// When it was last read.
    last: Instant,
}

impl Reader {
    fn new() -> Self {
        let mut reader = Self {
            system: System::new(),
            process: Pid::from_u32(std::process::id()),
            networks: Networks::new_with_refreshed_list(),
            gpus: Gpus::open(),
            last: Instant::now(),
        };
        reader.refresh();
        reader
    }

    fn refresh(&mut self) {
        let kind = ProcessRefreshKind::nothing()
            .without_tasks()
            .with_memory()
            .with_disk_usage();
        self.system.refresh_cpu_usage();
        self.system.refresh_memory();
        self.system.refresh_processes_specifics(
            ProcessesToUpdate::Some(&[self.process]),
            true,
            kind,
        );
        self.networks.refresh(true);
    }

    fn read(&mut self) -> Vec<Figure> {
        self.refresh();
        let now = Instant::now();
        let seconds = now
            .duration_since(self.last)
            .as_secs_f64()
            .max(f64::MIN_POSITIVE);
        self.last = now;

        let mut figures = vec![
            Figure::new(
                "cpu.percent",
                "%",
                f64::from(self.system.global_cpu_usage()),
            ),
            Figure::bytes("memory.used", self.system.used_memory()),
        ];
        if let Some(process) = self.system.process(self.process) {
            figures.extend(of_process(process, seconds));
        }
        figures.extend(of_networks(&self.networks, seconds));
        for (index, gpu) in self.gpus.loads() {
            figures.push(Figure::new(
                format!("gpu.{index}.percent"),
                "%",
                gpu.percent,
            ));
            figures.push(Figure::bytes(format!("gpu.{index}.memory"), gpu.memory));
        }
        figures
    }
}

fn of_process(process: &Process, seconds: f64) -> [Figure; 3] {
    let disk = process.disk_usage();
    [
        Figure::bytes("process.memory", process.memory()),
        Figure::rate("disk.read", disk.read_bytes, seconds),
        Figure::rate("disk.write", disk.written_bytes, seconds),
    ]
}

fn of_networks(networks: &Networks, seconds: f64) -> [Figure; 2] {
    let (mut received, mut sent) = (0, 0);
    for (_, network) in networks {
        let addresses = network.ip_networks();
        if !addresses.iter().any(|network| network.addr.is_loopback()) {
            received += network.received();
            sent += network.transmitted();
        }
    }
    [
        Figure::rate("network.received", received, seconds),
        Figure::rate("network.sent", sent, seconds),
    ]
}
