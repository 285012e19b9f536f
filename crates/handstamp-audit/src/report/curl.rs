//! An exchange as a command line that repeats it, with variables in the place of secrets.

use std::sync::LazyLock;

use regex::Regex;

use super::ExchangeEntry;

/// What the redaction leaves of a secret.
static MASK: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"[^\s=;&]{0,4}\.\.\.\(\d+, #[0-9a-f]{4}\)").expect("a pattern of this file")
});

impl ExchangeEntry {
    /// A curl command that sends the same request, with `$TOKEN`, `$TOKEN2` and so on where secrets were; and which
    /// masked value each variable stands for, in order.
    pub fn to_curl(&self) -> (String, Vec<(String, String)>) {
        let mut variables = Vec::new();
        let mut quoted = |text: &str| quoted(text, &mut variables);
        let body = &self.request.body;
        let implied = if body.text.is_empty() { "GET" } else { "POST" };
        let mut parts = vec!["curl --include --path-as-is".to_owned()];
        if self.request.method != implied {
            parts.push(format!("--request {}", self.request.method));
        }
        parts.push(quoted(&format!("{}{}", self.origin, self.request.target)));
        for (name, value) in &self.request.headers {
            parts.push(format!("--header {}", quoted(&format!("{name}: {value}"))));
        }
        if !body.text.is_empty() {
            parts.push(format!("--data-raw {}", quoted(&body.text)));
        }
        (parts.join(" \\\n  "), variables)
    }
}

/// In double quotes, so that variables are filled in and nothing else is.
fn quoted(text: &str, variables: &mut Vec<(String, String)>) -> String {
    let mut command = "\"".to_owned();
    let mut end = 0;
    for found in MASK.find_iter(text) {
        command += &escaped(&text[end..found.start()]);
        let known = variables.iter().position(|(_, mask)| mask == found.as_str());
        let place = known.unwrap_or_else(|| {
            let number = variables.len() + 1;
            let name = if number == 1 { "TOKEN".to_owned() } else { format!("TOKEN{number}") };
            variables.push((name, found.as_str().to_owned()));
            number - 1
        });
        command.extend(["${", variables[place].0.as_str(), "}"]);
        end = found.end();
    }
    command + &escaped(&text[end..]) + "\""
}

fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for one in text.chars() {
        if matches!(one, '"' | '\\' | '$' | '`') {
            escaped.push('\\');
        }
        escaped.push(one);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use crate::report::testing::exchange_entry;

    #[test]
    fn secrets_become_variables_and_nothing_else_is_run_by_a_shell() {
        let mut exchange = exchange_entry(7, "POST", "/a?x=`id`&y=$(id)");
        exchange.request.headers = vec![
            ("Cookie".to_owned(), "sid=abcd...(32, #1f9a); lang=...(2, #0000)".to_owned()),
            ("X-Token".to_owned(), "abcd...(32, #1f9a)".to_owned()),
        ];
        exchange.request.body.text = "pass=...(12, #00ff)&user=\"a\"".to_owned();
        let (command, variables) = exchange.to_curl();
        assert_eq!(
            command,
            "curl --include --path-as-is \\\n  \"http://localhost:8080/a?x=\\`id\\`&y=\\$(id)\" \\\n  \
             --header \"Cookie: sid=${TOKEN}; lang=${TOKEN2}\" \\\n  --header \"X-Token: ${TOKEN}\" \\\n  \
             --data-raw \"pass=${TOKEN3}&user=\\\"a\\\"\""
        );
        assert_eq!(variables[0], ("TOKEN".to_owned(), "abcd...(32, #1f9a)".to_owned()));
        assert_eq!(variables.len(), 3);
    }
}
