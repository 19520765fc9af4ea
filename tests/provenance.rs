//! `provenance!` tells of the package that it stands in.

use entia::provenance;

#[test]
fn the_package_tells_its_name_version_and_features() {
    let provenance = provenance!();
    assert_eq!(provenance.versions["entia"], env!("CARGO_PKG_VERSION"));
    for (feature, is_enabled) in [
        ("sqlite", cfg!(feature = "sqlite")),
        ("json", cfg!(feature = "json")),
        ("tch", cfg!(feature = "tch")),
    ] {
        let is_told = provenance.features.iter().any(|told| told == feature);
        assert_eq!(is_told, is_enabled, "{feature}");
    }
}
