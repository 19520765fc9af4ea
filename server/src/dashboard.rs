//! The dashboard: a page for people, which a browser runs and which asks the REST interface.
//!
//! Its files stand in the program. All pages are the same text; the script in it shows what the
//! address names, and says so where there is no such thing.

mod files;
mod first;
mod page;

use crate::route::Route;

pub(crate) use page::missing;

/// The routes of the pages and their files. Nobody is asked who they are: without a token the page
/// has nothing to show.
pub(crate) fn routes() -> Vec<Route> {
    let page = |path| Route::get(path, None, page::fixed).media("text/html");
    let mut routes = vec![
        page("/").says("The dashboard"),
        page("/compare"),
        page("/verify"),
        page("/live"),
        page("/about"),
        page("/settings"),
        Route::get("/experiments/{experiment}", None, page::experiment),
        Route::get("/experiments/{experiment}/{view}", None, page::view),
        Route::get("/runs/{run}", None, page::run),
        Route::get("/components/{hash}", None, page::component),
        Route::get("/assets/{name}", None, files::asset),
        Route::get("/licences.txt", None, files::licences),
    ];
    for route in &mut routes[1..] {
        route.about.is_listed = false;
    }
    routes
}
