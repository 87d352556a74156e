//! How much of an output item the model wrote.

use crate::walk::{Text, Walker};

/// UTF-8 bytes of the generated text in an item: texts, thoughts, names and arguments of calls.
pub(super) fn generated(walker: &mut Walker<'_>, bytes: &mut u64) -> Option<()> {
    if walker.peek()? != b'{' {
        return walker.value().map(|_| ());
    }
    walker.object(|walker, key| member(walker, key, bytes))
}

fn member(walker: &mut Walker<'_>, key: Text<'_>, bytes: &mut u64) -> Option<()> {
    match (key.plain().unwrap_or_default(), walker.peek()?) {
        (b"content" | b"summary", b'[') => walker.array(|walker| generated(walker, bytes)),
        (
            b"text" | b"refusal" | b"arguments" | b"input" | b"name" | b"code" | b"transcript" | b"diff",
            b'"',
        ) => {
            *bytes += walker.string()?.decoded_bytes();
            Some(())
        }
        // What a shell or a patch is told.
        (b"action" | b"operation", b'{') => {
            *bytes += walker.value()?.len() as u64;
            Some(())
        }
        _ => walker.value().map(|_| ()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_generated_is_counted_wherever_it_is() {
        let cases = [
            (
                r#"{"type":"message","id":"msg_1","content":[{"type":"output_text","text":"é\n","annotations":[{"title":"no"}]},{"type":"refusal","refusal":"no"}]}"#,
                5,
            ),
            (
                r#"{"type":"function_call","call_id":"call_1","name":"f","arguments":"{\"a\":1}"}"#,
                8,
            ),
            (
                r#"{"type":"custom_tool_call","call_id":"call_1","name":"p","input":"abc"}"#,
                4,
            ),
            (
                r#"{"type":"reasoning","summary":[{"type":"summary_text","text":"ab"}],"content":[{"type":"reasoning_text","text":"c"}],"encrypted_content":"long"}"#,
                3,
            ),
            (r#"{"type":"local_shell_call","action":{"command":["ls"]}}"#, 18),
            ("null", 0),
        ];
        for (item, expected) in cases {
            let mut bytes = 0;
            generated(&mut Walker::new(item.as_bytes()), &mut bytes).unwrap();
            assert_eq!(bytes, expected, "{item}");
        }
    }
}
