//! What was changed, by rising numbers.

use std::collections::{BTreeMap, HashMap};

use uuid::Uuid;

use crate::ports::Touch;

/// The newest change of each experiment and aggregate.
#[derive(Clone, Debug, Default)]
pub(super) struct Touches {
    by_number: BTreeMap<u64, Touch>,
    /// The number of each, by its experiment and aggregate.
    numbers: HashMap<(Uuid, Option<Uuid>), u64>,
    newest: u64,
}

impl Touches {
    /// Gives what was touched the next number.
    pub(super) fn add(&mut self, touch: Touch) {
        self.newest += 1;
        let key = (touch.experiment, touch.aggregate);
        if let Some(before) = self.numbers.insert(key, self.newest) {
            self.by_number.remove(&before);
        }
        let number = self.newest;
        self.by_number.insert(number, Touch { number, ..touch });
        if touch.removed && touch.aggregate.is_none() {
            let is_other =
                |other: &Touch| other.experiment != touch.experiment || other.aggregate.is_none();
            self.by_number.retain(|_, other| is_other(other));
            self.numbers
                .retain(|(of, aggregate), _| *of != touch.experiment || aggregate.is_none());
        }
    }

    pub(super) fn newest(&self) -> u64 {
        self.newest
    }

    pub(super) fn after(&self, number: u64, limit: usize) -> Vec<Touch> {
        let later = self.by_number.range(number.saturating_add(1)..);
        later.map(|(_, touch)| *touch).take(limit).collect()
    }
}
