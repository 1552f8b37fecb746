// Publishes one notification through the Dapr sidecar: `dapr run --app-id shop -- go run . order-7-shipped`.
package main

import (
	"context"
	"fmt"
	"os"
	"time"

	dapr "github.com/dapr/go-sdk/client"
)

type notification struct {
	// Every attempt uses the same id, so a notification that arrives twice is shown once.
	ID       string `json:"id"`
	Feed     string `json:"feed,omitempty"`
	Title    string `json:"title"`
	Severity string `json:"severity,omitempty"`
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: publisher <id>")
		os.Exit(2)
	}
	// Reads DAPR_GRPC_PORT and DAPR_API_TOKEN.
	client, err := dapr.NewClient()
	if err != nil {
		fail(err)
	}
	defer client.Close()
	message := notification{ID: os.Args[1], Title: "Published from Go", Severity: "success"}
	for attempt := 1; ; attempt++ {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		// A struct is sent as application/json. Text would be sent as text/plain.
		err = client.PublishEvent(ctx, "notification-pubsub", "notifications", message)
		cancel()
		if err == nil {
			fmt.Println("published", message.ID)
			return
		}
		if attempt == 5 {
			fail(err)
		}
		time.Sleep(time.Duration(attempt) * time.Second)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
