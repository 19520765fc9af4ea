use registry_core::{Entity, Registered, Registry, register, registry};

struct Path<'a>(&'a str);

#[registry(context = Path<'a>)] //~
trait Model {}

#[derive(Entity)]
#[register(registry = Model)]
struct Linear {
    size: i64,
}

impl Model for Linear {}

struct Mlp;

#[register(registry = Model, exclude = "path")]
impl Mlp {
    fn new(path: &Path<'_>, layers: Vec<Registered<Box<dyn Model>>>) -> Self {
        let _ = (path, layers);
        Self
    }
}

impl Model for Mlp {}

fn main() {
    let path = Path("");
    let _ = path.0;
    if let Ok(models) = Registry::<dyn Model>::global() {
        let _ = models.build("Mlp", (), &path);
    }
}
