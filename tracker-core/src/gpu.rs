//! What the graphics processors are called, and what they do.
//!
//! With the feature `nvml` the library of NVIDIA's driver is asked, which is loaded when the program
//! runs, where it is there. Without it the driver's files tell the names, on Linux.

/// What a graphics processor does.
pub(crate) struct Load {
    /// The share of the last moments in which it was busy.
    pub(crate) percent: f64,
    /// The bytes of its memory that are in use.
    pub(crate) memory: u64,
}

#[cfg(feature = "nvml")]
pub(crate) use with_nvml::Gpus;
#[cfg(not(feature = "nvml"))]
pub(crate) use without_nvml::Gpus;

#[cfg(feature = "nvml")]
mod with_nvml {
    use nvml_wrapper::{Device, Nvml};

    use super::Load;

    /// The graphics processors of the machine, in the order of the driver.
    pub(crate) struct Gpus(Option<Nvml>);

    impl Gpus {
        pub(crate) fn open() -> Self {
            Self(Nvml::init().ok())
        }

        pub(crate) fn names(&self) -> Vec<String> {
            let names = self.devices().filter_map(|(_, device)| device.name().ok());
            names.collect()
        }

        /// By index; one that does not tell is left out.
        pub(crate) fn loads(&self) -> Vec<(u32, Load)> {
            let loads = self.devices().filter_map(|(index, device)| {
                let load = Load {
                    percent: device.utilization_rates().ok()?.gpu.into(),
                    memory: device.memory_info().ok()?.used,
                };
                Some((index, load))
            });
            loads.collect()
        }

        fn devices(&self) -> impl Iterator<Item = (u32, Device<'_>)> {
            let nvml = self.0.as_ref();
            let count = nvml
                .and_then(|nvml| nvml.device_count().ok())
                .unwrap_or_default();
            let device = move |index| Some((index, nvml?.device_by_index(index).ok()?));
            (0..count).filter_map(device)
        }
    }
}

#[cfg(not(feature = "nvml"))]
mod without_nvml {
    use std::fs;
    use std::path::Path;

    use super::Load;

    /// The graphics processors of the machine, of which only the names are known.
    pub(crate) struct Gpus;

    impl Gpus {
        pub(crate) fn open() -> Self {
            Self
        }

        #[expect(
            clippy::unused_self,
            reason = "asks the driver with the feature `nvml`"
        )]
        pub(crate) fn names(&self) -> Vec<String> {
            names(Path::new("/proc/driver/nvidia/gpus"))
        }

        #[expect(
            clippy::unused_self,
            reason = "asks the driver with the feature `nvml`"
        )]
        pub(crate) fn loads(&self) -> Vec<(u32, Load)> {
            Vec::new()
        }
    }

    /// The names in the driver's folders, one for each processor, in the order of their addresses.
    fn names(folder: &Path) -> Vec<String> {
        let Ok(entries) = fs::read_dir(folder) else {
            return Vec::new();
        };
        let mut folders: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
        folders.sort();
        let name = |folder: &std::path::PathBuf| {
            let text = fs::read_to_string(folder.join("information")).ok()?;
            let model = text.lines().find_map(|line| line.strip_prefix("Model:"))?;
            Some(model.trim().to_owned())
        };
        folders.iter().filter_map(name).collect()
    }

    #[cfg(test)]
    mod tests {
        use super::names;
        use std::fs;

        #[test]
        fn names_are_read_from_the_files_of_the_driver() {
            let folder = tempfile::tempdir().unwrap();
            for (address, text) in [
                ("0000:81:00.0", "Model: \t\t NVIDIA H200\nIRQ:   \t\t 17\n"),
                ("0000:01:00.0", "Model: \t\t NVIDIA A100-SXM4-80GB\n"),
                ("0000:91:00.0", "of another form\n"),
            ] {
                let gpu = folder.path().join(address);
                fs::create_dir(&gpu).unwrap();
                fs::write(gpu.join("information"), text).unwrap();
            }
            assert_eq!(
                names(folder.path()),
                ["NVIDIA A100-SXM4-80GB", "NVIDIA H200"]
            );
            assert!(names(&folder.path().join("missing")).is_empty());
        }
    }
}
