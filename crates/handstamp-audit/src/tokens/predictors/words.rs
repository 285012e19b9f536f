//! Tokens as the words that a generator gave, in each order in which programs write them.

/// The orders: as written, each word from its low end, and all from the low end as Python's integers are.
pub(super) fn arranged(rows: &[Vec<u8>]) -> Vec<Vec<Vec<u32>>> {
    if rows.first().is_none_or(|row| row.is_empty() || !row.len().is_multiple_of(4)) {
        return Vec::new();
    }
    let each = |read: fn([u8; 4]) -> u32| -> Vec<Vec<u32>> {
        rows.iter().map(|row| row.as_chunks().0.iter().map(|chunk| read(*chunk)).collect()).collect()
    };
    let big = each(u32::from_be_bytes);
    let little = each(u32::from_le_bytes);
    let is_one = big.first().is_some_and(|row| row.len() == 1);
    let mut all = vec![big, little];
    if !is_one {
        let reversed = |rows: &Vec<Vec<u32>>| -> Vec<Vec<u32>> {
            rows.iter().map(|row| row.iter().rev().copied().collect()).collect()
        };
        let turned: Vec<_> = all.iter().map(reversed).collect();
        all.extend(turned);
    }
    all
}

/// Words of 64 bits, in both orders, all tokens in a row.
pub(super) fn wide(rows: &[Vec<u8>]) -> Vec<Vec<u64>> {
    if rows.first().is_none_or(|row| row.is_empty() || !row.len().is_multiple_of(8)) {
        return Vec::new();
    }
    [u64::from_be_bytes as fn([u8; 8]) -> u64, u64::from_le_bytes]
        .into_iter()
        .map(|read| {
            rows.iter().flat_map(|row| row.as_chunks().0.iter().map(move |chunk| read(*chunk))).collect()
        })
        .collect()
}
