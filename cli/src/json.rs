//! JSON as people read it, in which a time that nobody knows is `null`.

use std::io::{self, Write};

use serde_json::Serializer;
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter};
use tracker_core::{Micros, Timestamp};

/// The members of records that are times.
const TIMES: [&str; 6] = ["created", "time", "started", "seen", "ended", "times"];
/// Those under which stands what users have written, which stays as it is.
const FREE: [&str; 9] = [
    "arguments",
    "exact",
    "params",
    "tags",
    "json",
    "more",
    "notes",
    "signature",
    "definitions",
];

/// Writes indented JSON.
pub(crate) fn pretty<W: Write>(out: W) -> Serializer<W, KnownTimes<PrettyFormatter<'static>>> {
    Serializer::with_formatter(out, KnownTimes::default())
}

/// Writes JSON in one line.
pub(crate) fn compact<W: Write>(out: W) -> Serializer<W, KnownTimes<CompactFormatter>> {
    Serializer::with_formatter(out, KnownTimes::default())
}

/// A formatter that knows the member it is in.
#[derive(Default)]
pub(crate) struct KnownTimes<F> {
    inner: F,
    is_key: bool,
    key: String,
    /// How deep below a member of [`FREE`] it is; 0 outside.
    free: usize,
    /// The text of a time, until it is known as one.
    time: Option<String>,
}

impl<F> KnownTimes<F> {
    fn is_time(&self) -> bool {
        self.free == 0 && !self.is_key && TIMES.contains(&self.key.as_str())
    }

    fn enter(&mut self) {
        if self.free > 0 || FREE.contains(&self.key.as_str()) {
            self.free += 1;
        }
    }

    fn leave(&mut self) {
        self.free = self.free.saturating_sub(1);
        self.key.clear();
    }
}

/// Whether a text is a time before anybody has trained a model.
fn is_unknown(text: &str) -> bool {
    let time: Result<Timestamp, _> = text.parse();
    time.is_ok_and(|time| !Micros::from(time).is_known())
}

impl<F: Formatter> Formatter for KnownTimes<F> {
    fn write_i64<W: ?Sized + Write>(&mut self, out: &mut W, value: i64) -> io::Result<()> {
        if self.is_time() && Micros::new(value).is_some_and(|time| !time.is_known()) {
            return self.inner.write_null(out);
        }
        self.inner.write_i64(out, value)
    }

    fn begin_string<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        if self.is_key {
            self.key.clear();
        } else if self.is_time() {
            self.time = Some(String::new());
            return Ok(());
        }
        self.inner.begin_string(out)
    }

    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        out: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        if let Some(time) = &mut self.time {
            *time += fragment;
            return Ok(());
        }
        if self.is_key {
            self.key += fragment;
        }
        self.inner.write_string_fragment(out, fragment)
    }

    fn end_string<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        match self.time.take() {
            Some(time) if is_unknown(&time) => return self.inner.write_null(out),
            Some(time) => {
                self.inner.begin_string(out)?;
                self.inner.write_string_fragment(out, &time)?;
            }
            None => {}
        }
        self.inner.end_string(out)
    }

    fn begin_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.enter();
        self.inner.begin_array(out)
    }

    fn end_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.leave();
        self.inner.end_array(out)
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.inner.begin_array_value(out, first)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.inner.end_array_value(out)
    }

    fn begin_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.enter();
        self.inner.begin_object(out)
    }

    fn end_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.leave();
        self.inner.end_object(out)
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.is_key = true;
        self.inner.begin_object_key(out, first)
    }

    fn end_object_key<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.is_key = false;
        self.inner.end_object_key(out)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.inner.begin_object_value(out)
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.inner.end_object_value(out)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Serialize;
    use serde_json::json;

    fn written(document: &impl Serialize) -> String {
        let mut out = Vec::new();
        document.serialize(&mut super::pretty(&mut out)).unwrap();
        String::from_utf8(out).unwrap().split_whitespace().collect()
    }

    #[test]
    fn a_time_that_nobody_knows_is_null() {
        let early = "1970-01-01T00:00:00.000017Z";
        let document = json!([
            {"created": early, "params": {"created": early, "inner": {"time": early}}, "tags": {"time": early}},
            {"created": "2026-01-05T10:00:00Z", "metrics": [{"last": {"time": early}}], "id": early},
            {"created": ""},
        ]);
        let expected = json!([
            {"created": null, "params": {"created": early, "inner": {"time": early}}, "tags": {"time": early}},
            {"created": "2026-01-05T10:00:00Z", "metrics": [{"last": {"time": null}}], "id": early},
            {"created": ""},
        ]);
        assert_eq!(
            written(&document),
            serde_json::to_string(&expected).unwrap()
        );
    }

    #[test]
    fn so_is_one_among_the_times_of_points() {
        let times = [0, 17, 1_767_000_000_000_000_i64];
        let series = BTreeMap::from([("steps", times), ("times", times)]);
        assert_eq!(
            written(&series),
            r#"{"steps":[0,17,1767000000000000],"times":[null,null,1767000000000000]}"#
        );
    }
}
