//! Why something is as it is, as clients read it.

use serde::Serialize;
use utoipa::openapi::OneOfBuilder;
use utoipa::openapi::schema::{ObjectBuilder, SchemaType, Type};

use super::description::words;

/// A reason in the body of an account or a pin: a stable word for programs, and what to do for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Reason {
    /// The word.
    pub code: &'static str,
    /// The sentence.
    pub message: &'static str,
}

impl Reason {
    /// The description of a reason that has one of the codes of `table`, or of none.
    pub fn described(table: impl IntoIterator<Item = (&'static str, &'static str)>) -> OneOfBuilder {
        let message = ObjectBuilder::new().schema_type(SchemaType::new(Type::String));
        let reason = ObjectBuilder::new()
            .property("code", words(table))
            .property("message", message)
            .required("code")
            .required("message");
        OneOfBuilder::new().item(ObjectBuilder::new().schema_type(SchemaType::new(Type::Null))).item(reason)
    }
}
