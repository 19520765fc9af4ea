//! The tables of the file, document by document.
//!
//! A document is kept as its text, so whatever other programs have put into it is written back as
//! it was.

use std::fmt::Write as _;

use registry_core::{ArgumentError, Arguments, Value};

/// A table that is known here.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Table {
    Experiments,
    Models,
    Modules,
    Metrics,
    Iterations,
    /// This and the next are the tables that the Python package does not know.
    Journals,
    /// What tells the store from every other.
    Identity,
}

/// In the order of the enum.
const TABLES: [Table; 7] = [
    Table::Experiments,
    Table::Models,
    Table::Modules,
    Table::Metrics,
    Table::Iterations,
    Table::Journals,
    Table::Identity,
];

/// Why the content of a file cannot be used.
#[derive(Debug)]
pub(crate) enum FileError {
    /// It is no file of a tracker.
    Foreign(String),
    /// One place in it is wrong.
    Damaged(String),
}

/// New members of a document in order; one without a value is to be removed.
pub(crate) type Members = Vec<(&'static str, Option<Value>)>;

/// An object with the number that `TinyDB` gives it.
pub(crate) struct Document {
    number: u64,
    object: Value,
}

#[derive(Default)]
struct Documents {
    list: Vec<Document>,
    /// The largest number so far.
    last: u64,
}

/// All that the file holds.
#[derive(Default)]
pub(crate) struct Tables {
    known: [Documents; TABLES.len()],
    /// Members of the file that are not known here, as text.
    others: Vec<String>,
    changed: bool,
}

impl Table {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Experiments => "experiments",
            Self::Models => "models",
            Self::Modules => "modules",
            Self::Metrics => "metrics",
            Self::Iterations => "iterations",
            Self::Journals => "journals",
            Self::Identity => "identity",
        }
    }

    /// The member of its documents that names what they belong to.
    pub(crate) fn owner(self) -> &'static str {
        match self {
            Self::Models => "experiment",
            Self::Modules | Self::Metrics => "model",
            Self::Experiments | Self::Iterations | Self::Journals | Self::Identity => "owner",
        }
    }

    fn named(name: &str) -> Option<Self> {
        TABLES.into_iter().find(|table| table.name() == name)
    }
}

impl Document {
    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    pub(crate) fn object(&self) -> &Value {
        &self.object
    }

    /// Whether it has this member. The search of the text spares most documents the parsing.
    pub(crate) fn has(&self, name: &str, value: &Value) -> bool {
        self.object.as_str().contains(value.as_str())
            && self.object.get(name).as_ref() == Some(value)
    }

    /// Whether it has the members with a value, and none of the others.
    pub(crate) fn has_all(&self, members: &Members) -> bool {
        members.iter().all(|(name, value)| match value {
            Some(value) => self.has(name, value),
            None => self.object.get(name).is_none(),
        })
    }
}

impl Documents {
    fn parse(table: Table, value: &Value) -> Result<Self, FileError> {
        let foreign = |problem: &str| {
            let table = table.name();
            FileError::Foreign(format!("its member `{table}` {problem}"))
        };
        let members = value.members();
        let mut documents = Self::default();
        for (key, object) in members.ok_or_else(|| foreign("is no table"))? {
            let number = number(&key)
                .ok_or_else(|| foreign(&format!("has the key `{key}`, which is no number")))?;
            if !object.as_str().starts_with('{') {
                return Err(foreign(&format!("holds no object at `{key}`")));
            }
            documents.last = documents.last.max(number);
            documents.list.push(Document { number, object });
        }
        Ok(documents)
    }
}

/// The number of a document. The bound leaves room for all that can ever be appended.
fn number(key: &str) -> Option<u64> {
    let number: u32 = key.parse().ok()?;
    (number.to_string() == key).then_some(u64::from(number))
}

