use registry_core::{register, registry};

#[registry]
trait Model {}

struct View<'a>(&'a str);

#[register(registry = Model, exclude = "text")] //~
impl<'a> View<'a> {
    fn new(text: &'a str) -> Self {
        Self(text)
    }
}

impl Model for View<'_> {}

struct Slice<'a>(&'a [f64]);

#[register(registry = Model, exclude = "values")] //~
impl Slice<'_> {
    fn new(values: &'static [f64]) -> Self {
        Self(values)
    }
}

impl Model for Slice<'_> {}

fn main() {}
