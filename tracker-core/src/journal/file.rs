//! The file of a journal: its name, its lock, its header, its end.
//!
//! A journal of `runs.db` is `runs.db.ID.journal` beside it, where `ID` is made up anew for each.
//! The process it belongs to holds a lock on it, which the system takes back however the process
//! ends, also where a child lives on; who gets the lock knows that the process is dead. One that has to be kept for a person to
//! look at is `runs.db.ID.journal.kept`.

use std::ffi::OsString;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use uuid::Uuid;
use uuid::fmt::Simple;

use super::disk::Disk;
use super::layout::{HEADER, Layout, MAGIC, NAMED, REASON, SLOTS, STORE, UNIT, belonging};
use super::map::WORD;
use crate::error::Error;
use crate::fork::OwnFile;
use crate::records::new_id;

const SUFFIX: &str = ".journal";
/// A journal that is not whole yet; no point was ever in it.
const UNFINISHED: &str = ".journal.new";
/// A journal that is not moved any more.
const KEPT: &str = ".journal.kept";

/// The file of a journal, locked by this process until it is dropped.
pub(super) struct JournalFile {
    pub(super) disk: Arc<dyn Disk>,
    pub(super) path: PathBuf,
    pub(super) file: OwnFile,
    pub(super) header: Header,
}

/// What a journal says of itself.
#[derive(Clone, Copy, Debug)]
pub(super) struct Header {
    pub(super) layout: Layout,
    pub(super) id: Uuid,
    /// The identity of the store that its records are for, where that has one.
    pub(super) store: Option<Uuid>,
}

impl JournalFile {
    /// Makes a new journal beside the store at `base`, all of it on the disk: a page of a map that
    /// finds no room there ends the process.
    pub(super) fn create(disk: &Arc<dyn Disk>, base: &Path) -> io::Result<Self> {
        // Who opens the store just now may take an unfinished journal for one of a dead process:
        // lock it first, and remove it.
        const ATTEMPTS: usize = 3;
        let mut last = io::Error::from(io::ErrorKind::Interrupted);
        for _ in 0..ATTEMPTS {
            match Self::create_once(disk, base) {
                Err(error) if is_taken_for_dead(&error) => last = error,
                done => return done,
            }
        }
        Err(last)
    }

    fn create_once(disk: &Arc<dyn Disk>, base: &Path) -> io::Result<Self> {
        // Such ids order as they were made.
        let id = new_id();
        let (unfinished, path) = (beside(base, id, UNFINISHED), beside(base, id, SUFFIX));
        let header = Header {
            layout: Layout::Slots,
            id,
            store: None,
        };
        let done = disk.create(&unfinished, base).and_then(|file| {
            disk.write(&file, 0, &header.bytes())?;
            fill(&**disk, &file, HEADER, SLOTS * UNIT)?;
            disk.rename(&unfinished, &path)?;
            Ok(file)
        });
        match done {
            Ok(file) => Ok(Self {
                disk: Arc::clone(disk),
                path,
                file,
                header,
            }),
            Err(error) => {
                // What is left of a journal that was never used only takes room.
                let _ = disk.remove(&unfinished);
                Err(error)
            }
        }
    }

    /// The journal at `path`, where it belongs to no living process; and `None` where it does, or
    /// is gone, or was never finished and is gone now, or is for a later version to read.
    pub(super) fn of_dead_process(disk: &Arc<dyn Disk>, path: &Path) -> io::Result<Option<Self>> {
        let Some(file) = disk.open_locked(path)? else {
            return Ok(None);
        };
        let bytes = disk.read(&file, 0, NAMED as u64)?;
        // Without a header it was not finished, or a power loss came before any of it was on the
        // disk.
        let is_empty = bytes.len() < 3 * WORD || bytes[..WORD] == [0; WORD];
        if is_empty || is_unfinished(path) {
            disk.remove(path)?;
            return Ok(None);
        }
        Ok(Header::read(&bytes).map(|header| Self {
            disk: Arc::clone(disk),
            path: path.to_path_buf(),
            file,
            header,
        }))
    }

    /// Says in the file for which store its records are.
    pub(super) fn set_store(&self, store: Uuid) -> io::Result<()> {
        let mut bytes = store.as_bytes().to_vec();
        bytes.extend(belonging(self.header.id, store).to_le_bytes());
        self.disk.write(&self.file, STORE, &bytes)
    }

    /// Says in the file why it is to be kept; the first reason stays.
    pub(super) fn set_reason(&self, reason: &str) -> io::Result<()> {
        /// Characters, each of four bytes at most.
        const LONGEST: usize = 700;
        if self.reason()?.is_some() {
            return Ok(());
        }
        let reason: String = reason.chars().take(LONGEST).collect();
        let mut bytes = (reason.len() as u64).to_le_bytes().to_vec();
        bytes.extend(reason.as_bytes());
        self.disk.write(&self.file, REASON, &bytes)?;
        // The store is told next that what the reason is about was moved.
        self.disk.sync(&self.file)
    }

    pub(super) fn reason(&self) -> io::Result<Option<String>> {
        reason(&*self.disk, &self.file)
    }

