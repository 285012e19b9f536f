//! The lines of a file, none longer than a line of an export can be.

use std::io::{self, BufRead, Read};

use handstamp::transfer::MAX_LINE_BYTES;

pub(super) struct Lines<R> {
    reader: R,
    line: Vec<u8>,
    read: u64,
}

impl<R: BufRead> Lines<R> {
    pub(super) fn of(reader: R) -> Self {
        Self { reader, line: Vec::with_capacity(4096), read: 0 }
    }

    /// The next line without its line break. What follows the last line break was torn off and is
    /// none; a line that is too long is handed out as far as it was read, to be refused.
    pub(super) fn next(&mut self) -> io::Result<Option<&[u8]>> {
        self.line.clear();
        let most = u64::try_from(MAX_LINE_BYTES).unwrap_or(u64::MAX) + 1;
        let read = self.reader.by_ref().take(most).read_until(b'\n', &mut self.line)?;
        self.read += u64::try_from(read).unwrap_or_default();
        if self.line.last() == Some(&b'\n') {
            self.line.pop();
            return Ok(Some(&self.line));
        }
        Ok((self.line.len() > MAX_LINE_BYTES).then_some(&self.line))
    }

    /// How many bytes have been read.
    pub(super) fn read(&self) -> u64 {
        self.read
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_torn_last_line_is_none_and_an_endless_one_is_bounded() {
        let mut lines = Lines::of(b"one\n\ntwo\nthr".as_slice());
        let mut seen = Vec::new();
        while let Some(line) = lines.next().unwrap() {
            seen.push(line.to_vec());
        }
        assert_eq!(seen, [b"one".to_vec(), b"".to_vec(), b"two".to_vec()]);
        assert_eq!(lines.read(), 12);

        let mut endless = Lines::of(io::BufReader::new(io::repeat(b'x')));
        assert_eq!(endless.next().unwrap().unwrap().len(), MAX_LINE_BYTES + 1);
    }
}
