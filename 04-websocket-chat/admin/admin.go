package admin

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"time"

	chat "example.com/redis-chat/04-websocket-chat"
	"example.com/redis-chat/04-websocket-chat/ban"
	"example.com/redis-chat/04-websocket-chat/frame"
)

// Options of a Handler. Hub must be given.
type Options struct {
	Hub   *chat.Hub
	Node  string       // its name, in each line; default: none
	Token string       // that callers must show; default: none
	Log   *slog.Logger // default: none
}

// Client is a line of GET /clients.
type Client struct {
	Node string `json:"node"`
	chat.Client
}

// Order is the body of POST /kick: whom, for how long, and why.
type Order struct {
	ID      string `json:"id,omitempty"`
	Name    string `json:"name,omitempty"`
	Address string `json:"address,omitempty"` // an IP address; of IPv6 its /64 is meant
	Reason  string `json:"reason,omitempty"`
	For     string `json:"for,omitempty"` // as 10m, from 1s to 24h; default 10m
}

// Done is the answer: how many clients were closed.
type Done struct {
	Node   string    `json:"node"`
	Kicked int       `json:"kicked"`
	Until  time.Time `json:"until"`
}

const (
	usual   = 10 * time.Minute // for which somebody is asked to leave
	longest = 24 * time.Hour
	most    = 4 << 10 // bytes of an order
)

// Handler serves GET /clients, as lines of JSON, and POST /kick.
func Handler(o Options) http.Handler {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /clients", o.clients)
	mux.HandleFunc("POST /kick", o.kick)
	return o.door(mux)
}

func (o Options) clients(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/jsonl")
	lines := json.NewEncoder(w)
	for c := range o.Hub.Clients() {
		if lines.Encode(Client{o.Node, c}) != nil {
			return // the caller has left
		}
	}
}

func (o Options) kick(w http.ResponseWriter, r *http.Request) {
	var order Order
	body := json.NewDecoder(http.MaxBytesReader(w, r.Body, most))
	body.DisallowUnknownFields()
	if err := body.Decode(&order); err != nil && !errors.Is(err, io.EOF) {
		http.Error(w, `the body is no order: send JSON as {"name":"mallory","for":"10m","reason":"spam"}, at most 4096 bytes`, http.StatusBadRequest)
		return
	}
	k, err := order.kick()
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	n, err := o.Hub.Kick(k)
	if errors.Is(err, ban.ErrFull) {
		http.Error(w, err.Error(), http.StatusInsufficientStorage)
		return
	}
	o.Log.Info("kick", "id", order.ID, "name", order.Name, "address", order.Address, "for", k.For, "reason", k.Reason, "clients", n, "by", r.RemoteAddr)
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(Done{o.Node, n, time.Now().Add(k.For)})
}

// kick reads an order. An error is a sentence.
func (o Order) kick() (k chat.Kick, err error) {
	k = chat.Kick{ID: o.ID, Name: o.Name, Reason: o.Reason, For: usual}
	if o.ID == "" && o.Name == "" && o.Address == "" {
		return k, errors.New("say who is to leave: an id, a name or an address")
	}
	if o.Address != "" {
		ip, err := netip.ParseAddr(o.Address)
		if err != nil {
			return k, errors.New("want an IP address, as 192.0.2.1 or 2001:db8::1, without a port")
		}
		k.Address = chat.Address(netip.AddrPortFrom(ip, 0).String())
	}
	if o.For != "" {
		if k.For, err = time.ParseDuration(o.For); err != nil || k.For < time.Second || k.For > longest {
			return k, errors.New("want a time from 1s to 24h, as 10m, for which they stay away")
		}
	}
	if o.Reason != "" && (len(o.Reason) > frame.MaxKickReason || !frame.ValidLabel(o.Reason)) {
		return k, fmt.Errorf("want a reason of at most %d bytes, in characters that can be printed", frame.MaxKickReason)
	}
	return k, nil
}
