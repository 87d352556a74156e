//! Replaces, adds and removes members of a JSON object and leaves every other byte as it was.

use std::{borrow::Cow, ops::Range};

use bytes::Bytes;

use crate::walk::Walker;

/// The members of an object at the top of a text, in order.
#[derive(Clone, Debug)]
pub(crate) struct Members<'a> {
    body: &'a [u8],
    members: Vec<Member<'a>>,
}

#[derive(Clone, Debug)]
struct Member<'a> {
    name: Cow<'a, str>,
    /// From the key's first quote to the value's last byte.
    whole: Range<usize>,
    value: Range<usize>,
}

/// Changes to [`Members`], written out at once.
#[derive(Debug)]
pub(crate) struct Splice<'m, 'a> {
    members: &'m Members<'a>,
    /// For each member: kept, a new value, or removed.
    changes: Vec<Change>,
    added: Vec<(&'static str, String)>,
}

#[derive(Clone, Debug)]
enum Change {
    Keep,
    Value(String),
    Remove,
}

impl<'a> Members<'a> {
    /// None when the text is not an object, or is nested too deeply.
    pub(crate) fn of(body: &'a [u8]) -> Option<Self> {
        let mut walker = Walker::new(body);
        let mut members = Vec::with_capacity(16);
        walker.object(|walker, key| {
            let value = walker.value()?;
            let end = walker.position();
            members.push(Member {
                name: key.decoded()?,
                whole: key.start..end,
                value: end - value.len()..end,
            });
            Some(())
        })?;
        walker.peek().is_none().then_some(Self { body, members })
    }

    /// A value as it is written.
    pub(crate) fn value(&self, name: &str) -> Option<&'a [u8]> {
        let member = self.members.iter().find(|member| member.name == name)?;
        Some(&self.body[member.value.clone()])
    }

    /// Every member's name and value, in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &'a [u8])> {
        self.members
            .iter()
            .map(|member| (member.name.as_ref(), &self.body[member.value.clone()]))
    }

    /// How many bytes the values of the named members take together.
    pub(crate) fn bytes_of(&self, names: &[&str]) -> u64 {
        let named = |member: &&Member<'_>| names.contains(&member.name.as_ref());
        let sizes = self
            .members
            .iter()
            .filter(named)
            .map(|member| member.value.len() as u64);
        sizes.sum()
    }

    pub(crate) fn splice(&self) -> Splice<'_, 'a> {
        Splice {
            members: self,
            changes: vec![Change::Keep; self.members.len()],
            added: Vec::new(),
        }
    }
}

impl Splice<'_, '_> {
    /// Gives a member a new value, written as JSON; adds it at the end when it is not there.
    pub(crate) fn set(&mut self, name: &'static str, value: impl Into<String>) {
        let value = value.into();
        match self.find(name) {
            Some(index) => self.changes[index] = Change::Value(value),
            None => self.added.push((name, value)),
        }
    }

    /// Removes a member, if it is there.
    pub(crate) fn remove(&mut self, name: &str) {
        if let Some(index) = self.find(name) {
            self.changes[index] = Change::Remove;
        }
    }

    fn find(&self, name: &str) -> Option<usize> {
        self.members.members.iter().position(|member| member.name == name)
    }

    pub(crate) fn finish(self) -> Bytes {
        let Members { body, members } = self.members;
        let added: usize = self
            .added
            .iter()
            .map(|(name, value)| name.len() + value.len() + 4)
            .sum();
        let mut written = Vec::with_capacity(body.len() + added + 256);
        let opening = members
            .first()
            .map_or_else(|| end_of_opening(body), |first| first.whole.start);
        written.extend_from_slice(&body[..opening]);
        let mut is_first = true;
        let mut behind = opening;
        for (member, change) in members.iter().zip(&self.changes) {
            let separator = behind..member.whole.start;
            behind = member.whole.end;
            if matches!(change, Change::Remove) {
                continue;
            }
            if !is_first {
                written.extend_from_slice(&body[separator]);
            }
            is_first = false;
            write_member(&mut written, body, member, change);
        }
        for (name, value) in &self.added {
            let comma = if is_first { "" } else { "," };
            is_first = false;
            written.extend_from_slice(format!("{comma}\"{name}\":").as_bytes());
            written.extend_from_slice(value.as_bytes());
        }
        written.extend_from_slice(&body[behind..]);
        written.into()
    }
}

