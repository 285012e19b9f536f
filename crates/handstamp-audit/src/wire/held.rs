//! A request of which all but the last byte has been sent.
//!
//! Many of them released at once reach the application within microseconds of each other, which is what a
//! race needs: the network's own jitter is over before the last bytes go out.

use std::{sync::Arc, time::Duration};

use super::{Client, Connection, Exchange, Request, SendError};

/// A request that the application has but for its last byte.
#[derive(Debug)]
pub struct Held {
    pub(super) client: Client,
    pub(super) connection: Connection,
    pub(super) request: Request,
    pub(super) purpose: String,
    pub(super) last: u8,
}

/// A request that the application has whole, and whose answer has not been read.
#[derive(Debug)]
pub struct Released {
    held: Held,
    sent: Duration,
}

impl Held {
    /// Sends the last byte. Many of them one after the other arrive within microseconds.
    pub async fn release(mut self) -> Result<Released, SendError> {
        let sent = self.client.elapsed();
        self.connection.write(&[self.last]).await?;
        Ok(Released { held: self, sent })
    }
}

impl Released {
    /// Waits for the answer.
    pub async fn answer(self) -> Result<Arc<Exchange>, SendError> {
        let Self { held: Held { client, mut connection, request, purpose, .. }, sent } = self;
        let response = connection.read(&request).await?;
        Ok(client.record(&connection, request, response, purpose, sent))
    }
}
