//! A socket that knows what its connection does, and gives up on who does not read: hyper has one
//! timer, for a head and for the time before it alike, and none for an answer that nobody takes.

use std::io::{self, ErrorKind, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Sleep, sleep};

use super::connection_limiter::ConnectionGuard;

/// After the last answer, what still comes is read and thrown away for so long, and so much of it:
/// a socket closed with unread bytes is reset, and the answer is lost with it.
const LINGER_TIMEOUT: Duration = Duration::from_secs(1);
const MAX_LINGER_BYTES: usize = 512 * 1024;

/// A connection that tells its place what it does. Its writes fail when an answer is not taken
/// within `patience`.
pub(super) struct TimeoutStream {
    stream: TcpStream,
    guard: Arc<ConnectionGuard>,
    write_timeout: Duration,
    /// Since when an answer is not wholly taken; nothing while none waits.
    write_deadline: Option<Pin<Box<Sleep>>>,
    /// Since the end of the last answer: the time for what still comes, and how much of it may.
    lingering: Option<(Pin<Box<Sleep>>, usize)>,
}

impl TimeoutStream {
    pub(super) fn new(stream: TcpStream, guard: Arc<ConnectionGuard>, write_timeout: Duration) -> Self {
        Self { stream, guard, write_timeout, write_deadline: None, lingering: None }
    }

    /// What a write came to, or an error where the answer has waited for too long. A few bytes
    /// taken now and then buy no time: only [`AsyncWrite::poll_flush`] says that all of it is gone.
    fn with_write_timeout<T>(
        &mut self,
        context: &mut Context<'_>,
        written: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if written.is_ready() {
            return written;
        }
        let patience = self.write_timeout;
        let over = self.write_deadline.get_or_insert_with(|| Box::pin(sleep(patience)));
        ready!(over.as_mut().poll(context));
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
        let Self { stream, guard: held, lingering, .. } = &mut *self;
        if lingering.is_none() {
            ready!(Pin::new(&mut *stream).poll_shutdown(context))?;
            held.on_close();
        }
        let (over, left) =
            lingering.get_or_insert_with(|| (Box::pin(sleep(LINGER_TIMEOUT)), MAX_LINGER_BYTES));
        let mut thrown_away = [0; 4096];
        while *left > 0 && over.as_mut().poll(context).is_pending() {
            let mut buffer = ReadBuf::new(&mut thrown_away);
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

    /// A socket with little room for what it sends, and its other end with little room too.
    async fn pair() -> (TimeoutStream, TcpStream) {
        let [server, client] = [(); 2].map(|()| TcpSocket::new_v4().unwrap());
        server.set_send_buffer_size(4_096).unwrap();
        client.set_recv_buffer_size(4_096).unwrap();
        server.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let listener = server.listen(1).unwrap();
        let client = client.connect(listener.local_addr().unwrap()).await.unwrap();
        let (stream, peer) = listener.accept().await.unwrap();
        let held = ConnectionLimiter::new(1, Vec::new(), Arc::default()).acquire(peer.ip()).await.unwrap();
        (TimeoutStream::new(stream, Arc::new(held), WRITE_TIMEOUT), client)
    }

    /// T28: taking a drop now and then buys no time.
    #[tokio::test]
    async fn an_answer_that_is_taken_in_drops_is_failed() {
        let (mut socket, mut client) = pair().await;
        let begun = Instant::now();
        let answer = vec![b'x'; 4 << 20];
        let dripping = async {
            let mut drop = [0; 2_048];
            while begun.elapsed() < 5 * WRITE_TIMEOUT && client.read(&mut drop).await.is_ok() {
                sleep(WRITE_TIMEOUT / 60).await;
            }
        };
        let sending = async {
            let error = socket.write_all(&answer).await.expect_err("all of it was taken");
            assert_eq!(error.kind(), ErrorKind::TimedOut);
            assert!((WRITE_TIMEOUT..3 * WRITE_TIMEOUT).contains(&begun.elapsed()), "{:?}", begun.elapsed());
        };
        tokio::select! {
            () = dripping => panic!("it is still being sent after {:?}", begun.elapsed()),
            () = sending => {}
        }
    }

    #[tokio::test]
    async fn an_answer_that_is_taken_gives_the_next_one_as_much_time() {
        let (mut socket, mut client) = pair().await;
        let mut taken = vec![0; 64 << 10];
        for _ in 0..4 {
            let answer = vec![b'x'; 64 << 10];
            let sending = async {
                socket.write_all(&answer).await.unwrap();
                socket.flush().await.unwrap();
            };
            let taking = async {
                sleep(WRITE_TIMEOUT / 2).await;
                client.read_exact(&mut taken).await.unwrap();
            };
            tokio::join!(sending, taking);
        }
    }

    /// Who is still sending is heard out for a moment, and comes to read the answer.
    #[tokio::test]
    async fn an_answer_arrives_though_its_request_is_still_being_sent() {
        let (mut socket, mut client) = pair().await;
        let ending = async {
            socket.write_all(b"no").await.unwrap();
            socket.shutdown().await.unwrap();
            drop(socket);
        };
        let sending = async {
            for _ in 0..8 {
                client.write_all(&[b'x'; 10_000]).await.expect("it is heard out");
                sleep(WRITE_TIMEOUT / 20).await;
            }
            client.shutdown().await.unwrap();
            let mut said = String::new();
            client.read_to_string(&mut said).await.map(|_| said)
        };
        let ((), said) = tokio::join!(ending, sending);
        assert_eq!(said.unwrap(), "no");
    }
}
