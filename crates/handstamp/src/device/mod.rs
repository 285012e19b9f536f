//! What the devices page shows of a client, so that people recognise their own sessions and notice
//! a foreign one (ASVS V7.5.2).
//!
//! Hints, not evidence: the client says what it likes. Nothing here decides about trust.

mod address;
mod text;
mod user_agent;

use std::net::IpAddr;

use serde::{Deserialize, Deserializer, Serialize};

pub use address::{NetworkAddress, NotANetworkAddress};

/// What is known of the device that holds a session. Every part may be missing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(default)]
pub struct DeviceFacts {
    /// The browser or program, such as `Firefox` or `curl`, without its version.
    #[serde(deserialize_with = "clean_name")]
    pub browser: Option<String>,
    /// The operating system or, by Apple, the device, such as `Windows` or `iPhone`.
    #[serde(deserialize_with = "clean_name")]
    pub system: Option<String>,
    /// What sort of device. iPads say that they are Macs unless asked otherwise.
    pub kind: DeviceKind,
    /// Where it was seen from, when the session began.
    pub address: Option<NetworkAddress>,
}

impl DeviceFacts {
    /// The facts in a `User-Agent` header. At most its first 512 bytes are read; what is kept are two
    /// names of at most 64 characters without control, bidirectional or invisible characters, which
    /// makes them fit for logs and terminals (ASVS V16.4.1). HTML must still be escaped.
    pub fn from_user_agent(user_agent: &str) -> Self {
        let agent = user_agent::read(user_agent);
        Self { browser: agent.browser, system: agent.system, kind: agent.kind, address: None }
    }

    /// The same device, seen from this address: its network only (/24 or /48), unless `whole`.
    #[must_use]
    pub fn at(self, address: IpAddr, whole: bool) -> Self {
        let address = if whole { NetworkAddress::whole(address) } else { NetworkAddress::truncated(address) };
        Self { address: Some(address), ..self }
    }

    /// A name for people, in English: `Firefox on Windows`, or `Unknown browser`.
    pub fn label(&self) -> String {
        let browser = self.browser.as_deref().and_then(text::clean);
        let browser = browser.as_deref().unwrap_or("Unknown browser");
        match self.system.as_deref().and_then(text::clean) {
            Some(system) => format!("{browser} on {system}"),
            None => browser.to_owned(),
        }
    }
}

/// The sort of a device: which picture the devices page shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "snake_case")]
pub enum DeviceKind {
    /// A desktop or laptop computer.
    Desktop,
    /// A phone.
    Phone,
    /// A tablet.
    Tablet,
    /// A crawler or another program that says it acts for nobody in particular.
    Bot,
    /// Everything else: programs, consoles, what is unknown, and what a newer version wrote.
    #[default]
    #[serde(other)]
    Other,
}

/// Records come back from a store, which is not ours alone to write.
fn clean_name<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let name = Option::<String>::deserialize(deserializer)?;
    Ok(name.as_deref().and_then(text::clean))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIREFOX: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0";

    fn facts(browser: Option<&str>, system: Option<&str>) -> DeviceFacts {
        DeviceFacts {
            browser: browser.map(str::to_owned),
            system: system.map(str::to_owned),
            ..DeviceFacts::default()
        }
    }

    #[test]
    fn labels() {
        assert_eq!(DeviceFacts::from_user_agent(FIREFOX).label(), "Firefox on Windows");
        assert_eq!(facts(Some("curl"), None).label(), "curl");
        assert_eq!(facts(None, Some("Windows")).label(), "Unknown browser on Windows");
        assert_eq!(DeviceFacts::default().label(), "Unknown browser");
        assert_eq!(facts(Some("a\u{1b}b\n"), Some("\u{202e}")).label(), "ab");
    }

    #[test]
    fn the_address_is_a_network_unless_wanted_whole() {
        let address = "203.0.113.7".parse().unwrap();
        let at = |whole| DeviceFacts::default().at(address, whole).address.unwrap().to_string();
        assert_eq!(at(false), "203.0.113.0/24");
        assert_eq!(at(true), "203.0.113.7");
    }

    #[test]
    fn what_is_stored_is_read_back() {
        let device = DeviceFacts::from_user_agent(FIREFOX).at("2001:db8::1".parse().unwrap(), false);
        let json = serde_json::to_string(&device).unwrap();
        assert_eq!(
            json,
            r#"{"browser":"Firefox","system":"Windows","kind":"desktop","address":"2001:db8::/48"}"#
        );
        assert_eq!(serde_json::from_str::<DeviceFacts>(&json).unwrap(), device);
    }

    #[test]
    fn older_and_newer_records_are_read() {
        let read = |json| serde_json::from_str::<DeviceFacts>(json).unwrap();
        assert_eq!(read("{}"), DeviceFacts::default());
        assert_eq!(read(r#"{"kind":"watch","browser":"Firefox","battery":3}"#), facts(Some("Firefox"), None));
        assert_eq!(read(r#"{"browser":"a\u001b\u202eb"}"#), facts(Some("ab"), None));
    }
}
