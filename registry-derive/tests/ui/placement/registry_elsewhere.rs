use registry_core::registry;

#[registry]
struct Model; //~

#[registry(context = f64)]
impl Model {} //~

#[registry]
fn model() {} //~

fn main() {
    let _ = Model;
    model();
}
