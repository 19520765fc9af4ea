//! Where a program keeps points that are on their way to a server.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tracker_core::{Error, ErrorKind, Result, Uuid};

/// The file beside which the journals of a store stand, which is never made itself: in the folder
/// that is given, or else where the programs of this user keep their state. By its id, the store is
/// the same under whatever address.
pub(crate) fn file(store: Uuid, given: Option<&Path>) -> Result<PathBuf> {
    let folder = given.map(Path::to_path_buf).or_else(folder);
    let folder = folder.ok_or_else(|| failed(Path::new("."), "this user has no home folder"))?;
    create(&folder).map_err(|problem| failed(&folder, &problem.to_string()))?;
    Ok(folder.join(format!("postgres-{}", store.simple())))
}

/// As the XDG Base Directory Specification has it; on Windows in the user's local data.
fn folder() -> Option<PathBuf> {
    let named = |name: &str| {
        let path = PathBuf::from(std::env::var_os(name)?);
        path.is_absolute().then_some(path)
    };
    let home = || Some(std::env::home_dir()?.join(".local").join("state"));
    let local = || cfg!(windows).then(|| named("LOCALAPPDATA")).flatten();
    let state = named("XDG_STATE_HOME").or_else(local).or_else(home);
    Some(state?.join("entia"))
}

/// Makes the folder, which nobody else may look into.
fn create(folder: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

fn failed(folder: &Path, problem: &str) -> Error {
    Error::Store {
        kind: ErrorKind::Denied,
        action: "keep points on their way to the server".to_owned(),
        place: folder.display().to_string(),
        cause: Arc::from(Box::from(problem)),
        hint:
            "name a folder that may be written: in the address, as `?journals=FOLDER`, or in the \
               environment variable XDG_STATE_HOME"
                .to_owned(),
    }
}
