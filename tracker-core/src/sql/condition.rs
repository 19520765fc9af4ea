//! Conditions as SQL has them.

/// A part of a statement, and what its question marks stand for: mostly a condition.
#[derive(Clone, Debug)]
pub struct Condition<V> {
    /// The text.
    pub sql: String,
    /// A value for each question mark.
    pub values: Vec<V>,
}

impl<V: Clone> Condition<V> {
    /// One of a text and the values for its question marks.
    pub fn new(sql: impl Into<String>, values: Vec<V>) -> Self {
        Self {
            sql: sql.into(),
            values,
        }
    }

    /// One that always holds.
    #[must_use]
    pub fn always() -> Self {
        Self::new("true", Vec::new())
    }

    /// Whether both hold.
    #[must_use]
    pub fn and(mut self, other: &Self) -> Self {
        self.sql = format!("{} AND {}", self.sql, other.sql);
        self.values.extend(other.values.iter().cloned());
        self
    }

    /// Whether the text in a column, which orders by its bytes, begins so.
    #[must_use]
    pub fn beginning(column: &str, prefix: &str, value: impl Fn(&str) -> V) -> Self {
        let from = Self::new(format!("{column} >= ?"), vec![value(prefix)]);
        match behind(prefix) {
            Some(behind) => from.and(&Self::new(format!("{column} < ?"), vec![value(&behind)])),
            None => from,
        }
    }

    /// These with a word between them.
    pub(super) fn joined<'c>(conditions: impl Iterator<Item = &'c Self>, word: &str) -> Self
    where
        V: 'c,
    {
        let (sql, values): (Vec<&str>, Vec<&[V]>) = conditions
            .map(|one| (one.sql.as_str(), one.values.as_slice()))
            .unzip();
        Self::new(sql.join(word), values.concat())
    }

    /// The same in brackets.
    pub(super) fn in_brackets(mut self) -> Self {
        self.sql = format!("({})", self.sql);
        self
    }
}

/// The first text behind all that begin with this one, in the order of their bytes.
fn behind(prefix: &str) -> Option<String> {
    let mut chars: Vec<char> = prefix.chars().collect();
    while let Some(last) = chars.pop() {
        // Behind the last one stands none; and none of these is a surrogate.
        if let Some(next) = (u32::from(last) + 1..=u32::from(char::MAX)).find_map(char::from_u32) {
            chars.push(next);
            return Some(chars.into_iter().collect());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::behind;

    #[test]
    fn all_that_begin_so_stand_before_what_is_behind() {
        assert_eq!(behind("af").as_deref(), Some("ag"));
        assert_eq!(behind("a\u{10ffff}").as_deref(), Some("b"));
        assert_eq!(behind("\u{d7ff}").as_deref(), Some("\u{e000}"));
        assert_eq!(behind("\u{10ffff}"), None);
        assert_eq!(behind(""), None);
    }
}
