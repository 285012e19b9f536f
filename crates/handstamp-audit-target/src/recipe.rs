//! How the application is used, as the auditor reads it.

/// The accounts: name, environment variable of the password, password. `root` is the administrator.
pub const PASSWORDS: &[(&str, &str, &str)] = &[
    ("alice", "ALICE_PASSWORD", "correct-horse-alice"),
    ("bob", "BOB_PASSWORD", "correct-horse-bob"),
    ("root", "ROOT_PASSWORD", "correct-horse-root"),
];

/// The recipe for an application that listens at this address.
pub fn recipe(address: &str) -> String {
    RECIPE.replace("http://localhost:0", address)
}

const RECIPE: &str = include_str!("recipe.toml");
