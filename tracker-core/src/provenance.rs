//! What a program can find out about itself: where it runs, and what it was made of.

mod command;
mod git;

use std::env;
use std::path::Path;

use registry_core::Value;
use sysinfo::{CpuRefreshKind, MemoryRefreshKind};

use crate::error::Result;
use crate::gpu::Gpus;
use crate::names::check;
use crate::records::{Provenance, System, check_json};

/// The [`Provenance`](crate::Provenance) of the crate that it stands in: its name and version, and
/// the features of its `Cargo.toml` that it is built with. The rest is found out by
/// [`attempt_with`](crate::Aggregate::attempt_with).
///
/// The features are there through the crate `entia`, or with the feature `derive` of `tracker-core`.
///
/// # Examples
///
/// ```
/// let provenance = tracker_core::provenance!().note("slurm_job", 17);
/// assert_eq!(provenance.versions[env!("CARGO_PKG_NAME")], env!("CARGO_PKG_VERSION"));
/// ```
#[macro_export]
macro_rules! provenance {
    () => {
        $crate::Provenance::of_package(
            ::core::env!("CARGO_PKG_NAME"),
            ::core::env!("CARGO_PKG_VERSION"),
            $crate::__private::features!(),
        )
    };
}

/// No features are known where nothing reads the `Cargo.toml` of the crate.
#[cfg(not(feature = "derive"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __no_features {
    () => {
        &[]
    };
}

impl Provenance {
    /// Adds what only the program knows, any JSON value, as the number of a job in a queue.
    ///
    /// # Examples
    ///
    /// ```
    /// use tracker_core::Provenance;
    ///
    /// let provenance = Provenance::default().note("queue", "long").note("slurm_job", 17);
    /// assert_eq!(provenance.more["queue"].to_string(), r#""long""#);
    /// ```
    #[must_use]
    pub fn note(mut self, name: impl Into<String>, value: impl Into<serde_json::Value>) -> Self {
        self.more.insert(name.into(), Value::from(value.into()));
        self
    }

    /// What [`provenance!`](crate::provenance) knows.
    #[doc(hidden)]
    pub fn of_package(name: &str, version: &str, features: &[(&str, bool)]) -> Self {
        let enabled = features.iter().filter(|(_, is_enabled)| *is_enabled);
        Self {
            versions: [(name.to_owned(), version.to_owned())].into(),
            features: enabled.map(|(feature, _)| (*feature).to_owned()).collect(),
            ..Self::default()
        }
    }

    /// Refuses notes that no store can keep.
    pub(crate) fn check(&self) -> Result<()> {
        for (name, value) in &self.more {
            check("name", name, "a note of an attempt")?;
            check_json(value, || format!("the note `{name}` of an attempt"))?;
        }
        Ok(())
    }

    /// With all that can be found out, where it is empty.
    pub(crate) fn completed(mut self) -> Self {
        let folder = env::current_dir();
        fill(&mut self.host, || {
            sysinfo::System::host_name().unwrap_or_default()
        });
        fill(&mut self.user, user);
        fill(&mut self.folder, || {
            let folder = folder.as_deref().map(Path::display);
            folder.map(|folder| folder.to_string()).unwrap_or_default()
        });
        if self.command.is_empty() {
            let arguments = env::args_os();
            let arguments = arguments.map(|argument| argument.to_string_lossy().into_owned());
            self.command = command::without_secrets(arguments);
        }
        if let (None, Ok(folder)) = (&self.git, &folder) {
            self.git = git::state(folder);
        }
        for (name, version) in [
            ("entia", Some(env!("CARGO_PKG_VERSION"))),
            // What built this crate has built the program, by way of Cargo.
            ("rustc", option_env!("ENTIA_RUSTC_VERSION")),
        ] {
            if let Some(version) = version {
                let version = version.strip_prefix("rustc ").unwrap_or(version);
                let place = self.versions.entry(name.to_owned());
                place.or_insert_with(|| version.to_owned());
            }
        }
        if self.system == System::default() {
            self.system = system();
        }
        self
    }
}

fn fill(text: &mut String, find: impl FnOnce() -> String) {
    if text.is_empty() {
        *text = find();
    }
}

/// As the environment says on Unix and on Windows.
fn user() -> String {
    let names = ["USER", "LOGNAME", "USERNAME"].into_iter();
    let mut set = names
        .filter_map(env::var_os)
        .filter(|name| !name.is_empty());
    set.next()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

fn system() -> System {
    let mut system = sysinfo::System::new();
    system.refresh_cpu_list(CpuRefreshKind::nothing());
    system.refresh_memory_specifics(MemoryRefreshKind::nothing().with_ram());
    let cpus = system.cpus();
    let brand = cpus.first().map(|cpu| cpu.brand().trim().to_owned());
    System {
        os: sysinfo::System::long_os_version().unwrap_or_default(),
        cpu: brand.unwrap_or_default(),
        cpus: cpus.len().try_into().unwrap_or(u32::MAX),
        memory: system.total_memory(),
        gpus: Gpus::open().names(),
    }
}
