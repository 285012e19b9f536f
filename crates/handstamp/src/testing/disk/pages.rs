//! A file in memory, in pages that copies share until one of them writes.

use std::{collections::BTreeMap, io, sync::Arc};

pub(super) const PAGE: usize = 4096;

/// Cheap to copy. Pages that were never written take no room and read as zeros.
#[derive(Clone, Default)]
pub(super) struct Pages {
    len: u64,
    pages: BTreeMap<u64, Arc<[u8; PAGE]>>,
}

impl Pages {
    pub(super) fn len(&self) -> u64 {
        self.len
    }

    /// The bytes that pages take.
    pub(super) fn used(&self) -> u64 {
        self.pages.len() as u64 * PAGE as u64
    }

    /// How many more bytes pages would take after this write.
    pub(super) fn needs(&self, offset: u64, len: usize) -> u64 {
        let new = pieces(offset, len).filter(|piece| !self.pages.contains_key(&piece.page)).count();
        new as u64 * PAGE as u64
    }

    pub(super) fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        if offset.saturating_add(out.len() as u64) > self.len {
            return Err(io::Error::from(io::ErrorKind::UnexpectedEof));
        }
        for piece in pieces(offset, out.len()) {
            let out = &mut out[piece.from..piece.from + piece.len];
            match self.pages.get(&piece.page) {
                Some(page) => out.copy_from_slice(&page[piece.at..piece.at + piece.len]),
                None => out.fill(0),
            }
        }
        Ok(())
    }

    /// Writes what lies before the end of the file; a write beyond it lengthens the file.
    pub(super) fn write(&mut self, offset: u64, data: &[u8]) {
        self.len = self.len.max(offset.saturating_add(data.len() as u64));
        self.overwrite(offset, data);
    }

    /// Writes what lies before the end of the file and nothing beyond it.
    pub(super) fn overwrite(&mut self, offset: u64, data: &[u8]) {
        let room = usize::try_from(self.len.saturating_sub(offset)).unwrap_or(usize::MAX);
        let data = &data[..data.len().min(room)];
        for piece in pieces(offset, data.len()) {
            let page = self.pages.entry(piece.page).or_insert_with(|| Arc::new([0; PAGE]));
            let page = Arc::make_mut(page);
            page[piece.at..piece.at + piece.len].copy_from_slice(&data[piece.from..piece.from + piece.len]);
        }
    }

    pub(super) fn set_len(&mut self, len: u64) {
        if len < self.len {
            // What a file is lengthened with later is zeros.
            let rest = len.next_multiple_of(PAGE as u64);
            let last = self.len.min(rest) - len;
            self.overwrite(len, &vec![0; usize::try_from(last).unwrap_or(PAGE)]);
            self.pages.split_off(&(rest / PAGE as u64));
        }
        self.len = len;
    }
}

/// A part of a page that a stretch of bytes touches.
struct Piece {
    page: u64,
    at: usize,
    from: usize,
    len: usize,
}

fn pieces(offset: u64, len: usize) -> impl Iterator<Item = Piece> {
    let mut from = 0;
    std::iter::from_fn(move || {
        if from == len {
            return None;
        }
        let place = offset + from as u64;
        let at = usize::try_from(place % PAGE as u64).unwrap_or(0);
        let piece = Piece { page: place / PAGE as u64, at, from, len: (len - from).min(PAGE - at) };
        from += piece.len;
        Some(piece)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(pages: &Pages) -> Vec<u8> {
        let mut out = vec![9; usize::try_from(pages.len()).unwrap()];
        pages.read(0, &mut out).unwrap();
        out
    }

    #[test]
    fn it_reads_as_a_file_that_was_written_in_the_same_way() {
        let mut pages = Pages::default();
        let mut plain: Vec<u8> = Vec::new();
        let mut number = 1_u64;
        for round in 0..400_u64 {
            number = number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let offset = (number >> 33) % 20_000;
            let place = usize::try_from(offset).unwrap();
            if round % 7 == 0 {
                pages.set_len(offset);
                plain.resize(place, 0);
            } else {
                let data =
                    vec![u8::try_from(round % 251).unwrap() + 1; usize::try_from(number >> 51).unwrap()];
                pages.write(offset, &data);
                plain.resize(plain.len().max(place + data.len()), 0);
                plain[place..place + data.len()].copy_from_slice(&data);
            }
            assert_eq!(bytes(&pages), plain, "round {round}");
        }
        assert!(pages.read(pages.len(), &mut [0]).is_err());
    }

    #[test]
    fn a_copy_is_a_file_of_its_own_and_holes_take_no_room() {
        let mut pages = Pages::default();
        pages.set_len(1 << 30);
        assert_eq!((pages.used(), pages.needs(4095, 2)), (0, 8192));
        pages.write(4095, &[1, 2]);
        assert_eq!((pages.used(), pages.needs(4095, 2)), (8192, 0));
        let mut copy = pages.clone();
        copy.write(4096, &[3]);
        let mut byte = [0];
        pages.read(4096, &mut byte).unwrap();
        assert_eq!(byte, [2]);
    }

    #[test]
    fn nothing_is_overwritten_beyond_the_end() {
        let mut pages = Pages::default();
        pages.set_len(10);
        pages.overwrite(8, &[1; 5]);
        pages.overwrite(20, &[1; 5]);
        pages.set_len(30);
        assert_eq!(bytes(&pages), [vec![0; 8], vec![1; 2], vec![0; 20]].concat());
    }
}
