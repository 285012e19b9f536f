//! A stream that lives exactly as long as its session.

use std::{convert::Infallible, pin::Pin, time::Duration};

use axum::{
    extract::State,
    response::{
        Response, Sse,
        sse::{Event, KeepAlive},
    },
};
use futures_util::{Stream, stream};
use handstamp::{
    LiveEnd,
    web::{SessionError, axum::SignedIn},
};
use tokio::time::{Interval, interval};

use super::look::Look;
use crate::{shop::Shop, views::LivePage};

/// Between two counts.
const TICK: Duration = Duration::from_secs(1);

pub(super) async fn page(State(shop): State<Shop>, who: SignedIn) -> Result<Response, SessionError> {
    let look = Look::at("/live", &shop, who.session()).await?;
    Ok(look.show(&LivePage))
}

struct Counting {
    count: u64,
    ticks: Interval,
    ended: Pin<Box<dyn Future<Output = LiveEnd> + Send>>,
    closing: Pin<Box<dyn Future<Output = ()> + Send>>,
}

/// Counts until the session ends, says so, and closes. When the shop closes it says nothing: the browser
/// comes back by itself, and the session may well outlive the restart.
pub(super) async fn events(
    State(shop): State<Shop>,
    who: SignedIn,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, SessionError> {
    let ended = Box::pin(who.session().ended().await?);
    let closing = Box::pin(shop.closing.begun());
    let counting = Counting { count: 0, ticks: interval(TICK), ended, closing };
    let events = stream::unfold(Some(counting), |counting| async {
        let mut counting = counting?;
        tokio::select! {
            // Whichever is ready first; the end wins when both are.
            biased;
            end = &mut counting.ended => {
                let event = match end {
                    LiveEnd::Ended(reason) => Event::default().event("ended").data(reason.as_str()),
                    _ => Event::default().event("broken").data("unverified"),
                };
                Some((Ok(event), None))
            }
            () = &mut counting.closing => None,
            _ = counting.ticks.tick() => {
                counting.count += 1;
                let event = Event::default().event("count").data(counting.count.to_string());
                Some((Ok(event), Some(counting)))
            }
        }
    });
    Ok(Sse::new(events).keep_alive(KeepAlive::default()))
}
