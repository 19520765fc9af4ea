//! The ids of MLflow, which are the uuids of Entia in another form.

use tracker_core::Uuid;

use super::refusal::invalid;
use crate::problem::Problem;

/// An experiment's uuid as a decimal number. That of `Default` is nil, so that its number is 0.
pub(super) fn number(experiment: Uuid) -> String {
    experiment.as_u128().to_string()
}

/// The uuid of an experiment by its number; Entia's own form does, too.
pub(super) fn experiment(id: &str) -> Result<Uuid, Problem> {
    let is_number = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit());
    let uuid = if is_number {
        // There are no more; a number above is that of no experiment.
        Some(Uuid::from_u128(id.parse().unwrap_or(u128::MAX)))
    } else {
        id.parse().ok().filter(|_| id.len() == 36)
    };
    uuid.ok_or_else(|| {
        let shown = crate::problem::shown(id);
        invalid(format!(
            "Invalid experiment ID: '{shown}'. It is a decimal number, as '0'."
        ))
    })
}

/// A run's uuid as 32 hexadecimal digits.
pub(super) fn hex(run: Uuid) -> String {
    run.simple().to_string()
}

/// The uuid of a run; none for an id that no run has.
pub(super) fn run(id: &str) -> Result<Option<Uuid>, Problem> {
    let of_id = |char: char| char.is_alphanumeric() || matches!(char, '_' | '-');
    let is_id = id.starts_with(|char: char| char.is_ascii_alphanumeric())
        && id.chars().all(of_id)
        && id.chars().count() <= 256;
    if !is_id {
        let shown = crate::problem::shown(id);
        return Err(invalid(format!("Invalid run ID: '{shown}'")));
    }
    Ok(id.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::{experiment, hex, number, run};
    use tracker_core::Uuid;

    #[test]
    fn ids_lead_to_the_uuid_that_they_are_of() {
        for uuid in [Uuid::nil(), Uuid::max(), Uuid::now_v7()] {
            assert_eq!(experiment(&number(uuid)).unwrap(), uuid);
            assert_eq!(experiment(&uuid.to_string()).unwrap(), uuid);
            assert_eq!(run(&hex(uuid)).unwrap(), Some(uuid));
        }
        assert_eq!(number(Uuid::nil()), "0");
    }

    #[test]
    fn what_is_no_id_is_refused() {
        for id in ["", "abc", "-1", "1.0", "0x10"] {
            assert!(experiment(id).is_err(), "{id}");
        }
        assert_eq!(experiment(&"9".repeat(60)).unwrap(), Uuid::max());
        for id in ["", "a/b", "../a", "a b"] {
            assert!(run(id).is_err(), "{id}");
        }
        assert_eq!(run("none").unwrap(), None);
    }
}
