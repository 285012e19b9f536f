//! What is known of a device, and how it is called.

use maud::{Markup, html};

use crate::{icons, strings::Strings};

/// The kind of a device, as its browser tells it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum DeviceKind {
    /// A desktop or laptop computer.
    Desktop,
    /// A phone.
    Phone,
    /// A tablet.
    Tablet,
    /// Anything else: a program, a television, or a browser that does not say.
    #[default]
    Other,
}

/// The device behind a session. All of it is what the client claims: good for recognising one's
/// own devices, no proof of anything.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Device<'a> {
    /// The browser, such as "Firefox".
    pub browser: Option<&'a str>,
    /// The operating system, such as "Windows".
    pub system: Option<&'a str>,
    /// The kind of device.
    pub kind: DeviceKind,
}

impl Device<'_> {
    /// The name people read, such as "Firefox on Windows".
    pub fn name(&self, strings: &Strings) -> String {
        let words = &strings.devices;
        match (self.browser, self.system) {
            (Some(browser), Some(system)) => (words.browser_on_system)(browser, system),
            (Some(one), None) | (None, Some(one)) => one.to_owned(),
            (None, None) => words.unknown_device.to_owned(),
        }
    }

    /// The stub of a session's ticket: a picture of the kind of device and its word.
    pub(crate) fn stub(&self, strings: &Strings) -> Markup {
        let words = &strings.devices;
        let (icon, word) = match self.kind {
            DeviceKind::Desktop => (icons::desktop(), words.desktop),
            DeviceKind::Phone => (icons::phone(), words.phone),
            DeviceKind::Tablet => (icons::tablet(), words.tablet),
            DeviceKind::Other => (icons::other_device(), words.other_kind),
        };
        html! { div class="stub" { (icon) span { (word) } } }
    }
}

/// How the person proved who they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SignInMethod {
    /// A password.
    Password,
    /// A passkey or a security key.
    Passkey,
    /// A one-time code.
    OneTimeCode,
    /// A recovery or reset link.
    Link,
    /// Another identity provider.
    Federated,
    /// A method without words here.
    Other,
}

impl SignInMethod {
    /// The method behind an authentication method reference (`amr`, RFC 8176 section 2).
    pub fn from_amr(code: &str) -> Self {
        match code {
            "pwd" | "pin" => Self::Password,
            "hwk" | "swk" | "pop" | "webauthn" => Self::Passkey,
            "otp" | "sms" | "tel" => Self::OneTimeCode,
            "link" | "email" => Self::Link,
            "fed" => Self::Federated,
            _ => Self::Other,
        }
    }

    fn words(self, strings: &Strings) -> &'static str {
        let words = &strings.devices;
        match self {
            Self::Password => words.method_password,
            Self::Passkey => words.method_passkey,
            Self::OneTimeCode => words.method_one_time_code,
            Self::Link => words.method_link,
            Self::Federated => words.method_federated,
            Self::Other => words.method_other,
        }
    }

    /// All methods of one sign-in as a line of text.
    pub(crate) fn line(methods: &[Self], strings: &Strings) -> String {
        let mut line = String::new();
        for method in methods {
            if !line.is_empty() {
                line.push_str(strings.devices.method_separator);
            }
            line.push_str(method.words(strings));
        }
        line
    }
}

#[cfg(test)]
mod tests {
    use super::{Device, DeviceKind, SignInMethod};
    use crate::strings::ENGLISH;

    #[test]
    fn a_device_is_called_by_what_is_known() {
        let mut device =
            Device { browser: Some("Firefox"), system: Some("Windows"), kind: DeviceKind::Desktop };
        assert_eq!(device.name(&ENGLISH), "Firefox on Windows");
        device.system = None;
        assert_eq!(device.name(&ENGLISH), "Firefox");
        device.browser = None;
        assert_eq!(device.name(&ENGLISH), "Unknown device");
    }

    #[test]
    fn several_factors_are_all_named() {
        let methods = ["pwd", "otp"].map(SignInMethod::from_amr);
        assert_eq!(SignInMethod::line(&methods, &ENGLISH), "Password + One-time code");
    }
}
