use registry_core::registry;

#[registry]
trait Model<T> { //~
    fn forward(&self, x: T) -> T;
}

#[registry]
trait View<'a> { //~
    fn text(&self) -> &'a str;
}

fn main() {}
