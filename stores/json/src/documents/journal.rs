//! How far journals have been moved into the store.

use registry_core::Value;
use tracker_core::ports::Mark;

use super::Written;
use crate::fields::{DocumentError, Fields};

pub(crate) fn write_mark(mark: Mark) -> Written {
    Ok(vec![
        ("journal", Some(Value::of(&mark.journal.to_string())?)),
        ("position", Some(Value::of(&mark.position)?)),
    ])
}

pub(crate) fn read_mark(fields: &Fields) -> Result<Mark, DocumentError> {
    let journal = fields.text("journal")?;
    Ok(Mark {
        journal: journal
            .parse()
            .map_err(|_| format!("its `journal` is no UUID, but `{journal}`"))?,
        position: fields.count("position")?,
    })
}
