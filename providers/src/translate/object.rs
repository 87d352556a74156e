//! A JSON object whose members are taken out one by one, so that what nobody took is noticed.

use protocol::Problem;
use serde_json::{Map, Value};

use crate::invalid::{bad_json, invalid, missing, wrong};

/// An object and where in the body it stands.
pub(super) struct Object {
    members: Map<String, Value>,
    path: String,
}

/// A field that the other dialect has no word for.
pub(super) fn cannot_carry(path: &str) -> Problem {
    let path: String = path.chars().filter(|one| !one.is_control()).take(100).collect();
    invalid(format!(
        "The field `{path}` cannot be carried over to this model, whose provider speaks another dialect."
    ))
    .with_hint("Leave it out, or choose a model whose provider knows it.")
}

impl Object {
    /// The whole body. Nesting beyond 128 levels is refused by the parser.
    pub(super) fn of_body(body: &[u8]) -> Result<Self, Problem> {
        match serde_json::from_slice(body) {
            Ok(Value::Object(members)) => Ok(Self {
                members,
                path: String::new(),
            }),
            Ok(_) => Err(invalid("The body must be one JSON object.")),
            Err(error) => Err(bad_json(&error)),
        }
    }

    pub(super) fn of(value: Value, path: impl Into<String>) -> Result<Self, Problem> {
        let path = path.into();
        match value {
            Value::Object(members) => Ok(Self { members, path }),
            _ => Err(wrong(&path, "an object")),
        }
    }

    /// Where a member of this object stands.
    pub(super) fn path(&self, name: &str) -> String {
        match self.path.as_str() {
            "" => name.to_owned(),
            path => format!("{path}.{name}"),
        }
    }

    /// What nobody took yet.
    pub(super) fn members(&self) -> &Map<String, Value> {
        &self.members
    }

    /// Null says as much as nothing.
    pub(super) fn take(&mut self, name: &str) -> Option<Value> {
        self.members.remove(name).filter(|value| !value.is_null())
    }

    pub(super) fn text(&mut self, name: &str) -> Result<Option<String>, Problem> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(wrong(&self.path(name), "a text")),
        }
    }

    pub(super) fn required_text(&mut self, name: &str) -> Result<String, Problem> {
        self.text(name)?.ok_or_else(|| missing(&self.path(name)))
    }

    pub(super) fn flag(&mut self, name: &str) -> Result<Option<bool>, Problem> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::Bool(flag)) => Ok(Some(flag)),
            Some(_) => Err(wrong(&self.path(name), "true or false")),
        }
    }

    pub(super) fn count(&mut self, name: &str) -> Result<Option<u64>, Problem> {
        match self.take(name) {
            None => Ok(None),
            Some(value) => match value.as_u64() {
                Some(count) => Ok(Some(count)),
                None => Err(wrong(&self.path(name), "a whole number")),
            },
        }
    }

    pub(super) fn number(&mut self, name: &str) -> Result<Option<f64>, Problem> {
        match self.take(name) {
            None => Ok(None),
            Some(value) => match value.as_f64() {
                Some(number) => Ok(Some(number)),
                None => Err(wrong(&self.path(name), "a number")),
            },
        }
    }

    pub(super) fn list(&mut self, name: &str) -> Result<Option<Vec<Value>>, Problem> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::Array(list)) => Ok(Some(list)),
            Some(_) => Err(wrong(&self.path(name), "a list")),
        }
    }

    pub(super) fn object(&mut self, name: &str) -> Result<Option<Self>, Problem> {
        let path = self.path(name);
        self.take(name).map(|value| Self::of(value, path)).transpose()
    }

    pub(super) fn required_object(&mut self, name: &str) -> Result<Self, Problem> {
        self.object(name)?.ok_or_else(|| missing(&self.path(name)))
    }

    /// Drops members whose loss changes nothing that the client could rely on.
    pub(super) fn leave_out(&mut self, names: &[&str]) {
        for name in names {
            self.members.remove(*name);
        }
    }

    /// Drops a member that says only what holds anyway; any other value cannot be carried over.
    pub(super) fn leave_out_if(
        &mut self,
        name: &str,
        holds_anyway: impl Fn(&Value) -> bool,
    ) -> Result<(), Problem> {
        match self.take(name) {
            Some(value) if !holds_anyway(&value) => Err(cannot_carry(&self.path(name))),
            _ => Ok(()),
        }
    }

    /// Whatever is still there cannot be carried over.
    pub(super) fn finish(self) -> Result<(), Problem> {
        let left = self.members.iter().find(|(_, value)| !value.is_null());
        left.map_or(Ok(()), |(name, _)| Err(cannot_carry(&self.path(name))))
    }
}
