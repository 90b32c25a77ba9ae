package client

import (
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// RefusedError is a node's answer to a request that it does not upgrade: a bad name, a foreign origin, no place left.
type RefusedError struct {
	Status     int           // HTTP status; 400 when name or room is not acceptable, 401 when the token is not, 403 when it is for others
	Text       string        // the node's sentence
	RetryAfter time.Duration // the pause that the node asks for before the next try; 0: it named none

	foreign bool // somebody else's page, which says nothing about nodes
}

// Final reports whether it makes no sense to ask again, here or at another node, with the same name, room and token.
func (e *RefusedError) Final() bool {
	barred := e.Status == http.StatusUnauthorized || e.Status == http.StatusForbidden
	return e.Status == http.StatusBadRequest || barred && !e.foreign
}

// Error returns the node's own sentence: it says what to do.
func (e *RefusedError) Error() string { return e.Text }

// maxRetryAfter bounds what is believed of a Retry-After, in seconds.
const maxRetryAfter = 3600

// refusal reads the sentence of a node that did not upgrade. The dialer keeps the first 1,024 bytes of it.
func refusal(resp *http.Response) error {
	defer resp.Body.Close()
	body, _ := io.ReadAll(resp.Body) // a part of it is better than nothing
	text := strings.TrimSpace(string(body))
	foreign := text == "" || strings.Contains(text, "\n") // a page of somebody else's
	if foreign {
		text = "refused with " + resp.Status + ": is this the URL of a chat node?"
	}
	if resp.StatusCode == http.StatusUpgradeRequired { // the node heard of no WebSocket, and one was asked for
		text = "the node was not asked for a WebSocket: a proxy in front of it has to pass the headers Upgrade and Connection on"
	}
	if resp.StatusCode == http.StatusBadRequest && strings.Contains(text, "HTTP request to an HTTPS server") { // net/http's words
		text = "this node speaks TLS: write https:// or wss://"
	}
	pause, err := strconv.Atoi(resp.Header.Get("Retry-After"))
	if err != nil || pause < 0 || pause > maxRetryAfter { // nonsense, or a date: with a wrong clock that is any pause
		pause = 0
	}
	return &RefusedError{Status: resp.StatusCode, Text: text, RetryAfter: time.Duration(pause) * time.Second, foreign: foreign}
}
