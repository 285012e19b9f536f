//! Random bytes, from the operating system and nowhere else (ASVS V11.5.1, V11.5.2).

/// `N` fresh random bytes.
///
/// # Panics
///
/// When the operating system has no randomness to give. There is no safe way on from there: any
/// other source would make guessable tokens (CVE-2018-12520, CVE-2006-6969).
pub(crate) fn random_bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    if let Err(error) = getrandom::fill(&mut bytes) {
        panic!("the operating system's random generator failed: {error}");
    }
    bytes
}
