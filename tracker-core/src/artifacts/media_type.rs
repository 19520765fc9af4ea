//! What a file holds, by the ending of its name.

/// For an ending that is not known.
const OTHER: &str = "application/octet-stream";

/// The media types of common endings, without the dot.
const KNOWN: [(&str, &str); 33] = [
    ("bin", OTHER),
    ("bmp", "image/bmp"),
    ("csv", "text/csv"),
    ("gif", "image/gif"),
    ("gz", "application/gzip"),
    ("htm", "text/html"),
    ("html", "text/html"),
    ("ipynb", "application/x-ipynb+json"),
    ("jpeg", "image/jpeg"),
    ("jpg", "image/jpeg"),
    ("json", "application/json"),
    ("jsonl", "application/jsonl"),
    ("log", "text/plain"),
    ("md", "text/markdown"),
    ("mp4", "video/mp4"),
    ("npy", "application/x-npy"),
    ("npz", "application/x-npz"),
    ("onnx", "application/x-onnx"),
    ("parquet", "application/vnd.apache.parquet"),
    ("pdf", "application/pdf"),
    ("png", "image/png"),
    ("pt", "application/x-pytorch"),
    ("pth", "application/x-pytorch"),
    ("safetensors", "application/x-safetensors"),
    ("svg", "image/svg+xml"),
    ("toml", "application/toml"),
    ("tsv", "text/tab-separated-values"),
    ("txt", "text/plain"),
    ("wav", "audio/wav"),
    ("webp", "image/webp"),
    ("yaml", "application/yaml"),
    ("yml", "application/yaml"),
    ("zip", "application/zip"),
];

/// The media type of a file with this name.
pub(super) fn media_type(name: &str) -> &'static str {
    let file = name.rsplit('/').next().unwrap_or(name);
    let Some((_, ending)) = file.rsplit_once('.') else {
        return OTHER;
    };
    let found = KNOWN
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(ending));
    found.map_or(OTHER, |(_, media_type)| media_type)
}

/// Whether a text has the form of a media type, as `text/plain; charset=utf-8`: it can stand in the
/// header of a response.
pub(super) fn is_media_type(text: &str) -> bool {
    let is_written = text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    let essence = text.split(';').next().unwrap_or_default().trim_end();
    let parts = essence.split_once('/');
    is_written
        && parts.is_some_and(|(kind, subtype)| {
            let is_token = |part: &str| {
                let is_mark = |byte| b"!#$&-^_.+".contains(&byte);
                !part.is_empty()
                    && part
                        .bytes()
                        .all(|byte| byte.is_ascii_alphanumeric() || is_mark(byte))
            };
            is_token(kind) && is_token(subtype)
        })
}

#[cfg(test)]
mod tests {
    use super::{KNOWN, OTHER, is_media_type, media_type};

    #[test]
    fn the_ending_tells() {
        for (name, expected) in [
            ("weights.safetensors", "application/x-safetensors"),
            ("plots/loss.SVG", "image/svg+xml"),
            ("a.b/report", OTHER),
            ("archive.tar.gz", "application/gzip"),
            ("json", OTHER),
            ("notes.xyz", OTHER),
        ] {
            assert_eq!(media_type(name), expected, "{name}");
        }
        assert!(KNOWN.is_sorted());
        assert!(KNOWN.iter().all(|(_, known)| is_media_type(known)));
    }

    #[test]
    fn a_media_type_has_two_parts() {
        assert!(is_media_type("text/plain; charset=utf-8"));
        for text in [
            "",
            "text",
            "text/",
            "/plain",
            "text/a/b",
            "text/pl ain",
            "text/plain\r\nX: y",
        ] {
            assert!(!is_media_type(text), "{text}");
        }
    }
}
