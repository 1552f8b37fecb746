//! Publishes one notification through the Dapr sidecar: `dapr run --app-id shop -- cargo run -- order-7-shipped`.
use std::{env, error::Error, process, time::Duration};

use tokio::time::{sleep, timeout};

const ATTEMPTS: u64 = 5;

async fn publish(notification: &str) -> Result<(), Box<dyn Error>> {
    // Reads DAPR_GRPC_PORT and DAPR_API_TOKEN, unlike `Client::connect`.
    let mut client = dapr::Client::new().await?;
    // Set the content type since the SDK has no default.
    let sent = client.publish_event(
        "notification-pubsub",
        "notifications",
        "application/json",
        notification.into(),
        None,
    );
    timeout(Duration::from_secs(5), sent).await??;
    Ok(())
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let args: Vec<String> = env::args().collect();
    let [_, id] = args.as_slice() else {
        eprintln!("usage: tocsin-publisher <id>");
        process::exit(2);
    };
    // Every attempt uses the same id, so a notification that arrives twice is shown once.
    let notification =
        serde_json::json!({ "id": id, "title": "Published from Rust", "severity": "success" });
    for attempt in 1..=ATTEMPTS {
        match publish(&notification.to_string()).await {
            Ok(()) => return println!("published {id}"),
            Err(error) if attempt == ATTEMPTS => {
                eprintln!("{error}");
                process::exit(1);
            }
            Err(_) => sleep(Duration::from_secs(attempt)).await,
        }
    }
}
