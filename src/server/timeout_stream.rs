//! A socket that reports to its connection slot, and fails when a response is not read in time: hyper has one timer,
//! for a head and the time before it alike, and none for writing.

use std::io::{self, ErrorKind, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Sleep, sleep};

use super::connection_limiter::ConnectionGuard;

/// After the last response, incoming bytes are read and dropped for this long, and up to this many:
/// a socket closed with unread bytes is reset, and the client may lose the response.
const LINGER_TIMEOUT: Duration = Duration::from_secs(1);
const MAX_LINGER_BYTES: usize = 512 * 1024;

/// Reports reads, flushes and the end to the connection's slot. Writes fail after `write_timeout`.
pub(super) struct TimeoutStream {
    stream: TcpStream,
    guard: Arc<ConnectionGuard>,
    write_timeout: Duration,
    /// Runs while a part of a response cannot be written.
    write_deadline: Option<Pin<Box<Sleep>>>,
    /// Set after the last response: the time left for incoming bytes, and how many of them.
    linger: Option<(Pin<Box<Sleep>>, usize)>,
}

impl TimeoutStream {
    pub(super) fn new(stream: TcpStream, guard: Arc<ConnectionGuard>, write_timeout: Duration) -> Self {
        Self { stream, guard, write_timeout, write_deadline: None, linger: None }
    }

    /// The result of a write, or an error after the timeout. A client that reads a few bytes now and then gets no
    /// more time: only a complete [`AsyncWrite::poll_flush`] stops the timer.
    fn with_write_timeout<T>(
        &mut self,
        context: &mut Context<'_>,
        written: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if written.is_ready() {
            return written;
        }
        let timeout = self.write_timeout;
        let deadline = self.write_deadline.get_or_insert_with(|| Box::pin(sleep(timeout)));
        ready!(deadline.as_mut().poll(context));
        Poll::Ready(Err(ErrorKind::TimedOut.into()))
    }
}

impl AsyncRead for TimeoutStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        if buffer.filled().len() > before {
            self.guard.on_read();
        }
        read
    }
}

impl AsyncWrite for TimeoutStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.with_write_timeout(context, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.with_write_timeout(context, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(Pin::new(&mut self.stream).poll_flush(context))?;
        self.write_deadline = None;
        self.guard.on_flush();
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let Self { stream, guard, linger, .. } = &mut *self;
        if linger.is_none() {
            ready!(Pin::new(&mut *stream).poll_shutdown(context))?;
            guard.on_close();
        }
        let (deadline, left) =
            linger.get_or_insert_with(|| (Box::pin(sleep(LINGER_TIMEOUT)), MAX_LINGER_BYTES));
        let mut dropped = [0; 4096];
        while *left > 0 && deadline.as_mut().poll(context).is_pending() {
            let mut buffer = ReadBuf::new(&mut dropped);
            match ready!(Pin::new(&mut *stream).poll_read(context, &mut buffer)) {
                Ok(()) if !buffer.filled().is_empty() => *left = left.saturating_sub(buffer.filled().len()),
                _ => break,
            }
        }
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpSocket;
    use tokio::time::Instant;

    use super::super::connection_limiter::ConnectionLimiter;
    use super::*;

    const WRITE_TIMEOUT: Duration = Duration::from_millis(600);

    /// Both ends of a connection with small buffers.
    async fn pair() -> (TimeoutStream, TcpStream) {
        let [server, client] = [(); 2].map(|()| TcpSocket::new_v4().unwrap());
        server.set_send_buffer_size(4_096).unwrap();
        client.set_recv_buffer_size(4_096).unwrap();
        server.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let listener = server.listen(1).unwrap();
        let client = client.connect(listener.local_addr().unwrap()).await.unwrap();
        let (stream, peer) = listener.accept().await.unwrap();
        let guard = ConnectionLimiter::new(1, Vec::new(), Arc::default()).acquire(peer.ip()).await.unwrap();
        (TimeoutStream::new(stream, Arc::new(guard), WRITE_TIMEOUT), client)
    }

    /// T28: reading a few bytes now and then gives no more time.
    #[tokio::test]
    async fn a_response_that_is_read_slowly_times_out() {
        let (mut socket, mut client) = pair().await;
        let start = Instant::now();
        let response = vec![b'x'; 4 << 20];
        let reading = async {
            let mut buffer = [0; 2_048];
            while start.elapsed() < 5 * WRITE_TIMEOUT && client.read(&mut buffer).await.is_ok() {
                sleep(WRITE_TIMEOUT / 60).await;
            }
        };
        let sending = async {
            let error = socket.write_all(&response).await.expect_err("no timeout");
            assert_eq!(error.kind(), ErrorKind::TimedOut);
            assert!((WRITE_TIMEOUT..3 * WRITE_TIMEOUT).contains(&start.elapsed()), "{:?}", start.elapsed());
        };
        tokio::select! {
            () = reading => panic!("no timeout after {:?}", start.elapsed()),
            () = sending => {}
        }
    }

    #[tokio::test]
    async fn each_response_has_the_whole_timeout() {
        let (mut socket, mut client) = pair().await;
        let mut buffer = vec![0; 64 << 10];
        for _ in 0..4 {
            let response = vec![b'x'; 64 << 10];
            let sending = async {
                socket.write_all(&response).await.unwrap();
                socket.flush().await.unwrap();
            };
            let reading = async {
                sleep(WRITE_TIMEOUT / 2).await;
                client.read_exact(&mut buffer).await.unwrap();
            };
            tokio::join!(sending, reading);
        }
    }

    /// Otherwise the socket would be reset, and the response lost.
    #[tokio::test]
    async fn a_client_that_is_still_sending_receives_the_response() {
        let (mut socket, mut client) = pair().await;
        let ending = async {
            socket.write_all(b"no").await.unwrap();
            socket.shutdown().await.unwrap();
            drop(socket);
        };
        let sending = async {
            for _ in 0..8 {
                client.write_all(&[b'x'; 10_000]).await.expect("it is still read");
                sleep(WRITE_TIMEOUT / 20).await;
            }
            client.shutdown().await.unwrap();
            let mut text = String::new();
            client.read_to_string(&mut text).await.map(|_| text)
        };
        let ((), text) = tokio::join!(ending, sending);
        assert_eq!(text.unwrap(), "no");
    }
}
