// A small cart service on go-redis, logging with log/slog or log. Usage: cart JOB.json
//
// Ends by itself after the job's seconds, or when the job's stop file appears. For every redirection or cluster error
// it logs, it notes beside the log what the error said.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"log"
	"log/slog"
	"math/rand"
	"net"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

type jobFile struct {
	Mode, Style, Traffic, Notes, Stop string
	Seeds                             []string
	Rate, Seconds                     float64
	Seed                              int64
}

type note struct {
	Req  int     `json:"req"`
	T    float64 `json:"t"`
	Kind string  `json:"kind"`
	Slot *int    `json:"slot,omitempty"`
	Host *string `json:"host,omitempty"`
	Port *int    `json:"port,omitempty"`
	Text string  `json:"text,omitempty"`
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

// tell gives what the error says: go-redis hands the server's reply through as it was sent.
func tell(req int, err error) note {
	n := note{Req: req, T: float64(time.Now().UnixMilli()) / 1000, Kind: "other", Text: err.Error()}
	words := strings.Fields(err.Error())
	var netErr *net.OpError
	switch {
	case errors.As(err, &netErr), errors.Is(err, context.DeadlineExceeded):
		n.Kind = "unreachable"
	case len(words) == 3 && (words[0] == "MOVED" || words[0] == "ASK"):
		slot, _ := strconv.Atoi(words[1])
		colon := strings.LastIndex(words[2], ":")
		host := words[2][:colon]
		port, _ := strconv.Atoi(words[2][colon+1:])
		n = note{Req: req, T: n.T, Kind: strings.ToLower(words[0]), Slot: &slot, Host: &host, Port: &port}
	case words[0] == "TRYAGAIN" || words[0] == "CLUSTERDOWN" || words[0] == "CROSSSLOT":
		n.Kind = strings.ToLower(words[0])
	}
	return n
}

func call(ctx context.Context, c redis.UniversalClient, words []string) error {
	switch words[0] {
	case "GET":
		err := c.Get(ctx, words[1]).Err()
		if errors.Is(err, redis.Nil) {
			return nil
		}
		return err
	case "SET":
		return c.Set(ctx, words[1], words[2], 0).Err()
	case "MGET":
		return c.MGet(ctx, words[1:]...).Err()
	}
	log.Fatalf("unknown command %s", words[0])
	return nil
}

func main() {
	raw, err := os.ReadFile(os.Args[1])
	check(err)
	var job jobFile
	check(json.Unmarshal(raw, &job))
	side, err := os.OpenFile(job.Notes, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	check(err)
	notes := json.NewEncoder(side)

	logger := slog.New(slog.NewTextHandler(os.Stderr, nil))
	info := func(msg string, args ...any) { logger.Info(msg, args...) }
	failed := func(name string, req int, err error) {
		logger.Error("cart "+name+" failed", "req", req, "err", err)
	}
	if job.Style == "log" {
		info = func(msg string, args ...any) { log.Println(append([]any{msg}, args...)...) }
		failed = func(name string, req int, err error) { log.Printf("cart %s failed req=%d: %v", name, req, err) }
	}

	info("cart service starting", "client", "go-redis "+redis.Version(), "redis", job.Seeds[0])
	var client redis.UniversalClient
	if job.Mode == "plain" {
		client = redis.NewClient(&redis.Options{Addr: job.Seeds[0], ReadTimeout: 2 * time.Second})
	} else {
		client = redis.NewClusterClient(&redis.ClusterOptions{Addrs: job.Seeds, ReadTimeout: 2 * time.Second})
	}
	defer client.Close()

	ctx := context.Background()
	pick := rand.New(rand.NewSource(job.Seed))
	end := time.Now().Add(time.Duration(job.Seconds * float64(time.Second)))
	gap := time.Duration(float64(time.Second) / job.Rate)
	due, beat, ok, bad := time.Now(), time.Now().Add(5*time.Second), 0, 0
	for req := 1; time.Now().Before(end); req++ {
		if _, err := os.Stat(job.Stop); err == nil {
			break
		}
		traffic, err := os.ReadFile(job.Traffic)
		check(err)
		lines := strings.Split(strings.TrimSpace(string(traffic)), "\n")
		words := strings.Fields(lines[pick.Intn(len(lines))])
		if err := call(ctx, client, words); err != nil {
			bad++
			failed(strings.ToLower(words[0]), req, err)
			check(notes.Encode(tell(req, err)))
		} else {
			ok++
		}
		if time.Now().After(beat) {
			info("served", "ok", ok, "failed", bad)
			beat = beat.Add(5 * time.Second)
		}
		due = due.Add(gap)
		if now := time.Now(); due.Before(now) {
			due = now
		}
		time.Sleep(time.Until(due))
	}
	info("cart service stopping", "ok", ok, "failed", bad)
}
