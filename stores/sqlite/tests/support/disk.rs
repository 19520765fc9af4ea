//! A disk that fails or forgets when it is told to: a VFS of `SQLite` in front of the default one.
//!
//! Every file that `SQLite` opens in this process goes through it. There is one disk, so tests take
//! turns: each holds what [`take`] gives it.

#![allow(unsafe_code, reason = "a VFS is a table of C functions")]

use std::collections::BTreeMap;
use std::ffi::{CStr, OsString, c_char, c_int, c_void};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use rusqlite::ffi::{
    SQLITE_CANTOPEN, SQLITE_FULL, SQLITE_IOERR, SQLITE_IOERR_WRITE, SQLITE_OK, sqlite3_file,
    sqlite3_int64, sqlite3_io_methods, sqlite3_vfs, sqlite3_vfs_find, sqlite3_vfs_register,
};

/// What is on the disk for good: for each file by name, its content when it was last synced.
pub(crate) type Image = Arc<BTreeMap<OsString, Vec<u8>>>;

/// Which writes fail; they are counted from 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Plan {
    #[default]
    Sound,
    /// The write of this number fails, once.
    Fail(usize),
    /// The disk is full from the write of this number on.
    Full(usize),
}

#[derive(Default)]
struct Disk {
    plan: Plan,
    writes: usize,
    struck: bool,
    image: Image,
    /// Removed, but not for good before something else is synced.
    removed: Vec<OsString>,
    syncs: Vec<Image>,
}

static TURN: Mutex<()> = Mutex::new(());
static DISK: Mutex<Option<Disk>> = Mutex::new(None);

/// The disk, until this is dropped.
pub(crate) struct Taken {
    _turn: MutexGuard<'static, ()>,
}

/// Waits for the disk to be free; it is sound, empty, and has seen no write.
pub(crate) fn take() -> Taken {
    static REGISTERED: OnceLock<()> = OnceLock::new();
    let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    REGISTERED.get_or_init(register);
    let taken = Taken { _turn: turn };
    taken.reset(Plan::Sound);
    taken
}

#[expect(
    clippy::unused_self,
    reason = "the disk is there for whoever has taken it"
)]
impl Taken {
    /// Counts writes and syncs from here on, and forgets what was synced.
    pub(crate) fn reset(&self, plan: Plan) {
        *disk() = Some(Disk {
            plan,
            ..Disk::default()
        });
    }

    /// No write fails from here on.
    pub(crate) fn repair(&self) {
        with(|disk| disk.plan = Plan::Sound);
    }

    /// Whether a write has failed.
    pub(crate) fn has_struck(&self) -> bool {
        with(|disk| disk.struck).unwrap_or(false)
    }

    /// What a power loss would have left after each sync so far.
    pub(crate) fn syncs(&self) -> Vec<Image> {
        with(|disk| disk.syncs.clone()).unwrap_or_default()
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        *disk() = None;
    }
}

/// Lays the files of an image out in a folder.
pub(crate) fn restore(image: &Image, folder: &Path) {
    for (name, content) in image.iter() {
        std::fs::write(folder.join(name), content).unwrap();
    }
}

fn disk() -> MutexGuard<'static, Option<Disk>> {
    DISK.lock().unwrap_or_else(PoisonError::into_inner)
}

fn with<T>(act: impl FnOnce(&mut Disk) -> T) -> Option<T> {
    disk().as_mut().map(act)
}

impl Disk {
    /// What a write must answer, where it does not go well.
    fn fault(&mut self) -> Option<c_int> {
        self.writes += 1;
        let fault = match self.plan {
            Plan::Fail(at) if at == self.writes => SQLITE_IOERR_WRITE,
            Plan::Full(from) if from <= self.writes => SQLITE_FULL,
            _ => return None,
        };
        self.struck = true;
        Some(fault)
    }

