package admin

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"example.com/redis-chat/01-redis-basics/harmless"
)

// Caller calls a node's ADMIN_ADDR. Whatever the node says about clients is their own words: show it with harmless.Text.
type Caller struct {
	url   string
	shown string
	token string
	http  http.Client
}

// callTime is how long a call may take, as a node that is frozen is not waited for.
const callTime = 30 * time.Second

// NewCaller takes http://127.0.0.1:9000, https://…, or unix:/run/chat/admin.sock. Its errors hide what may be a password.
func NewCaller(rawURL, token string) (*Caller, error) {
	shown := harmless.Value(rawURL)
	c := &Caller{url: strings.TrimSuffix(rawURL, "/"), shown: shown, token: token, http: http.Client{Timeout: callTime}}
	transport := &http.Transport{DisableKeepAlives: true}
	c.http.Transport = transport
	if path, ok := strings.CutPrefix(rawURL, "unix:"); ok && path != "" {
		transport.DialContext = func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", path)
		}
		c.url = "http://localhost"
		return c, nil
	}
	u, err := url.Parse(rawURL)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || strings.Trim(u.Path, "/") != "" {
		return nil, fmt.Errorf("%q: want the URL of a node's ADMIN_ADDR, as http://127.0.0.1:9000 or unix:/run/chat/admin.sock", shown)
	}
	return c, nil
}

// Clients calls each for every client of the node.
func (c *Caller) Clients(ctx context.Context, each func(Client)) error {
	return c.call(ctx, http.MethodGet, "/clients", nil, func(body io.Reader) error {
		for lines := json.NewDecoder(body); ; {
			var one Client
			if err := lines.Decode(&one); errors.Is(err, io.EOF) {
				return nil
			} else if err != nil {
				return err
			}
			each(one)
		}
	})
}

// Kick has somebody leave.
func (c *Caller) Kick(ctx context.Context, o Order) (done Done, err error) {
	body, err := json.Marshal(o)
	if err != nil {
		return done, fmt.Errorf("encode the order: %w", err)
	}
	return done, c.call(ctx, http.MethodPost, "/kick", body, func(body io.Reader) error { return json.NewDecoder(body).Decode(&done) })
}

func (c *Caller) call(ctx context.Context, method, path string, body []byte, read func(io.Reader) error) error {
	r, err := http.NewRequestWithContext(ctx, method, c.url+path, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("ask %s: %w", c.shown, err)
	}
	r.Header.Set("Content-Type", "application/json")
	if c.token != "" {
		r.Header.Set("Authorization", "Bearer "+c.token)
	}
	answer, err := c.http.Do(r)
	if err != nil {
		if why, ok := errors.AsType[*url.Error](err); ok {
			err = why.Err // without the URL, which is here already
		}
		return fmt.Errorf("ask %s: %w; is this a node's ADMIN_ADDR?", c.shown, err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(io.LimitReader(answer.Body, 1024)) // a part is better than nothing
		said := strings.TrimSpace(string(text))
		if said == "" || strings.Contains(said, "\n") || answer.StatusCode == http.StatusNotFound {
			said = answer.Status + ": is this a node's ADMIN_ADDR?"
		}
		return fmt.Errorf("ask %s: %s", c.shown, said)
	}
	if err := read(answer.Body); err != nil {
		return fmt.Errorf("ask %s: it does not answer as a node does (%w)", c.shown, err)
	}
	return nil
}