impl Tables {
    pub(crate) fn parse(text: &str) -> Result<Self, FileError> {
        let file: Value = text.parse().map_err(|problem| unreadable(&problem))?;
        let Some(members) = file.members() else {
            return Err(FileError::Foreign("it holds no JSON object".to_owned()));
        };
        let mut tables = Self::default();
        let mut found = members.is_empty();
        for (name, value) in members {
            if let Some(table) = Table::named(&name) {
                found = true;
                tables.known[table as usize] = Documents::parse(table, &value)?;
            } else {
                let name = Value::of(&name).map_err(|problem| unreadable(&problem))?;
                tables.others.push(format!("{name}: {value}"));
            }
        }
        if !found {
            let problem = "it has none of the tables `experiments`, `models` and `metrics`";
            return Err(FileError::Foreign(problem.to_owned()));
        }
        Ok(tables)
    }

    /// The text of the file, laid out as Python's `json.dumps` does it.
    pub(crate) fn to_text(&self) -> String {
        let documents = self.known.iter().flat_map(|documents| &documents.list);
        let length: usize = documents
            .map(|document| document.object.as_str().len() + "\"\": , ".len() + 10)
            .sum();
        let mut text = String::with_capacity(length + 128);
        let mut separator = "{";
        for (table, documents) in TABLES.iter().zip(&self.known) {
            if matches!(table, Table::Journals | Table::Identity) && documents.list.is_empty() {
                continue;
            }
            // Writing into a string cannot fail.
            let _ = write!(text, "{separator}\"{}\": {{", table.name());
            separator = ", ";
            let mut between = "";
            for Document { number, object } in &documents.list {
                let _ = write!(text, "{between}\"{number}\": {object}");
                between = ", ";
            }
            text.push('}');
        }
        for other in &self.others {
            text.push_str(separator);
            text.push_str(other);
        }
        text.push('}');
        text
    }

    /// Whether anything was changed since it was parsed.
    pub(crate) fn is_changed(&self) -> bool {
        self.changed
    }

    pub(crate) fn set_unchanged(&mut self) {
        self.changed = false;
    }

    pub(crate) fn list(&self, table: Table) -> &[Document] {
        &self.known[table as usize].list
    }

    /// Where the last document stands that is meant.
    pub(crate) fn find(&self, table: Table, meant: impl Fn(&Document) -> bool) -> Option<usize> {
        self.list(table).iter().rposition(meant)
    }

    pub(crate) fn append(&mut self, table: Table, members: Members) -> Result<(), ArgumentError> {
        let object = object(Vec::new(), members)?;
        let documents = &mut self.known[table as usize];
        documents.last += 1;
        documents.list.push(Document {
            number: documents.last,
            object,
        });
        self.changed = true;
        Ok(())
    }

    /// Changes members of a document; the others stay.
    pub(crate) fn update(
        &mut self,
        table: Table,
        index: usize,
        members: Members,
    ) -> Result<(), ArgumentError> {
        let document = &mut self.known[table as usize].list[index];
        let changed = object(document.object.members().unwrap_or_default(), members)?;
        if changed != document.object {
            document.object = changed;
            self.changed = true;
        }
        Ok(())
    }

    pub(crate) fn remove(&mut self, table: Table, meant: impl Fn(&Document) -> bool) {
        let documents = &mut self.known[table as usize].list;
        let before = documents.len();
        documents.retain(|document| !meant(document));
        self.changed |= documents.len() < before;
    }
}

/// The members that an object has, changed by the new ones.
fn object(mut members: Vec<(String, Value)>, new: Members) -> Result<Value, ArgumentError> {
    for (name, value) in new {
        let place = members.iter().position(|(known, _)| known == name);
        match (place, value) {
            (Some(place), Some(value)) => members[place].1 = value,
            (Some(place), None) => drop(members.remove(place)),
            (None, Some(value)) => members.push((name.to_owned(), value)),
            (None, None) => {}
        }
    }
    let object = Value::of(&members.into_iter().collect::<Arguments>())?;
    // The file could not be read again where this is too deep: a table in the file holds it.
    Value::of(&[[&object]])?;
    Ok(object)
}

