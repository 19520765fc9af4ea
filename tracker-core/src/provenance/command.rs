//! The command line, without the secrets in it.
//!
//! Whoever may read a store would read them too. What cannot be recognized, as `-p hunter2`, stays:
//! a secret belongs into the environment or into a file.

/// What stands for a secret.
const HIDDEN: &str = "***";

/// The last words of a name whose value is a secret.
const SECRETS: [&str; 13] = [
    "token",
    "tokens",
    "secret",
    "secrets",
    "password",
    "passwords",
    "passwd",
    "passphrase",
    "pass",
    "credential",
    "credentials",
    "authorization",
    "auth",
];
/// Names of keys that are secrets; other keys are not.
const KEYS: [&str; 5] = ["apikey", "accesskey", "secretkey", "privatekey", "authkey"];

/// The arguments of a command line, with `***` in the place of secrets.
pub(super) fn without_secrets(arguments: impl Iterator<Item = String>) -> Vec<String> {
    let mut shown = Vec::new();
    let mut is_value_of: Option<String> = None;
    for argument in arguments {
        let name = is_value_of.take();
        // The next option, as in `--ask-password --verbose`, is no value.
        if let Some(name) = name.filter(|_| !argument.starts_with("--"))
            && is_secret(&name, &argument)
        {
            shown.push(HIDDEN.to_owned());
            continue;
        }
        if argument.starts_with('-') {
            is_value_of = Some(argument.clone());
        }
        shown.push(shown_argument(&argument));
    }
    shown
}

/// Hides the value in `token=value`, wherever in the argument it stands, up to the end of the
/// argument; and who logs in to a URL.
fn shown_argument(argument: &str) -> String {
    let separators = argument.match_indices(['=', ':']);
    for (place, separator) in separators {
        let after = place + separator.len();
        if is_secret(last_name(&argument[..place]), &argument[after..]) {
            return format!("{}{HIDDEN}", without_login(&argument[..after]));
        }
    }
    without_login(argument)
}

/// The name that a text ends with, which may stand in quotes.
fn last_name(text: &str) -> &str {
    let text = text.trim_end_matches(['"', '\'', ' ', '\\']);
    let is_part = |char: char| char.is_alphanumeric() || matches!(char, '_' | '-' | '.');
    let start = text.rfind(|char| !is_part(char)).map_or(0, |last| {
        last + text[last..].chars().next().map_or(0, char::len_utf8)
    });
    &text[start..]
}

/// Whether a value of this name is a secret: `hf_token`, `API-KEY`, `dbPassword`; not `tokenizer`,
/// and not `max_tokens`, whose value is a number.
fn is_secret(name: &str, value: &str) -> bool {
    let name = name.trim_start_matches('-').to_lowercase();
    let word = name
        .rsplit(|char: char| !char.is_alphanumeric())
        .next()
        .unwrap_or_default();
    let joined: String = name.chars().filter(|char| char.is_alphanumeric()).collect();
    let ends_secret = SECRETS.iter().any(|secret| match *secret {
        // Short words that others end with: `compass`.
        "pass" | "auth" => word == *secret,
        secret => word.ends_with(secret),
    });
    let is_key = KEYS.iter().any(|key| joined.ends_with(key));
    let is_count = word.ends_with("tokens") && value.trim().parse::<f64>().is_ok();
    (ends_secret || is_key) && !is_count
}

/// `https://user:password@host` as `https://***@host`.
fn without_login(text: &str) -> String {
    let Some((before, rest)) = text.split_once("://") else {
        return text.to_owned();
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    match rest[..end].rfind('@') {
        Some(at) => format!("{before}://{HIDDEN}{}", &rest[at..]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::without_secrets;

    fn shown(arguments: &[&str]) -> Vec<String> {
        without_secrets(arguments.iter().map(|argument| (*argument).to_owned()))
    }

    #[test]
    fn values_of_secret_names_are_hidden() {
        for argument in [
            "--token=hunter2",
            "--HF-TOKEN=hunter2",
            "--hftoken=hunter2",
            "--api-key=hunter2",
            "--api_key=hunter2",
            "--apiKey=hunter2",
            "--db.password=hunter2",
            "--dbPassword=hunter2",
            "--aws-secret-access-key=hunter2",
            "--client_secret=hunter2",
            "--api-tokens=hunter2,hunter2",
            "wandb.api_key=hunter2",
            "PASSWORD=hunter2",
            "--auth=hunter2",
            "--set=seed=1,token=hunter2",
            r#"{"seed": 1, "password": "hunter2"}"#,
            "https://host/models?token=hunter2",
            "Authorization: Bearer hunter2",
            "https://me:hunter2@host/models",
            "--index=https://hunter2@host",
            "postgres://me:hunter2@host/runs?sslmode=require",
        ] {
            let hidden = shown(&["train", argument, "--epochs", "3"]);
            assert!(!hidden[1].contains("hunter2"), "{}", hidden[1]);
            assert!(hidden[1].contains("***"), "{}", hidden[1]);
            assert_eq!(hidden[2..], ["--epochs", "3"]);
        }
    }

    #[test]
    fn the_next_argument_is_hidden() {
        for name in [
            "--token",
            "--api-key",
            "-password",
            "--hf_token",
            "--secret",
        ] {
            assert_eq!(
                shown(&[name, "hunter2", "--epochs", "3"]),
                [name, "***", "--epochs", "3"]
            );
            assert_eq!(shown(&[name, "-hunter2"]), [name, "***"]);
            assert_eq!(shown(&[name]), [name]);
        }
        assert_eq!(
            shown(&["--ask-password", "--token", "hunter2"]),
            ["--ask-password", "--token", "***"]
        );
    }

    #[test]
    fn the_rest_stays() {
        let arguments = [
            "train",
            "--lr=1e-3",
            "--tokenizer=bpe",
            "--max-tokens=512",
            "--num_tokens",
            "512",
            "--key=value",
            "--compass",
            "north",
            "https://host:8080/a@b",
            r"C:\runs.db",
            "größe=3",
            "sqlite:runs.db",
            "",
            "=",
            ":",
            "--",
            "://",
        ];
        assert_eq!(shown(&arguments), arguments);
    }

    #[test]
    fn what_is_not_hidden_stands_beside_what_is() {
        assert_eq!(shown(&["--token=a"]), ["--token=***"]);
        assert_eq!(
            shown(&["https://me:a@host/b?c=d"]),
            ["https://***@host/b?c=d"]
        );
        assert_eq!(
            shown(&["https://me:a@host/?token=d"]),
            ["https://***@host/?token=***"]
        );
    }
}
