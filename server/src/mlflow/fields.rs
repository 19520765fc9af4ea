//! The fields of a request: those of its body, or what follows the `?`.

use axum::extract::{FromRequest, Request};
use axum::http::Method;
use serde_json::{Map, Value};

use super::refusal::{ill_typed, invalid, missing};
use crate::app::App;
use crate::extract::JsonBytes;
use crate::problem::Problem;

/// The fields of a request, or of an element in one of its lists. A getter takes the field out.
#[derive(Debug, Default)]
pub(super) struct Fields {
    map: Map<String, Value>,
    /// The list and the index of the element.
    place: Option<(&'static str, usize)>,
}

impl FromRequest<App> for Fields {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        if matches!(*request.method(), Method::GET | Method::HEAD) {
            return Self::of_query(request.uri().query().unwrap_or_default());
        }
        if request.method() == Method::DELETE && is_empty(&request) {
            return Self::of_query(request.uri().query().unwrap_or_default());
        }
        let JsonBytes(bytes) = JsonBytes::from_request(request, app).await?;
        Self::of_body(&bytes)
    }
}

fn is_empty(request: &Request) -> bool {
    use axum::body::HttpBody as _;
    request.body().is_end_stream()
}

impl Fields {
    /// Those of a body of JSON. An empty one has none.
    pub(super) fn of_body(bytes: &[u8]) -> Result<Self, Problem> {
        if bytes.iter().all(u8::is_ascii_whitespace) {
            return Ok(Self::default());
        }
        let map = serde_json::from_slice(bytes).map_err(|problem| {
            Problem::bad(format!("cannot read the body: {problem}"))
                .code("BAD_REQUEST")
                .hint("send an object of JSON; NaN and infinities are texts, as `\"NaN\"`")
        })?;
        Ok(Self { map, place: None })
    }

    /// Those of an object.
    pub(super) fn of_map(map: Map<String, Value>) -> Self {
        Self { map, place: None }
    }

    /// Those of an address; a key that is repeated is a list.
    pub(super) fn of_query(text: &str) -> Result<Self, Problem> {
        let pairs: Vec<(String, String)> = serde_urlencoded::from_str(text)
            .map_err(|problem| invalid(format!("cannot read what follows the `?`: {problem}")))?;
        let mut map = Map::new();
        for (key, value) in pairs {
            let value = Value::String(value);
            match map.get_mut(&key) {
                Some(Value::Array(list)) => list.push(value),
                Some(there) => *there = Value::Array(vec![there.take(), value]),
                None => {
                    map.insert(key, value);
                }
            }
        }
        Ok(Self { map, place: None })
    }

    /// Those of an element of a list.
    fn of_element(value: Value, list: &'static str, index: usize) -> Result<Self, Problem> {
        match value {
            Value::Object(map) => Ok(Self {
                map,
                place: Some((list, index)),
            }),
            value => Err(ill_typed(&value, &format!("{list}[{index}]"))),
        }
    }

    /// What a message calls a field.
    fn path(&self, name: &str) -> String {
        match self.place {
            Some((list, index)) => format!("{list}[{index}].{name}"),
            None => name.to_owned(),
        }
    }

    pub(super) fn missing(&self, name: &str) -> Problem {
        missing(&self.path(name))
    }

    /// Any value, but for null, which is as good as nothing.
    pub(super) fn value(&mut self, name: &str) -> Option<Value> {
        self.map.remove(name).filter(|value| !value.is_null())
    }

    /// A text; none where it is absent.
    pub(super) fn text(&mut self, name: &str) -> Result<Option<String>, Problem> {
        match self.value(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(value) => Err(ill_typed(&value, &self.path(name))),
        }
    }

    /// A text; empty where it is absent.
    pub(super) fn text_or_empty(&mut self, name: &str) -> Result<String, Problem> {
        Ok(self.text(name)?.unwrap_or_default())
    }

    /// A text that has to be there, and not be empty.
    pub(super) fn required(&mut self, name: &str) -> Result<String, Problem> {
        let text = self.text(name)?.filter(|text| !text.is_empty());
        text.ok_or_else(|| self.missing(name))
    }

    /// The id of a run, under either of its names.
    pub(super) fn run_id(&mut self) -> Result<String, Problem> {
        let older = self.text("run_uuid")?.filter(|id| !id.is_empty());
        let id = self.text("run_id")?.filter(|id| !id.is_empty());
        id.or(older).ok_or_else(|| missing("run_id"))
    }

    /// A whole number, which may be written as text, or with a fraction of zero.
    pub(super) fn integer(&mut self, name: &str) -> Result<Option<i64>, Problem> {
        let Some(value) = self.value(name) else {
            return Ok(None);
        };
        let integer = match &value {
            Value::Number(number) => number.as_i64().or_else(|| whole(number.as_f64()?)),
            Value::String(text) => {
                let text = text.trim();
                text.parse().ok().or_else(|| whole(text.parse().ok()?))
            }
            _ => None,
        };
        match integer {
            Some(integer) => Ok(Some(integer)),
            None => Err(ill_typed(&value, &self.path(name))),
        }
    }

    /// A number, which may be written as text; that is the only form of NaN and infinities.
    pub(super) fn number(&mut self, name: &str) -> Result<Option<f64>, Problem> {
        let Some(value) = self.value(name) else {
            return Ok(None);
        };
        let number = match &value {
            Value::Number(number) => number.as_f64(),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        };
        match number {
            Some(number) => Ok(Some(number)),
            None => Err(ill_typed(&value, &self.path(name))),
        }
    }

