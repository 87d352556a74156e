use reqwest::header::HeaderValue;
use std::sync::Arc;
use zeroize::Zeroizing;

use crate::{Code, Problem};

/// A device or admin credential. It has no `Debug`, so that it cannot slip into a log, and its
/// memory is overwritten when the last copy goes.
#[derive(Clone)]
pub struct Credential(Arc<Zeroizing<String>>);

impl Credential {
    const LENGTH_MAX: usize = 512;

    /// Takes printable ASCII without spaces, which is what fits into a header.
    pub fn parse(text: &str) -> Result<Self, Problem> {
        let text = text.trim();
        let printable = text.bytes().all(|byte| byte.is_ascii_graphic());
        if text.is_empty() || text.len() > Self::LENGTH_MAX || !printable {
            return Err(Problem::new(
                Code::Unauthorized,
                "The stored credential is damaged.",
            ));
        }
        Ok(Self(Arc::new(Zeroizing::new(text.to_owned()))))
    }

    /// The secret itself, for the one place that sends or stores it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The `Authorization` header; marked sensitive, so that HTTP libraries do not print it.
    pub fn bearer(&self) -> Result<HeaderValue, Problem> {
        let text = Zeroizing::new(format!("Bearer {}", self.expose()));
        let mut value = HeaderValue::from_str(&text)
            .map_err(|_| Problem::new(Code::Unauthorized, "The stored credential is damaged."))?;
        value.set_sensitive(true);
        Ok(value)
    }
}
