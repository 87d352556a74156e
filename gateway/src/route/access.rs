//! Who may call what: devices use, admins administer. Everything is closed unless its handler
//! takes one of these.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use http::request::Parts;
use protocol::{Code, Problem};
use subtle::ConstantTimeEq;

use super::ApiError;
use crate::{
    credential::{self, Kind},
    directory::Device,
    peer::Peer,
    proxy,
    state::Gateway,
};

/// A signed-in device.
pub struct ByDevice(pub Arc<Device>);

/// The owner, on this machine.
pub struct ByAdmin;

/// Either of both.
pub enum Caller {
    Device(Arc<Device>),
    Admin,
}

/// Whether this is the credential of `admin.json`, used where it counts.
pub fn is_admin(gateway: &Gateway, peer: Peer, credential: &[u8]) -> bool {
    let is_named_so = credential::kind_of(credential) == Some(Kind::Admin);
    let is_it = || {
        let mac = gateway.directory.pepper().mac(credential);
        bool::from(mac.ct_eq(&gateway.admin_mac))
    };
    peer.is_local && is_named_so && is_it()
}

impl FromRequestParts<Arc<Gateway>> for ByDevice {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, gateway: &Arc<Gateway>) -> Result<Self, ApiError> {
        match Caller::from_request_parts(parts, gateway).await? {
            Caller::Device(device) => Ok(Self(device)),
            Caller::Admin => Err(Problem::new(Code::Forbidden, "This route is for devices.").into()),
        }
    }
}

impl FromRequestParts<Arc<Gateway>> for ByAdmin {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, gateway: &Arc<Gateway>) -> Result<Self, ApiError> {
        match Caller::from_request_parts(parts, gateway).await? {
            Caller::Admin => Ok(Self),
            Caller::Device(_) => {
                Err(Problem::new(Code::Forbidden, "A device credential cannot administer.").into())
            }
        }
    }
}

impl FromRequestParts<Arc<Gateway>> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, gateway: &Arc<Gateway>) -> Result<Self, ApiError> {
        let credential = proxy::credential(&parts.headers)?;
        if credential::kind_of(credential) != Some(Kind::Admin) {
            return Ok(Self::Device(proxy::authenticate(gateway, &parts.headers).await?));
        }
        let peer = parts.extensions.get::<Peer>();
        let peer = peer.ok_or_else(|| Problem::new(Code::Internal, "The peer of the request is unknown."))?;
        if is_admin(gateway, *peer, credential) {
            return Ok(Self::Admin);
        }
        Err(
            Problem::new(Code::Unauthorized, "This admin credential is not valid here.")
                .with_hint("It is new at each start of the gateway, and only for this machine.")
                .into(),
        )
    }
}
