//! What an address says: `http://HOST:PORT/PREFIX?journals=FOLDER`.

use std::path::PathBuf;

use percent_encoding::percent_decode_str;
use registry_core::nearest;

/// Where a server is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    /// Its address, without a slash at its end: what messages call the store.
    pub(crate) base: String,
    /// Where points wait on their way, unless it is where it is usual.
    pub(crate) journals: Option<PathBuf>,
}

/// What is wrong with an address, and what may help.
pub(crate) type Problem = (String, String);

impl Target {
    /// Reads an address.
    pub(crate) fn parse(address: &str) -> Result<Self, Problem> {
        let problem = |problem: &str, hint: &str| Err((problem.to_owned(), hint.to_owned()));
        let form = "write `http://HOST:PORT`, as `http://localhost:5005`";
        if address.contains('#') {
            return problem("`#` is no part of it", form);
        }
        let (base, options) = address.split_once('?').unwrap_or((address, ""));
        let base = base.trim_end_matches('/');
        let Some((scheme, rest)) = base.split_once("://") else {
            return problem("`//` and the host are missing", form);
        };
        let host = rest.split('/').next().unwrap_or_default();
        if host.contains('@') {
            return problem(
                "it names a user",
                "leave that out, and give the token in the environment variable ENTIA_TOKEN",
            );
        }
        let uri = base.parse::<ureq::http::Uri>();
        let is_good = uri.is_ok_and(|uri| {
            let host = uri.host().is_some_and(|host| !host.is_empty());
            // A port that cannot be read is part of no address.
            host && (uri.port().is_some() || !host_has_port(rest))
        });
        if !is_good {
            return problem("its host or port cannot be read", form);
        }
        let scheme = scheme.to_ascii_lowercase();
        let (host, path) = rest.split_at(host.len());
        let host = host.to_ascii_lowercase();
        // One server has one name here, however its address is written.
        let usual = if scheme == "https" { ":443" } else { ":80" };
        let host = host.strip_suffix(usual).unwrap_or(&host);
        let base = format!("{scheme}://{host}{path}");
        // A page of the server says where its interface is.
        let base = base.trim_end_matches("/api/v1").to_owned();
        let mut journals = None;
        for option in options.split('&').filter(|option| !option.is_empty()) {
            let (name, value) = option.split_once('=').unwrap_or((option, ""));
            if name != "journals" {
                return Err(no_option(name));
            }
            if value.is_empty() {
                return problem("`journals` names no folder", "write `?journals=FOLDER`");
            }
            let value = percent_decode_str(value).decode_utf8_lossy().into_owned();
            journals = Some(PathBuf::from(value));
        }
        Ok(Self { base, journals })
    }
}

fn host_has_port(rest: &str) -> bool {
    let host = rest.split('/').next().unwrap_or_default();
    let behind = host.rsplit_once(']').map_or(host, |(_, behind)| behind);
    behind.contains(':')
}

fn no_option(name: &str) -> Problem {
    let hint = match (name, nearest(name, ["journals"])) {
        ("token" | "password" | "api_key" | "key", _) => {
            "give the token in the environment variable ENTIA_TOKEN".to_owned()
        }
        (_, Some(near)) => format!("did you mean `{near}`?"),
        (_, None) => "the only option is `journals`, a folder".to_owned(),
    };
    (format!("there is no option `{name}`"), hint)
}

#[cfg(test)]
mod tests {
    use super::Target;

    fn base(address: &str) -> String {
        Target::parse(address).unwrap().base
    }

    #[test]
    fn an_address_is_read() {
        assert_eq!(base("http://localhost:5005"), "http://localhost:5005");
        assert_eq!(
            base("HTTPS://Runs.example.org/"),
            "https://runs.example.org"
        );
        assert_eq!(base("http://Host:80/Runs"), "http://host/Runs");
        assert_eq!(base("https://host:443"), "https://host");
        assert_eq!(base("https://host:80"), "https://host:80");
        assert_eq!(base("http://host/team/runs/"), "http://host/team/runs");
        assert_eq!(base("http://[::1]:5005/api/v1"), "http://[::1]:5005");
        let target = Target::parse("http://host?journals=/var/my%20points").unwrap();
        assert_eq!(target.journals.unwrap().to_str(), Some("/var/my points"));
    }

    #[test]
    fn what_is_wrong_with_it_is_said() {
        let wrong = [
            "http:localhost",
            "http://",
            "http://:5005",
            "http://host:port",
            "http://host:99999",
            "http://me:secret@host",
            "http://host#part",
            "http://host?journal=x",
            "http://host?token=secret",
            "http://host?journals=",
            "http://a b",
        ];
        let said = wrong.map(|address| {
            let (problem, hint) = Target::parse(address).unwrap_err();
            format!("{address}: {problem}; {hint}")
        });
        insta::assert_snapshot!(said.join("\n"), @"
        http:localhost: `//` and the host are missing; write `http://HOST:PORT`, as `http://localhost:5005`
        http://: `//` and the host are missing; write `http://HOST:PORT`, as `http://localhost:5005`
        http://:5005: its host or port cannot be read; write `http://HOST:PORT`, as `http://localhost:5005`
        http://host:port: its host or port cannot be read; write `http://HOST:PORT`, as `http://localhost:5005`
        http://host:99999: its host or port cannot be read; write `http://HOST:PORT`, as `http://localhost:5005`
        http://me:secret@host: it names a user; leave that out, and give the token in the environment variable ENTIA_TOKEN
        http://host#part: `#` is no part of it; write `http://HOST:PORT`, as `http://localhost:5005`
        http://host?journal=x: there is no option `journal`; did you mean `journals`?
        http://host?token=secret: there is no option `token`; give the token in the environment variable ENTIA_TOKEN
        http://host?journals=: `journals` names no folder; write `?journals=FOLDER`
        http://a b: its host or port cannot be read; write `http://HOST:PORT`, as `http://localhost:5005`
        ");
    }
}
