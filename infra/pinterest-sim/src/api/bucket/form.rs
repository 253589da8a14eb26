//! The form of an upload, read as it comes: first the fields, then the file, piece by piece.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, BodyDataStream, HttpBody};
use axum::extract::Request;
use bytes::Bytes;
use data_encoding::HEXLOWER;
use futures_util::{Stream, StreamExt};
use http::HeaderMap;
use http::header::{AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE};
use multer::{Field, Multipart};
use sha2::{Digest, Sha256};

use super::refusal::Refusal;

/// The largest video that Pinterest's help names (2 GB), read as the smaller of its two meanings.
const LARGEST_FILE: u64 = 2_000_000_000;

/// S3's limit for everything before the file.
const LARGEST_FIELDS: usize = 20 * 1024;

/// A form, read as far as its file.
pub(super) struct Form {
    /// The fields before the file.
    pub(super) parameters: BTreeMap<String, String>,
    problem: Option<Refusal>,
    file: Option<Field<'static>>,
    rest: Rest,
}

/// What of the body is still to come.
enum Rest {
    Nothing,
    Unread(Body),
    Form(Multipart<'static>),
}

/// A file that came whole.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Received {
    pub(super) size: u64,
    pub(super) sha256: String,
    /// Whether it begins as an MP4 or MOV does.
    pub(super) is_video: bool,
}

impl Form {
    /// Reads the fields before the file.
    pub(super) async fn open(request: Request) -> Self {
        let (parts, body) = request.into_parts();
        let mut form = Self { parameters: BTreeMap::new(), problem: None, file: None, rest: Rest::Nothing };
        match opening(&parts.headers, &body) {
            Ok(boundary) => {
                let mut multipart = Multipart::new(Sips::new(body), boundary);
                form.problem = form.read_fields(&mut multipart).await.err();
                form.rest = Rest::Form(multipart);
            }
            Err(problem) if problem.is_about_size() => form.problem = Some(problem),
            Err(problem) => {
                form.problem = Some(problem);
                form.rest = Rest::Unread(body);
            }
        }
        form
    }

    async fn read_fields(&mut self, multipart: &mut Multipart<'static>) -> Result<(), Refusal> {
        let mut length = 0;
        while let Some(mut field) = multipart.next_field().await? {
            let name = field.name().unwrap_or_default().to_owned();
            if name == "file" {
                self.file = Some(field);
                return Ok(());
            }
            let mut value = Vec::new();
            while let Some(piece) = field.chunk().await? {
                length += piece.len();
                if length > LARGEST_FIELDS {
                    return Err(Refusal::fields_too_large());
                }
                value.extend_from_slice(&piece);
            }
            self.parameters.insert(name, String::from_utf8_lossy(&value).into_owned());
        }
        Ok(())
    }

    /// What was wrong with the form before its file.
    pub(super) fn check(&mut self) -> Result<(), Refusal> {
        self.problem.take().map_or(Ok(()), Err)
    }

    /// Reads the file and what follows it, which S3 ignores.
    pub(super) async fn receive(&mut self) -> Result<Received, Refusal> {
        let mut file = self.file.take().ok_or_else(Refusal::file_missing)?;
        let mut meter = Meter::new(LARGEST_FILE);
        while let Some(piece) = file.chunk().await? {
            meter.add(&piece)?;
        }
        drop(file);
        if let Rest::Form(multipart) = &mut self.rest {
            while multipart.next_field().await?.is_some() {}
        }
        self.rest = Rest::Nothing;
        Ok(meter.read())
    }

    /// Reads what is still to come and forgets it.
    pub(super) async fn pass_by(self) {
        drop(self.file);
        match self.rest {
            Rest::Nothing => {}
            Rest::Unread(body) => {
                let mut pieces = body.into_data_stream();
                while let Some(Ok(_)) = pieces.next().await {}
            }
            Rest::Form(mut multipart) => while let Ok(Some(_)) = multipart.next_field().await {},
        }
    }
}

