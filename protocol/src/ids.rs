use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[derive(ts_rs::TS, utoipa::ToSchema)]
        #[serde(transparent)]
        #[schema(value_type = String, format = "uuid")]
        pub struct $name(#[ts(type = "string")] Uuid);

        impl $name {
            /// Wraps a UUID; makers of new ids use version 7, so that ids sort by time.
            pub const fn from_uuid(id: Uuid) -> Self {
                Self(id)
            }
            pub const fn as_uuid(&self) -> &Uuid {
                &self.0
            }
            pub const fn as_bytes(&self) -> &[u8; 16] {
                self.0.as_bytes()
            }
            pub const fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(Uuid::from_bytes(bytes))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self)
            }
        }
    };
}

id!(
    /// One request through the gateway; made by the gateway, never by a client.
    RequestId
);
id!(
    /// One enrolled editor, CLI or tool.
    DeviceId
);
id!(
    /// One token key, which is also its lot and its ledger account.
    KeyId
);
id!(
    /// A person known to the gateway.
    MemberId
);
id!(
    /// Members who get their credit out of one lot.
    TeamId
);
id!(
    /// One signed-in browser. Not the secret that is in its cookie.
    SessionId
);
id!(
    /// One invitation to become a member.
    InvitationId
);
id!(
    /// One personal access token of a member. Not the token itself.
    TokenId
);
id!(
    /// One passkey of a member.
    PasskeyId
);
id!(
    /// One account elsewhere that signs a member in.
    IdentityId
);
id!(
    /// Something that somebody is told of without asking.
    AlertId
);
id!(
    /// A rule of alerts that somebody changed.
    AlertRuleId
);
id!(
    /// Where alerts are sent to.
    ChannelId
);
id!(
    /// One line of the audit log.
    AuditId
);
