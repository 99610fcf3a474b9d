//! HTTP/1.1, as much as the SDK's client speaks: requests with a length, connections that are kept.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A request.
pub(super) struct Head {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) query: Option<String>,
    pub(super) target: Option<String>,
    pub(super) authorization: Option<String>,
    pub(super) signed_at: Option<String>,
    pub(super) body: Vec<u8>,
}

/// Reads the next request of a connection; `None` when the client has gone, or does not speak HTTP.
pub(super) async fn read(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Option<Head> {
    loop {
        let Ok(parsed) = parse(buffer) else {
            // As a web server answers a client that speaks TLS to its plain port.
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n").await;
            return None;
        };
        if let Some((head, length, used)) = parsed {
            while buffer.len() < used + length {
                more(stream, buffer).await?;
            }
            let body = buffer[used..used + length].to_vec();
            buffer.drain(..used + length);
            return Some(Head { body, ..head });
        }
        more(stream, buffer).await?;
    }
}

async fn more(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Option<()> {
    (stream.read_buf(buffer).await.ok()? > 0).then_some(())
}

/// What is sent is not HTTP.
struct NotHttp;

/// The head, the length of the body and of the head; `None` while the head is not all there.
fn parse(buffer: &[u8]) -> Result<Option<(Head, usize, usize)>, NotHttp> {
    let mut headers = [httparse::EMPTY_HEADER; 48];
    let mut request = httparse::Request::new(&mut headers);
    let httparse::Status::Complete(used) = request.parse(buffer).map_err(|_| NotHttp)? else { return Ok(None) };
    let header = |name: &str| {
        let found = request.headers.iter().find(|header| header.name.eq_ignore_ascii_case(name))?;
        std::str::from_utf8(found.value).ok()
    };
    let length = header("content-length").and_then(|text| text.parse().ok()).unwrap_or(0);
    let (method, target) = (request.method.ok_or(NotHttp)?, request.path.ok_or(NotHttp)?);
    let (path, query) = target.split_once('?').map_or((target, None), |(path, query)| (path, Some(query.to_owned())));
    let head = Head {
        method: method.to_owned(),
        path: path.to_owned(),
        query,
        target: header("x-amz-target").map(str::to_owned),
        authorization: header("authorization").map(str::to_owned),
        signed_at: header("x-amz-date").map(str::to_owned),
        body: Vec::new(),
    };
    Ok(Some((head, length, used)))
}
