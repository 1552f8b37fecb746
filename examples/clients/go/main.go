// Prints the notifications of the given feeds, each once and in order, including any missed while disconnected.
//
//	go run . http://localhost:4001 all topic:orders     (set TOKEN if the server requires one)
//
// Standard library only. Follows the rules in docs/protocol.md, "Server-sent events".
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"math/rand"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"
)

type page struct {
	Publications []struct {
		Notification *struct{ ID, Title string }
		ID           string
		Gone         string
		Replaces     string
	}
}

func show(data string) {
	var received page
	if err := json.Unmarshal([]byte(data), &received); err != nil {
		log.Fatal(err)
	}
	for _, publication := range received.Publications {
		if publication.Notification == nil {
			fmt.Println("-", publication.ID, publication.Gone)
			continue
		}
		if publication.Replaces != "" {
			fmt.Println("-", publication.Replaces, "replaced")
		}
		fmt.Println("+", publication.Notification.ID, publication.Notification.Title)
	}
}

// The server sends a comment at least every 25 s. After this long without a line, the connection is dead.
const silence = 60 * time.Second

// read prints a stream's events until it ends. It returns the last event id and the reconnection delay.
func read(body io.Reader, alive *time.Timer, lastID string, wait time.Duration) (string, time.Duration, error) {
	lines := bufio.NewReader(body)
	fields := map[string]string{}
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			return lastID, wait, err
		}
		alive.Reset(silence)
		if line = strings.TrimRight(line, "\r\n"); line != "" {
			name, value, _ := strings.Cut(line, ":")
			fields[name] = strings.TrimPrefix(value, " ")
			continue
		}
		if ms, err := strconv.Atoi(fields["retry"]); err == nil {
			wait = time.Duration(ms) * time.Millisecond
		}
		if event := fields["event"]; event == "subscribed" || event == "publications" {
			show(fields["data"])
		}
		if id := fields["id"]; id != "" {
			lastID = id
		}
		clear(fields)
	}
}

// connect reads one stream until it ends or falls silent.
func connect(address, lastID string, wait time.Duration) (string, time.Duration, error) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	alive := time.AfterFunc(silence, cancel)
	defer alive.Stop()
	request, err := http.NewRequestWithContext(ctx, "GET", address, nil)
	if err != nil {
		log.Fatal(err)
	}
	if token := os.Getenv("TOKEN"); token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	if lastID != "" {
		request.Header.Set("Last-Event-ID", lastID)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return lastID, wait, err
	}
	defer response.Body.Close()
	switch status := response.StatusCode; {
	case status == 200:
		return read(response.Body, alive, lastID, wait)
	case status == 429 || status >= 500:
		return lastID, wait, fmt.Errorf("%s", response.Status)
	}
	problem, _ := io.ReadAll(response.Body)
	log.Fatalf("%s: %s", response.Status, problem)
	return lastID, wait, nil
}

func main() {
	query := url.Values{"feed": os.Args[2:]}
	lastID, wait := "", time.Second
	for {
		var err error
		lastID, wait, err = connect(os.Args[1]+"/app/stream?"+query.Encode(), lastID, wait)
		log.Print("reconnecting: ", err)
		time.Sleep(time.Duration(float64(wait) * (0.5 + rand.Float64())))
	}
}
