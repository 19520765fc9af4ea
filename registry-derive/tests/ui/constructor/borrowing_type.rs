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



struct Slice<'a>(&'a [f64]);

#[register(registry = Model, exclude = "values")] //~
impl Slice<'_> {
    fn new(values: &'static [f64]) -> Self {
        Self(values)
    }
}



fn main() {}