fn write_member(written: &mut Vec<u8>, body: &[u8], member: &Member<'_>, change: &Change) {
    match change {
        Change::Value(value) => {
            written.extend_from_slice(&body[member.whole.start..member.value.start]);
            written.extend_from_slice(value.as_bytes());
        }
        Change::Keep | Change::Remove => written.extend_from_slice(&body[member.whole.clone()]),
    }
}

/// Behind the brace of an object without members.
fn end_of_opening(body: &[u8]) -> usize {
    memchr::memchr(b'{', body).map_or(0, |at| at + 1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    fn check(body: &str, change: impl FnOnce(&mut Splice<'_, '_>), expected: &str) {
        let members = Members::of(body.as_bytes()).unwrap();
        let mut splice = members.splice();
        change(&mut splice);
        assert_eq!(std::str::from_utf8(&splice.finish()).unwrap(), expected);
    }

    #[test]
    fn only_what_was_asked_for_changes() {
        check(
            r#"{ "model" : "a" , "n": 1 }"#,
            |splice| splice.set("model", "\"b\""),
            r#"{ "model" : "b" , "n": 1 }"#,
        );
        check(
            r#"{"mod\u0065l":"a"}"#,
            |splice| splice.set("model", "\"b\""),
            r#"{"mod\u0065l":"b"}"#,
        );
        check(
            r#"{"x":{"model":"a"},"model":"a"}"#,
            |splice| splice.set("model", "\"b\""),
            r#"{"x":{"model":"a"},"model":"b"}"#,
        );
        check(
            r#"{"a":1, "b":2, "c":3}"#,
            |splice| splice.remove("a"),
            r#"{"b":2, "c":3}"#,
        );
        check(
            r#"{"a":1, "b":2, "c":3}"#,
            |splice| splice.remove("b"),
            r#"{"a":1, "c":3}"#,
        );
        check(
            r#"{"a":1, "b":2, "c":3 }"#,
            |splice| splice.remove("c"),
            r#"{"a":1, "b":2 }"#,
        );
        check(r#"{"a":1}"#, |splice| splice.remove("a"), "{}");
        check(" {} ", |splice| splice.set("a", "1"), r#" {"a":1} "#);
        check(
            r#"{"a":1}"#,
            |splice| {
                splice.remove("a");
                splice.set("b", "2");
                splice.set("c", "3");
            },
            r#"{"b":2,"c":3}"#,
        );
    }

    #[test]
    fn what_is_not_one_object_has_no_members() {
        for text in ["", "[]", "{", "{\"a\":1}x", "{\"a\"}", "{\"a\":1,}", "null"] {
            assert!(Members::of(text.as_bytes()).is_none(), "{text}");
        }
    }

    fn json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            "[ -~é€😀\n\"\\\\{}\\[\\]:,]{0,12}".prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 24, 5, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map("[a-c\"\\\\é]{0,3}", inner, 0..4)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn everything_else_stays_byte_for_byte(
            members in prop::collection::btree_map("[a-d]", json(), 0..5), pretty: bool, name in "[a-d]",
        ) {
            let object = Value::Object(members.into_iter().collect());
            let body = match pretty {
                true => serde_json::to_string_pretty(&object),
                false => serde_json::to_string(&object),
            }.unwrap();
            let members = Members::of(body.as_bytes()).unwrap();
            prop_assert_eq!(&members.splice().finish(), body.as_bytes());

            let mut removed = members.splice();
            removed.remove(&name);
            let mut expected = object.clone();
            expected.as_object_mut().unwrap().remove(&name);
            prop_assert_eq!(serde_json::from_slice::<Value>(&removed.finish()).unwrap(), expected);
        }
    }
}
