//! What a client says about its request in `x-token-tracker-*`.

use http::{HeaderMap, HeaderValue};
use percent_encoding::percent_decode;
use protocol::{Code, Problem, RequestKind, header};

const BYTES_MAX: usize = 256;

#[derive(Clone, Debug, Default)]
pub(super) struct Wishes {
    pub kind: Option<RequestKind>,
    pub client_request_id: Option<String>,
    pub repository: Option<String>,
    pub branch: Option<String>,
    pub language: Option<String>,
    /// Send the receipt as a comment line in a stream.
    pub wants_receipt: bool,
    /// Tools that run at the provider are among what the client always offers, whoever answers.
    pub offers_by_habit: bool,
    /// Which of Anthropic's shapes the client speaks; for an upstream of that dialect.
    pub anthropic: Vec<(&'static str, HeaderValue)>,
}

/// What an upstream of Anthropic's dialect is told of its client.
const ANTHROPIC: [&str; 2] = ["anthropic-version", "anthropic-beta"];

pub(super) fn read(headers: &HeaderMap) -> Result<Wishes, Problem> {
    let kind = text(headers, header::KIND)?
        .map(|kind| {
            kind.parse()
                .map_err(|()| invalid(header::KIND, "is completion, chat or embedding"))
        })
        .transpose()?;
    Ok(Wishes {
        kind,
        client_request_id: text(headers, header::CLIENT_REQUEST_ID)?,
        repository: text(headers, header::REPOSITORY)?.map(without_user),
        branch: text(headers, header::BRANCH)?,
        language: text(headers, header::LANGUAGE)?,
        wants_receipt: headers.get(header::RECEIPT).is_some_and(|value| value == "1"),
        offers_by_habit: offers_by_habit(headers),
        anthropic: anthropic(headers),
    })
}

/// Codex, in all its forms, offers its provider's web search unless its user switches that off.
fn offers_by_habit(headers: &HeaderMap) -> bool {
    let originator = headers.get("originator");
    originator.is_some_and(|value| value.as_bytes().to_ascii_lowercase().starts_with(b"codex"))
}

/// Several values of one header are one list.
fn anthropic(headers: &HeaderMap) -> Vec<(&'static str, HeaderValue)> {
    ANTHROPIC
        .into_iter()
        .flat_map(|name| {
            headers
                .get_all(name)
                .iter()
                .map(move |value| (name, value.clone()))
        })
        .collect()
}

/// A percent-encoded value of at most 256 bytes.
fn text(headers: &HeaderMap, name: &'static str) -> Result<Option<String>, Problem> {
    let Some(value) = headers.get(name) else {
        return Ok(None);
    };
    let decoded = percent_decode(value.as_bytes())
        .decode_utf8()
        .map_err(|_| invalid(name, "is percent-encoded UTF-8"))?;
    if decoded.len() > BYTES_MAX || decoded.contains(char::is_control) {
        return Err(invalid(name, "has at most 256 bytes and no control characters"));
    }
    Ok(Some(decoded.into_owned()).filter(|text| !text.is_empty()))
}

/// Clients send host/path. One that sends a whole URL must not leave its password in our ledger.
fn without_user(repository: String) -> String {
    let rest = repository
        .split_once("://")
        .map_or(repository.as_str(), |(_, rest)| rest);
    let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    format!("{host}{path}")
}

fn invalid(name: &str, rule: &str) -> Problem {
    Problem::new(Code::InvalidRequest, format!("The header {name} {rule}."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: &'static str, value: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(name, value.parse().unwrap());
        headers
    }

    #[test]
    fn values_are_decoded_and_bounded() {
        let wishes = read(&headers(header::BRANCH, "feature%2F%C3%A9")).unwrap();
        assert_eq!(wishes.branch.as_deref(), Some("feature/é"));
        let wishes = read(&headers(header::REPOSITORY, "user%3Asecret%40host/path")).unwrap();
        assert_eq!(wishes.repository.as_deref(), Some("host/path"));
        let wishes = read(&headers(header::REPOSITORY, "https://a:b@host/team/repo@2")).unwrap();
        assert_eq!(wishes.repository.as_deref(), Some("host/team/repo@2"));
        assert!(read(&headers(header::BRANCH, &"x".repeat(257))).is_err());
        assert!(read(&headers(header::BRANCH, "%FF")).is_err());
        assert!(read(&headers(header::BRANCH, "a%0Ab")).is_err());
        for (originator, is_codex) in [("codex_exec", true), ("Codex Desktop", true), ("mine", false)] {
            let wishes = read(&headers("originator", originator)).unwrap();
            assert_eq!(wishes.offers_by_habit, is_codex, "{originator}");
        }
        assert!(read(&headers(header::KIND, "snack")).is_err());
        assert_eq!(
            read(&headers(header::KIND, "chat")).unwrap().kind,
            Some(RequestKind::Chat)
        );
    }
}
