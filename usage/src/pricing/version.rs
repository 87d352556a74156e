/// Eight hexadecimal digits that are others as soon as a number is another: FNV-1a over the JSON,
/// the same on every machine.
pub(super) fn fingerprint(value: &impl serde::Serialize) -> String {
    let text = serde_json::to_vec(value).unwrap_or_default();
    let whole = text.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{:08x}", (whole ^ (whole >> 32)) & 0xffff_ffff)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_tells_values_apart_and_stays_the_same() {
        assert_eq!(fingerprint(&[1, 2]), "2d17589b");
        assert_ne!(fingerprint(&[1, 2]), fingerprint(&[2, 1]));
    }
}
