//! The short forms of a filter, which are translated while they are read: what a name without its
//! kind means, the runs have to tell.

use registry_core::Value;

use super::condition::Condition;
use super::field::{Field, Target};
use super::fields::{hash, id, notes, param, run_name, status, tag};
use super::meaning::{is_kind, kinds, meant_by, short_names};
use super::pattern::Pattern;
use super::request::Query;
use super::text::{FIELDS, KEYWORDS, Parser, is_one_of, opens_name};
use super::vocabulary::{KnownField, Vocabulary};
use crate::error::{Error, Result};

impl Query {
    /// Reads a query that may have short forms, as people type them into a filter.
    ///
    /// | short | means |
    /// |---|---|
    /// | `lr > 0.01` | of a parameter, an argument, a metric or a tag of that name, whichever the runs have |
    /// | `test/loss < 0.2`, `loss[test] < 0.2` | of the last value of the metric in the phase |
    /// | `adam`, `"two words"` | a text that runs have anywhere, in upper or lower case |
    /// | `~wide` | in the name |
    /// | `#a1b2` | the hash of a component, or the id, begins so |
    /// | `status:failed`, `model:MLP` | equals a text that has no space |
    /// | `tag:ok` | there is such a tag, or a tag with that value |
    /// | `a b` | `a and b` |
    ///
    /// All else is as in [`Query`]'s own text, and so is what comes of it: it displays in the long
    /// form. `known` is what the runs have that are searched.
    ///
    /// # Errors
    ///
    /// [`Error::Query`](crate::Error::Query), which points into this text; also for a name that no
    /// run has.
    ///
    /// # Examples
    ///
    /// ```
    /// # use tracker_core::conformance::Sample;
    /// # let experiment = tracker_core::Tracker::open("memory:")?.experiment("digits")?;
    /// # let run = experiment.track(&Sample::new("MLP", r#"{"layers": 2}"#))?;
    /// # let run = run.with("optimizer", &Sample::new("Adam", r#"{"lr": 0.1}"#))?;
    /// use tracker_core::query::Vocabulary;
    /// use tracker_core::{Metric, Query};
    ///
    /// run.metrics().add(Metric::new("loss", 0.1).phase("test"))?;
    /// let known = Vocabulary::of(&experiment.aggregates().rows(Query::new())?);
    /// let query = Query::read("lr>0.01 test/loss<0.2 not ~wide", &known)?;
    /// assert_eq!(
    ///     query.to_string(),
    ///     r#"optimizer.lr > 0.01 and metric.loss[test].last < 0.2 and not name ~ "(?i)wide""#
    /// );
    /// let error = Query::read("lrr>0.01", &known).unwrap_err();
    /// assert!(error.to_string().contains("did you mean `lr`?"));
    /// # Ok::<(), tracker_core::Error>(())
    /// ```
    pub fn read(text: &str, known: &Vocabulary) -> Result<Self> {
        let mut parser = Parser::new(text);
        parser.known = Some(known);
        parser.whole(Parser::query)
    }

    /// Whether the text of this query may mean something else as a [short form](Self::read): a word
    /// where a field stands is the kind of a component in the one, and any name in the other.
    pub fn may_be_short(&self) -> bool {
        let is_word = |field: &&Field| matches!(field.target(), Target::Component(_));
        self.fields().iter().any(is_word)
    }
}

