//! What is written, read back and hashed again is the same, whatever the arguments are.

use entia::prelude::*;
use entia::{Arguments, Metadata, Value};
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use serde::{Deserialize, Serialize};
use std::any::Any;
use std::collections::{BTreeMap, HashMap};

/// Plain data of every kind that serde reads and writes.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Plain {
    rate: f64,
    bound: Option<f64>,
    weights: Vec<f32>,
    signed: i128,
    unsigned: u128,
    small: (u8, i16, i64, u64),
    text: String,
    letter: char,
    unit: (),
    by_number: BTreeMap<i64, Vec<Option<bool>>>,
    by_name: BTreeMap<String, f32>,
    by_letter: BTreeMap<char, u128>,
    shape: Shape,
    tagged: Tagged,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
enum Shape {
    Point,
    Circle(f32),
    Rectangle(f64, f64),
    Named { name: String, size: i128 },
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "kind")]
enum Tagged {
    Step { size: f32 },
    Cosine { warmup: u64, name: Option<String> },
}

/// Entities that nest.
#[derive(Clone, Debug, Entity)]
enum Node {
    Leaf,
    Scalar {
        value: f64,
        #[register(default = 0.5, skip_default)]
        weight: f32,
    },
    Inner {
        children: Vec<Node>,
        by_name: BTreeMap<String, Option<Node>>,
    },
}

#[derive(Clone, Debug, Entity)]
struct Model {
    plain: Plain,
    node: Node,
    #[register(default)]
    pair: (Boxed, Vec<[Node; 1]>),
    #[register(default = 1e-3, skip_default)]
    lr: f64,
    #[register(keyword)]
    seed: u128,
}

#[derive(Clone, Debug, Default, Entity)]
struct Boxed {
    node: Option<Box<Node>>,
}

/// Any bits, and often those at which the layout changes.
fn double() -> impl Strategy<Value = f64> + Clone {
    let border = [
        0.0, -0.0, 1e-5, 1e-4, 1e15, 1e16, 1e17, 5e-324, 1e22, 0.5, 1e-3,
    ];
    let special = [
        f64::NAN,
        f64::INFINITY,
        f64::NEG_INFINITY,
        f64::MAX,
        f64::MIN_POSITIVE,
    ];
    prop_oneof![
        any::<u64>().prop_map(f64::from_bits),
        proptest::sample::select(border.to_vec()),
        proptest::sample::select(special.to_vec()),
    ]
}

fn single() -> impl Strategy<Value = f32> + Clone {
    let special = [
        f32::NAN,
        f32::INFINITY,
        f32::NEG_INFINITY,
        f32::MAX,
        -0.0,
        1e-45,
        0.1,
        0.5,
    ];
    prop_oneof![
        any::<u32>().prop_map(f32::from_bits),
        proptest::sample::select(special.to_vec()),
    ]
}

/// Short, of any characters.
fn text() -> impl Strategy<Value = String> + Clone {
    vec(any::<char>(), 0..6).prop_map(|characters| characters.into_iter().collect())
}

fn shape() -> impl Strategy<Value = Shape> {
    prop_oneof![
        Just(Shape::Point),
        single().prop_map(Shape::Circle),
        (double(), double()).prop_map(|(width, height)| Shape::Rectangle(width, height)),
        (text(), any::<i128>()).prop_map(|(name, size)| Shape::Named { name, size }),
    ]
}

fn tagged() -> impl Strategy<Value = Tagged> {
    prop_oneof![
        single().prop_map(|size| Tagged::Step { size }),
        (any::<u64>(), proptest::option::of(text()))
            .prop_map(|(warmup, name)| Tagged::Cosine { warmup, name }),
    ]
}

fn plain() -> impl Strategy<Value = Plain> {
    let numbers = (
        double(),
        proptest::option::of(double()),
        vec(single(), 0..4),
        any::<i128>(),
        any::<u128>(),
        any::<(u8, i16, i64, u64)>(),
    );
    let maps = (
        btree_map(any::<i64>(), vec(any::<Option<bool>>(), 0..3), 0..3),
        btree_map(text(), single(), 0..3),
        btree_map(any::<char>(), any::<u128>(), 0..3),
    );
    (numbers, text(), any::<char>(), maps, shape(), tagged()).prop_map(
        |(numbers, text, letter, (by_number, by_name, by_letter), shape, tagged)| Plain {
            rate: numbers.0,
            bound: numbers.1,
            weights: numbers.2,
            signed: numbers.3,
            unsigned: numbers.4,
            small: numbers.5,
            text,
            letter,
            unit: (),
            by_number,
            by_name,
            by_letter,
            shape,
            tagged,
        },
    )
}

