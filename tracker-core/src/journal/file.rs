//! The file of a journal: its name, its lock, its end.
//!
//! A journal of `runs.db` is `runs.db.ID.journal` beside it, where `ID` is made up anew for each.
//! The process it belongs to holds a lock on it, which the system takes back however the process
//! ends; who gets the lock knows that the process is dead.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};

use uuid::Uuid;
use uuid::fmt::Simple;

use super::layout::{HEADER, Layout, MAGIC, WORDS};
use super::map::WORD;
use crate::error::Error;

const SUFFIX: &str = ".journal";
/// A journal that is not whole yet; no point was ever in it.
const UNFINISHED: &str = ".journal.new";

/// The file of a journal, locked by this process until it is dropped.
pub(super) struct JournalFile {
    pub(super) id: Uuid,
    pub(super) path: PathBuf,
    pub(super) file: File,
    pub(super) layout: Layout,
}

/// A journal that somebody only looks at.
pub(super) struct Seen {
    /// Whether it belongs to a process that runs.
    pub(super) live: bool,
    /// Its id, layout and words; none where it was never finished, or a later version wrote it.
    pub(super) content: Option<(Uuid, Layout, Vec<u64>)>,
}

impl JournalFile {
    /// Makes a new journal beside the store at `base`, all of it on the disk: a page of a map that
    /// finds no room there ends the process.
    pub(super) fn create(base: &Path) -> io::Result<Self> {
        // Who opens the store just now may take an unfinished journal for one of a dead process:
        // lock it first, and remove it.
        const ATTEMPTS: usize = 3;
        let mut last = io::Error::from(io::ErrorKind::Interrupted);
        for _ in 0..ATTEMPTS {
            match Self::create_once(base, Uuid::new_v4()) {
                Err(error) if is_taken_for_dead(&error) => last = error,
                done => return done,
            }
        }
        Err(last)
    }

    fn create_once(base: &Path, id: Uuid) -> io::Result<Self> {
        let unfinished = beside(base, id, UNFINISHED);
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create_new(true)
            .open(&unfinished)?;
        let path = beside(base, id, SUFFIX);
        let done = protect(&file, base)
            .and_then(|()| fill(&mut file, id))
            .and_then(|()| fs::rename(&unfinished, &path));
        match done {
            Ok(()) => Ok(Self {
                id,
                path,
                file,
                layout: Layout::Uuids,
            }),
            Err(error) => {
                // What is left of a journal that was never used only takes room.
                let _ = fs::remove_file(&unfinished);
                Err(error)
            }
        }
    }

    /// The journal at `path`, where it belongs to no living process; and `None` where it does, or
    /// is gone, or was never finished and is gone now.
    pub(super) fn of_dead_process(path: &Path) -> io::Result<Option<Self>> {
        let Some(mut file) = lock(path)? else {
            return Ok(None);
        };
        let mut header = Vec::with_capacity(3 * WORD);
        Read::by_ref(&mut file)
            .take(3 * WORD as u64)
            .read_to_end(&mut header)?;
        // Without a header it was not finished, or a power loss came before any of it was on the
        // disk.
        let is_empty = header.len() < 3 * WORD || header[..WORD] == [0; WORD];
        if is_empty || path.as_os_str().to_string_lossy().ends_with(UNFINISHED) {
            fs::remove_file(path)?;
            return Ok(None);
        }
        // A layout of a later version is for a later version to read.
        let known = read_header(&header);
        Ok(known.map(|(id, layout)| Self {
            id,
            path: path.to_path_buf(),
            file,
            layout,
        }))
    }

    /// Looks at the journal at `path` without changing anything; `None` where it is gone.
    pub(super) fn look(path: &Path) -> io::Result<Option<Seen>> {
        let mut file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        // Whoever writes has it for itself; who looks shares.
        let live = match file.try_lock_shared() {
            Ok(()) => false,
            Err(TryLockError::WouldBlock) => true,
            Err(TryLockError::Error(error)) => return Err(error),
        };
        let mut bytes = Vec::with_capacity(WORDS * WORD);
        file.read_to_end(&mut bytes)?;
        let header = read_header(&bytes[..bytes.len().min(3 * WORD)]);
        let content = header.map(|(id, layout)| (id, layout, as_words(&bytes)));
        Ok(Some(Seen { live, content }))
    }