    /// A list of objects; empty where it is absent.
    pub(super) fn list(&mut self, name: &'static str) -> Result<Vec<Self>, Problem> {
        let elements = match self.value(name) {
            None => Vec::new(),
            Some(Value::Array(elements)) => elements,
            Some(value) => return Err(ill_typed(&value, name)),
        };
        let elements = elements.into_iter().enumerate();
        elements
            .map(|(index, element)| Self::of_element(element, name, index))
            .collect()
    }

    /// A list of texts; a single text is a list of one, as addresses have it.
    pub(super) fn texts(&mut self, name: &str) -> Result<Vec<String>, Problem> {
        let refuse = |value: &Value| ill_typed(value, name);
        match self.value(name) {
            None => Ok(Vec::new()),
            Some(Value::String(text)) => Ok(vec![text]),
            Some(Value::Array(elements)) => elements
                .into_iter()
                .map(|element| match element {
                    Value::String(text) => Ok(text),
                    element => Err(refuse(&element)),
                })
                .collect(),
            Some(value) => Err(refuse(&value)),
        }
    }

    /// The pairs of a list: `[{"key": "a", "value": "b"}]`.
    pub(super) fn pairs(&mut self, name: &'static str) -> Result<Vec<(String, String)>, Problem> {
        let elements = self.list(name)?.into_iter();
        elements
            .map(|mut pair| Ok((pair.required("key")?, pair.text_or_empty("value")?)))
            .collect()
    }

    /// What is wanted at most: `usual` where nothing is said; else 1 to `most`.
    pub(super) fn max_results(&mut self, usual: usize, most: usize) -> Result<usize, Problem> {
        let Some(wanted) = self.integer("max_results")? else {
            return Ok(usual);
        };
        let wanted_size = usize::try_from(wanted).unwrap_or(0);
        if (1..=most).contains(&wanted_size) {
            return Ok(wanted_size);
        }
        Err(invalid(format!(
            "Invalid value {wanted} for parameter 'max_results' supplied. It must be between 1 and \
             {most}."
        )))
    }

    /// One of several words, or its number; the first where nothing is said.
    pub(super) fn word(
        &mut self,
        name: &str,
        words: &[(&'static str, i64)],
    ) -> Result<Option<&'static str>, Problem> {
        let Some(value) = self.value(name) else {
            return Ok(None);
        };
        let is_it = |(word, number): &&(&str, i64)| match &value {
            Value::String(text) => text == word || text.parse() == Ok(*number),
            value => value.as_i64() == Some(*number),
        };
        match words.iter().find(is_it) {
            Some((word, _)) => Ok(Some(word)),
            None => Err(ill_typed(&value, &self.path(name))),
        }
    }
}

/// The whole number of a float that is one.
fn whole(float: f64) -> Option<i64> {
    /// Below this a float has all integers.
    const LIMIT: f64 = 9_007_199_254_740_992.0;
    let is_whole = float.fract() == 0.0 && float.abs() <= LIMIT;
    #[expect(
        clippy::cast_possible_truncation,
        reason = "it is whole and within range"
    )]
    is_whole.then_some(float as i64)
}

/// A text cut to so many characters.
pub(super) fn cut(text: &mut String, most: usize) {
    if text.len() > most
        && let Some((end, _)) = text.char_indices().nth(most)
    {
        text.truncate(end);
    }
}

#[cfg(test)]
mod tests {
    use super::{Fields, cut};

    fn fields(body: &str) -> Fields {
        Fields::of_body(body.as_bytes()).unwrap()
    }

    #[test]
    fn numbers_come_as_text_too() {
        let mut given = fields(r#"{"a": "11", "b": 1.0, "c": 1.5, "d": "NaN", "e": "-Infinity"}"#);
        assert_eq!(given.integer("a").unwrap(), Some(11));
        assert_eq!(given.integer("b").unwrap(), Some(1));
        assert!(given.integer("c").is_err());
        assert!(given.number("d").unwrap().unwrap().is_nan());
        assert_eq!(given.number("e").unwrap(), Some(f64::NEG_INFINITY));
        assert_eq!(given.number("f").unwrap(), None);
    }

    #[test]
    fn a_field_in_a_list_is_named_with_its_place() {
        let mut given = fields(r#"{"metrics": [{"key": "a"}, {"key": 7}]}"#);
        let mut metrics = given.list("metrics").unwrap();
        let missing = metrics[0].required("value").unwrap_err();
        assert!(format!("{missing:?}").contains("'metrics[0].value'"));
        let refused = metrics[1].text("key").unwrap_err();
        assert!(format!("{refused:?}").contains("Invalid value 7 for parameter 'metrics[1].key'"));
    }

    #[test]
    fn a_key_that_is_repeated_is_a_list() {
        let mut given = Fields::of_query("run_ids=a&run_ids=b&one=c%20d").unwrap();
        assert_eq!(given.texts("run_ids").unwrap(), ["a", "b"]);
        assert_eq!(given.texts("one").unwrap(), ["c d"]);
    }

    #[test]
    fn texts_are_cut_by_characters() {
        let mut text = "größe".to_owned();
        cut(&mut text, 3);
        assert_eq!(text, "grö");
    }
}
