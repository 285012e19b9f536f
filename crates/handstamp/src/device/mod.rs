//! TEMPORARY stand-in until the real module lands.
use serde::{Deserialize, Serialize};
/// Facts.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DeviceFacts {}
