//! The files of the dashboard that stand in the program.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::sync::{LazyLock, OnceLock};

use axum::extract::Path;
use axum::http::{HeaderMap, header};
use axum::response::IntoResponse as _;
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::problem::{Answer, Problem};

/// The names and bytes of what the page loads; a name has the hash of what the file holds.
static ASSETS: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// The page, which has a place for what it would ask first.
pub(super) const PAGE: &str = include_str!("../../web/dist/index.html");

const LICENCES: &str = include_str!("../../web/dist/licences.txt");

/// Which files a part of the bundle needs that is loaded when it is shown.
static PARTS: LazyLock<HashMap<&str, Vec<&str>>> = LazyLock::new(|| {
    let text = include_str!("../../web/dist/pages.json");
    serde_json::from_str(text).unwrap_or_default()
});

/// Has a browser load the files of some parts before a script asks for them.
pub(super) fn links(parts: &[&str]) -> String {
    let mut links = String::new();
    let mut named = Vec::new();
    for file in parts.iter().filter_map(|part| PARTS.get(part)).flatten() {
        if !named.contains(file) {
            named.push(file);
            let _ = writeln!(links, "<link rel=\"modulepreload\" href=\"{file}\">");
        }
    }
    links
}

/// `GET /assets/{name}`.
pub(super) async fn asset(asked: HeaderMap, Path(name): Path<String>) -> Answer {
    let Ok(at) = ASSETS.binary_search_by_key(&name.as_str(), |(name, _)| name) else {
        return Err(Problem::absent("file", &name).hint("load the page again"));
    };
    let headers = [
        (header::CONTENT_TYPE, media_type(&name)),
        // Another content has another name.
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
        (header::VARY, "accept-encoding"),
    ];
    let accepted = asked.get_all(header::ACCEPT_ENCODING).iter();
    let mut accepted = accepted.filter_map(|value| value.to_str().ok());
    match compressed(at) {
        Some(bytes) if accepted.any(takes_gzip) => {
            let encoding = [(header::CONTENT_ENCODING, "gzip")];
            Ok((headers, encoding, bytes).into_response())
        }
        _ => Ok((headers, ASSETS[at].1).into_response()),
    }
}

/// A file as small as it gets, which takes longer than to send it: once is enough.
fn compressed(at: usize) -> Option<&'static [u8]> {
    static ALL: [OnceLock<Option<Vec<u8>>>; ASSETS.len()] =
        [const { OnceLock::new() }; ASSETS.len()];
    let made = ALL[at].get_or_init(|| {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(ASSETS[at].1).ok()?;
        encoder.finish().ok()
    });
    made.as_deref()
}

/// Of `br, gzip;q=0.5`.
fn takes_gzip(accepted: &str) -> bool {
    accepted.split(',').any(|coding| {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, ""));
        let weight = weight.trim().strip_prefix("q=");
        let is_none = weight.is_some_and(|weight| weight.parse() == Ok(0.0));
        name.trim().eq_ignore_ascii_case("gzip") && !is_none
    })
}

/// `GET /licences.txt`.
pub(super) async fn licences() -> Answer {
    let headers = [(header::CONTENT_TYPE, "text/plain; charset=utf-8")];
    Ok((headers, LICENCES).into_response())
}

fn media_type(name: &str) -> &'static str {
    match name.rsplit_once('.') {
        Some((_, "css")) => "text/css; charset=utf-8",
        Some((_, "js")) => "text/javascript; charset=utf-8",
        Some((_, "svg")) => "image/svg+xml",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::{ASSETS, PAGE, PARTS, takes_gzip};

    #[test]
    fn the_page_and_its_parts_name_files_that_are_there() {
        let named = PAGE.split("/assets/").skip(1);
        let mut named: Vec<_> = named.filter_map(|rest| rest.split('"').next()).collect();
        assert!(named.len() >= 2, "{PAGE}");
        let of_parts = PARTS.values().flatten();
        named.extend(of_parts.filter_map(|file| file.strip_prefix("/assets/")));
        assert!(named.len() > PARTS.len(), "{PARTS:?}");
        for name in named {
            assert!(ASSETS.iter().any(|(there, _)| *there == name), "{name}");
        }
    }

    #[test]
    fn gzip_is_sent_where_it_is_taken() {
        for accepted in ["gzip", "br, GZIP", "gzip;q=0.5, br", " gzip ; q=1"] {
            assert!(takes_gzip(accepted), "{accepted}");
        }
        for accepted in ["", "br", "gzip;q=0", "br, gzip; q=0.0", "x-gzip"] {
            assert!(!takes_gzip(accepted), "{accepted}");
        }
    }
}
