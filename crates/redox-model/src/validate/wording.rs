//! What could have stood there, in words.

use std::borrow::Cow;

use crate::{
    catalogue::{Field, Shape, Type, ValueSet},
    nearest,
};

/// What a member is documented to be.
pub(super) fn member(field: &Field) -> Cow<'static, str> {
    match (field.many, field.ty) {
        (true, Type::Object(_)) => Cow::Borrowed("an array of objects"),
        (true, ty) => Cow::Owned(format!("an array of {ty}s")),
        (false, _) => item(field),
    }
}

/// What its value, or each of its items, is documented to be.
pub(super) fn item(field: &Field) -> Cow<'static, str> {
    Cow::Borrowed(match field.ty {
        Type::Object(_) => "an object",
        Type::String => "a string",
        Type::Number => "a number",
        Type::Boolean => "a boolean",
    })
}

/// A value set in few words: its values if they are few, else its name and size.
pub(super) fn one_of(set: &ValueSet) -> Cow<'static, str> {
    if set.values.len() <= 8 {
        Cow::Owned(format!("one of `{}`", set.values.join("`, `")))
    } else {
        Cow::Owned(format!("one of the {} values of {}", set.values.len(), set.name))
    }
}

/// A member where an undocumented one of this name stands.
pub(super) fn documented(shape: &'static Shape, name: &str) -> Cow<'static, str> {
    match nearest::of(name, shape.fields.iter().map(|field| field.name)) {
        Some(near) => Cow::Owned(format!("a documented member (nearest: {near})")),
        None => Cow::Borrowed("a documented member"),
    }
}
