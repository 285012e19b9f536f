//! A request of which all but the last byte has been sent.
//!
//! Many of them released at once reach the application within microseconds of each other, which is what a
//! race needs: the network's own jitter is over before the last bytes go out.

use std::sync::Arc;

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

impl Held {
    /// Sends the last byte and waits for the answer.
    pub async fn release(mut self) -> Result<Arc<Exchange>, SendError> {
        let sent = self.client.elapsed();
        self.connection.write(&[self.last]).await?;
        let response = self.connection.read(&self.request).await?;
        Ok(self.client.record(&self.connection, self.request, response, self.purpose, sent))
    }
}