    fn synced(&mut self, name: OsString, content: Vec<u8>) {
        let mut image = BTreeMap::clone(&self.image);
        for removed in self.removed.drain(..) {
            image.remove(&removed);
        }
        image.insert(name, content);
        self.image = Arc::new(image);
        self.syncs.push(Arc::clone(&self.image));
    }
}

/// An open file; the file of the default VFS stands behind it in memory.
#[repr(C)]
struct File {
    methods: *const sqlite3_io_methods,
    path: *const c_char,
}

/// The default VFS.
struct Base(*mut sqlite3_vfs);

// SAFETY: the VFS is never changed or freed once it is registered, and SQLite calls its functions
// from any thread.
unsafe impl Send for Base {}
// SAFETY: as above.
unsafe impl Sync for Base {}

static BASE: OnceLock<Base> = OnceLock::new();

/// Makes this VFS the default one.
fn register() {
    // SAFETY: a null name asks for the default VFS, which lives as long as the process. The new one
    // is leaked, so it does too.
    unsafe {
        let base = sqlite3_vfs_find(std::ptr::null());
        assert!(!base.is_null(), "SQLite must have a VFS");
        let own = sqlite3_vfs {
            szOsFile: (*base).szOsFile + c_int::try_from(size_of::<File>()).unwrap(),
            zName: c"forgetful".as_ptr(),
            pNext: std::ptr::null_mut(),
            xOpen: Some(open),
            xDelete: Some(delete),
            ..*base
        };
        BASE.get_or_init(|| Base(base));
        let registered = sqlite3_vfs_register(Box::leak(Box::new(own)), 1);
        assert_eq!(registered, SQLITE_OK);
    }
}

/// The name of a file without its folder; none for one that has no name.
///
/// # Safety
///
/// `path` is null or a C string.
unsafe fn name(path: *const c_char) -> Option<OsString> {
    if path.is_null() {
        return None;
    }
    // SAFETY: the caller says so.
    let path = unsafe { CStr::from_ptr(path) }.to_str().ok()?;
    Path::new(path).file_name().map(OsString::from)
}

unsafe extern "C" fn open(
    _vfs: *mut sqlite3_vfs,
    path: *const c_char,
    file: *mut sqlite3_file,
    flags: c_int,
    out: *mut c_int,
) -> c_int {
    let Some(Base(vfs)) = BASE.get() else {
        return SQLITE_CANTOPEN;
    };
    // SAFETY: SQLite gives `szOsFile` bytes for `file`: room for a `File` and the file of the base,
    // which is given to the base alone. `path` lives until the file is closed.
    unsafe {
        let Some(open) = (**vfs).xOpen else {
            return SQLITE_CANTOPEN;
        };
        let opened = open(*vfs, path, base(file), flags, out);
        let methods: *const sqlite3_io_methods = if opened == SQLITE_OK {
            &raw const METHODS
        } else {
            std::ptr::null()
        };
        file.cast::<File>().write(File { methods, path });
        opened
    }
}

unsafe extern "C" fn delete(_vfs: *mut sqlite3_vfs, path: *const c_char, sync: c_int) -> c_int {
    let Some(Base(vfs)) = BASE.get() else {
        return SQLITE_IOERR;
    };
    // SAFETY: the arguments are passed on as SQLite gave them.
    unsafe {
        let Some(delete) = (**vfs).xDelete else {
            return SQLITE_IOERR;
        };
        let deleted = delete(*vfs, path, sync);
        if let (SQLITE_OK, Some(name)) = (deleted, name(path)) {
            with(|disk| disk.removed.push(name));
        }
        deleted
    }
}

/// The file of the default VFS behind a file of this one.
///
/// # Safety
///
/// `file` was allocated for this VFS.
unsafe fn base(file: *mut sqlite3_file) -> *mut sqlite3_file {
    // SAFETY: the allocation goes on behind the `File`, by the size the base asks for; the size of
    // a `File` keeps the alignment.
    unsafe { file.cast::<File>().add(1).cast() }
}

