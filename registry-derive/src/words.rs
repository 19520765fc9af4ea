//! The words of `#[register(...)]` and `#[registry(...)]`, and where each may stand.

pub(crate) const ALIAS: &str = "alias";
pub(crate) const CHECK: &str = "check";
pub(crate) const CONSTRUCTOR: &str = "constructor";
pub(crate) const CONTEXT: &str = "context";
pub(crate) const CRATE: &str = "crate";
pub(crate) const DEFAULT: &str = "default";
pub(crate) const EXCLUDE: &str = "exclude";
pub(crate) const FORWARD: &str = "forward";
pub(crate) const KEYWORD: &str = "keyword";
pub(crate) const NAME: &str = "name";
pub(crate) const NESTED: &str = "nested";
pub(crate) const NEW: &str = "new";
pub(crate) const OF: &str = "of";
pub(crate) const REGISTRY: &str = "registry";
pub(crate) const SERDE: &str = "serde";
pub(crate) const SKIP_DEFAULT: &str = "skip_default";

/// Where options stand, which decides what is allowed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Struct,
    Enum,
    Variant,
    Impl,
    /// A further constructor in a registered `impl` block.
    Constructor,
    Function,
    /// A field or a parameter.
    Parameter,
    Trait,
}

impl Place {
    const ALL: [Self; 8] = [
        Self::Struct,
        Self::Enum,
        Self::Variant,
        Self::Impl,
        Self::Constructor,
        Self::Function,
        Self::Parameter,
        Self::Trait,
    ];

    pub(crate) fn allowed(self) -> &'static [&'static str] {
        match self {
            Self::Struct => &[
                NAME,
                ALIAS,
                REGISTRY,
                EXCLUDE,
                SKIP_DEFAULT,
                NEW,
                CHECK,
                SERDE,
                CRATE,
            ],
            Self::Enum => &[REGISTRY, SKIP_DEFAULT, CHECK, SERDE, CRATE],
            Self::Variant | Self::Constructor => &[NAME, ALIAS, EXCLUDE, SKIP_DEFAULT],
            Self::Impl => &[
                NAME,
                ALIAS,
                REGISTRY,
                EXCLUDE,
                SKIP_DEFAULT,
                CONSTRUCTOR,
                CRATE,
            ],
            Self::Function => &[NAME, ALIAS, REGISTRY, EXCLUDE, SKIP_DEFAULT, OF, CRATE],
            Self::Parameter => &[NAME, ALIAS, EXCLUDE, DEFAULT, SKIP_DEFAULT, KEYWORD],
            Self::Trait => &[CONTEXT, NESTED, FORWARD, CRATE],
        }
    }

    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Struct => "a struct",
            Self::Enum => "an enum",
            Self::Variant => "a variant",
            Self::Impl => "an `impl` block",
            Self::Constructor => "a further constructor",
            Self::Function => "a function",
            Self::Parameter => "a field or parameter",
            Self::Trait => "a trait",
        }
    }
}

/// How an option is written, for the hint of one that was not.
pub(crate) fn example(word: &str) -> &'static str {
    match word {
        ALIAS => "alias = \"OldName\"",
        CHECK => "check = Self::check",
        CONTEXT => "context = Type",
        CRATE => "crate = path",
        DEFAULT => "default = 0.5",
        EXCLUDE => "exclude = \"a, b\"",
        NAME => "name = \"Name\"",
        NESTED => "nested = |context, path| context.at(path)",
        OF => "of = Type",
        REGISTRY => "registry = Trait",
        SERDE => "serde = false",
        _ => "constructor = \"make\"",
    }
}

pub(crate) fn listed(place: Place) -> String {
    let allowed = place.allowed().join("`, `");
    format!("the options of {} are `{allowed}`", place.words())
}

/// That a word is no option of the place.
pub(crate) fn unknown(word: &str, place: Place) -> String {
    let elsewhere: Vec<_> = Place::ALL
        .into_iter()
        .filter(|other| other.allowed().contains(&word))
        .map(Place::words)
        .collect();
    let hint = match crate::text::nearest(word, place.allowed().iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None if !elsewhere.is_empty() => format!("it stands on {}", elsewhere.join(", ")),
        None => listed(place),
    };
    format!("`{word}` is no option of {}\nhint: {hint}", place.words())
}