    /// All words of the file.
    pub(super) fn words(&mut self) -> io::Result<Vec<u64>> {
        let mut bytes = Vec::with_capacity(WORDS * WORD);
        self.file.rewind()?;
        self.file.read_to_end(&mut bytes)?;
        Ok(as_words(&bytes))
    }

    /// Removes the file, and then gives back the lock: who gets the lock finds the file gone.
    pub(super) fn remove(self) -> io::Result<()> {
        fs::remove_file(&self.path)
    }
}

/// The error of the operating system about a journal beside the store at `base`.
pub(super) fn failure(action: &str, base: &Path, error: io::Error) -> Error {
    Error::io(action, base.display().to_string(), error)
}

/// The id and the layout of a journal that begins so.
fn read_header(header: &[u8]) -> Option<(Uuid, Layout)> {
    let (magic, id) = header.split_at_checked(WORD)?;
    let layout = Layout::of(u64::from_le_bytes(magic.try_into().ok()?))?;
    Some((Uuid::from_slice(id).ok()?, layout))
}

fn as_words(bytes: &[u8]) -> Vec<u64> {
    let words = bytes.chunks_exact(WORD);
    words
        .map(|word| u64::from_le_bytes(word.try_into().unwrap_or_default()))
        .collect()
}

/// The files of all journals beside the store at `base`, unfinished ones too.
pub(super) fn list(base: &Path) -> io::Result<Vec<PathBuf>> {
    let folder = base.parent().unwrap_or(Path::new("."));
    let mut stem = base.file_name().unwrap_or_default().to_os_string();
    stem.push(".");
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name();
        let rest = name
            .as_encoded_bytes()
            .strip_prefix(stem.as_encoded_bytes());
        if rest.is_some_and(is_rest) {
            paths.push(folder.join(name));
        }
    }
    paths.sort();
    Ok(paths)
}

/// Whether this follows the name of a store in that of a journal of it. The id tells the journals of
/// `runs` from those of `runs.db`.
fn is_rest(rest: &[u8]) -> bool {
    let id = [SUFFIX, UNFINISHED]
        .iter()
        .find_map(|suffix| rest.strip_suffix(suffix.as_bytes()));
    id.is_some_and(|id| id.len() == Simple::LENGTH && Uuid::try_parse_ascii(id).is_ok())
}

/// Whether another process has locked, or removed, a journal that was being made.
fn is_taken_for_dead(error: &io::Error) -> bool {
    let kind = error.kind();
    kind == io::ErrorKind::NotFound || kind == io::ErrorKind::WouldBlock
}

/// Opens and locks a file that exists and that nobody else has locked.
pub(super) fn lock(path: &Path) -> io::Result<Option<File>> {
    let file = match OpenOptions::new().read(true).write(true).open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    match file.try_lock() {
        // Whoever had the lock before may have removed the file; its name is never used again.
        Ok(()) => Ok(path.try_exists()?.then_some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

fn beside(base: &Path, id: Uuid, suffix: &str) -> PathBuf {
    let mut name = OsString::from(base.file_name().unwrap_or_default());
    name.push(format!(".{}{suffix}", id.simple()));
    base.with_file_name(name)
}

/// Gives the file the permissions of the store: whoever may not read that must not read its points
/// here, and whoever may write it may go on with this.
fn protect(file: &File, base: &Path) -> io::Result<()> {
    let Ok(store) = base.metadata() else {
        return Ok(());
    };
    let permissions = store.permissions();
    if permissions.readonly() || permissions == file.metadata()?.permissions() {
        return Ok(());
    }
    file.set_permissions(permissions)
}

/// Locks the file, and gives it its length and its header.
fn fill(file: &mut File, id: Uuid) -> io::Result<()> {
    const BLOCK: usize = 1 << 16;
    file.try_lock()?;
    let mut block = vec![0; BLOCK];
    block[..WORD].copy_from_slice(&MAGIC.to_le_bytes());
    block[WORD..3 * WORD].copy_from_slice(id.as_bytes());
    file.write_all(&block)?;
    block.fill(0);
    let mut rest = WORDS * WORD - BLOCK;
    while rest > 0 {
        let count = rest.min(BLOCK);
        file.write_all(&block[..count])?;
        rest -= count;
    }
    Ok(())
}

const _: () = assert!(HEADER * WORD >= 3 * WORD, "the header holds what it must");
