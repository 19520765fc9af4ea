//! Where a program keeps what is on its way to a store on another machine.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::error::{Error, ErrorKind, Result};

/// The file beside which the journals of a store stand that is on another machine; it is never made
/// itself. It has this name in the folder that is given, or else where the programs of this user keep
/// their state: `$XDG_STATE_HOME/entia`, which is `~/.local/state/entia` unless it is set, and
/// `%LOCALAPPDATA%\entia` on Windows. The folder is made when the store is opened to write.
///
/// # Errors
///
/// [`Error::Store`] where this user has no such folder.
///
/// # Examples
///
/// ```
/// # let folder = tempfile::tempdir().unwrap();
/// let file = tracker_core::state_file("postgres-1", Some(folder.path()))?;
/// assert_eq!(file, folder.path().join("postgres-1"));
/// # Ok::<(), tracker_core::Error>(())
/// ```
pub fn state_file(name: &str, given: Option<&Path>) -> Result<PathBuf> {
    let folder = given.map(Path::to_path_buf).or_else(folder);
    let folder = folder.ok_or_else(|| failed(Path::new("."), "this user has no home folder"))?;
    Ok(folder.join(name))
}

/// Makes the folder of such a file.
pub(crate) fn make_room(file: &Path) -> Result<()> {
    let folder = file.parent().unwrap_or(Path::new("."));
    create(folder).map_err(|problem| failed(folder, &problem.to_string()))
}

/// As the XDG Base Directory Specification has it; on Windows in the user's local data.
pub(crate) fn folder() -> Option<PathBuf> {
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
pub(crate) fn create(folder: &Path) -> std::io::Result<()> {
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
