//! The name of a type that stands for a generic parameter.

/// The name of `T` as an argument: `f32`, `Vec<String>`, `Buffer<u8>`, without the paths, so that
/// moving a type to another module changes no hash.
///
/// It comes from [`std::any::type_name`], which promises no form; the tests hold the one that it has.
pub fn type_name<T: ?Sized>() -> String {
    without_paths(std::any::type_name::<T>())
}

fn without_paths(name: &str) -> String {
    let mut plain = String::with_capacity(name.len());
    let mut rest = name;
    while let Some(first) = rest.chars().next() {
        let end = rest
            .find(|character: char| !(character.is_alphanumeric() || character == '_'))
            .unwrap_or(rest.len());
        if end == 0 {
            plain.push(first);
            rest = &rest[first.len_utf8()..];
            continue;
        }
        let (word, after) = rest.split_at(end);
        match after.strip_prefix("::") {
            // A module, or `{closure}` and the like after it.
            Some(after) if after.starts_with(|it: char| it.is_alphabetic() || it == '_') => {
                rest = after;
            }
            _ => {
                plain.push_str(word);
                rest = after;
            }
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::type_name;
    use std::collections::BTreeMap;

    #[test]
    fn names_have_no_paths() {
        assert_eq!(type_name::<u8>(), "u8");
        assert_eq!(type_name::<str>(), "str");
        assert_eq!(type_name::<Vec<Option<f64>>>(), "Vec<Option<f64>>");
        assert_eq!(type_name::<[(i64, String); 3]>(), "[(i64, String); 3]");
        assert_eq!(
            type_name::<BTreeMap<String, Box<[f32]>>>(),
            "BTreeMap<String, Box<[f32]>>"
        );
        assert_eq!(type_name::<&'static dyn std::fmt::Debug>(), "&dyn Debug");
    }
}
