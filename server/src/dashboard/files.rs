//! The files of the dashboard that stand in the program.

use axum::extract::Path;
use axum::http::header;
use axum::response::IntoResponse as _;

use crate::problem::{Answer, Problem};

/// The names and bytes of what the page loads; a name has the hash of what the file holds.
static ASSETS: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// The page, which has a place for what it would ask first.
pub(super) const PAGE: &str = include_str!("../../web/dist/index.html");

const LICENCES: &str = include_str!("../../web/dist/licences.txt");

/// `GET /assets/{name}`.
pub(super) async fn asset(Path(name): Path<String>) -> Answer {
    let found = ASSETS.binary_search_by_key(&name.as_str(), |(name, _)| name);
    let Ok((_, bytes)) = found.map(|at| ASSETS[at]) else {
        return Err(Problem::absent("file", &name).hint("load the page again"));
    };
    let headers = [
        (header::CONTENT_TYPE, media_type(&name)),
        // Another content has another name.
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
    ];
    Ok((headers, bytes).into_response())
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
    use super::{ASSETS, PAGE};

    #[test]
    fn the_page_names_files_that_are_there() {
        let named = PAGE.split("/assets/").skip(1);
        let named: Vec<_> = named.filter_map(|rest| rest.split('"').next()).collect();
        assert!(named.len() >= 2, "{PAGE}");
        for name in named {
            assert!(ASSETS.iter().any(|(there, _)| *there == name), "{name}");
        }
    }
}
