//! How many bits of state some tokens in a row show: a linear generator cannot show more than it has.

use super::bits::{Bits, Span};

/// The values that V8 makes at once; `Math.random` gives them in reverse.
pub(super) const V8_CACHE: usize = 64;

/// The rank of `width` tokens in a row, over all places in the sample where they do not cross the border of a cache
/// that begins at `offset`.
pub(super) fn sliding(rows: &[Bits], width: usize, cache: Option<usize>) -> (usize, usize) {
    let mut span = Span::default();
    let mut windows = 0;
    for (at, window) in rows.windows(width).enumerate() {
        if let Some(offset) = cache
            && (at + V8_CACHE - offset) % V8_CACHE + width > V8_CACHE
        {
            continue;
        }
        windows += 1;
        let joined: Bits = window.iter().flat_map(|row| (0..row.len()).map(|bit| row.get(bit))).collect();
        span.add(joined);
    }
    (span.rank(), windows)
}

/// The least rank over all beginnings of the cache, where there are windows enough to tell, as (rank, bits).
pub(super) fn with_cache(rows: &[Bits], width: usize) -> Option<(usize, usize)> {
    /// More windows than bits, so that chance makes a deficit in less than 2^-30 of samples.
    const SPARE: usize = 36;
    let bits = rows.first()?.len() * width;
    let rank = |offset| {
        let (rank, windows) = sliding(rows, width, Some(offset));
        (windows >= bits + SPARE).then_some(rank)
    };
    (0..V8_CACHE).filter_map(rank).min().map(|rank| (rank, bits))
}