impl Parser<'_> {
    /// A comparison, or one of the short forms.
    pub(super) fn short(&mut self, known: &Vocabulary) -> Result<Condition> {
        match self.peek() {
            Some('#') => {
                self.at += 1;
                return self.begins(known);
            }
            Some('~') => {
                self.at += 1;
                let text = self.short_text("a part of a name, as `~wide`")?;
                return Ok(run_name().matches(self.in_any_case(&text)?));
            }
            _ => {}
        }
        let start = self.at;
        let word = self.token()?;
        if !word.is_empty() && self.rest().starts_with(':') {
            self.at += 1;
            return self.labelled(&word, start, known);
        }
        if self.is_comparison_ahead() {
            return self.named(&word, start, known);
        }
        // A field that nothing is asked of, or just a text.
        self.at = start;
        if is_one_of(&word, &KEYWORDS) {
            return self.comparison();
        }
        let text = self.short_text("a condition, as `lr > 0.01`, or a text")?;
        self.has_anywhere(&text, known)
    }

    /// Whether a run, or a component of it, has an id or a hash that begins with the text ahead.
    fn begins(&mut self, known: &Vocabulary) -> Result<Condition> {
        let start = self.short_text("the beginning of a hash, as `#a1b2`")?;
        let pattern = self.pattern_of(&format!("^{}", regex::escape(&start)))?;
        let hashes = kinds(known).map(|kind| hash(kind).matches(pattern.clone()));
        Ok(hashes.fold(id().matches(pattern.clone()), Condition::or))
    }

    /// Whether a run has a text anywhere. Of the arguments, components, parameters and tags, those
    /// are looked at in which some run has it.
    fn has_anywhere(&self, text: &str, known: &Vocabulary) -> Result<Condition> {
        let pattern = self.in_any_case(text)?;
        let is_in = |value: &Value| value.to::<String>().is_ok_and(|text| pattern.is_in(&text));
        let has = |of: &&KnownField| of.values.iter().any(|(value, _)| is_in(value));
        let fields = known.fields().iter().filter(has).map(|of| of.field.clone());
        let fields = [id(), notes(), status()].into_iter().chain(fields);
        let conditions = fields.map(|field| field.matches(pattern.clone()));
        Ok(conditions.fold(run_name().matches(pattern.clone()), Condition::or))
    }

    /// The pattern of a text, in upper or lower case.
    fn in_any_case(&self, text: &str) -> Result<Pattern> {
        self.pattern_of(&format!("(?i){}", regex::escape(text)))
    }

    fn pattern_of(&self, source: &str) -> Result<Pattern> {
        let long = |_| self.error("the text is too long", "a part of it does as well");
        source.parse().map_err(long)
    }

    /// The comparison of what has this name.
    fn named(&mut self, word: &str, start: usize, known: &Vocabulary) -> Result<Condition> {
        let fields = self.meant(word, start, known)?;
        self.any_of(fields, |parser, field| parser.compared(field, start))
    }

    /// `status:failed`, `tag:ok`
    fn labelled(&mut self, word: &str, start: usize, known: &Vocabulary) -> Result<Condition> {
        let hint = "a text, as `status:failed`";
        if word.eq_ignore_ascii_case("tag") {
            let text = self.short_text(hint)?;
            let tags = known.fields().iter().map(|known| &known.field);
            let tags = tags.filter(|field| matches!(field.target(), Target::Tag(_)));
            let with_value = tags.map(|field| field.clone().eq(text.as_str()));
            return Ok(with_value.fold(tag(&text).exists(), Condition::or));
        }
        let fields = self.meant(word, start, known)?;
        self.any_of(fields, |parser, field| {
            let value = parser.labelled_value(&field, hint)?;
            Ok(field.eq(value))
        })
    }

    /// Whether what is read of one of these fields holds, of each from the same place on; without any,
    /// the long form is read.
    fn any_of(
        &mut self,
        fields: Vec<Field>,
        read: impl Fn(&mut Self, Field) -> Result<Condition>,
    ) -> Result<Condition> {
        let start = self.at;
        let mut found: Option<Condition> = None;
        for field in fields {
            self.at = start;
            let condition = read(self, field)?;
            found = Some(match found {
                Some(before) => before.or(condition),
                None => condition,
            });
        }
        found.map_or_else(|| self.comparison(), Ok)
    }

    /// The fields that a word means; none where the long form is to read it.
    fn meant(&mut self, word: &str, start: usize, known: &Vocabulary) -> Result<Vec<Field>> {
        let behind = self.at;
        self.at = start;
        let is_long = is_one_of(word, &FIELDS) || word.starts_with(['"', '\'']);
        let first = word.split('.').next().unwrap_or_default();
        let is_path = word.contains('.');
        if is_long || (is_path && (is_one_of(first, &FIELDS) || is_kind(first, known))) {
            let field = self.field()?;
            self.at = behind;
            return Ok(vec![field]);
        }
        let mut meant = meant_by(word, known);
        if meant.is_empty() && known.runs() == 0 && word.starts_with(opens_name) {
            // There is nothing that could tell.
            meant = vec![param(word)];
        }
        if meant.is_empty() {
            if is_one_of(word, &KEYWORDS) || !word.starts_with(opens_name) {
                self.field()?;
            }
            if let Some(habit) = self.habit() {
                return Err(habit);
            }
            return Err(self.unknown(word, known));
        }
        self.at = behind;
        Ok(meant)
    }

    /// What a word means that stands on the right of a comparison, or is ordered by, where runs have a
    /// field of that name.
    pub(super) fn short_operand(&mut self) -> Option<Field> {
        let known = self.known?;
        let start = self.at;
        let word = self.token().unwrap_or_default();
        let first = word.split('.').next().unwrap_or_default();
        let is_short = first.starts_with(opens_name) && !is_one_of(first, &FIELDS);
        let meant = is_short.then(|| meant_by(&word, known).into_iter().next());
        let field = meant.flatten();
        if field.is_none() {
            self.at = start;
        }
        field
    }

    /// An error about a name that no run has.
    fn unknown(&mut self, word: &str, known: &Vocabulary) -> Error {
        let names = short_names(known);
        let near = registry_core::nearest(word, names.iter().map(String::as_str));
        let hint = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => {
                "names of parameters, arguments, metrics and tags can be compared; a text stands \
                     alone, or in quotes"
                    .to_owned()
            }
        };
        self.error(&format!("no run has `{word}`"), hint)
    }
}