/// The path of the problem leads to a document where the file is the tracker's.
fn unreadable(problem: &ArgumentError) -> FileError {
    let (path, message) = (problem.path(), problem.message());
    let table = path.split('.').next().and_then(Table::named);
    match table {
        Some(_) => FileError::Damaged(format!("`{path}` cannot be read, {message}")),
        None => FileError::Foreign(format!("it holds no JSON object, {message}")),
    }
}

#[cfg(test)]
mod tests {
    use super::{FileError, Table, Tables};
    use registry_core::Value;

    fn foreign(text: &str) -> String {
        match Tables::parse(text) {
            Err(FileError::Foreign(problem)) => problem,
            Err(FileError::Damaged(problem)) => panic!("damaged: {problem}"),
            Ok(_) => panic!("`{text}` is accepted"),
        }
    }

    #[test]
    fn what_is_not_known_is_written_back() {
        let text = r#"{"experiments": {"1": {"id": "a", "mine": {"$float": "NaN", "n": 1e-05}}}, "models": {}, "modules": {}, "metrics": {"7": {"value": NaN}}, "iterations": {}, "_d\u00e9fault": [1, 2]}"#;
        let Ok(mut tables) = Tables::parse(text) else {
            panic!("a file of the tracker")
        };
        assert_eq!(tables.to_text(), text);
        let members = vec![("value", Some("1".parse::<Value>().unwrap()))];
        tables.append(Table::Metrics, members).unwrap();
        let longer = text.replace(
            r#""7": {"value": NaN}"#,
            r#""7": {"value": NaN}, "8": {"value": 1}"#,
        );
        assert_eq!(tables.to_text(), longer);
    }

    #[test]
    fn an_update_keeps_the_other_members() {
        let text = r#"{"models": {"3": {"id": "a", "mine": 1, "epoch": 0}}}"#;
        let Ok(mut tables) = Tables::parse(text) else {
            panic!("a file of the tracker")
        };
        let value = |text: &str| Some(text.parse::<Value>().unwrap());
        let members = vec![
            ("epoch", value("2")),
            ("id", None),
            ("notes", value("\"n\"")),
        ];
        tables.update(Table::Models, 0, members).unwrap();
        let object = tables.list(Table::Models)[0].object();
        assert_eq!(object.as_str(), r#"{"mine": 1, "epoch": 2, "notes": "n"}"#);
    }

    #[test]
    fn what_could_not_be_read_again_is_refused() {
        let mut tables = Tables::default();
        let deep = |levels: usize| {
            let text = "[".repeat(levels) + &"]".repeat(levels);
            vec![("json", Some(text.parse::<Value>().unwrap()))]
        };
        tables.append(Table::Metrics, deep(125)).unwrap();
        assert!(Tables::parse(&tables.to_text()).is_ok());
        assert!(tables.append(Table::Metrics, deep(126)).is_err());
    }

    #[test]
    fn files_of_others_are_told() {
        assert!(foreign("step,loss\n1,0.5\n").contains("line 1 column 1"));
        assert!(foreign("[1]").contains("no JSON object"));
        assert!(foreign(r#"{"name": "x", "version": 1}"#).contains("none of the tables"));
        assert!(foreign(r#"{"metrics": {"loss": {}}}"#).contains("`loss`"));
        assert!(foreign(r#"{"metrics": {"1": 0.5}}"#).contains("`1`"));
        assert!(foreign(r#"{"metrics": {"01": {}}}"#).contains("`01`"));
        assert!(foreign(r#"{"metrics": [1]}"#).contains("no table"));
        assert!(Tables::parse("{}").is_ok());
    }

    #[test]
    fn a_text_that_ends_early_is_damaged_at_its_place() {
        let text = r#"{"experiments": {}, "metrics": {"1": {"value": 1}, "2": {"val"#;
        match Tables::parse(text) {
            Err(FileError::Damaged(problem)) => assert!(problem.contains("metrics.2"), "{problem}"),
            _ => panic!("it is damaged"),
        }
    }
}
