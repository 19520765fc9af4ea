//! `Registered` does what its value does.

use entia::prelude::*;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::fmt;

#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Entity)]
struct Step {
    every: u32,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "every {}", self.every)
    }
}

/// A constructor beside a module of its name.
mod net {
    pub(crate) const SIZE: usize = 3;
}

#[register]
fn net() -> Vec<usize> {
    vec![net::SIZE]
}

#[test]
fn it_compares_hashes_defaults_and_prints() -> Result<(), Box<dyn std::error::Error>> {
    let (one, two) = (
        Registered::of(Step { every: 1 }),
        Registered::of(Step { every: 2 }),
    );
    assert!(one < two && one != two && one == one.clone());
    assert_eq!(one.max(two.clone()), two);
    assert_eq!(Registered::<Step>::default().every, 0);
    assert_eq!(two.to_string(), "every 2");
    assert_eq!(format!("{two:?}"), r#"Step {"every": 2}"#);
    assert_eq!(HashSet::from([two.clone(), two.clone()]).len(), 1);
    assert_eq!(BTreeSet::from([two.clone()]).len(), 1);
    assert_eq!(*net(), [3]);

    let scores = HashMap::from([(Entity::hash(&two), 0.5)]);
    let text = serde_json::to_string(&scores)?;
    assert_eq!(text, format!(r#"{{"{}":0.5}}"#, Entity::hash(&two)));
    assert_eq!(
        serde_json::from_str::<HashMap<entia::Hash, f64>>(&text)?,
        scores
    );
    Ok(())
}

#[test]
fn two_invalid_hashes_are_not_equal() {
    #[derive(Clone, Entity)]
    struct Pairs {
        map: HashMap<Vec<u8>, u8>,
    }
    let pairs = Pairs {
        map: HashMap::from([(vec![1], 1)]),
    };
    let (left, right) = (pairs.hash(), pairs.hash());
    assert!(!left.is_valid());
    assert_ne!(left, right);
    assert_eq!(left, left.clone());
}
