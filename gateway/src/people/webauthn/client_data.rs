use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Deserialize;

use super::{Doubt, Party};

const BYTES_MAX: usize = 4_096;

/// What a browser did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ceremony {
    Create,
    Get,
}

impl Ceremony {
    const fn word(self) -> &'static str {
        match self {
            Self::Create => "webauthn.create",
            Self::Get => "webauthn.get",
        }
    }
}

/// What the browser says about the page that asked. It is covered by the signature.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ClientData {
    #[serde(rename = "type")]
    kind: String,
    challenge: String,
    origin: String,
    #[serde(default)]
    cross_origin: bool,
    top_origin: Option<String>,
}

/// The challenge, if the browser says that our own page asked, in no frame of somebody else's.
pub fn check(json: &[u8], ceremony: Ceremony, party: &Party) -> Result<Vec<u8>, Doubt> {
    if json.len() > BYTES_MAX {
        return Err(Doubt::Form);
    }
    let data: ClientData = serde_json::from_slice(json).map_err(|_| Doubt::Form)?;
    if data.kind != ceremony.word() {
        return Err(Doubt::Ceremony);
    }
    if data.origin != party.origin || data.cross_origin || data.top_origin.is_some() {
        return Err(Doubt::Origin);
    }
    URL_SAFE_NO_PAD.decode(data.challenge).map_err(|_| Doubt::Form)
}
