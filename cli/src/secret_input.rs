//! Reading a secret: from standard input, or from the terminal without showing it.

use std::io::{self, IsTerminal, Read};

use zeroize::Zeroizing;

use crate::failure::Failure;

/// Longest text that is read as a secret.
const BYTES_MAX: u64 = 4096;

/// Reads all of standard input.
pub fn piped() -> Result<Zeroizing<String>, Failure> {
    let mut text = Zeroizing::new(String::new());
    match io::stdin().lock().take(BYTES_MAX).read_to_string(&mut text) {
        Ok(_) => Ok(text),
        Err(_) => Err(Failure::usage(
            "Standard input is not text.",
            "Send the secret, and nothing else.",
        )),
    }
}

/// Asks at the terminal without echo; None where there is none.
pub fn asked(prompt: &str) -> Option<Zeroizing<String>> {
    if !io::stdin().is_terminal() {
        return None;
    }
    rpassword::prompt_password(prompt).ok().map(Zeroizing::new)
}
