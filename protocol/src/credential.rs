//! Where a device keeps its credential, and how it is found again.
//!
//! Explicit first: the file if one is named, the variable (read-only), the OS keyring, the editor's
//! secret store. A credential found in the keyring or the editor's store goes only to the origin
//! that issued it, which `device.json` in the data directory remembers.

mod directory;
mod file;
mod keyring;
mod login;
mod record;
mod secret;
mod store;

pub use directory::{data_dir, private_dir, write_private};
pub use keyring::Patience;
pub use login::{Login, LoginRecord, LoginStores};
pub use record::DeviceRecord;
pub use secret::Credential;
pub use store::{CredentialStores, EditorSecrets, Environment, SecretFuture, SignIn};
