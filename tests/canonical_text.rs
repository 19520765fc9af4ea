//! The canonical text of everything that serde can serialize.
//!
//! What stands on the right side is what Python's `json.dumps` writes for the same value.

use entia::Value;
use entia::prelude::*;
use serde::{Serialize, Serializer};
use std::collections::{BTreeMap, HashMap};

fn text<T: Serialize + ?Sized>(value: &T) -> String {
    Value::of(value).map_or_else(|error| format!("error: {error}"), |it| it.to_string())
}

macro_rules! assert_texts {
    ($($value:expr => $text:expr),+ $(,)?) => {
        $(assert_eq!(text(&$value), $text, "{}", stringify!($value));)+
    };
}

#[derive(Serialize)]
struct Unit;

#[derive(Serialize)]
struct Newtype(f32);

#[derive(Serialize)]
struct Pair(u8, &'static str);

#[derive(Serialize)]
struct Empty {}

#[derive(Serialize)]
struct Fields {
    z: u8,
    a: Option<Box<Fields>>,
}

/// `serialize_bytes`, which no derived type calls.
struct Bytes(&'static [u8]);

impl Serialize for Bytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(self.0)
    }
}

#[derive(Clone, Debug, Entity)]
enum Activation {
    ReLU,
    LeakyReLU { slope: f64 },
}

#[derive(Clone, Debug, Entity)]
struct Block {
    activation: Activation,
    #[register(default = 0.5, skip_default)]
    dropout: f64,
}

const LEAKY: Activation = Activation::LeakyReLU { slope: 0.01 };
const LEAKY_TEXT: &str = r#"{"name": "LeakyReLU", "arguments": {"slope": 0.01}}"#;

#[test]
fn integers_of_every_width() {
    assert_texts! {
        i8::MIN => "-128", i16::MIN => "-32768", i32::MIN => "-2147483648",
        i64::MIN => "-9223372036854775808",
        i128::MIN => "-170141183460469231731687303715884105728",
        i128::MAX => "170141183460469231731687303715884105727",
        u8::MAX => "255", u16::MAX => "65535", u32::MAX => "4294967295",
        u64::MAX => "18446744073709551615",
        u128::MAX => "340282366920938463463374607431768211455",
        isize::from(-1_i8) => "-1", usize::from(1_u8) => "1", 0_u128 => "0", 0_i128 => "0",
        std::num::NonZeroU8::MIN => "1",
    }
}

#[test]
fn floats_of_both_widths() {
    assert_texts! {
        0.1_f32 => "0.1", 0.1_f64 => "0.1", 1.0_f32 => "1.0", 16_777_216_f32 => "16777216.0",
        f32::MAX => "3.4028235e+38", 1e-45_f32 => "1e-45", f64::from(0.1_f32) => "0.10000000149011612",
        -0.0_f32 => "-0.0", -0.0_f64 => "-0.0", 1e16_f32 => "1e+16", 1e-5_f32 => "1e-05",
        f32::NAN => "NaN", -f32::NAN => "NaN", f32::INFINITY => "Infinity",
        f32::NEG_INFINITY => "-Infinity", f64::NAN => "NaN", -f64::NAN => "NaN",
        f64::INFINITY => "Infinity", f64::NEG_INFINITY => "-Infinity",
    }
}

#[test]
fn text_and_bytes() {
    assert_texts! {
        'a' => r#""a""#, '"' => r#""\"""#, '\u{0}' => r#""\u0000""#, '😀' => r#""\ud83d\ude00""#,
        "" => r#""""#, "\u{7f}\u{80}/\\" => r#""\u007f\u0080/\\""#,
        "\u{8}\u{c}\n\r\t" => r#""\b\f\n\r\t""#,
        String::from("größe") => r#""gr\u00f6\u00dfe""#,
        Bytes(b"\x00a\xff") => "[0, 97, 255]", Bytes(b"") => "[]", [0_u8, 1] => "[0, 1]",
        std::path::PathBuf::from("a/b") => r#""a/b""#,
        std::time::Duration::from_millis(1500) => r#"{"secs": 1, "nanos": 500000000}"#,
    }
}

