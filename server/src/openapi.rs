//! The description of the interface, made from the table of routes and the types in it.

use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use crate::problem::ProblemDocument;
use crate::route::Route;
use crate::routes;

/// The interface as an `OpenAPI` 3.1 document, as the server gives it at `/api/v1/openapi.json`.
///
/// # Examples
///
/// ```
/// let description = entia_server::openapi();
/// assert_eq!(description["openapi"], "3.1.0");
/// let search = &description["paths"]["/api/v1/runs"]["get"];
/// assert_eq!(search["x-role"], "read");
/// ```
#[must_use]
pub fn openapi() -> Value {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.definitions_path = "/components/schemas".into();
        settings.meta_schema = None;
    });
    let mut generator = settings.into_generator();
    let problem = generator.subschema_for::<ProblemDocument>();
    let mut paths = Map::new();
    let listed = |route: &Route| route.about.is_listed;
    for route in routes::all().into_iter().filter(listed) {
        let operation = operation(&route, &mut generator);
        let path = route.path.replace("{*", "{");
        let methods = paths.entry(path).or_insert_with(|| json!({}));
        methods[route.method.as_str().to_ascii_lowercase()] = operation;
    }
    let mut document = json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Entia",
            "description": "Experiments and runs of machine learning: recorded, found, compared and \
                            watched.",
            "version": env!("CARGO_PKG_VERSION"),
            "license": {"name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0"},
        },
        "paths": paths,
        "components": {
            "schemas": generator.take_definitions(true),
            "responses": {
                "Problem": {
                    "description": "What is wrong.",
                    "content": {"application/problem+json": {"schema": problem}},
                },
            },
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer"},
                "basic": {
                    "type": "http",
                    "scheme": "basic",
                    "description": "Any user name, and the token as the password.",
                },
            },
        },
    });
    polish(&mut document);
    document
}

/// Leaves out what is for readers of the source: examples in Rust, and the time of now as a default.
fn polish(part: &mut Value) {
    match part {
        Value::Object(members) => {
            if let Some(Value::String(text)) = members.get_mut("description") {
                let end = text.find("\n\n# ").unwrap_or(text.len());
                *text = text[..end].replace("\n\n", "\u{0}").replace('\n', " ");
                *text = text
                    .replace('\u{0}', "\n\n")
                    .replace("[`", "`")
                    .replace("`]", "`");
            }
            if members
                .get("format")
                .is_some_and(|format| format == "date-time")
            {
                members.remove("default");
            }
            members.values_mut().for_each(polish);
        }
        Value::Array(elements) => elements.iter_mut().for_each(polish),
        _ => {}
    }
}

fn operation(route: &Route, generator: &mut SchemaGenerator) -> Value {
    let about = &route.about;
    let mut operation = json!({
        "summary": about.summary,
        "operationId": id(route),
        "parameters": parameters(route, generator),
        "responses": responses(route, generator),
    });
    if let Some((media_type, describe)) = about.body {
        let schema = describe.map(|describe| describe(generator));
        operation["requestBody"] = json!({
            "required": true,
            "content": {media_type: {"schema": schema.unwrap_or_default()}},
        });
    }
    match route.role {
        None => operation["security"] = json!([]),
        Some(role) => {
            operation["x-role"] = json!(role);
            operation["security"] = json!([{}, {"bearer": []}, {"basic": []}]);
        }
    }
    operation
}

/// `GET /api/v1/runs/{run}` is `get_runs_run`.
fn id(route: &Route) -> String {
    let words = route.path.trim_start_matches("/api/v1").split('/');
    let words = words.map(|word| word.trim_matches(['{', '}', '*']).replace(['.', '-'], "_"));
    let words: Vec<String> = words.filter(|word| !word.is_empty()).collect();
    let method = route.method.as_str().to_ascii_lowercase();
    if words.is_empty() {
        return format!("{method}_start");
    }
    format!("{method}_{}", words.join("_"))
}

fn parameters(route: &Route, generator: &mut SchemaGenerator) -> Vec<Value> {
    let mut parameters = Vec::new();
    for part in route.path.split('/') {
        if let Some(name) = part.strip_prefix('{') {
            let name = name.trim_matches(['{', '}', '*']);
            parameters.push(json!({
                "name": name,
                "in": "path",
                "required": true,
                "schema": {"type": "string"},
            }));
        }
    }
    for name in route.about.headers {
        parameters.push(json!({"name": name, "in": "header", "schema": {"type": "string"}}));
    }
    if let Some(describe) = route.about.query {
        let schema = describe(generator).to_value();
        let required = schema.get("required").cloned().unwrap_or_default();
        let properties = schema.get("properties").and_then(Value::as_object).cloned();
        for (name, mut schema) in properties.unwrap_or_default() {
            let is_required = required
                .as_array()
                .is_some_and(|names| names.contains(&json!(name)));
            let description = schema
                .as_object_mut()
                .and_then(|schema| schema.remove("description"));
            parameters.push(json!({
                "name": name,
                "in": "query",
                "required": is_required,
                "description": description.unwrap_or_default(),
                "schema": present(schema),
            }));
        }
    }
    parameters
}

/// A parameter that is there is never null.
fn present(mut schema: Value) -> Value {
    if let Some(types) = schema.get_mut("type").and_then(Value::as_array_mut) {
        types.retain(|name| name != "null");
        if let [only] = &types[..] {
            schema["type"] = only.clone();
        }
    }
    schema
}

fn responses(route: &Route, generator: &mut SchemaGenerator) -> Value {
    let about = &route.about;
    let status = about.status;
    let mut success = json!({"description": status.canonical_reason().unwrap_or_default()});
    if let Some((media_type, describe)) = about.answer {
        let schema = describe.map(|describe| describe(generator));
        success["content"] = match schema {
            Some(schema) => json!({media_type: {"schema": schema}}),
            None => json!({media_type: {}}),
        };
    }
    let mut responses = json!({
        "default": {"$ref": "#/components/responses/Problem"},
    });
    responses[status.as_str()] = success.clone();
    // A run that was there already; a part of a content; what the client has already.
    if route.path == "/api/v1/runs" && status.as_u16() == 201 {
        responses["200"] = success;
    } else if about.headers.contains(&"Range") {
        responses["206"] = success;
    }
    if route.method == axum::http::Method::GET && about.answer.is_some() {
        responses["304"] = json!({"description": "Not Modified"});
    }
    responses
}
