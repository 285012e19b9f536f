//! Handstamp: session management for the web.