/// What the headers say: the boundary between the fields.
fn opening(headers: &HeaderMap, body: &Body) -> Result<String, Refusal> {
    if headers.contains_key(AUTHORIZATION) {
        return Err(Refusal::second_mechanism());
    }
    let declared = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    // A call in the same process has a length, and nobody has written it into a header.
    let length: u64 = declared.or_else(|| body.size_hint().exact()).ok_or_else(Refusal::length_missing)?;
    if length > LARGEST_FILE + 2 * LARGEST_FIELDS as u64 {
        return Err(Refusal::too_large());
    }
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    multer::parse_boundary(content_type).map_err(|_| Refusal::not_a_form())
}

/// Measures a file as it passes by.
struct Meter {
    limit: u64,
    size: u64,
    hash: Sha256,
    start: Vec<u8>,
}

impl Meter {
    fn new(limit: u64) -> Self {
        Self { limit, size: 0, hash: Sha256::new(), start: Vec::new() }
    }

    fn add(&mut self, piece: &[u8]) -> Result<(), Refusal> {
        self.size += piece.len() as u64;
        if self.size > self.limit {
            return Err(Refusal::too_large());
        }
        self.hash.update(piece);
        let lacking = 8_usize.saturating_sub(self.start.len()).min(piece.len());
        self.start.extend_from_slice(&piece[..lacking]);
        Ok(())
    }

    fn read(self) -> Received {
        Received {
            size: self.size,
            sha256: HEXLOWER.encode(&self.hash.finalize()),
            is_video: self.start.get(4..8) == Some(b"ftyp"),
        }
    }
}

/// A body in sips: after each piece it pretends that the next one is not there yet. The reader of
/// forms would otherwise put together in memory whatever is there before it hands on any of it.
struct Sips {
    body: BodyDataStream,
    has_drunk: bool,
}

impl Sips {
    fn new(body: Body) -> Self {
        Self { body: body.into_data_stream(), has_drunk: false }
    }
}

impl Stream for Sips {
    type Item = Result<Bytes, axum::Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if std::mem::take(&mut self.has_drunk) {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let piece = self.body.poll_next_unpin(context);
        self.has_drunk = matches!(piece, Poll::Ready(Some(Ok(_))));
        piece
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    fn measured(limit: u64, pieces: &[&[u8]]) -> Option<Received> {
        let mut meter = Meter::new(limit);
        pieces.iter().all(|piece| meter.add(piece).is_ok()).then(|| meter.read())
    }

    #[test]
    fn a_file_is_measured_however_it_is_cut_into_pieces() {
        let whole = measured(12, &[b"\0\0\0\x0cftypqt  "]);
        assert!(whole.as_ref().is_some_and(|file| file.is_video && file.size == 12));
        assert_eq!(measured(12, &[b"\0\0", b"", b"\0\x0cft", b"ypqt  "]), whole);
        for other in [b"\0\0\0\x0cmoovqt  ".as_slice(), b"ftypftyX", b"\0\0\0\x0cfty", b""] {
            assert_eq!(measured(12, &[other]).map(|file| file.is_video), Some(false), "{other:?}");
        }
    }

    #[test]
    fn a_file_over_the_limit_is_refused_at_the_byte_that_is_over_it() {
        assert!(measured(3, &[b"ab", b"c"]).is_some());
        assert!(measured(3, &[b"ab", b"cd"]).is_none());
    }

    #[tokio::test]
    async fn no_more_of_a_file_is_read_than_is_handed_on() {
        const HEAD: &[u8] = b"--x\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\n";
        let pulled = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&pulled);
        let pieces = std::iter::once(HEAD)
            .chain(std::iter::repeat_n(b"0123456789".as_slice(), 1000))
            .chain([b"\r\n--x--".as_slice()]);
        let pieces = pieces.inspect(move |_| _ = counter.fetch_add(1, Ordering::Relaxed)).map(Ok::<_, axum::Error>);
        let body = Body::from_stream(futures_util::stream::iter(pieces));
        let request = http::Request::post("/")
            .header(CONTENT_LENGTH, 11_000)
            .header(CONTENT_TYPE, "multipart/form-data; boundary=x");
        let Ok(request) = request.body(body) else { panic!("the request is well-formed") };
        let mut form = Form::open(request).await;
        assert!(pulled.load(Ordering::Relaxed) <= 2, "the file waits");
        let received = form.receive().await;
        assert_eq!(received.map(|file| file.size).ok(), Some(10_000));
        assert_eq!(pulled.load(Ordering::Relaxed), 1002);
    }
}
