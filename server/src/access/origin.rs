//! Requests that a page of another site has made a browser send.

use axum::http::{HeaderMap, Method, Uri, header};

use crate::problem::{Problem, shown};

/// Refuses a request whose page is of another origin, and, where only this machine is to be named,
/// one that names another.
///
/// A browser says by `Origin` which page has made it send something; other programs say nothing.
pub(crate) fn check_origin(
    method: &Method,
    uri: &Uri,
    headers: &HeaderMap,
    only_local: bool,
) -> Result<(), Problem> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let host = text(header::HOST).or(uri.authority().map(axum::http::uri::Authority::as_str));
    let host = host.unwrap_or_default();
    if only_local && !is_local(host) {
        let detail = format!("the server is not `{}`", shown(host));
        return Err(Problem::forbidden(detail).hint(
            "name it as `localhost`; to be reached under other names it has to be started with \
             `--listen` at an address of its own, and asks for tokens then",
        ));
    }
    let of_page = match text(header::ORIGIN) {
        Some(origin) => origin.split_once("://").map_or("", |(_, host)| host) == host,
        None => {
            let site = headers.get("sec-fetch-site");
            site.is_none_or(|site| site != "cross-site") || is_safe(method)
        }
    };
    if of_page {
        return Ok(());
    }
    Err(
        Problem::forbidden("a page of another site may not ask this server")
            .hint("open the pages that the server itself has"),
    )
}

fn is_safe(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD)
}

/// Whether a host with its port names this machine.
fn is_local(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(address) => match address.split_once(']') {
            Some((address, "")) => address,
            Some((address, port)) if port.starts_with(':') => address,
            _ => return false,
        },
        None => host.rsplit_once(':').map_or(host, |(name, _)| name),
    };
    let name = name.to_ascii_lowercase();
    let address = name.parse::<std::net::IpAddr>();
    address.is_ok_and(|address| address.is_loopback())
        || name == "localhost"
        || name.ends_with(".localhost")
}

#[cfg(test)]
mod tests {
    use super::is_local;

    #[test]
    fn this_machine_has_a_few_names() {
        for host in [
            "localhost",
            "LOCALHOST:5005",
            "127.0.0.1:80",
            "127.8.8.8",
            "[::1]:5005",
            "runs.localhost:1",
        ] {
            assert!(is_local(host), "{host}");
        }
        for host in [
            "",
            "example.org",
            "localhost.example.org",
            "127.0.0.1.example.org",
            "10.0.0.1",
            "[::2]",
            "[::1]x",
            "::1]",
        ] {
            assert!(!is_local(host), "{host}");
        }
    }
}