#[test]
fn units_wrappers_and_sequences() {
    assert_texts! {
        () => "null", Unit => "null", None::<u8> => "null", Some(1) => "1",
        Some(None::<u8>) => "null", true => "true", false => "false",
        Newtype(0.1) => "0.1", Pair(1, "x") => r#"[1, "x"]"#, Empty {} => "{}",
        Box::new(1) => "1", std::num::Wrapping(2) => "2",
        (1,) => "[1]", (1, 0.5, "x", ()) => r#"[1, 0.5, "x", null]"#, [0; 0] => "[]",
        vec![vec![1], vec![]] => "[[1], []]",
        std::collections::BTreeSet::from([3, 1]) => "[1, 3]",
        Fields { z: 1, a: Some(Box::new(Fields { z: 2, a: None })) }
            => r#"{"z": 1, "a": {"z": 2, "a": null}}"#,
    }
}

#[test]
fn enums_of_plain_data_in_every_representation() {
    #[derive(Serialize)]
    enum External {
        Unit,
        Newtype(u8),
        Tuple(u8, u8),
        Struct { z: u8, a: u8 },
        EmptyTuple(),
    }
    #[derive(Serialize)]
    #[serde(tag = "kind", rename_all = "snake_case")]
    enum Internal {
        UnitLike,
        Struct { z: u8 },
        Newtype(BTreeMap<u8, u8>),
    }
    #[derive(Serialize)]
    #[serde(tag = "t", content = "c")]
    enum Adjacent {
        Unit,
        Tuple(u8, u8),
    }
    #[derive(Serialize)]
    #[serde(untagged)]
    enum Untagged {
        Unit,
        Struct { z: u8 },
    }
    assert_texts! {
        External::Unit => r#""Unit""#, External::Newtype(1) => r#"{"Newtype": 1}"#,
        External::Tuple(1, 2) => r#"{"Tuple": [1, 2]}"#,
        External::Struct { z: 1, a: 2 } => r#"{"Struct": {"z": 1, "a": 2}}"#,
        External::EmptyTuple() => r#"{"EmptyTuple": []}"#,
        Internal::UnitLike => r#"{"kind": "unit_like"}"#,
        Internal::Struct { z: 1 } => r#"{"kind": "struct", "z": 1}"#,
        Internal::Newtype([(2, 1)].into()) => r#"{"2": 1, "kind": "newtype"}"#,
        Adjacent::Unit => r#"{"t": "Unit"}"#, Adjacent::Tuple(1, 2) => r#"{"t": "Tuple", "c": [1, 2]}"#,
        Untagged::Unit => "null", Untagged::Struct { z: 1 } => r#"{"z": 1}"#,
    }
}

#[test]
fn maps_in_the_order_of_their_keys() {
    #[derive(Serialize, PartialEq, Eq, PartialOrd, Ord)]
    enum Unit {
        B,
        A,
    }
    #[derive(Serialize, PartialEq, Eq, PartialOrd, Ord)]
    struct Id(u64);
    #[derive(Serialize)]
    struct Flattened {
        own: u8,
        #[serde(flatten)]
        rest: BTreeMap<&'static str, u8>,
    }
    assert_texts! {
        BTreeMap::<u8, u8>::new() => "{}",
        BTreeMap::from([(9, 'a'), (10, 'b')]) => r#"{"10": "b", "9": "a"}"#,
        BTreeMap::from([(-1_i128, 1), (i128::MIN, 2)])
            => r#"{"-1": 1, "-170141183460469231731687303715884105728": 2}"#,
        BTreeMap::from([(u128::MAX, 1)]) => r#"{"340282366920938463463374607431768211455": 1}"#,
        BTreeMap::from([(true, 1), (false, 0)]) => r#"{"false": 0, "true": 1}"#,
        BTreeMap::from([('z', 1), ('é', 2), ('😀', 3)]) => r#"{"z": 1, "\u00e9": 2, "\ud83d\ude00": 3}"#,
        BTreeMap::from([(Unit::B, 1), (Unit::A, 2)]) => r#"{"A": 2, "B": 1}"#,
        BTreeMap::from([(Id(7), 1)]) => r#"{"7": 1}"#,
        BTreeMap::from([(Some("some"), 1)]) => r#"{"some": 1}"#,
        BTreeMap::from([("", BTreeMap::from([("b", 1), ("a", 2)]))]) => r#"{"": {"a": 2, "b": 1}}"#,
        Flattened { own: 1, rest: [("z", 2), ("a", 3)].into() } => r#"{"a": 3, "own": 1, "z": 2}"#,
        json!({"b": [1, {"d": null, "c": 0.5}], "a": -1}) => r#"{"a": -1, "b": [1, {"c": 0.5, "d": null}]}"#,
    }
}

