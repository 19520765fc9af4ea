//! A type that serde reads and writes in a way of its own.

use registry_core::{DefaultRegistry, Entity};
use serde::{Deserialize, Serialize};
use serde_json::json;

#[derive(Clone, Debug, PartialEq, Entity, Serialize, Deserialize)]
#[register(serde = false)]
#[serde(rename_all = "lowercase")]
enum Device {
    Cpu,
    Cuda { index: i64 },
}

#[derive(Debug, PartialEq, Entity, Serialize, Deserialize)]
#[register(serde = false)]
struct Pair<T> {
    left: T,
    #[serde(default)]
    right: i64,
}

#[derive(Debug, PartialEq, Entity)]
#[register(serde = true)]
struct Model {
    device: Device,
    pair: Pair<i64>,
}

#[test]
fn its_own_form_holds_by_itself_and_inside() {
    let device = Device::Cuda { index: 1 };
    assert_eq!(device.name(), "Cuda");
    assert_eq!(device.arguments().to_string(), r#"{"index": 1}"#);
    assert_eq!(
        serde_json::to_value(&device).unwrap(),
        json!({"cuda": {"index": 1}})
    );

    let pair = Pair { left: 2, right: 3 };
    let model = Model { device, pair };
    assert_eq!(
        model.arguments().to_string(),
        r#"{"device": {"cuda": {"index": 1}}, "pair": {"left": 2, "right": 3}}"#
    );
    let text = serde_json::to_string(&model).unwrap();
    assert_eq!(serde_json::from_str::<Model>(&text).unwrap(), model);
}

#[test]
fn a_registry_builds_from_it() {
    let registry = DefaultRegistry::global().unwrap();
    let built = registry
        .build("Model", json!({"device": "cpu", "pair": {"left": 1}}), &())
        .unwrap();
    let model = Model {
        device: Device::Cpu,
        pair: Pair { left: 1, right: 0 },
    };
    assert_eq!(built.hash(), model.hash());
    assert!(registry.build("Cuda", json!({"index": 1}), &()).is_ok());
}
