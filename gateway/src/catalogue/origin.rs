use http::{Uri, uri::Scheme};

/// Where an upstream listens. A credential belongs to one origin and is sent nowhere else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    pub is_tls: bool,
    pub host: String,
    pub port: u16,
    /// As it goes into `Host`.
    pub authority: String,
    /// Scheme, host and port; the same for what is the same origin.
    pub key: String,
    /// What stands before `/chat/completions`, without a slash at its end.
    pub path: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a base URL looks like https://api.example.com/v1; plain http is for loopback and private servers")]
pub struct OriginError;

impl Origin {
    pub fn parse(url: &str) -> Result<Self, OriginError> {
        let uri: Uri = url.parse().map_err(|_| OriginError)?;
        let scheme = uri.scheme().ok_or(OriginError)?;
        let is_tls = scheme == &Scheme::HTTPS;
        if !is_tls && scheme != &Scheme::HTTP {
            return Err(OriginError);
        }
        let authority = uri.authority().ok_or(OriginError)?;
        // User info in a URL would be a secret in a settings file.
        if authority.as_str().contains('@') || uri.query().is_some() {
            return Err(OriginError);
        }
        let host = authority.host().trim_start_matches('[').trim_end_matches(']');
        let port = authority.port_u16().unwrap_or(if is_tls { 443 } else { 80 });
        Ok(Self {
            is_tls,
            host: host.to_owned(),
            port,
            key: format!("{scheme}://{host}:{port}"),
            authority: authority.as_str().to_owned(),
            path: uri.path().trim_end_matches('/').to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base_urls_are_taken_apart() {
        let origin = Origin::parse("http://127.0.0.1:18080/v1/").unwrap();
        assert_eq!(
            (origin.port, origin.path.as_str(), origin.is_tls),
            (18080, "/v1", false)
        );
        let origin = Origin::parse("https://[::1]:8443").unwrap();
        assert_eq!(
            (origin.host.as_str(), origin.port, origin.path.as_str()),
            ("::1", 8443, "")
        );
        assert_eq!(Origin::parse("https://api.example.com/v1").unwrap().port, 443);
        for wrong in [
            "",
            "api.example.com",
            "ftp://a/b",
            "https://user:secret@a/b",
            "https://a/b?key=c",
            "/v1",
        ] {
            assert!(Origin::parse(wrong).is_err(), "{wrong}");
        }
    }
}