fn node() -> impl Strategy<Value = Node> {
    let leaf = prop_oneof![
        Just(Node::Leaf),
        (double(), single()).prop_map(|(value, weight)| Node::Scalar { value, weight }),
    ];
    leaf.prop_recursive(4, 12, 3, |inner| {
        let by_name = btree_map(text(), proptest::option::of(inner.clone()), 0..3);
        (vec(inner, 0..3), by_name)
            .prop_map(|(children, by_name)| Node::Inner { children, by_name })
    })
}

fn model() -> impl Strategy<Value = Model> {
    let pair = (
        proptest::option::of(node()),
        vec(node().prop_map(|node| [node]), 0..3),
    );
    (plain(), node(), pair, double(), any::<u128>()).prop_map(
        |(plain, node, (boxed, list), lr, seed)| {
            let boxed = Boxed {
                node: boxed.map(Box::new),
            };
            Model {
                plain,
                node,
                pair: (boxed, list),
                lr,
                seed,
            }
        },
    )
}

fn registry() -> Registry<dyn Any> {
    let registry = Registry::<dyn Any>::new().with::<Model>();
    registry.and_then(Registry::with::<Node>).unwrap()
}

/// Whether two models are the same to the last bit; a `NaN` is like any other.
fn same(left: &Model, right: &Model) -> bool {
    format!("{left:?}") == format!("{right:?}")
}

/// `prop_assert!` that `again` is `model`, in identity and in every value.
fn check_same(model: &Model, again: &Model, how: &str) -> Result<(), TestCaseError> {
    prop_assert_eq!(again.hash(), model.hash(), "hash {}", how);
    prop_assert!(same(again, model), "{how}\n{again:?}\n{model:?}");
    Ok(())
}

fn built(model: Registered<Box<dyn Any>>) -> Model {
    Registered::into_inner(model.downcast::<Model>().unwrap())
}

