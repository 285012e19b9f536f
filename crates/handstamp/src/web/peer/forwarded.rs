//! `Forwarded` (RFC 7239), read from right to left, because what stands on the left may be the
//! client's own words: an unfinished quote there must not swallow what a proxy has added.

/// Where the last comma outside of quotes stands.
pub(super) fn last_comma(line: &str) -> Option<usize> {
    last_outside_quotes(line, b',')
}

/// The `for` of one element, such as `192.0.2.43` or `[2001:db8::1]:4711`. `None` unless there is
/// exactly one that could be an address.
pub(super) fn node_of(element: &str) -> Option<&str> {
    let mut node = None;
    let mut rest = Some(element);
    while let Some(pairs) = rest {
        let at = last_outside_quotes(pairs, b';');
        let pair = at.map_or(pairs, |at| &pairs[at + 1..]).trim_matches([' ', '\t']);
        rest = at.map(|at| &pairs[..at]);
        let Some((name, value)) = pair.split_once('=') else {
            if pair.is_empty() {
                continue;
            }
            return None;
        };
        if name.eq_ignore_ascii_case("for") && node.replace(unquoted(value)?).is_some() {
            return None;
        }
    }
    let node = node?;
    // A port may be given under a made-up name (RFC 7239 section 6.2).
    Some(node.rsplit_once(":_").map_or(node, |(address, _)| address))
}

/// A token, or a quoted string without escapes: no address has any.
fn unquoted(value: &str) -> Option<&str> {
    if let Some(rest) = value.strip_prefix('"') {
        let inner = rest.strip_suffix('"')?;
        return (!inner.contains(['"', '\\'])).then_some(inner);
    }
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    value.bytes().all(is_token).then_some(value)
}

fn last_outside_quotes(text: &str, wanted: u8) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut quoted = false;
    for (at, &byte) in bytes.iter().enumerate().rev() {
        if byte == b'"' {
            let backslashes = bytes[..at].iter().rev().take_while(|&&byte| byte == b'\\').count();
            quoted ^= backslashes % 2 == 0;
        } else if byte == wanted && !quoted {
            return Some(at);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_node_of_an_element_is_read() {
        for (element, node) in [
            ("for=192.0.2.43", Some("192.0.2.43")),
            ("For=192.0.2.43;proto=http;by=203.0.113.60", Some("192.0.2.43")),
            ("proto=https; for=192.0.2.43", Some("192.0.2.43")),
            (r#"for="[2001:db8::1]:4711""#, Some("[2001:db8::1]:4711")),
            (r#"for="192.0.2.43:_gazonk""#, Some("192.0.2.43")),
            (r#"host="a;for=6.6.6.6";for=192.0.2.43"#, Some("192.0.2.43")),
            (r#"host="a\";for=6.6.6.6";for=192.0.2.43"#, Some("192.0.2.43")),
            (r#"for=192.0.2.43;host="a\\""#, Some("192.0.2.43")),
            ("for=unknown", Some("unknown")),
            ("for=192.0.2.43;", Some("192.0.2.43")),
            ("", None),
            ("proto=https", None),
            ("192.0.2.43", None),
            ("for=192.0.2.43;for=192.0.2.44", None),
            ("for=192.0.2.43:80", None),
            ("for=[2001:db8::1]", None),
            (r#"for="192.0.2.43"#, None),
            (r#"for=192.0.2.43""#, None),
            (r#"for="192.0.2.43\"""#, None),
            (r#"for=192.0.2.43;host="a"#, None),
        ] {
            assert_eq!(node_of(element), node, "{element}");
        }
    }

    #[test]
    fn an_open_quote_on_the_left_swallows_nothing() {
        let line = r#"for="6.6.6.6, for=192.0.2.43"#;
        assert_eq!(&line[last_comma(line).unwrap()..], ", for=192.0.2.43");
        assert_eq!(last_comma(r#"for="a,b""#), None);
    }

    /// The same from left to right, as RFC 9110 defines quoted strings.
    fn last_comma_forwards(line: &str) -> Option<usize> {
        let (mut quoted, mut escaped, mut last) = (false, false, None);
        for (at, byte) in line.bytes().enumerate() {
            match byte {
                _ if escaped => escaped = false,
                b'\\' if quoted => escaped = true,
                b'"' => quoted = !quoted,
                b',' if !quoted => last = Some(at),
                _ => {}
            }
        }
        last
    }

    proptest! {
        #[test]
        fn both_directions_agree_on_what_is_well_formed(
            line in r#"([a;=]{0,3}"([a,;]|\\["\\a,]){0,5}"[a;]{0,2},?){0,4}"#,
        ) {
            prop_assert_eq!(last_comma(&line), last_comma_forwards(&line));
        }

        #[test]
        fn any_text_is_survived(line in r#"(for=|["\\,;=a:\[\]]|\PC){0,30}"#) {
            let _ = (last_comma(&line), node_of(&line));
        }
    }
}
