//! The modules of an aggregate.

use registry_core::Entity;

use super::Aggregate;
use crate::error::{Error, Result};
use crate::ports::{Change, Detail, Scope};
use crate::records::ModuleRecord;

impl Aggregate {
    /// Puts an entity into the aggregate, as a `kind` that is in use at the present epoch. Where
    /// the newest module of that kind has the same hash, it is moved to the epoch; else the entity
    /// is appended.
    ///
    /// # Errors
    ///
    /// [`Error::Unwritable`], [`Error::NoIdentity`] or [`Error::EmptyName`] where the entity cannot
    /// be stored; nothing is written then. [`Error::Missing`] when the aggregate was removed.
    pub fn with<E: Entity + ?Sized>(&self, kind: &str, entity: &E) -> Result<Self> {
        self.put(ModuleRecord::new(kind, entity)?)
    }

    /// All modules in the order they were appended.
    ///
    /// # Errors
    ///
    /// [`Error::Missing`] when the aggregate was removed.
    pub fn modules(&self) -> Result<Vec<ModuleRecord>> {
        self.modules_in(&Detail {
            modules: None,
            ..Detail::NONE
        })
    }

    /// The modules of a kind in the order they were appended.
    ///
    /// # Errors
    ///
    /// [`Error::Missing`] when the aggregate was removed.
    pub fn modules_of(&self, kind: &str) -> Result<Vec<ModuleRecord>> {
        self.modules_in(&Detail {
            modules: Some(vec![kind.to_owned()]),
            ..Detail::NONE
        })
    }

    fn modules_in(&self, detail: &Detail) -> Result<Vec<ModuleRecord>> {
        let scope = Scope::Uuids(vec![self.0.uuid]);
        let rows = self.0.link.store()?.rows(&scope, detail)?;
        let mut modules = rows.into_iter().map(|row| row.modules);
        modules
            .next()
            .ok_or_else(|| Error::no_aggregate(self.0.uuid))
    }

    /// The newest module of a kind; `model` is there wherever a model is tracked.
    ///
    /// # Errors
    ///
    /// [`Error::Missing`] when there is none of this kind; the hint names those there are.
    pub fn module(&self, kind: &str) -> Result<ModuleRecord> {
        let modules = self.modules()?;
        match modules.iter().rfind(|module| module.kind == kind) {
            Some(module) => Ok(module.clone()),
            None => Err(self.no_module(kind, &modules)),
        }
    }

    /// Puts a module that the present epoch uses.
    pub(crate) fn put(&self, module: ModuleRecord) -> Result<Self> {
        self.put_after(None, module)
    }

    /// As [`put`](Self::put), where the newest module of the kind is known: the same again is not
    /// written.
    pub(crate) fn put_after(
        &self,
        newest: Option<&ModuleRecord>,
        mut module: ModuleRecord,
    ) -> Result<Self> {
        module.epoch = self.epoch();
        if newest != Some(&module) {
            self.0.link.apply(Change::PutModule {
                aggregate: self.0.uuid,
                module,
            })?;
        }
        Ok(self.clone())
    }

    fn no_module(&self, kind: &str, modules: &[ModuleRecord]) -> Error {
        let mut kinds: Vec<&str> = modules.iter().map(|module| module.kind.as_str()).collect();
        kinds.sort_unstable();
        kinds.dedup();
        let there = match kinds.as_slice() {
            [] => "it has no modules".to_owned(),
            kinds => format!("its kinds are `{}`", kinds.join("`, `")),
        };
        Error::Missing {
            what: "module of the kind",
            name: kind.to_owned(),
            place: format!("the aggregate `{}`", self.0.id),
            hint: match registry_core::nearest(kind, kinds.iter().copied()) {
                Some(near) => format!("did you mean `{near}`? ({there})"),
                None => there,
            },
        }
    }
}
