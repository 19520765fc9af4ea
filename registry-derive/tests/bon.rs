//! A builder of bon beside `#[register]`.

use bon::bon;
use registry_core::{Entity, register};

struct Mlp {
    size: i64,
}

#[register(name = "MLP")]
#[bon]
impl Mlp {
    #[builder(start_fn = builder)]
    fn new(
        size: i64,
        #[builder(default = 2)]
        #[register(default = 2)]
        depth: i64,
    ) -> Self {
        Self { size: size * depth }
    }
}

struct File(String);

#[register(constructor = "open")]
#[bon]
impl File {
    #[builder(start_fn = at, finish_fn = open_it)]
    fn open(path: String) -> Result<Self, std::fmt::Error> {
        Ok(Self(path))
    }
}

#[test]
fn the_builder_calls_the_registered_constructor() {
    let built = Mlp::builder().size(3).build();
    let made = Mlp::new(3, 2);
    assert_eq!((built.size, built.hash()), (made.size, made.hash()));
    assert_eq!(built.arguments().to_string(), r#"{"size": 3, "depth": 2}"#);
    let file = File::at().path("a".to_owned()).open_it().unwrap();
    assert_eq!((&*file.0, file.name()), ("a", "File"));
}