/// Calls a method of the file of the default VFS.
macro_rules! call {
    ($file:expr, $method:ident $(, $argument:expr)*) => {{
        let base = base($file);
        match (*(*base).pMethods).$method {
            Some(method) => method(base $(, $argument)*),
            None => SQLITE_IOERR,
        }
    }};
}

/// Methods that are passed on as they are.
macro_rules! pass {
    ($($name:ident as $method:ident($($argument:ident: $type:ty),*);)+) => {$(
        unsafe extern "C" fn $name(file: *mut sqlite3_file $(, $argument: $type)*) -> c_int {
            // SAFETY: SQLite calls the methods of a file that is open, and the arguments are passed
            // on as they are.
            unsafe { call!(file, $method $(, $argument)*) }
        }
    )+};
}

pass! {
    close as xClose();
    read as xRead(buffer: *mut c_void, amount: c_int, offset: sqlite3_int64);
    truncate as xTruncate(size: sqlite3_int64);
    file_size as xFileSize(size: *mut sqlite3_int64);
    lock as xLock(level: c_int);
    unlock as xUnlock(level: c_int);
    check_reserved_lock as xCheckReservedLock(out: *mut c_int);
    file_control as xFileControl(op: c_int, argument: *mut c_void);
    sector_size as xSectorSize();
    device_characteristics as xDeviceCharacteristics();
    shm_map as xShmMap(page: c_int, size: c_int, extend: c_int, out: *mut *mut c_void);
    shm_lock as xShmLock(offset: c_int, n: c_int, flags: c_int);
    shm_unmap as xShmUnmap(delete: c_int);
}

unsafe extern "C" fn shm_barrier(file: *mut sqlite3_file) {
    // SAFETY: SQLite calls the methods of a file that is open.
    unsafe {
        let base = base(file);
        if let Some(barrier) = (*(*base).pMethods).xShmBarrier {
            barrier(base);
        }
    }
}

unsafe extern "C" fn write(
    file: *mut sqlite3_file,
    bytes: *const c_void,
    amount: c_int,
    offset: sqlite3_int64,
) -> c_int {
    if let Some(fault) = with(Disk::fault).flatten() {
        return fault;
    }
    // SAFETY: SQLite calls the methods of a file that is open, and the arguments are passed on.
    unsafe { call!(file, xWrite, bytes, amount, offset) }
}

/// Remembers the content; the real disk is not waited for.
unsafe extern "C" fn sync(file: *mut sqlite3_file, _flags: c_int) -> c_int {
    // SAFETY: SQLite calls the methods of a file that is open; the buffer is as long as the file,
    // and its path lives until it is closed.
    unsafe {
        let mut size = 0;
        let known = call!(file, xFileSize, &raw mut size);
        if known != SQLITE_OK {
            return known;
        }
        let Ok(amount) = c_int::try_from(size) else {
            return SQLITE_IOERR;
        };
        let mut content = vec![0_u8; usize::try_from(amount).unwrap_or(0)];
        let read = call!(file, xRead, content.as_mut_ptr().cast(), amount, 0);
        if read == SQLITE_OK
            && let Some(name) = name((*file.cast::<File>()).path)
        {
            with(|disk| disk.synced(name, content));
        }
        read
    }
}

/// Version 2: without memory maps, which would go past `write`.
static METHODS: sqlite3_io_methods = sqlite3_io_methods {
    iVersion: 2,
    xClose: Some(close),
    xRead: Some(read),
    xWrite: Some(write),
    xTruncate: Some(truncate),
    xSync: Some(sync),
    xFileSize: Some(file_size),
    xLock: Some(lock),
    xUnlock: Some(unlock),
    xCheckReservedLock: Some(check_reserved_lock),
    xFileControl: Some(file_control),
    xSectorSize: Some(sector_size),
    xDeviceCharacteristics: Some(device_characteristics),
    xShmMap: Some(shm_map),
    xShmLock: Some(shm_lock),
    xShmBarrier: Some(shm_barrier),
    xShmUnmap: Some(shm_unmap),
    xFetch: None,
    xUnfetch: None,
};
