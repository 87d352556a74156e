//! CBOR as authenticators write it, and the three kinds of keys in it (RFC 9052, RFC 9053).

use ciborium::Value;
use ring::signature::{
    ECDSA_P256_SHA256_ASN1, ED25519, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
};

use super::Doubt;

pub const ES256: i64 = -7;
pub const ED_DSA: i64 = -8;
pub const RS256: i64 = -257;

/// Deeper than any authenticator nests, and far from what a stack can bear.
const DEPTH_MAX: usize = 8;
const BYTES_MAX: usize = 64 * 1_024;

fn item(bytes: &mut &[u8]) -> Result<Value, Doubt> {
    if bytes.len() > BYTES_MAX {
        return Err(Doubt::Form);
    }
    ciborium::de::from_reader_with_recursion_limit(bytes, DEPTH_MAX).map_err(|_| Doubt::Form)
}

/// What comes after the first item.
pub fn after_one_item(mut bytes: &[u8]) -> Result<&[u8], Doubt> {
    item(&mut bytes)?;
    Ok(bytes)
}

/// The authenticator's data in an attestation object.
pub fn authenticator_data_of(mut attestation: &[u8]) -> Result<Vec<u8>, Doubt> {
    let object = item(&mut attestation)?;
    let Some(Value::Bytes(data)) = member(&object, &Value::from("authData")).cloned() else {
        return Err(Doubt::Form);
    };
    if attestation.is_empty() {
        Ok(data)
    } else {
        Err(Doubt::Form)
    }
}

fn member<'a>(map: &'a Value, key: &Value) -> Option<&'a Value> {
    let members = map.as_map()?;
    let mut found = members.iter().filter(|(name, _)| name == key);
    let (_, value) = found.next()?;
    // A key that is there twice is read as one or the other by different readers.
    found.next().is_none().then_some(value)
}

/// A key of a kind that we asked for.
pub enum PublicKey {
    P256(Vec<u8>),
    Ed25519(Vec<u8>),
    Rsa { n: Vec<u8>, e: Vec<u8> },
}

impl PublicKey {
    pub fn parse(mut cose: &[u8]) -> Result<Self, Doubt> {
        let map = item(&mut cose)?;
        let number = |label: i64| {
            let value = member(&map, &Value::from(label))?.as_integer()?;
            i64::try_from(value).ok()
        };
        let bytes = |label: i64, length: Option<usize>| match member(&map, &Value::from(label)) {
            Some(Value::Bytes(bytes)) if length.is_none_or(|length| bytes.len() == length) => {
                Ok(bytes.clone())
            }
            _ => Err(Doubt::Form),
        };
        match (number(3), number(1), number(-1)) {
            (Some(ES256), Some(2), Some(1)) => {
                let (x, y) = (bytes(-2, Some(32))?, bytes(-3, Some(32))?);
                Ok(Self::P256([&[4][..], &x, &y].concat()))
            }
            (Some(ED_DSA), Some(1), Some(6)) => Ok(Self::Ed25519(bytes(-2, Some(32))?)),
            (Some(RS256), Some(3), _) => Ok(Self::Rsa {
                n: without_zeros(bytes(-1, None)?),
                e: without_zeros(bytes(-2, None)?),
            }),
            _ => Err(Doubt::Algorithm),
        }
    }

    pub fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), Doubt> {
        match self {
            Self::P256(point) => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point).verify(message, signature)
            }
            Self::Ed25519(key) => UnparsedPublicKey::new(&ED25519, key).verify(message, signature),
            Self::Rsa { n, e } => {
                RsaPublicKeyComponents { n, e }.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature)
            }
        }
        .map_err(|_| Doubt::Signature)
    }
}

/// Leading zeros are of no meaning, and refused further down.
fn without_zeros(bytes: Vec<u8>) -> Vec<u8> {
    bytes.into_iter().skip_while(|byte| *byte == 0).collect()
}
