//! Return addresses come from the visitor's own request; one that leads elsewhere is an open
//! redirect (CWE-601), and one such as `javascript:` runs as us. Neither can be put into a page.

/// An address on this same site: a path with an optional query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LocalPath<'a>(&'a str);

impl<'a> LocalPath<'a> {
    /// The top of the site.
    pub const HOME: LocalPath<'static> = LocalPath("/");

    /// Takes `path` if every browser reads it as an address on this site; `None` otherwise.
    ///
    /// It must begin with one `/`. `//host` names another host, browsers read `\` as `/`, and
    /// they drop tabs and newlines before they look, so all of these are refused.
    pub fn new(path: &'a str) -> Option<Self> {
        let local = path.starts_with('/') && !path.starts_with("//");
        let plain = !path.contains('\\') && !path.chars().any(char::is_control);
        (local && plain).then_some(Self(path))
    }

    /// The address.
    pub fn as_str(self) -> &'a str {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::LocalPath;

    #[test]
    fn keeps_paths_of_this_site() {
        for path in ["/", "/devices", "/search?q=a//b", "/a/b#c"] {
            assert_eq!(LocalPath::new(path).map(LocalPath::as_str), Some(path));
        }
    }

    #[test]
    fn refuses_what_leads_elsewhere() {
        let elsewhere = [
            "",
            "devices",
            "//evil.example",
            "/\\evil.example",
            "\\/evil.example",
            "/\t/evil.example",
            "/\n/evil.example",
            "https://evil.example",
            "javascript:alert(1)",
            " /devices",
        ];
        for path in elsewhere {
            assert_eq!(LocalPath::new(path), None, "{path:?}");
        }
    }
}