    /// Gives it a name by which it is not moved any more.
    pub(super) fn keep(self) -> io::Result<()> {
        let mut kept = self.path.clone().into_os_string();
        kept.push(KEPT.trim_start_matches(SUFFIX));
        self.disk.rename(&self.path, &PathBuf::from(kept))
    }

    /// Removes the file, and then gives back the lock: who gets the lock finds the file gone.
    pub(super) fn remove(self) -> io::Result<()> {
        self.disk.remove(&self.path)
    }
}

impl Header {
    fn bytes(self) -> Vec<u8> {
        let mut bytes = MAGIC.to_le_bytes().to_vec();
        bytes.extend(self.id.as_bytes());
        bytes.resize(usize::try_from(HEADER).unwrap_or(NAMED), 0);
        bytes
    }

    /// Whether its records are for another store than that of this identity.
    pub(super) fn is_foreign(self, identity: Option<Uuid>) -> bool {
        self.store.is_some() && self.store != identity
    }

    /// The header of a journal that begins so; none for one of a later version.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let (magic, rest) = bytes.split_at_checked(WORD)?;
        let layout = Layout::of(u64::from_le_bytes(magic.try_into().ok()?))?;
        let (id, rest) = rest.split_at_checked(2 * WORD)?;
        let id = Uuid::from_slice(id).ok()?;
        let store = match layout {
            Layout::Slots => store(id, rest),
            Layout::Ids | Layout::Turns => None,
        };
        Some(Self { layout, id, store })
    }
}

/// The identity that a header names, where it was written whole.
fn store(journal: Uuid, bytes: &[u8]) -> Option<Uuid> {
    let (store, rest) = bytes.split_at_checked(2 * WORD)?;
    let store = Uuid::from_slice(store).ok()?;
    (rest.get(..WORD)? == belonging(journal, store).to_le_bytes()).then_some(store)
}

/// Writes zeros, so that the room is really there.
pub(super) fn fill(disk: &dyn Disk, file: &File, at: u64, bytes: u64) -> io::Result<()> {
    const BLOCK: usize = 1 << 16;
    let block = vec![0; BLOCK];
    (0..bytes)
        .step_by(BLOCK)
        .try_for_each(|done| disk.write(file, at + done, &block))
}

/// Why a journal is kept, as its header says it.
pub(super) fn reason(disk: &dyn Disk, file: &File) -> io::Result<Option<String>> {
    let bytes = disk.read(file, REASON, HEADER - REASON)?;
    let Some((length, text)) = bytes.split_at_checked(WORD) else {
        return Ok(None);
    };
    let length = u64::from_le_bytes(length.try_into().unwrap_or_default());
    let text = usize::try_from(length).ok().and_then(|end| text.get(..end));
    Ok(text
        .filter(|text| !text.is_empty())
        .map(|text| String::from_utf8_lossy(text).into_owned()))
}

/// The error of the operating system about a journal beside the store at `base`.
pub(super) fn failure(action: &str, base: &Path, error: io::Error) -> Error {
    Error::io(action, base.display().to_string(), error)
}

/// The files of all journals beside the store at `base`, unfinished and kept ones too.
pub(super) fn list(disk: &dyn Disk, base: &Path) -> io::Result<Vec<PathBuf>> {
    let folder = base.parent().unwrap_or(Path::new("."));
    let mut stem = base.file_name().unwrap_or_default().to_os_string();
    stem.push(".");
    let names = disk.list(folder)?.into_iter().filter(|name| {
        let rest = name.as_encoded_bytes();
        rest.strip_prefix(stem.as_encoded_bytes())
            .is_some_and(is_rest)
    });
    let mut paths: Vec<PathBuf> = names.map(|name| folder.join(name)).collect();
    paths.sort();
    Ok(paths)
}

/// Whether this follows the name of a store in that of a journal of it. The id tells the journals of
/// `runs` from those of `runs.db`.
fn is_rest(rest: &[u8]) -> bool {
    let id = [SUFFIX, UNFINISHED, KEPT]
        .iter()
        .find_map(|suffix| rest.strip_suffix(suffix.as_bytes()));
    id.is_some_and(|id| id.len() == Simple::LENGTH && Uuid::try_parse_ascii(id).is_ok())
}

pub(super) fn is_unfinished(path: &Path) -> bool {
    path.as_os_str().to_string_lossy().ends_with(UNFINISHED)
}

pub(super) fn is_kept(path: &Path) -> bool {
    path.as_os_str().to_string_lossy().ends_with(KEPT)
}

/// Whether another process has locked, or removed, a journal that was being made.
fn is_taken_for_dead(error: &io::Error) -> bool {
    let kind = error.kind();
    kind == io::ErrorKind::NotFound || kind == io::ErrorKind::WouldBlock
}

fn beside(base: &Path, id: Uuid, suffix: &str) -> PathBuf {
    let mut name = OsString::from(base.file_name().unwrap_or_default());
    name.push(format!(".{}{suffix}", id.simple()));
    base.with_file_name(name)
}
