//! The body of an answer, whole or cut.
//!
//! Must not hold back what may pass: a watch is an answer without an end.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use hyper::body::{Body, Bytes, Frame};

/// What the API server answered, as far as it may arrive.
pub(super) struct Passing {
    body: kube::client::Body,
    /// How many more bytes may pass, where there is an end.
    room: Option<usize>,
    /// The end is reported one turn later: what came before has to be written first.
    over: bool,
}

impl Passing {
    pub(super) fn whole(body: kube::client::Body) -> Self {
        Self { body, room: None, over: false }
    }

    pub(super) fn cut(body: kube::client::Body, after: usize) -> Self {
        Self { body, room: Some(after), over: false }
    }

    fn pass(&mut self, bytes: &Bytes) -> Bytes {
        let length = self.room.map_or(bytes.len(), |room| room.min(bytes.len()));
        self.room = self.room.map(|room| room - length);
        bytes.slice(..length)
    }
}

impl Body for Passing {
    type Data = Bytes;
    type Error = Box<dyn std::error::Error + Send + Sync>;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        if self.room == Some(0) {
            if self.over {
                return Poll::Ready(Some(Err(io::Error::other("cut, as asked").into())));
            }
            self.over = true;
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        Pin::new(&mut self.body).poll_frame(context).map(|frame| match frame? {
            Ok(frame) => Some(Ok(match frame.into_data() {
                Ok(bytes) => Frame::data(self.pass(&bytes)),
                Err(trailers) => trailers,
            })),
            Err(fault) => Some(Err(fault.into())),
        })
    }
}
