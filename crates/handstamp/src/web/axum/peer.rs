//! The address that axum knows of the socket's other end.

use std::net::{IpAddr, SocketAddr};

use axum::extract::ConnectInfo;

/// The peer, if the application was served with `into_make_service_with_connect_info`.
pub(in crate::web) fn peer(extensions: &http::Extensions) -> Option<IpAddr> {
    extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip())
}
