//! The web face as clients meet it: real requests through an axum router with the layer around it,
//! a clock that is moved by hand, and a store that can be watched, held up and broken.

mod bearer;
mod caching;
mod canary;
mod cookie;
mod cross_site;
mod devices;
mod dropped;
mod form_token;
mod log;
mod malformed;
mod needles;
mod outage;
mod refusals;
mod renewal;
mod shop;
mod sign_in;
mod streaming;
mod support;
mod under_way;