#[cfg(test)]
mod tests {
    use super::super::vocabulary::{KnownField, KnownSeries, Vocabulary};
    use crate::error::Error;
    use crate::query::Query;

    fn known() -> Vocabulary {
        let fields = [
            ("model", r#""MLP""#),
            ("model.size", "64"),
            ("model.activation.slope", "0.01"),
            ("optimizer", r#""Adam""#),
            ("optimizer.lr", "0.1"),
            ("scheduler", r#""Cosine""#),
            ("scheduler.lr", "0.2"),
            ("param.seed", "1"),
            ("tag.stage", r#""ok then""#),
        ];
        let series = [
            ("loss", "train"),
            ("loss", "test"),
            ("val/acc", ""),
            ("AR@100", "test"),
        ];
        Vocabulary::made(
            fields
                .map(|(field, value)| KnownField::made(field.parse().unwrap(), value))
                .into(),
            series
                .map(|(name, phase)| KnownSeries::made(name, phase))
                .into(),
        )
    }

    #[track_caller]
    fn reads(short: &str, long: &str) {
        let query = Query::read(short, &known()).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(query.to_string(), long);
        assert_eq!(long.parse::<Query>().unwrap(), query, "it reads back");
        assert_eq!(
            Query::read(long, &known()).unwrap(),
            query,
            "the long form is one of the short"
        );
    }

    #[test]
    fn a_name_is_found_among_what_runs_have() {
        reads("seed=1", "param.seed = 1");
        reads("size >= 64", "model.size >= 64");
        reads("lr>0.01", "optimizer.lr > 0.01 or scheduler.lr > 0.01");
        reads("optimizer.lr>0.01", "optimizer.lr > 0.01");
        reads("slope < 1", "model.activation.slope < 1");
        reads("activation.slope < 1", "model.activation.slope < 1");
        reads("stage = ok", r#"tag.stage = "ok""#);
        reads("model=MLP", r#"model = "MLP""#);
        reads("status = failed", r#"status = "failed""#);
        reads("created > 7d ago", "created > 7d ago");
        reads("seed exists", "param.seed exists");
        reads(
            "seed not in (1, 2)",
            "param.seed exists and not param.seed in (1, 2)",
        );
    }

    #[test]
    fn a_metric_needs_no_part_and_a_phase_stands_before_it() {
        reads("test/loss<0.2", "metric.loss[test].last < 0.2");
        reads("loss[train].min<0.2", "metric.loss[train].min < 0.2");
        reads("loss < 0.2", "metric.loss[test].last < 0.2");
        reads("val/acc > 0.9", "metric.val/acc.last > 0.9");
        reads(
            "test/AR@100.mean(3) > 0.9",
            r#"metric."AR@100"[test].mean(3) > 0.9"#,
        );
        reads(
            "train/loss < test/loss",
            "metric.loss[train].last < metric.loss[test].last",
        );
    }

    #[test]
    fn words_are_sought_wherever_runs_have_texts() {
        let anywhere = |text: &str, more: &str| {
            let all = ["name", "id", "notes", "status"].map(|of| format!(r#"{of} ~ "(?i){text}""#));
            format!("{}{more}", all.join(" or "))
        };
        reads("adam", &anywhere("adam", r#" or optimizer ~ "(?i)adam""#));
        reads(
            r#""OK then""#,
            &anywhere("OK then", r#" or tag.stage ~ "(?i)OK then""#),
        );
        reads("a.b*", &anywhere(r"a\.b\*", ""));
        reads("~wide", r#"name ~ "(?i)wide""#);
        reads("~'two words'", r#"name ~ "(?i)two words""#);
        reads(
            "#a1b2",
            r#"id ~ "^a1b2" or hash.model ~ "^a1b2" or hash.optimizer ~ "^a1b2" or hash.scheduler ~ "^a1b2""#,
        );
    }

    #[test]
    fn a_colon_takes_a_word_for_a_text() {
        reads("status:failed", r#"status = "failed""#);
        reads("model:MLP-2", r#"model = "MLP-2""#);
        reads("seed:1", "param.seed = 1");
        reads("tag:ok", r#"tag.ok exists or tag.stage = "ok""#);
        reads(
            "tag:'ok then'",
            r#"tag."ok then" exists or tag.stage = "ok then""#,
        );
    }

    #[test]
    fn conditions_beside_each_other_all_hold() {
        reads(
            "seed=1 lr>0.1",
            "param.seed = 1 and (optimizer.lr > 0.1 or scheduler.lr > 0.1)",
        );
        reads(
            "seed=1 or not ~a ~b",
            r#"param.seed = 1 or not name ~ "(?i)a" and name ~ "(?i)b""#,
        );
        reads(
            "(seed=1 or seed=2) not size=3 limit 5",
            "(param.seed = 1 or param.seed = 2) and not model.size = 3 limit 5",
        );
    }

    #[test]
    fn a_slip_is_pointed_at_in_what_was_typed() {
        let slip = |text: &str| match Query::read(text, &known()) {
            Err(Error::Query {
                column,
                problem,
                hint,
                ..
            }) => (column, problem, hint),
            other => panic!("{text}: {other:?}"),
        };
        let (at, problem, hint) = slip("größe ok lrr>0.01");
        assert_eq!((at, &*problem), (9, "no run has `lrr`"));
        assert_eq!(hint, "did you mean `lr`?");
        assert_eq!(slip("seed=1 status:fialed").0, 14);
        assert_eq!(slip("seed=1 tset/loss<1").2, "did you mean `test/loss`?");
        assert_eq!(slip("lr >> 1").0, 4);
        assert_eq!(slip("seed=1 (adam").0, 12);
        assert_eq!(slip("adam )").0, 5);
        for text in [
            "#", "~", "tag:", "<1", "''", "\"open", "and", "a and", "not", ":x", "lr>",
        ] {
            slip(text);
        }
    }
}
