//! A connection, and the use that is made of it: what is answered is told from what only waits by what the socket took.

use std::io::{ErrorKind, IoSlice, Result};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// Uses of a connection, those that can best be done without first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(super) enum Use {
    /// Nothing was asked for yet.
    Silent,
    /// All that was asked for was sent. A browser asks again on another connection.
    Idle,
    /// An open page waits for news, and comes back by itself.
    Listening,
    /// Something is asked for, and one that is cut off is lost.
    Asking,
    /// It is being sent.
    Sending,
}

impl Use {
    const ALL: [Self; 5] = [Self::Silent, Self::Idle, Self::Listening, Self::Asking, Self::Sending];
}

/// A connection with its use.
#[derive(Clone)]
pub(super) struct Line(Arc<(TcpStream, AtomicU8)>);

impl Line {
    pub(super) fn new(stream: TcpStream) -> Self {
        // Best effort: without it pages come a little later.
        let _ = stream.set_nodelay(true);
        Self(Arc::new((stream, AtomicU8::new(Use::Silent as u8))))
    }

    pub(super) fn usage(&self) -> Use {
        Use::ALL[usize::from(self.0.1.load(Ordering::Relaxed))]
    }

    pub(super) fn put_to(&self, usage: Use) {
        self.0.1.store(usage as u8, Ordering::Relaxed);
    }

    /// Changes one use to another, and leaves others as they are.
    fn turn(&self, from: Use, to: Use) {
        let _ = self.0.1.compare_exchange(from as u8, to as u8, Ordering::Relaxed, Ordering::Relaxed);
    }

    /// Waits until the other side sends no more. One that asks for something may do so and wait for the answer; one
    /// that listens is gone then.
    pub(super) async fn ended(&self) {
        if self.0.0.peek(&mut [0]).await.is_ok_and(|bytes| bytes > 0) {
            // Something else is asked for already. Whether that is the last is seen when nobody takes what is sent.
            std::future::pending::<()>().await;
        }
    }
}

impl AsyncRead for Line {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<Result<()>> {
        let stream = &self.0.0;
        loop {
            ready!(stream.poll_read_ready(context))?;
            match stream.try_read(into.initialize_unfilled()) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                read => {
                    into.advance(read?);
                    return Poll::Ready(Ok(()));
                }
            }
        }
    }
}

impl AsyncWrite for Line {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<Result<usize>> {
        self.poll_write_vectored(context, &[IoSlice::new(bytes)])
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<Result<usize>> {
        self.turn(Use::Idle, Use::Sending);
        let stream = &self.0.0;
        loop {
            ready!(stream.poll_write_ready(context))?;
            match stream.try_write_vectored(parts) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                written => return Poll::Ready(written),
            }
        }
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    /// Called when nothing is left to be written.
    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<()>> {
        self.turn(Use::Sending, Use::Idle);
        Poll::Ready(Ok(()))
    }

    /// It ends when it is dropped, which is next.
    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<()>> {
        Poll::Ready(Ok(()))
    }
}
