//! A provider's signed word about who somebody is (OpenID Connect Core, 3.1.3.7).
//!
//! `openidconnect`, which does all of this, brings a second library for dates, one for RSA that has a
//! known weakness, and several for curves; `ring` checks the signatures that providers make.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256,
    RSA_PSS_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey, VerificationAlgorithm,
};
use serde::Deserialize;

/// Clocks of two machines.
const LEEWAY_SECONDS: i64 = 60;
const SUBJECT_BYTES_MAX: usize = 255;

#[derive(Clone, Debug, Default, Deserialize)]
pub struct KeySet {
    pub keys: Vec<Key>,
}

/// A public key, of whichever kind; what we cannot use is passed over.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Key {
    kty: String,
    kid: Option<String>,
    alg: Option<String>,
    #[serde(rename = "use")]
    usage: Option<String>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

/// What must be so.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    pub issuer: &'a str,
    pub client_id: &'a str,
    pub nonce: &'a str,
    pub now_seconds: i64,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Claims {
    pub sub: String,
    pub name: Option<String>,
    pub preferred_username: Option<String>,
    pub email: Option<String>,
    #[serde(default, deserialize_with = "yes")]
    pub email_verified: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Doubt {
    #[error("the token does not have its form")]
    Form,
    #[error("the token is signed with an algorithm that is not taken")]
    Algorithm,
    #[error("no key of the provider is the token's")]
    Key,
    #[error("the token's signature is wrong")]
    Signature,
    #[error("the token is another provider's")]
    Issuer,
    #[error("the token is for somebody else")]
    Audience,
    #[error("the token is not of this time")]
    Time,
    #[error("the token answers to another attempt")]
    Nonce,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    crit: Option<serde_json::Value>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

#[derive(Deserialize)]
struct Frame {
    iss: String,
    aud: Audience,
    azp: Option<String>,
    exp: f64,
    iat: f64,
    nonce: Option<String>,
}

/// Some providers write `"true"`.
fn yes<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    let value = serde_json::Value::deserialize(deserializer)?;
    Ok(value.as_bool() == Some(true) || value.as_str() == Some("true"))
}

/// The claims, if the provider signed them just now, for us, in answer to what we asked.
pub fn verify(token: &str, keys: &KeySet, expected: &Expected<'_>) -> Result<Claims, Doubt> {
    let (signed, signature) = token.rsplit_once('.').ok_or(Doubt::Form)?;
    let (header, payload) = signed.split_once('.').ok_or(Doubt::Form)?;
    let decode = |text: &str| BASE64.decode(text).map_err(|_| Doubt::Form);
    let header: Header = serde_json::from_slice(&decode(header)?).map_err(|_| Doubt::Form)?;
    if header.crit.is_some() {
        return Err(Doubt::Form);
    }
    let algorithm = Algorithm::of(&header.alg).ok_or(Doubt::Algorithm)?;
    let mut candidates = keys
        .keys
        .iter()
        .filter(|key| key.fits(algorithm, &header))
        .peekable();
    if candidates.peek().is_none() {
        return Err(Doubt::Key);
    }
    let signature = decode(signature)?;
    if !candidates.any(|key| key.has_signed(algorithm, signed.as_bytes(), &signature)) {
        return Err(Doubt::Signature);
    }
    let payload = decode(payload)?;
    let frame: Frame = serde_json::from_slice(&payload).map_err(|_| Doubt::Form)?;
    frame.check(expected)?;
    let claims: Claims = serde_json::from_slice(&payload).map_err(|_| Doubt::Form)?;
    let is_right =
        (1..=SUBJECT_BYTES_MAX).contains(&claims.sub.len()) && !claims.sub.contains(char::is_control);
    if !is_right {
        return Err(Doubt::Form);
    }
    Ok(claims)
}

impl Frame {
    fn check(&self, expected: &Expected<'_>) -> Result<(), Doubt> {
        if self.iss != expected.issuer {
            return Err(Doubt::Issuer);
        }
        let is_for_us = match &self.aud {
            Audience::One(one) => one == expected.client_id,
            Audience::Many(all) => all.iter().any(|one| one == expected.client_id),
        };
        let is_party = match (&self.azp, &self.aud) {
            (Some(party), _) => party == expected.client_id,
            (None, Audience::Many(all)) => all.len() == 1,
            (None, Audience::One(_)) => true,
        };
        if !is_for_us || !is_party {
            return Err(Doubt::Audience);
        }
        #[expect(clippy::cast_precision_loss, reason = "seconds of this millennium are exact")]
        let (now, leeway) = (expected.now_seconds as f64, LEEWAY_SECONDS as f64);
        if self.exp + leeway <= now || self.iat - leeway > now {
            return Err(Doubt::Time);
        }
        if self.nonce.as_deref() != Some(expected.nonce) {
            return Err(Doubt::Nonce);
        }
        Ok(())
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Algorithm {
    Rs256,
    Ps256,
    Es256,
    Es384,
    EdDsa,
}

impl Algorithm {
    /// Neither `none` nor one whose key the client knows.
    fn of(word: &str) -> Option<Self> {
        match word {
            "RS256" => Some(Self::Rs256),
            "PS256" => Some(Self::Ps256),
            "ES256" => Some(Self::Es256),
            "ES384" => Some(Self::Es384),
            "EdDSA" => Some(Self::EdDsa),
            _ => None,
        }
    }

    const fn kind(self) -> (&'static str, Option<&'static str>) {
        match self {
            Self::Rs256 | Self::Ps256 => ("RSA", None),
            Self::Es256 => ("EC", Some("P-256")),
            Self::Es384 => ("EC", Some("P-384")),
            Self::EdDsa => ("OKP", Some("Ed25519")),
        }
    }
}

impl Key {
    fn fits(&self, algorithm: Algorithm, header: &Header) -> bool {
        let (kind, curve) = algorithm.kind();
        self.kty == kind
            && curve.is_none_or(|curve| self.crv.as_deref() == Some(curve))
            && self.usage.as_deref().is_none_or(|usage| usage == "sig")
            && self.alg.as_deref().is_none_or(|alg| alg == header.alg)
            && (header.kid.is_none() || self.kid == header.kid)
    }

    fn has_signed(&self, algorithm: Algorithm, signed: &[u8], signature: &[u8]) -> bool {
        let part = |text: &Option<String>| BASE64.decode(text.as_deref()?.trim_end_matches('=')).ok();
        let point = |size: usize| {
            let (x, y) = (part(&self.x)?, part(&self.y)?);
            (x.len() == size && y.len() == size).then(|| [&[4][..], &x, &y].concat())
        };
        let checked = |with: &'static dyn VerificationAlgorithm, key: Option<Vec<u8>>| {
            key.is_some_and(|key| {
                UnparsedPublicKey::new(with, key)
                    .verify(signed, signature)
                    .is_ok()
            })
        };
        let rsa = |with| {
            let (Some(n), Some(e)) = (part(&self.n), part(&self.e)) else {
                return false;
            };
            let n: Vec<u8> = n.into_iter().skip_while(|byte| *byte == 0).collect();
            RsaPublicKeyComponents { n, e }
                .verify(with, signed, signature)
                .is_ok()
        };
        match algorithm {
            Algorithm::Rs256 => rsa(&RSA_PKCS1_2048_8192_SHA256),
            Algorithm::Ps256 => rsa(&RSA_PSS_2048_8192_SHA256),
            Algorithm::Es256 => checked(&ECDSA_P256_SHA256_FIXED, point(32)),
            Algorithm::Es384 => checked(&ECDSA_P384_SHA384_FIXED, point(48)),
            Algorithm::EdDsa => checked(&ED25519, part(&self.x)),
        }
    }
}

#[cfg(test)]
mod tests {
    use ring::{
        rand::SystemRandom,
        signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair},
    };
    use serde_json::{Value, json};

    use super::*;

    const NOW: i64 = 1_800_000_000;

    struct Provider(EcdsaKeyPair);

    impl Provider {
        fn new() -> Self {
            let (random, with) = (SystemRandom::new(), &ECDSA_P256_SHA256_FIXED_SIGNING);
            let pkcs8 = EcdsaKeyPair::generate_pkcs8(with, &random).unwrap();
            Self(EcdsaKeyPair::from_pkcs8(with, pkcs8.as_ref(), &random).unwrap())
        }
        fn keys(&self) -> KeySet {
            let point = self.0.public_key().as_ref();
            let (x, y) = (BASE64.encode(&point[1..33]), BASE64.encode(&point[33..]));
            let key = json!({ "kty": "EC", "crv": "P-256", "kid": "one", "use": "sig", "x": x, "y": y });
            let other = json!({ "kty": "oct", "k": "AAAA" });
            serde_json::from_value(json!({ "keys": [other, key] })).unwrap()
        }
        fn sign(&self, header: &Value, claims: &Value) -> String {
            let part = |value: &Value| BASE64.encode(value.to_string());
            let signed = format!("{}.{}", part(header), part(claims));
            let signature = self.0.sign(&SystemRandom::new(), signed.as_bytes()).unwrap();
            format!("{signed}.{}", BASE64.encode(signature.as_ref()))
        }
    }

    fn header() -> Value {
        json!({ "alg": "ES256", "kid": "one", "typ": "JWT" })
    }

    fn claims() -> Value {
        json!({
            "iss": "https://id.example.com", "aud": "tt", "sub": "ada", "exp": NOW + 300, "iat": NOW - 1,
            "nonce": "n", "email": "ada@example.com", "email_verified": true,
        })
    }

    fn check(provider: &Provider, token: &str) -> Result<Claims, Doubt> {
        let expected = Expected {
            issuer: "https://id.example.com",
            client_id: "tt",
            nonce: "n",
            now_seconds: NOW,
        };
        verify(token, &provider.keys(), &expected)
    }

    #[test]
    fn what_the_provider_signed_for_us_just_now_is_believed() {
        let provider = Provider::new();
        let seen = check(&provider, &provider.sign(&header(), &claims())).unwrap();
        assert_eq!((seen.sub.as_str(), seen.email_verified), ("ada", true));
        for (member, value, verified) in [
            ("email_verified", json!("true"), true),
            ("email_verified", json!(false), false),
            ("email_verified", json!(1), false),
            ("aud", json!(["tt"]), true),
        ] {
            let mut claims = claims();
            claims[member] = value.clone();
            let seen = check(&provider, &provider.sign(&header(), &claims)).unwrap();
            assert_eq!(seen.email_verified, verified, "{member}: {value}");
        }
        let mut unsaid = claims();
        unsaid.as_object_mut().unwrap().remove("email_verified");
        assert!(
            !check(&provider, &provider.sign(&header(), &unsaid))
                .unwrap()
                .email_verified
        );
    }

    #[test]
    fn each_claim_is_held_against_what_was_asked() {
        let provider = Provider::new();
        for (member, value, doubt) in [
            ("iss", json!("https://id.example.com/"), Doubt::Issuer),
            ("aud", json!("other"), Doubt::Audience),
            ("aud", json!(["tt", "other"]), Doubt::Audience),
            ("azp", json!("other"), Doubt::Audience),
            ("exp", json!(NOW - 61), Doubt::Time),
            ("iat", json!(NOW + 61), Doubt::Time),
            ("nonce", json!("other"), Doubt::Nonce),
            ("nonce", Value::Null, Doubt::Nonce),
            ("sub", json!(""), Doubt::Form),
            ("sub", json!("ada\u{0}"), Doubt::Form),
            ("sub", json!(7), Doubt::Form),
            ("exp", Value::Null, Doubt::Form),
        ] {
            let mut claims = claims();
            claims[member] = value.clone();
            let seen = check(&provider, &provider.sign(&header(), &claims));
            assert_eq!(seen, Err(doubt), "{member}: {value}");
        }
    }

    #[test]
    fn a_signature_is_the_providers_own_or_none() {
        let (provider, other) = (Provider::new(), Provider::new());
        assert_eq!(
            check(&provider, &other.sign(&header(), &claims())),
            Err(Doubt::Signature)
        );
        let with = |change: fn(&mut Value)| {
            let mut header = header();
            change(&mut header);
            check(&provider, &provider.sign(&header, &claims()))
        };
        assert_eq!(
            with(|header| header["alg"] = json!("none")),
            Err(Doubt::Algorithm)
        );
        assert_eq!(
            with(|header| header["alg"] = json!("HS256")),
            Err(Doubt::Algorithm)
        );
        assert_eq!(with(|header| header["alg"] = json!("RS256")), Err(Doubt::Key));
        assert_eq!(with(|header| header["kid"] = json!("two")), Err(Doubt::Key));
        assert_eq!(with(|header| header["crit"] = json!(["b64"])), Err(Doubt::Form));
        let token = provider.sign(&header(), &claims());
        let (signed, _) = token.rsplit_once('.').unwrap();
        for wrong in [
            format!("{signed}."),
            signed.to_owned(),
            String::new(),
            "..".into(),
            "a.b.c".into(),
        ] {
            assert!(check(&provider, &wrong).is_err(), "{wrong}");
        }
        let mut parts: Vec<String> = token.split('.').map(str::to_owned).collect();
        let mut eve = claims();
        eve["sub"] = json!("eve");
        parts[1] = BASE64.encode(eve.to_string());
        assert_eq!(check(&provider, &parts.join(".")), Err(Doubt::Signature));
    }
}