/// A few bits or characters of a model, each change a model of another identity.
fn changed(model: &Model) -> Vec<(&'static str, Model)> {
    let change = |name, change: &dyn Fn(&mut Model)| {
        let mut model = model.clone();
        change(&mut model);
        (name, model)
    };
    let next = |value: f64| f64::from_bits(value.to_bits() ^ 1);
    let mut all = vec![
        change("signed", &|it| it.plain.signed ^= 1),
        change("unsigned", &|it| it.plain.unsigned ^= 1 << 127),
        change("seed", &|it| it.seed ^= 1),
        change("text", &|it| it.plain.text.push('\u{0}')),
        change("weights", &|it| it.plain.weights.push(0.0)),
        change("list", &|it| it.pair.1.push([Node::Leaf])),
        change("node", &|it| {
            it.node = Node::Inner {
                children: vec![it.node.clone()],
                by_name: BTreeMap::new(),
            }
        }),
        change("entry", &|it| {
            let free = it
                .plain
                .by_name
                .keys()
                .map(String::as_str)
                .collect::<String>()
                + "x";
            it.plain.by_name.insert(free, 0.0);
        }),
    ];
    if model.plain.rate.is_finite() && next(model.plain.rate).is_finite() {
        all.push(change("rate", &|it| it.plain.rate = next(it.plain.rate)));
    }
    all
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn through_the_text_of_entia(model in model()) {
        let text = Value::of(&model).unwrap().to_string();
        prop_assert_eq!(text.parse::<Value>().unwrap().to_string(), text.as_str());
        let arguments = model.arguments();
        prop_assert_eq!(arguments.to_string().parse::<Arguments>().unwrap().to_string(), arguments.to_string());
        let read: Model = Value::of(&model).unwrap().to().unwrap();
        prop_assert_eq!(read.hash(), model.hash());
        let registered = registry().build_json(&text, &()).unwrap();
        prop_assert_eq!(registered.hash(), model.hash());
        prop_assert_eq!(registered.metadata().unwrap().arguments, model.metadata().unwrap().arguments);
    }

    #[test]
    fn through_metadata_in_json_text(model in model()) {
        let metadata = model.metadata().unwrap();
        let stored = serde_json::to_string(&metadata).unwrap();
        let read: Metadata = serde_json::from_str(&stored).unwrap();
        prop_assert_eq!(&read, &metadata);
        let again = registry().build(&read.name, read.exact_arguments(), &()).unwrap();
        prop_assert_eq!(again.hash(), read.hash.clone());
        prop_assert_eq!(&again.metadata().unwrap(), &metadata);
        check_same(&model, &built(again), "exact arguments")?;
    }

    #[test]
    fn through_metadata_in_cbor(model in model()) {
        let metadata = model.metadata().unwrap();
        let mut stored = Vec::new();
        ciborium::into_writer(&metadata, &mut stored).unwrap();
        let read: Metadata = ciborium::from_reader(stored.as_slice()).unwrap();
        prop_assert_eq!(&read, &metadata);
    }

    #[test]
    fn through_metadata_in_a_json_tree(model in model()) {
        let metadata = model.metadata().unwrap();
        let stored = serde_json::to_value(&metadata).unwrap();
        let read: Metadata = serde_json::from_value(stored).unwrap();
        // The tree has an order of its own; the registry restores that of the signature.
        let again = registry().build(&read.name, read.exact_arguments(), &()).unwrap();
        prop_assert_eq!(again.metadata().unwrap(), metadata);
        check_same(&model, &built(again), "exact arguments")?;
    }

    #[test]
    fn through_the_reference_form(model in model()) {
        // Skipped defaults are read as the defaults that they equal.
        let text = serde_json::to_string(&model).unwrap();
        check_same(&model, &serde_json::from_str(&text).unwrap(), "JSON text")?;
        let tree = serde_json::to_value(&model).unwrap();
        check_same(&model, &serde_json::from_value(tree).unwrap(), "JSON tree")?;
        let mut bytes = Vec::new();
        ciborium::into_writer(&model, &mut bytes).unwrap();
        check_same(&model, &ciborium::from_reader(bytes.as_slice()).unwrap(), "CBOR")?;
    }

    #[test]
    fn by_position_and_by_name(model in model()) {
        let arguments = model.metadata().unwrap().exact_arguments().clone();
        let array = |values: Vec<&Value>| Value::of(&values).unwrap();
        let args = array(arguments.args().collect());
        let kwargs: BTreeMap<_, _> = arguments.kwargs().collect();
        prop_assert_eq!(kwargs.keys().copied().collect::<Vec<_>>(), ["seed"]);
        let kwargs = Value::of(&kwargs).unwrap();
        let again = registry().build("Model", (args, kwargs), &()).unwrap();
        check_same(&model, &built(again), "args and kwargs")?;
    }

    #[test]
    fn equal_arguments_have_equal_hashes_and_others_have_not(left in model(), right in model()) {
        prop_assert_eq!(left.clone().hash(), left.hash());
        prop_assert_eq!(same(&left, &right), left.hash() == right.hash());
        for (what, other) in changed(&left) {
            prop_assert_ne!(other.hash(), left.hash(), "{}", what);
            prop_assert!(!entia::diff(&left, &other).is_empty(), "{}", what);
        }
    }

    #[test]
    fn a_hash_map_in_another_order_is_the_same(entries in btree_map(text(), double(), 0..20)) {
        let map: HashMap<_, _> = entries.clone().into_iter().collect();
        let reversed: HashMap<_, _> = entries.into_iter().rev().collect();
        prop_assert_eq!(Value::of(&map).unwrap(), Value::of(&reversed).unwrap());
        let read: HashMap<String, f64> = Value::of(&map).unwrap().to().unwrap();
        prop_assert_eq!(Value::of(&read).unwrap(), Value::of(&map).unwrap());
    }

    #[test]
    fn a_value_through_json(value in plain()) {
        let value = Value::of(&value).unwrap();
        let text = serde_json::to_string(&value).unwrap();
        prop_assert_eq!(&serde_json::from_str::<Value>(&text).unwrap(), &value);
        // Spaces and escapes of another writer make no difference.
        let pretty = serde_json::to_string_pretty(&value).unwrap();
        prop_assert_eq!(&serde_json::from_str::<Value>(&pretty).unwrap(), &value);
    }
}
