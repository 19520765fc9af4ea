//! Mistakes with what is found.

use tracker_core::ports::{AggregateRecord, Detail, Row, Scope, Search, Store as _};
use tracker_core::query::{Directions, Page, archived};
use tracker_core::{Error, Query, Result, Summary, Uuid};

use super::{Careless, M};

impl Careless {
    pub(super) fn found(&self, scope: &Scope, detail: &Detail) -> Result<Vec<Row>> {
        let mut wanted = detail.clone();
        match self.mistake {
            Some(M::TableIsOfAllKinds) => wanted.modules = None,
            Some(M::SeriesAreNamedByNameAlone) => wanted.series = None,
            _ => {}
        }
        let mut rows = self.inner.rows(&self.meant(scope), &wanted)?;
        self.pick(scope, &mut rows)?;
        for row in &mut rows {
            self.change(row)?;
        }
        if let (Some(M::SeriesAreNamedByNameAlone), Some(named)) = (self.mistake, &detail.series) {
            let is_named = |name: &str| named.iter().any(|wanted| wanted.0 == name);
            for row in &mut rows {
                row.summaries.retain(|summary| is_named(summary.name()));
            }
        }
        Ok(rows)
    }

    /// What it takes a scope for.
    fn meant(&self, scope: &Scope) -> Scope {
        match (self.mistake, scope) {
            (Some(M::NoUuidIsAnyUuid), Scope::Uuids(uuids)) if uuids.is_empty() => Scope::All,
            (Some(M::IdIsOfAnyExperiment), Scope::Id { id, .. }) => Scope::Id {
                experiment: None,
                id: id.clone(),
            },
            (Some(M::PrefixIsOfAnyExperiment), Scope::Prefix { prefix, .. }) => Scope::Prefix {
                experiment: None,
                prefix: prefix.clone(),
            },
            (
                Some(M::PrefixIsAPattern | M::PrefixIgnoresCase),
                Scope::Prefix { experiment, .. },
            ) => experiment.map_or(Scope::All, Scope::Experiment),
            _ => scope.clone(),
        }
    }

    /// Leaves out rows, or brings them into another order.
    fn pick(&self, scope: &Scope, rows: &mut Vec<Row>) -> Result<()> {
        match (self.mistake, scope) {
            (Some(M::PrefixIsAPattern), Scope::Prefix { prefix, .. }) => {
                rows.retain(|row| is_like(&row.aggregate.id, prefix));
            }
            (Some(M::PrefixIgnoresCase), Scope::Prefix { prefix, .. }) => {
                let prefix = prefix.to_lowercase();
                rows.retain(|row| row.aggregate.id.to_lowercase().starts_with(&prefix));
            }
            (Some(M::UuidsAreInTheOrderAsked), Scope::Uuids(uuids)) => {
                rows.sort_by_key(|row| uuids.iter().position(|uuid| *uuid == row.aggregate.uuid));
            }
            (Some(M::MakesUpWhatIsMissing), Scope::Uuids(uuids)) if rows.is_empty() => {
                rows.extend(uuids.iter().map(|uuid| made_up(*uuid)));
            }
            (Some(M::TableIsByIds), _) => {
                rows.sort_by(|a, b| a.aggregate.id.cmp(&b.aggregate.id));
            }
            // As an inner join does it.
            (Some(M::RowsNeedAModule), Scope::Experiment(_)) => {
                rows.retain(|row| !row.modules.is_empty());
            }
            (Some(M::RowsNeedASummary), Scope::Experiment(_)) => {
                rows.retain(|row| !row.summaries.is_empty());
            }
            // By its id it would be sought for ever, once tracking it again has found the id taken.
            (Some(M::HidesTheArchived), Scope::Uuids(_) | Scope::Prefix { .. }) => {
                rows.retain(|row| !row.aggregate.archived);
            }
            (Some(M::TableOfTheMissingFails), Scope::Experiment(experiment))
                if self.experiment_of(*experiment)?.is_none() =>
            {
                return Err(Error::no_experiment(*experiment));
            }
            _ => {}
        }
        Ok(())
    }

    fn change(&self, row: &mut Row) -> Result<()> {
        let uuid = row.aggregate.uuid;
        match self.mistake {
            Some(M::ListsModulesBackwards) => row.modules.reverse(),
            Some(M::OverwritesParams) => {
                for ((of, name), value) in &self.aside().params {
                    if *of == uuid {
                        row.aggregate.params.insert(name.clone(), value.clone());
                    }
                }
            }
            Some(M::RewindLeavesSummaries) => {
                if let Some(before) = self.aside().summaries.get(&uuid) {
                    row.summaries.clone_from(before);
                }
            }
            Some(M::BestIsWhereItWasLast) => {
                for summary in &mut row.summaries {
                    self.move_to_the_last(uuid, summary)?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn move_to_the_last(&self, aggregate: Uuid, summary: &mut Summary) -> Result<()> {
        let history = self
            .inner
            .history(aggregate, summary.name(), summary.phase())?;
        for point in history.iter() {
            if point.value.number() == summary.min {
                summary.min_at = Some(point.moment().into());
            }
        }
        Ok(())
    }

    pub(super) fn searched(&self, search: &Search<'_>) -> Result<Page<Row>> {
        let query = search.query;
        let changed = match self.mistake {
            Some(M::ListsTheArchived) if !query.asks_for_archived() => {
                let all = archived().exists();
                Some(query.clone().filter(all))
            }
            Some(M::TakesAnyCursor) if query.cursor().is_some_and(|it| it.keys(query).is_err()) => {
                let orders = query.orders().iter().cloned();
                Some(orders.fold(Query::new(), Query::order_by))
            }
            _ => None,
        };
        let query = changed.as_ref().unwrap_or(query);
        let mut rows = self.found(&search.scope, &Detail::ALL)?;
        if !self.makes(M::SearchKnowsNoMeans) {
            let wanted = search.detail.union(&query.detail());
            wanted.add_means(&mut rows, |uuid, name, phase| {
                self.inner.history(uuid, name, phase)
            })?;
        }
        let directions = match self.mistake {
            Some(M::SearchKnowsNoDefinitions) => Directions::default(),
            _ => Directions::of(&self.inner.experiments()?),
        };
        let mut page = query.select(rows, &directions)?;
        page.items
            .iter_mut()
            .for_each(|row| search.detail.trim(row));
        if self.makes(M::EndsAtNothing) && query.most() == Some(0) {
            page.next = None;
        }
        if self.makes(M::EndsAtAFullPage) && Some(page.items.len()) == query.most() {
            page.next = None;
        }
        Ok(page)
    }
}

/// Whether a text begins as a pattern says, in which `%` stands for any text and `_` for any
/// character.
fn is_like(text: &str, pattern: &str) -> bool {
    let mut rest = pattern.chars();
    match rest.next() {
        None => true,
        Some('%') => {
            let ends = text.char_indices().map(|(at, _)| at).chain([text.len()]);
            let mut tails = ends.map(|at| &text[at..]);
            tails.any(|tail| is_like(tail, rest.as_str()))
        }
        Some(wanted) => {
            let mut chars = text.chars();
            let found = chars.next();
            let same = found.is_some_and(|found| wanted == '_' || wanted == found);
            same && is_like(chars.as_str(), rest.as_str())
        }
    }
}

fn made_up(uuid: Uuid) -> Row {
    Row {
        aggregate: AggregateRecord {
            uuid,
            ..AggregateRecord::new(Uuid::nil(), "made up")
        },
        modules: Vec::new(),
        summaries: Vec::new(),
        means: Vec::new(),
    }
}
