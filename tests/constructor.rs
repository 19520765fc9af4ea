//! `#[register]` on an `impl` block.

use entia::prelude::*;
use std::any::Any;

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

#[derive(Debug)]
struct Mlp {
    sizes: Vec<i64>,
}

#[register(name = "MLP")]
impl Mlp {
    const DEPTH: usize = 2;

    /// Gives `Self`.
    fn new(size: i64) -> Self {
        Self {
            sizes: vec![size; Self::DEPTH],
        }
    }

    fn of_sizes(sizes: Vec<i64>) -> Self {
        Self { sizes }
    }

    fn depth(&self) -> usize {
        self.sizes.len()
    }
}

#[test]
fn the_constructor_captures_and_the_others_do_not() -> Outcome {
    let mlp: Registered<Mlp> = Mlp::new(4);
    assert_eq!(mlp.arguments().to_string(), r#"{"size": 4}"#);
    assert_eq!(mlp.depth(), 2);
    let plain: Mlp = Mlp::of_sizes(vec![1, 2, 3]);
    assert_eq!(plain.depth(), 3);
    let again = built::<Mlp>("MLP", json!({"size": 4}))?;
    assert_eq!(again.hash(), mlp.hash());
    assert_eq!(again.sizes, [4, 4]);
    Ok(())
}

mod types {
    use entia::prelude::*;

    #[derive(Debug)]
    pub(crate) struct Named {
        pub(crate) size: i64,
    }

    #[register]
    impl Named {
        pub(crate) fn new(size: i64) -> Named {
            Named { size }
        }
    }

    #[derive(Debug)]
    pub(crate) struct ByPath;

    #[register(constructor = "make")]
    impl self::ByPath {
        pub(super) fn make(size: i64) -> self::ByPath {
            let _ = size;
            Self
        }
    }

    struct Private {
        size: i64,
    }

    #[register]
    impl Private {
        fn new(size: i64) -> Self {
            Self { size }
        }
    }

    pub(crate) fn private(size: i64) -> (impl Entity, i64) {
        let private = Private::new(size);
        let size = private.size;
        (private, size)
    }
}

#[test]
fn the_output_may_name_the_type() -> Outcome {
    assert_eq!(types::Named::new(3).size, 3);
    assert_eq!(built::<types::Named>("Named", json!([3]))?.size, 3);
    let made = types::ByPath::make(3);
    assert_eq!(
        (made.name(), types::ByPath::SIGNATURE.parameters().len()),
        ("ByPath", 1)
    );
    assert_eq!(
        built::<types::ByPath>("ByPath", json!([3]))?.hash(),
        made.hash()
    );
    Ok(())
}

#[test]
fn a_private_type_is_registered() -> Outcome {
    let (entity, size) = types::private(5);
    assert_eq!((entity.name(), size), ("Private", 5));
    let erased = Registry::<dyn Any>::global()?.build("Private", json!([5]), &())?;
    assert_eq!(erased.hash(), entity.hash());
    Ok(())
}

#[derive(Debug)]
struct Buffer<T> {
    values: Vec<T>,
}

#[register]
impl<T: Clone> Buffer<T>
where
    T: PartialEq,
{
    fn new(value: T, mut count: usize) -> Self {
        let mut values = Vec::new();
        while count > 0 {
            values.push(value.clone());
            count -= 1;
        }
        Self { values }
    }
}

struct Square<const N: usize>;

#[register]
impl<const N: usize> Square<N> {
    fn new(scale: f64) -> Self {
        let _ = scale;
        Self
    }
}

entia::submit!(Square<3>);

#[test]
fn generic_types_register_by_instance() -> Outcome {
    let buffer = Buffer::new('a', 2);
    assert_eq!(buffer.values, ['a', 'a']);
    assert_eq!(
        buffer.arguments().to_string(),
        r#"{"T": "char", "value": "a", "count": 2}"#
    );
    let local = Registry::<dyn Any>::new().with::<Buffer<i64>>()?;
    let erased = local.build("Buffer", json!([5, 1]), &())?;
    let buffer = erased
        .downcast::<Buffer<i64>>()
        .map_err(|_| "another type")?;
    assert_eq!(buffer.values, [5]);
    assert!(Registry::<dyn Any>::global()?.get("Buffer").is_none());
    assert_eq!(built::<Square<3>>("Square", json!([0.5]))?.name(), "Square");
    Ok(())
}

#[derive(Debug)]
struct View<'a> {
    text: &'a str,
}

#[register(exclude = "text")]
impl<'a> View<'a> {
    fn new(text: &'a str, size: usize) -> Self {
        Self {
            text: &text[..size],
        }
    }
}

#[test]
fn a_type_that_borrows_has_an_identity() {
    let text = "abc".to_owned();
    let view = View::new(&text, 2);
    assert_eq!(
        (view.text, view.arguments().to_string().as_str()),
        ("ab", r#"{"size": 2}"#)
    );
}

/// The words that the generated code could use for itself.
struct Names(String);

#[register]
impl Names {
    #[expect(
        clippy::too_many_arguments,
        reason = "each is a name that could collide"
    )]
    fn new(
        value: i64,
        error: i64,
        identity: i64,
        context: i64,
        argument: i64,
        builder: i64,
        writer: i64,
        default: i64,
        body: i64,
        r#type: i64,
        #[register(default = 3)] built: i64,
    ) -> Result<Self, String> {
        let all = [
            value, error, identity, context, argument, builder, writer, default, body, r#type,
            built,
        ];
        Ok(Self(format!("{all:?}")))
    }
}

#[test]
fn parameters_may_have_any_name() -> Outcome {
    let names = built::<Names>("Names", json!([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]))?;
    assert_eq!(names.0, "[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 3]");
    assert_eq!(
        names.arguments().get("type").map(entia::Value::as_str),
        Some("10")
    );
    Ok(())
}

struct Consumed {
    text: String,
    call: fn(i64) -> i64,
}

#[register(exclude = "call, vs")]
impl Consumed {
    fn new(text: String, vs: &mut Vec<String>, call: fn(i64) -> i64) -> Self {
        vs.push(text.clone());
        let keep = move || text;
        Self { text: keep(), call }
    }
}

#[test]
fn arguments_move_into_the_body() {
    let mut vs = Vec::new();
    let consumed = Consumed::new("x".to_owned(), &mut vs, |x| x + 1);
    assert_eq!(
        (consumed.text.as_str(), (consumed.call)(1), vs.len()),
        ("x", 2, 1)
    );
    assert_eq!(consumed.arguments().to_string(), r#"{"text": "x"}"#);
}

#[test]
fn the_documentation_of_the_constructor_is_kept() -> Outcome {
    let item = Registry::<dyn Any>::global()?
        .get("MLP")
        .ok_or("no `MLP`")?;
    assert_eq!((item.doc, item.type_name), ("Gives `Self`.", "Mlp"));
    Ok(())
}
