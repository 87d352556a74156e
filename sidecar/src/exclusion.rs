//! Files whose text never enters a request: neither as the document, nor as a neighbour, nor as
//! context of a question. Names decide, without reading anything.

use url::Url;

/// Names (or globs) of files that hold secrets, lower-case.
const NAMES: &[&str] = &[
    ".env*",
    "*.env",
    "*.pem",
    "*.key",
    "*.p12",
    "*.pfx",
    "*.p8",
    "*.ppk",
    "*.jks",
    "*.keystore",
    "*.kdbx",
    "*.crt",
    "*.cer",
    "*.der",
    "*.asc",
    "*.gpg",
    "*.ovpn",
    "*.tfvars",
    "*.tfstate",
    "id_*",
    "credentials*",
    "*.credentials",
    "*_credentials*",
    "client_secret*",
    "service-account*.json",
    "secrets.*",
    ".npmrc",
    ".yarnrc*",
    ".pypirc",
    ".netrc",
    "_netrc",
    ".git-credentials",
    ".pgpass",
    ".my.cnf",
    ".htpasswd",
    ".dockercfg",
    ".vault-token",
    "kubeconfig*",
    "*.kubeconfig",
    "auth.json",
    "admin.json",
];

/// Directories that hold secrets, lower-case.
const DIRECTORIES: &[&str] = &[
    ".ssh", ".aws", ".azure", ".gnupg", ".kube", ".docker", ".gcloud", "gcloud", "secrets", ".secrets",
];

/// Whether text of this file may not leave the machine.
pub fn is_excluded(uri: &Url, globs: &[String]) -> bool {
    let path = percent_encoding::percent_decode_str(uri.path())
        .decode_utf8_lossy()
        .replace('\\', "/");
    let lower = path.to_lowercase();
    let mut parts = lower.split('/').filter(|part| !part.is_empty()).rev();
    let Some(name) = parts.next() else {
        return false;
    };
    NAMES.iter().any(|glob| matches(glob, name))
        || parts.any(|directory| DIRECTORIES.contains(&directory))
        || globs
            .iter()
            .any(|glob| matches_path(&glob.to_lowercase(), &lower))
}

/// A glob without a slash names files anywhere; one with a slash names the end of a path.
fn matches_path(glob: &str, path: &str) -> bool {
    let glob = glob.trim();
    if glob.is_empty() {
        return false;
    }
    if !glob.trim_end_matches('/').contains('/') {
        let directory_only = glob.ends_with('/');
        let part = glob.trim_end_matches('/');
        let mut names = path.split('/').rev();
        let file = names.next().unwrap_or_default();
        return (!directory_only && matches(part, file)) || names.any(|name| matches(part, name));
    }
    let glob = glob.trim_start_matches('/');
    let below = if glob.ends_with('/') {
        format!("**/{glob}**")
    } else {
        format!("**/{glob}")
    };
    matches(&below, path.trim_start_matches('/'))
}

/// `*` and `?` stay within one part of a path, `**` does not, `**/` may be nothing.
fn matches(glob: &str, text: &str) -> bool {
    if let Some(rest) = glob.strip_prefix("**/") {
        return matches(rest, text)
            || text
                .match_indices('/')
                .any(|(at, _)| matches(rest, &text[at + 1..]));
    }
    if let Some(rest) = glob.strip_prefix("**") {
        return (0..=text.len()).any(|at| text.is_char_boundary(at) && matches(rest, &text[at..]));
    }
    let mut characters = glob.chars();
    match characters.next() {
        None => text.is_empty(),
        Some('*') => {
            let rest = characters.as_str();
            let reach = text.find('/').unwrap_or(text.len());
            (0..=reach).any(|at| text.is_char_boundary(at) && matches(rest, &text[at..]))
        }
        Some(expected) => text.chars().next().is_some_and(|first| {
            let fits = expected == first || expected == '?' && first != '/';
            fits && matches(characters.as_str(), &text[first.len_utf8()..])
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn excluded(path: &str, globs: &[&str]) -> bool {
        let uri = Url::parse(&format!("file://{path}")).unwrap();
        let globs: Vec<_> = globs.iter().map(|glob| (*glob).to_owned()).collect();
        is_excluded(&uri, &globs)
    }

    #[test]
    fn secrets_are_known_by_their_names() {
        let secret = [
            "/w/.env",
            "/w/.ENV.local",
            "/w/.envrc",
            "/w/prod.env",
            "/w/server.pem",
            "/w/Server.KEY",
            "/w/a.p12",
            "/home/me/.ssh/config",
            "/home/me/.aws/config",
            "/w/id_rsa",
            "/w/id_ed25519.pub",
            "/w/credentials",
            "/w/credentials.json",
            "/w/.npmrc",
            "/w/.netrc",
            "/w/.git-credentials",
            "/w/kubeconfig",
            "/w/kubeconfig.yaml",
            "/home/me/.kube/config",
            "/w/%2Eenv",
            "/w/terraform.tfvars",
        ];
        for path in secret {
            assert!(excluded(path, &[]), "{path}");
        }
        for path in [
            "/w/main.rs",
            "/w/environment.ts",
            "/w/keyboard.rs",
            "/w/monkey.py",
            "/w/idle.py",
            "/w/Cargo.toml",
        ] {
            assert!(!excluded(path, &[]), "{path}");
        }
    }

    #[test]
    fn a_persons_globs_are_added() {
        let cases = [
            ("*.sql", "/w/a/b.sql", true),
            ("*.sql", "/w/a/b.sqlx", false),
            ("vendor/", "/w/vendor/x/y.rs", true),
            ("vendor/", "/w/vendor", false),
            ("src/gen/**", "/w/src/gen/a/b.rs", true),
            ("src/*/b.rs", "/w/src/a/b.rs", true),
            ("src/*/b.rs", "/w/src/a/c/b.rs", false),
            ("**/private/*.ts", "/w/private/a.ts", true),
            ("?.rs", "/w/a.rs", true),
            ("", "/w/a.rs", false),
        ];
        for (glob, path, expected) in cases {
            assert_eq!(excluded(path, &[glob]), expected, "{glob} {path}");
        }
    }
}