#[test]
fn floats_as_keys() {
    /// A map that `std` has no type for.
    struct Floats(&'static [f64]);

    impl Serialize for Floats {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.collect_map(self.0.iter().map(|key| (key, key)))
        }
    }
    assert_texts! {
        Floats(&[1e16, 0.1]) => r#"{"0.1": 0.1, "1e+16": 1e+16}"#,
        Floats(&[f64::NAN, f64::INFINITY]) => r#"{"Infinity": Infinity, "NaN": NaN}"#,
    }
    assert!(text(&Floats(&[1.0, 1.0])).contains("two map keys are both written as `1.0`"));
}

#[test]
fn a_hash_map_has_the_same_text_each_time() {
    let keys = || (0..100).map(|key| (key * 7919 % 1009, key));
    let sorted = text(&keys().collect::<BTreeMap<_, _>>());
    for _ in 0..20 {
        // Each map has a hasher of its own, and so an order of its own.
        let map: HashMap<_, _> = keys().collect();
        assert_eq!(text(&map), sorted);
        assert_eq!(
            text(&HashMap::from([("m", map)])),
            format!(r#"{{"m": {sorted}}}"#)
        );
    }
}

#[test]
fn entities_at_any_depth() {
    #[derive(Serialize)]
    struct Plan {
        first: Activation,
        #[serde(skip_serializing_if = "Option::is_none")]
        second: Option<Activation>,
        rest: (u8, Vec<BTreeMap<&'static str, Block>>),
    }
    #[derive(Serialize)]
    enum Step {
        Activate(Activation),
        Both(Activation, Activation),
        Named { it: Activation },
    }
    let block = Block {
        activation: LEAKY,
        dropout: 0.5,
    };
    let block_text = format!(r#"{{"name": "Block", "arguments": {{"activation": {LEAKY_TEXT}}}}}"#);
    assert_texts! {
        Activation::ReLU => r#""ReLU""#, LEAKY => LEAKY_TEXT, block => block_text,
        &&LEAKY => LEAKY_TEXT, Box::new(LEAKY) => LEAKY_TEXT, Registered::of(LEAKY) => LEAKY_TEXT,
        vec![Activation::ReLU, LEAKY] => format!(r#"["ReLU", {LEAKY_TEXT}]"#),
        [Some(LEAKY), None] => format!("[{LEAKY_TEXT}, null]"),
        (1, Activation::ReLU, "x") => r#"[1, "ReLU", "x"]"#,
        HashMap::from([("k", vec![LEAKY])]) => format!(r#"{{"k": [{LEAKY_TEXT}]}}"#),
        Step::Activate(LEAKY) => format!(r#"{{"Activate": {LEAKY_TEXT}}}"#),
        Step::Both(Activation::ReLU, LEAKY) => format!(r#"{{"Both": ["ReLU", {LEAKY_TEXT}]}}"#),
        Step::Named { it: Activation::ReLU } => r#"{"Named": {"it": "ReLU"}}"#,
        Plan { first: Activation::ReLU, second: None, rest: (1, vec![[("b", block.clone())].into()]) }
            => format!(r#"{{"first": "ReLU", "rest": [1, [{{"b": {block_text}}}]]}}"#),
        Plan { first: LEAKY, second: Some(Activation::ReLU), rest: (1, vec![]) }
            => format!(r#"{{"first": {LEAKY_TEXT}, "second": "ReLU", "rest": [1, []]}}"#),
    }
}

#[test]
fn an_entity_where_serde_buffers_or_flattens() {
    #[derive(Serialize)]
    struct Flattened {
        #[serde(flatten)]
        block: Block,
    }
    #[derive(Serialize)]
    #[serde(tag = "kind")]
    enum Internal {
        Leaky(Activation),
    }
    let block = Block {
        activation: Activation::ReLU,
        dropout: 0.1,
    };
    assert_texts! {
        Flattened { block } => r#"{"arguments": {"activation": "ReLU", "dropout": 0.1}, "name": "Block"}"#,
        Internal::Leaky(LEAKY) => r#"{"arguments": {"slope": 0.01}, "kind": "Leaky", "name": "LeakyReLU"}"#,
        json!({"a": LEAKY}) => r#"{"a": {"arguments": {"slope": 0.01}, "name": "LeakyReLU"}}"#,
    }
}

#[test]
fn a_value_is_written_as_it_stands() {
    let value: Value = r#"{"b": 1, "a": [NaN, 1e-5, 340282366920938463463374607431768211455]}"#
        .parse()
        .unwrap();
    let canonical = r#"{"b": 1, "a": [NaN, 1e-05, 340282366920938463463374607431768211455]}"#;
    assert_texts! {
        value => canonical, vec![&value] => format!("[{canonical}]"),
        BTreeMap::from([("k", &value)]) => format!(r#"{{"k": {canonical}}}"#),
    }
}

#[test]
fn what_cannot_be_a_key_is_refused_with_its_path() {
    #[derive(Serialize, PartialEq, Eq, PartialOrd, Ord)]
    enum Key {
        Newtype(u8),
        Tuple(u8, u8),
        Struct { a: u8 },
    }
    #[derive(Serialize, PartialEq, Eq, PartialOrd, Ord)]
    struct Named {
        a: u8,
    }
    fn refused<K: Serialize + Ord>(key: K) -> String {
        let maps = vec![BTreeMap::new(), BTreeMap::from([(key, 1)])];
        let error = Value::of(&BTreeMap::from([("weights", (1, maps))])).unwrap_err();
        assert_eq!(error.path(), "weights[1][1]", "{error}");
        assert_eq!(
            error.hint(),
            Some("use such a key, or a list of pairs instead of the map")
        );
        let before = "a map key must be a string, a number, a boolean or a char, found ";
        error.message().strip_prefix(before).unwrap().to_owned()
    }
    assert_eq!(refused(None::<u8>), "`None`");
    assert_eq!(refused(()), "`()`");
    assert_eq!(refused((1, 2)), "a tuple");
    assert_eq!(refused(vec![1]), "an array");
    assert_eq!(refused(BTreeMap::from([(1, 2)])), "a map");
    assert_eq!(refused(Named { a: 1 }), "the struct `Named`");
    assert_eq!(
        refused(Key::Newtype(1)),
        "`Key::Newtype`, which holds a value"
    );
    assert_eq!(
        refused(Key::Tuple(1, 2)),
        "`Key::Tuple`, which holds values"
    );
    assert_eq!(
        refused(Key::Struct { a: 1 }),
        "`Key::Struct`, which holds values"
    );
}

#[test]
fn an_entity_with_arguments_is_no_key() {
    /// A map whose keys are entities, which have no order that a `BTreeMap` could use.
    struct Keyed(Activation);

    impl Serialize for Keyed {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.collect_map([(&self.0, 1)])
        }
    }
    assert_eq!(text(&Keyed(Activation::ReLU)), r#"{"ReLU": 1}"#);
    let refused = text(&Keyed(Activation::LeakyReLU { slope: 0.1 }));
    assert!(refused.contains("found a map"), "{refused}");
}

#[test]
fn nesting_is_bounded() {
    fn nested(levels: usize) -> serde_json::Value {
        (0..levels).fold(json!(null), |inner, _| json!([inner]))
    }
    assert_eq!(
        text(&nested(128)),
        format!("{}null{}", "[".repeat(128), "]".repeat(128))
    );
    let error = Value::of(&nested(129)).unwrap_err();
    assert_eq!(error.message(), "nested deeper than 128 levels");
    assert!(error.path().starts_with("[0][0][0]"), "{error}");
}

#[test]
fn the_error_of_a_value_reaches_the_entity() {
    struct Refuses;

    impl Serialize for Refuses {
        fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
            Err(serde::ser::Error::custom("no text for this"))
        }
    }
    #[derive(Entity)]
    struct Outer<T> {
        first: u8,
        inner: Vec<T>,
    }
    let outer = Outer {
        first: 1,
        inner: vec![Outer {
            first: 2,
            inner: vec![Refuses],
        }],
    };
    let error = outer.metadata().unwrap_err();
    assert!(error.path().starts_with("inner[0]."), "{error}");
    let hash = outer.hash();
    assert!(!hash.is_valid());
    assert_eq!(hash.as_str(), error.to_string());
    assert_eq!(outer.arguments().error(), Some(&error));
    assert_eq!(outer.arguments().to_string(), format!("<{error}>"));
    let refused = serde_json::to_string(&outer).unwrap_err();
    assert!(
        refused.to_string().contains("no text for this"),
        "{refused}"
    );
    let captured = Registered::of(outer);
    assert!(!captured.hash().is_valid());
}
