package system

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"example.com/redis-chat/04-websocket-chat/client"
	"example.com/redis-chat/04-websocket-chat/frame"
	emitter "example.com/redis-chat/06-emitter"
	"example.com/redis-chat/06-emitter/system/status"
)

// proofRoom begins the names of the rooms in which the system proves itself. Messages
// in these rooms are not shown.
const proofRoom = "system-proof-"

func isProof(room string) bool { return strings.HasPrefix(room, proofRoom) }

// prove returns when a client on each node has heard a client of every other node, and
// the emitter, and has not heard itself.
func prove(ctx context.Context, nodes []status.Node, e *emitter.Emitter) error {
	room := proofRoom + rand.Text()[:8]
	clients := make([]*client.Client, len(nodes))
	defer func() {
		var closing sync.WaitGroup
		for _, c := range clients {
			if c != nil {
				closing.Go(func() { c.Close() })
			}
		}
		closing.Wait()
	}()
	dialing, dialCtx := errgroup.WithContext(ctx)
	for i, n := range nodes {
		dialing.Go(func() (err error) {
			clients[i], err = client.Dial(dialCtx, n.URL, client.DialOptions{Name: "system", Room: room})
			return err
		})
	}
	if err := dialing.Wait(); err != nil {
		return fmt.Errorf("prove the system: %w", err)
	}
	for i, c := range clients {
		if err := c.Send(ctx, frame.Frame{Event: "proof", Data: json.RawMessage(fmt.Sprintf("%q", nodes[i].Name))}); err != nil {
			return fmt.Errorf("prove %s: %w", nodes[i].Name, err)
		}
	}
	if _, err := e.To(room).Emit(ctx, "proof", "the emitter"); err != nil {
		return fmt.Errorf("prove the emitter: %w", err)
	}
	var hearing errgroup.Group
	for i, c := range clients {
		hearing.Go(func() error { return hear(ctx, c, i, nodes) })
	}
	return hearing.Wait()
}

// hear returns when the client of node i has heard everybody else.
func hear(ctx context.Context, c *client.Client, i int, nodes []status.Node) error {
	missing := map[string]bool{"the emitter": true}
	for _, n := range nodes {
		missing[n.Name] = true
	}
	self := nodes[i].Name
	delete(missing, self)
	for len(missing) > 0 {
		m, err := c.Receive(ctx)
		if err != nil {
			var names []string
			for name := range missing {
				names = append(names, name)
			}
			if errors.Is(err, context.DeadlineExceeded) {
				err = errors.New("time is up")
			}
			return fmt.Errorf("prove %s: nothing heard there from %s: %w", self, strings.Join(names, " and "), err)
		}
		var by string
		if m.Event != "proof" || json.Unmarshal(m.Data, &by) != nil {
			continue
		}
		if by == self {
			return fmt.Errorf("prove %s: a client heard its own message", self)
		}
		delete(missing, by)
	}
	return nil
}

var errEnded = errors.New("it ended before it was ready")

// awaitReady returns when a node's /readyz says 200: messages reach it.
func awaitReady(ctx context.Context, n status.Node, ended <-chan struct{}) error {
	why := errors.New("it does not answer")
	for {
		err := readyz(ctx, n.URL)
		if err == nil {
			return nil
		}
		if ctx.Err() == nil {
			why = err
		}
		select {
		case <-ended:
			return errEnded
		case <-ctx.Done():
			return fmt.Errorf("%s is not ready: %w (%w)", n.Name, why, context.Cause(ctx))
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// polling keeps no connections: after a kill, the next run must not be asked on a
// connection to the last.
var polling = &http.Client{Timeout: time.Second, Transport: &http.Transport{DisableKeepAlives: true}}

func readyz(ctx context.Context, url string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/readyz", nil)
	if err != nil {
		return err
	}
	resp, err := polling.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode == http.StatusOK {
		return nil
	}
	var answer struct{ Reason string }
	_ = json.NewDecoder(resp.Body).Decode(&answer) // the status says enough
	return fmt.Errorf("%s: %s", resp.Status, answer.Reason)
}
