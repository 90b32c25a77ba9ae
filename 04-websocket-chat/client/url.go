package client

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"example.com/redis-chat/01-redis-basics/harmless"
	"example.com/redis-chat/04-websocket-chat/frame"
)

// CheckURL tells whether Dial understands rawURL, without dialling.
func CheckURL(rawURL string) error {
	_, err := endpoint(rawURL, DialOptions{})
	return err
}

// endpoint is the WebSocket URL for what a person may have typed. Its errors hide what may be a password.
func endpoint(rawURL string, o DialOptions) (*url.URL, error) {
	if !strings.Contains(rawURL, "://") {
		rawURL = "ws://" + rawURL
	}
	u, err := url.Parse(rawURL)
	shown := harmless.Value(rawURL)
	if err != nil && shown == rawURL {
		return nil, fmt.Errorf("dial %s: %w", shown, errors.Unwrap(err)) // without the URL once more
	} else if err != nil { // its text holds parts of the URL
		return nil, fmt.Errorf("dial %s: this cannot be read as a URL: use for example http://127.0.0.1:3000", shown)
	}
	rawURL = shown
	if u.User != nil {
		return nil, fmt.Errorf("dial %s: nodes know no users and passwords: leave away what stands before the @", rawURL)
	}
	switch u.Scheme {
	case "http":
		u.Scheme = "ws"
	case "https":
		u.Scheme = "wss"
	case "ws", "wss":
	default:
		return nil, fmt.Errorf("dial %s: scheme %q: use http, https, ws or wss", rawURL, u.Scheme)
	}
	if u.Host == "" {
		return nil, fmt.Errorf("dial %s: no host: use for example http://127.0.0.1:3000", rawURL)
	}
	if !frame.ValidPort(u) {
		return nil, fmt.Errorf("dial %s: want a port from 1 to 65535", rawURL)
	}
	u.Path = strings.TrimSuffix(strings.TrimRight(u.Path, "/"), "/ws") + "/ws"
	q := u.Query()
	if o.Name != "" {
		q.Set("name", o.Name)
	}
	if o.Room != "" {
		q.Set("room", o.Room)
	}
	if o.Last.Place != "" {
		q.Set("after", o.Last.Place)
		q.Set("was", strings.Join(o.Last.IDs, ","))
		for _, room := range o.Last.Rooms {
			q.Add("also", room)
		}
	} else if o.History > 0 {
		q.Set("history", strconv.Itoa(o.History))
	}
	u.RawQuery = q.Encode()
	return u, nil
}
