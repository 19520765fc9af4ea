//! Where a command writes a file, a picture or the content of an artifact to.

use std::fs::{self, File, Metadata};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::output::Output;

/// Where `--output FILE` and its like send what is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// `-`, or the standard output by its name as a file.
    StandardOutput,
    /// A pipe, a device or an open file: what is written goes into it.
    Stream(PathBuf),
    /// A file, which is replaced as a whole.
    File(PathBuf),
}

impl Target {
    /// What a path names.
    pub(crate) fn of(path: &Path) -> Self {
        let is_open_file = path.starts_with("/dev/fd") || path.starts_with("/proc/self/fd");
        let is_stream = |file: Metadata| !file.is_file() && !file.is_dir();
        if [
            Path::new("-"),
            Path::new("/dev/stdout"),
            Path::new("/dev/fd/1"),
        ]
        .contains(&path)
        {
            Self::StandardOutput
        } else if cfg!(unix) && is_open_file || path.metadata().is_ok_and(is_stream) {
            Self::Stream(path.to_owned())
        } else {
            Self::File(path.to_owned())
        }
    }

    /// Has something written there. A file has its name only when all of it is there.
    pub(crate) fn write(
        &self,
        output: &mut Output,
        write: impl FnOnce(&mut (dyn Write + Send)) -> Result<()>,
    ) -> Result<()> {
        let (path, written) = match self {
            Self::StandardOutput => return write(output),
            Self::Stream(path) => (path, into_stream(path, write)),
            Self::File(path) => (path, into_file(path, write)),
        };
        written.map_err(|error| match error {
            Error::Output(cause) => Error::File {
                path: path.clone(),
                cause,
            },
            error => error,
        })
    }
}

fn into_stream(
    path: &Path,
    write: impl FnOnce(&mut (dyn Write + Send)) -> Result<()>,
) -> Result<()> {
    // An open file may stand at its end, as after `3>>log`.
    let mut stream = BufWriter::new(File::options().append(true).open(path)?);
    write(&mut stream)?;
    Ok(stream.flush()?)
}

/// Writes beside the file, and then puts what was written in its place.
fn into_file(path: &Path, write: impl FnOnce(&mut (dyn Write + Send)) -> Result<()>) -> Result<()> {
    let path = resolved(path);
    let there = path.metadata().ok();
    // The name of a file that may not be written could still be given to another.
    if there
        .as_ref()
        .is_some_and(|file| file.permissions().readonly())
    {
        return Err(Error::Output(io::ErrorKind::PermissionDenied.into()));
    }
    if there.as_ref().is_some_and(Metadata::is_dir) {
        return Err(Error::Output(io::ErrorKind::IsADirectory.into()));
    }
    let part = part(&path);
    // A process of the same number may have died and left one.
    let _ = fs::remove_file(&part);
    let mut file = BufWriter::new(File::create_new(&part)?);
    let written = (|| {
        if let Some(there) = there {
            keep_rights(&there, file.get_ref())?;
        }
        write(&mut file)?;
        file.flush()?;
        // Windows gives no other name to a file that is open.
        drop(file);
        Ok(fs::rename(&part, &path)?)
    })();
    if written.is_err() {
        // The first problem is the one to tell.
        let _ = fs::remove_file(&part);
    }
    written
}

/// The file that a path leads to, also where that is not there yet.
fn resolved(path: &Path) -> PathBuf {
    const LINKS: usize = 40;
    let mut path = path.to_owned();
    for _ in 0..LINKS {
        let Ok(link) = fs::read_link(&path) else {
            break;
        };
        path = path.parent().unwrap_or(Path::new("")).join(link);
    }
    path
}

/// A name beside a file that no other process takes.
fn part(path: &Path) -> PathBuf {
    let mut name = std::ffi::OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(format!(".{}.part", std::process::id()));
    path.with_file_name(name)
}

/// Gives a new file the rights of the one whose place it takes.
fn keep_rights(there: &Metadata, file: &File) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::{MetadataExt, fchown};
        // Only root may give a file to somebody else.
        let _ = fchown(file, Some(there.uid()), Some(there.gid()));
    }
    file.set_permissions(there.permissions())
}
