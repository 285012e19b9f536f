//! Reading one HTTP/1.1 answer from a stream.

use tokio::io::{AsyncRead, AsyncReadExt};

use super::Response;

/// The longest head that is read.
const MOST_HEAD_BYTES: usize = 64 * 1024;
/// The most headers that are read.
const MOST_HEADERS: usize = 200;

/// How far a body goes (RFC 9112 section 6.3).
enum Length {
    None,
    Bytes(usize),
    Chunks,
    UntilClose,
}

/// Reads one answer, and says whether the connection can carry another. `rest` is what was read too far.
pub(super) async fn read_response(
    stream: &mut (impl AsyncRead + Unpin),
    rest: &mut Vec<u8>,
    method: &str,
) -> Result<(Response, bool), String> {
    loop {
        let (head, length, keeps) = read_head(stream, rest, method).await?;
        // An interim answer comes before the one that counts.
        if (100..200).contains(&head.status) && head.status != 101 {
            continue;
        }
        return read_body(stream, rest, head, length)
            .await
            .map(|(response, whole)| (response, whole && keeps));
    }
}

async fn read_head(
    stream: &mut (impl AsyncRead + Unpin),
    rest: &mut Vec<u8>,
    method: &str,
) -> Result<(Response, Length, bool), String> {
    loop {
        let mut headers = vec![httparse::EMPTY_HEADER; MOST_HEADERS];
        let mut answer = httparse::Response::new(&mut headers);
        let parsed = httparse::ParserConfig::default()
            .allow_spaces_after_header_name_in_responses(true)
            .parse_response(&mut answer, rest);
        match parsed {
            Ok(httparse::Status::Complete(used)) => {
                let response = Response {
                    status: answer.code.unwrap_or_default(),
                    headers: answer
                        .headers
                        .iter()
                        .map(|one| (one.name.to_owned(), one.value.to_vec()))
                        .collect(),
                    ..Response::default()
                };
                let keeps = answer.version == Some(1) && !says(&response, "connection", "close");
                rest.drain(..used);
                let length = length_of(&response, method)?;
                return Ok((response, length, keeps));
            }
            Ok(httparse::Status::Partial) if rest.len() > MOST_HEAD_BYTES => {
                return Err(format!("its head is longer than {MOST_HEAD_BYTES} bytes"));
            }
            Ok(httparse::Status::Partial) => {
                if !read_more(stream, rest).await? {
                    let what =
                        if rest.is_empty() { "it closed the connection" } else { "its head breaks off" };
                    return Err(what.to_owned());
                }
            }
            Err(error) => return Err(format!("it is no HTTP/1.1 answer: {error}")),
        }
    }
}

fn says(response: &Response, header: &str, word: &str) -> bool {
    response
        .header_all(header)
        .any(|value| value.to_ascii_lowercase().split(',').any(|part| part.trim() == word))
}

fn length_of(response: &Response, method: &str) -> Result<Length, String> {
    if method == "HEAD" || matches!(response.status, 100..=199 | 204 | 304) {
        return Ok(Length::None);
    }
    if says(response, "transfer-encoding", "chunked") {
        return Ok(Length::Chunks);
    }
    match response.header("content-length") {
        Some(length) => match length.trim().parse() {
            Ok(length) => Ok(Length::Bytes(length)),
            Err(_) => Err(format!("its Content-Length is no number: {length:?}")),
        },
        None => Ok(Length::UntilClose),
    }
}

/// The body, and whether all of it was read.
async fn read_body(
    stream: &mut (impl AsyncRead + Unpin),
    rest: &mut Vec<u8>,
    mut response: Response,
    length: Length,
) -> Result<(Response, bool), String> {
    let is_whole = match length {
        Length::None => true,
        Length::Bytes(length) => {
            let wanted = length.min(Response::MOST_BYTES);
            while rest.len() < wanted {
                if !read_more(stream, rest).await? {
                    return Err(format!("its body breaks off after {} of {length} bytes", rest.len()));
                }
            }
            response.body = rest.drain(..wanted).collect();
            length == wanted
        }
        Length::Chunks => read_chunks(stream, rest, &mut response).await?,
        Length::UntilClose => {
            while rest.len() <= Response::MOST_BYTES && read_more(stream, rest).await? {}
            response.is_cut = rest.len() > Response::MOST_BYTES;
            rest.truncate(Response::MOST_BYTES);
            response.body = std::mem::take(rest);
            return Ok((response, false));
        }
    };
    response.is_cut = !is_whole;
    Ok((response, is_whole))
}

