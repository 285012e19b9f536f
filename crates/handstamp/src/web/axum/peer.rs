//! What axum knows of a request besides its head: the socket's other end, the address before nesting.

use std::net::{IpAddr, SocketAddr};

use axum::extract::{ConnectInfo, OriginalUri};

/// The peer, if the application was served with `into_make_service_with_connect_info`.
pub(in crate::web) fn peer(extensions: &http::Extensions) -> Option<IpAddr> {
    extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip())
}

/// The address before a router took a prefix off it.
pub(in crate::web) fn original_uri(extensions: &http::Extensions) -> Option<&http::Uri> {
    extensions.get::<OriginalUri>().map(|uri| &uri.0)
}
