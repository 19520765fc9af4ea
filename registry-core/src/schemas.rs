//! The schemas of records and values.
#![expect(clippy::disallowed_methods, reason = "no float stands in a schema")]

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use crate::identity::{Arguments, Difference, Hash, Metadata};
use crate::json::Value;

impl JsonSchema for Value {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Value".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!(true)
    }
}

impl JsonSchema for Arguments {
    fn schema_name() -> Cow<'static, str> {
        "Arguments".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "object",
            "description": "Arguments by their names, in the order of the signature.",
        })
    }
}

impl JsonSchema for Hash {
    fn schema_name() -> Cow<'static, str> {
        "Hash".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "description": "A scheme, `:` and the digits, as `md5-v1:af51a51a38f7ad81f9523360fafe7068`.",
        })
    }
}

impl JsonSchema for Metadata {
    fn schema_name() -> Cow<'static, str> {
        "Metadata".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "object",
            "description": "The record of a component.",
            "properties": {
                "name": {"type": "string", "description": "The name it is registered under."},
                "hash": generator.subschema_for::<Hash>(),
                "arguments": generator.subschema_for::<Arguments>(),
                "exact": {
                    "anyOf": [generator.subschema_for::<Arguments>(), {"type": "null"}],
                    "description": "Every argument, also those that equal their default and are no \
                                    part of the hash.",
                },
                "signature": {"type": "string", "description": "Its signature, as text."},
            },
            "required": ["name", "hash", "arguments", "signature"],
        })
    }
}

impl JsonSchema for Difference {
    fn schema_name() -> Cow<'static, str> {
        "Difference".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "object",
            "description": "One place where two components differ.",
            "properties": {
                "path": {
                    "type": "string",
                    "description": "The place: `name`, or a parameter and what is inside it, as \
                                    `activation.arguments.slope`.",
                },
                "left": {"description": "What the left one has there."},
                "right": {"description": "What the right one has there."},
            },
            "required": ["path", "left", "right"],
        })
    }
}
