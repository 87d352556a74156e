use serde::Deserialize;

/// Which names of a model a row of the table is for.
///
/// In the file a rule is a text (one test), a list (any of them) or `{"all": [..]}`. A test's first
/// character says how the rest is compared; names are compared in lower case.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Rule {
    Test(Test),
    Any(Vec<Rule>),
    All { all: Vec<Rule> },
}

#[derive(Debug, Deserialize)]
#[serde(try_from = "String")]
pub(super) enum Test {
    /// `=`: the name itself.
    Equals(String),
    /// `^`: how it starts.
    Prefix(String),
    /// `*`: what it contains.
    Contains(String),
    /// `$`: how it ends.
    Suffix(String),
    /// `~`: the name itself, where `#` stands for a digit; used for dated names.
    Digits(String),
    /// `<`: how it starts, where `#` stands for a digit.
    DigitsPrefix(String),
    /// `!`: what it does not contain as a whole word, that is before a `-` or the end.
    WithoutWord(String),
}

impl TryFrom<String> for Test {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        let mut characters = text.chars();
        let kind = characters.next();
        let rest = characters.as_str().to_owned();
        match kind {
            Some('=') => Ok(Self::Equals(rest)),
            Some('^') => Ok(Self::Prefix(rest)),
            Some('*') => Ok(Self::Contains(rest)),
            Some('$') => Ok(Self::Suffix(rest)),
            Some('~') => Ok(Self::Digits(rest)),
            Some('<') => Ok(Self::DigitsPrefix(rest)),
            Some('!') => Ok(Self::WithoutWord(rest)),
            _ => Err(format!(
                "a matching rule starts with one of = ^ * $ ~ < !, not as in {text:?}"
            )),
        }
    }
}

impl Rule {
    /// The name is in lower case already.
    pub(super) fn matches(&self, name: &str) -> bool {
        match self {
            Self::Test(test) => test.matches(name),
            Self::Any(rules) => rules.iter().any(|rule| rule.matches(name)),
            Self::All { all } => all.iter().all(|rule| rule.matches(name)),
        }
    }
}

impl Test {
    fn matches(&self, name: &str) -> bool {
        match self {
            Self::Equals(text) => name == text,
            Self::Prefix(text) => name.starts_with(text.as_str()),
            Self::Contains(text) => name.contains(text.as_str()),
            Self::Suffix(text) => name.ends_with(text.as_str()),
            Self::Digits(pattern) => name.len() == pattern.len() && starts_with_digits(name, pattern),
            Self::DigitsPrefix(pattern) => starts_with_digits(name, pattern),
            Self::WithoutWord(word) => !contains_word(name, word),
        }
    }
}

fn starts_with_digits(name: &str, pattern: &str) -> bool {
    let fits = |(byte, expected): (u8, u8)| match expected {
        b'#' => byte.is_ascii_digit(),
        expected => byte == expected,
    };
    name.len() >= pattern.len() && name.bytes().zip(pattern.bytes()).all(fits)
}

fn contains_word(name: &str, word: &str) -> bool {
    name.match_indices(word).any(|(at, _)| {
        let after = &name[at + word.len()..];
        after.is_empty() || after.starts_with('-')
    })
}

/// Rewrites dates such as `-20251211` to the dashed form, which is how the table has them.
pub(super) fn with_dashed_dates(name: &str) -> Option<String> {
    let mut written = String::new();
    let mut rest = name;
    while let Some(at) = rest.find("-20") {
        let (before, from) = rest.split_at(at);
        let ends = matches!(from.as_bytes().get(9), None | Some(b'-' | b':'));
        written.push_str(before);
        match from.get(1..9).filter(|date| ends && is_date(date)) {
            Some(date) => {
                written.push_str(&format!("-{}-{}-{}", &date[..4], &date[4..6], &date[6..]));
                rest = &from[9..];
            }
            None => {
                written.push_str(&from[..3]);
                rest = &from[3..];
            }
        }
    }
    written.push_str(rest);
    (written != name).then_some(written)
}

fn is_date(text: &str) -> bool {
    let number = |part: &str| part.parse::<u32>().unwrap_or(0);
    text.bytes().all(|byte| byte.is_ascii_digit())
        && (1..=12).contains(&number(&text[4..6]))
        && (1..=31).contains(&number(&text[6..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_rule_matches_what_it_says() {
        let cases = [
            (r#""=gpt-4o""#, "gpt-4o", true),
            (r#""=gpt-4o""#, "gpt-4o-mini", false),
            (r#""^gpt-4o""#, "gpt-4o-mini", true),
            (r#""*llama""#, "meta-llama-3", true),
            (r#""$-free""#, "x-free", true),
            (r###""~opus-########""###, "opus-20260101", true),
            (r###""~opus-########""###, "opus-20260101-b", false),
            (r###""<flash-#""###, "flash-1-preview", true),
            (r###""<flash-#""###, "flash-x", false),
            (r#""!-tts""#, "pro-preview", true),
            (r#""!-tts""#, "pro-tts-preview", false),
            (r#""!-tts""#, "pro-ttsx", true),
            (r#"["=a","=b"]"#, "b", true),
            (r#"{"all":["^a","$z"]}"#, "abz", true),
            (r#"{"all":["^a","$z"]}"#, "ab", false),
        ];
        for (rule, name, expected) in cases {
            let read: Rule = serde_json::from_str(rule).unwrap();
            assert_eq!(read.matches(name), expected, "{rule} {name}");
        }
        assert!(serde_json::from_str::<Rule>(r#""gpt""#).is_err());
    }

    #[test]
    fn compact_dates_are_dashed() {
        let cases = [
            ("claude-x-20251211", Some("claude-x-2025-12-11")),
            ("x-20251211:free", Some("x-2025-12-11:free")),
            ("x-20251311", None),
            ("x-2025", None),
            ("x-20é51211", None),
            ("x-202512111", None),
        ];
        for (name, expected) in cases {
            assert_eq!(with_dashed_dates(name).as_deref(), expected, "{name}");
        }
    }
}