async fn read_chunks(
    stream: &mut (impl AsyncRead + Unpin),
    rest: &mut Vec<u8>,
    response: &mut Response,
) -> Result<bool, String> {
    loop {
        let (used, size) = loop {
            match httparse::parse_chunk_size(rest) {
                Ok(httparse::Status::Complete(found)) => break found,
                Ok(httparse::Status::Partial) if rest.len() < 128 => {
                    if !read_more(stream, rest).await? {
                        return Err("its body breaks off between chunks".to_owned());
                    }
                }
                _ => return Err("the size of a chunk is no number".to_owned()),
            }
        };
        rest.drain(..used);
        if size == 0 {
            return skip_trailers(stream, rest).await;
        }
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        if response.body.len().saturating_add(size) > Response::MOST_BYTES {
            return Ok(false);
        }
        while rest.len() < size + 2 {
            if !read_more(stream, rest).await? {
                return Err("its body breaks off inside of a chunk".to_owned());
            }
        }
        response.body.extend(rest.drain(..size));
        rest.drain(..2);
    }
}

/// Reads to the empty line that ends a chunked body.
async fn skip_trailers(stream: &mut (impl AsyncRead + Unpin), rest: &mut Vec<u8>) -> Result<bool, String> {
    loop {
        if rest.starts_with(b"\r\n") {
            rest.drain(..2);
            return Ok(true);
        }
        if let Some(end) = rest.windows(4).position(|four| four == b"\r\n\r\n") {
            rest.drain(..end + 4);
            return Ok(true);
        }
        // Some servers leave the last line end out; the body is whole all the same.
        if rest.len() > MOST_HEAD_BYTES || !read_more(stream, rest).await? {
            return Ok(false);
        }
    }
}

/// Reads what has come; `false` at the end of the stream.
async fn read_more(stream: &mut (impl AsyncRead + Unpin), rest: &mut Vec<u8>) -> Result<bool, String> {
    rest.reserve(16 * 1024);
    match stream.read_buf(rest).await {
        Ok(read) => Ok(read > 0),
        // TLS peers that close without saying so are common; what is missing shows in the length.
        Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn read(bytes: &[u8]) -> Result<(Response, bool), String> {
        read_response(&mut &*bytes, &mut Vec::new(), "GET").await
    }

    #[tokio::test]
    async fn a_body_ends_by_its_length_by_chunks_or_with_the_connection() {
        let (answer, keeps) = read(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").await.unwrap();
        assert_eq!((answer.text().as_str(), keeps), ("ok", true));
        let chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n1;x=y\r\n!\r\n0\r\nT: 1\r\n\r\n";
        let (answer, keeps) = read(chunked).await.unwrap();
        assert_eq!((answer.text().as_str(), keeps), ("ok!", true));
        let (answer, keeps) = read(b"HTTP/1.0 200 OK\r\n\r\nok").await.unwrap();
        assert_eq!((answer.text().as_str(), keeps), ("ok", false));
    }

    #[tokio::test]
    async fn an_interim_answer_is_not_the_answer() {
        let bytes = b"HTTP/1.1 103 Early Hints\r\nSet-Cookie: no=1\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n";
        let (answer, _) = read(bytes).await.unwrap();
        assert_eq!((answer.status, answer.headers.len()), (204, 0));
    }

    #[tokio::test]
    async fn an_answer_that_breaks_off_is_an_error_and_never_a_short_answer() {
        for bytes in [
            &b""[..],
            b"HTTP/1.1 200",
            b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nok",
            b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\nok",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nok",
            b"SSH-2.0-OpenSSH\r\n",
        ] {
            assert!(read(bytes).await.is_err(), "{}", String::from_utf8_lossy(bytes));
        }
    }

    #[tokio::test]
    async fn a_body_without_end_is_cut() {
        let mut bytes = b"HTTP/1.0 200 OK\r\n\r\n".to_vec();
        bytes.resize(bytes.len() + Response::MOST_BYTES + 9, b'x');
        let (answer, _) = read(&bytes).await.unwrap();
        assert!(answer.is_cut && answer.body.len() == Response::MOST_BYTES);
    }
}
