//! Turns the few forms of regular expression that the data uses into tests of the table.

/// The tests, any of which may match; an error for a form that the table cannot express, so that a
/// new one is noticed instead of dropped.
pub fn tests(pattern: &str) -> Result<Vec<String>, String> {
    if pattern == r"^(?!.*-[tT][tT][sS](?:$|-))" {
        return Ok(vec!["!-tts".into()]);
    }
    let unknown = || format!("the table has no test for the pattern {pattern}");
    let body = pattern.strip_prefix('^').ok_or_else(unknown)?;
    let (body, kind) = match body.strip_suffix('$') {
        Some(body) => (body, '~'),
        None => (body, '<'),
    };
    let mut written = vec![String::from(kind)];
    let mut rest = body.chars().peekable();
    while let Some(character) = rest.next() {
        match character {
            '\\' => match rest.next().ok_or_else(unknown)? {
                'd' => push(
                    &mut written,
                    &"#".repeat(repetition(&mut rest).ok_or_else(unknown)?),
                ),
                literal if literal.is_ascii_punctuation() => push(&mut written, &literal.to_string()),
                _ => return Err(unknown()),
            },
            '[' => {
                let class: String = rest.by_ref().take_while(|next| *next != ']').collect();
                if class.len() > 1 && class.contains(['^', '\\']) || class[1..].contains('-') {
                    return Err(unknown());
                }
                written = written
                    .iter()
                    .flat_map(|start| class.chars().map(move |one| format!("{start}{one}")))
                    .collect();
            }
            literal if literal.is_ascii_alphanumeric() || "-/=@".contains(literal) => {
                push(&mut written, &literal.to_lowercase().to_string());
            }
            _ => return Err(unknown()),
        }
    }
    Ok(written)
}

fn push(written: &mut [String], text: &str) {
    written.iter_mut().for_each(|one| one.push_str(text));
}

fn repetition(rest: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Option<usize> {
    if rest.next_if_eq(&'{').is_none() {
        return Some(1);
    }
    let count: String = rest.by_ref().take_while(|next| *next != '}').collect();
    count.parse().ok()
}
