//! `#[register]` on a constructor that returns a `Result`.

use entia::prelude::*;
use std::any::Any;
use std::fmt;
use std::io;

type Outcome = Result<(), Box<dyn std::error::Error>>;

fn built<T: 'static>(
    name: &str,
    arguments: impl Into<entia::Call>,
) -> Result<Registered<T>, Box<dyn std::error::Error>> {
    Registry::<dyn Any>::global()?
        .build(name, arguments, &())?
        .downcast::<T>()
        .map_err(|_| format!("`{name}` is another type").into())
}

#[derive(Debug, PartialEq)]
enum Refusal {
    Negative(i64),
    Text(String),
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Negative(size) => write!(f, "{size} is negative"),
            Self::Text(text) => write!(f, "`{text}` is no number"),
        }
    }
}

impl std::error::Error for Refusal {}

impl From<std::num::ParseIntError> for Refusal {
    fn from(error: std::num::ParseIntError) -> Self {
        Self::Text(error.to_string())
    }
}

#[derive(Debug)]
struct Checked {
    size: i64,
}

#[register]
impl Checked {
    fn new(mut text: String, #[register(default = 1)] scale: i64) -> Result<Self, Refusal> {
        if text == "none" {
            return Ok(Self { size: 0 });
        }
        text.push('0');
        let size = text.parse::<i64>()? * scale;
        if size < 0 {
            return Err(Refusal::Negative(size));
        }
        Ok(Self { size })
    }
}

#[test]
fn return_and_question_mark_end_the_body_only() -> Outcome {
    assert_eq!(Checked::new("none".to_owned(), 1)?.size, 0);
    let checked = Checked::new("4".to_owned(), 2)?;
    assert_eq!(checked.size, 80);
    assert_eq!(
        checked.arguments().to_string(),
        r#"{"text": "4", "scale": 2}"#,
        "what the caller gave, not what the body made of it"
    );
    assert_eq!(
        Checked::new("-4".to_owned(), 1).map(|it| it.size),
        Err(Refusal::Negative(-40))
    );
    assert!(matches!(
        Checked::new("x".to_owned(), 1),
        Err(Refusal::Text(_))
    ));
    Ok(())
}

#[test]
fn a_refusal_comes_through_the_registry() -> Outcome {
    assert_eq!(built::<Checked>("Checked", json!(["4"]))?.size, 40);
    let error = Registry::<dyn Any>::global()?
        .build("Checked", json!({"text": "-4"}), &())
        .err()
        .ok_or("it was built")?;
    assert!(
        error
            .to_string()
            .contains("`Checked` refused: -40 is negative"),
        "{error}"
    );
    let refusal = error.problems()[0]
        .constructor_error()
        .and_then(|error| error.downcast_ref());
    assert_eq!(refusal, Some(&Refusal::Negative(-40)));
    Ok(())
}

struct File;

#[register]
impl File {
    fn new(path: String) -> io::Result<Self> {
        if path.is_empty() {
            return Err(io::Error::new(io::ErrorKind::NotFound, "no path"));
        }
        Ok(Self)
    }
}

struct Boxed;

#[register]
impl Boxed {
    fn new(size: i64) -> std::result::Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        match size {
            0 => Err("nothing".into()),
            _ => Ok(Self),
        }
    }
}

struct Texted;

#[register]
impl Texted {
    fn new(size: i64) -> Result<Texted, String> {
        match size {
            0 => Err("nothing".to_owned()),
            _ => Ok(Texted),
        }
    }
}

/// The one argument of an alias is what is built.
mod aliased {
    use super::Refusal;
    use entia::prelude::*;

    type Result<T, E = Refusal> = std::result::Result<T, E>;

    pub(crate) struct Aliased;

    #[register]
    impl Aliased {
        pub(crate) fn new(size: i64) -> Result<Self> {
            if size < 0 {
                Err(Refusal::Negative(size))?;
            }
            Ok(Self)
        }
    }
}

#[test]
fn any_error_type_that_converts_is_taken() -> Outcome {
    let missing: Result<Registered<File>, io::Error> = File::new(String::new());
    assert_eq!(
        missing.err().map(|error| error.kind()),
        Some(io::ErrorKind::NotFound)
    );
    assert_eq!(aliased::Aliased::new(-1).err(), Some(Refusal::Negative(-1)));
    assert_eq!(aliased::Aliased::new(1)?.name(), "Aliased");
    assert!(Boxed::new(0).is_err() && Texted::new(0).is_err());
    let registry = Registry::<dyn Any>::global()?;
    for (name, argument) in [
        ("File", json!("")),
        ("Boxed", json!(0)),
        ("Texted", json!(0)),
        ("Aliased", json!(-1)),
    ] {
        let error = registry.build(name, json!([argument]), &()).err();
        let text = error
            .ok_or_else(|| format!("`{name}` was built"))?
            .to_string();
        assert!(text.contains(&format!("`{name}` refused: ")), "{text}");
    }
    assert_eq!(
        built::<File>("File", json!(["x"]))?.arguments().to_string(),
        r#"{"path": "x"}"#
    );
    Ok(())
}
