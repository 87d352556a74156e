//! What a repository is called, whoever says it and however it was cloned.

/// `git@host:path.git`, `https://user:token@host/path` and the like become `host/path`, the name that
/// a repository has everywhere. Addresses on this machine have none.
pub fn host_and_path(remote: &str) -> Option<String> {
    let (authority, path) = match remote.split_once("://") {
        Some(("file", _)) => return None,
        Some((_, rest)) => rest.split_once('/')?,
        // A colon after a slash, or after one letter, belongs to a local path.
        None => remote
            .split_once(':')
            .filter(|(host, _)| !host.contains('/') && host.len() > 1)?,
    };
    let host = authority.rsplit('@').next()?;
    let host = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    let path = path.split(['?', '#']).next()?.trim_matches('/');
    let path = path.strip_suffix(".git").unwrap_or(path);
    (!host.is_empty() && !path.is_empty()).then(|| format!("{}/{path}", host.to_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remotes_lose_scheme_user_and_port() {
        let cases = [
            ("git@github.com:acme/shop.git", Some("github.com/acme/shop")),
            (
                "https://me:token@GitHub.com/acme/shop.git/",
                Some("github.com/acme/shop"),
            ),
            ("ssh://git@host.example:2222/a/b", Some("host.example/a/b")),
            ("https://host.example/a/b.git?x=secret", Some("host.example/a/b")),
            ("/srv/git/shop.git", None),
            ("../shop", None),
            ("C:\\git\\shop", None),
            ("file:///srv/shop", None),
            ("./a:b/c", None),
        ];
        for (remote, expected) in cases {
            assert_eq!(host_and_path(remote).as_deref(), expected, "{remote}");
        }
    }
}
