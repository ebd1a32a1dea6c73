use axum::routing::get;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::{Notify, oneshot};

use super::*;

#[tokio::test]
async fn an_open_request_finishes_although_the_server_stops() {
    let (inside, go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let handler = {
        let (inside, go_on) = (Arc::clone(&inside), Arc::clone(&go_on));
        move || async move {
            inside.notify_one();
            go_on.notified().await;
            "done"
        }
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let server = tokio::spawn(serve(listener, Router::new().route("/", get(handler)), async {
        stopped.await.unwrap();
    }));

    let mut client = TcpStream::connect(address).await.unwrap();
    client.write_all(b"GET / HTTP/1.1\r\nhost: here\r\n\r\n").await.unwrap();
    inside.notified().await;
    stop.send(()).unwrap();
    go_on.notify_one();

    let mut answer = String::new();
    client.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("done"), "{answer}");
    server.await.unwrap();
    assert!(TcpStream::connect(address).await.is_err());
}
