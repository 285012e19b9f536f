//! Part of Handstamp.
