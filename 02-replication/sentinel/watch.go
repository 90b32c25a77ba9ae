package sentinel

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"example.com/redis-chat/01-redis-basics/dial"
)

// Options say whom to ask about what. Addrs is needed; every other zero value works.
type Options struct {
	Addrs    []string      // host:port of each Sentinel
	Name     string        // of the master, as in "sentinel monitor NAME …"; default "mymaster", as in Redis' own sentinel.conf
	Username string        // at the Sentinels, whose users are their own; default none
	Password string        // default none
	TLS      *tls.Config   // nil: plain TCP
	Poll     time.Duration // how often they are asked when nothing happens; default 1s
	Log      *slog.Logger  // default: none

	// Dialer is for a network of one's own; default the usual one.
	Dialer func(ctx context.Context, network, addr string) (net.Conn, error)
}

var errNobody = errors.New("look for the master: no Sentinel to ask: give the address of one at least")

func (o Options) withDefaults() Options {
	o.Name = cmp.Or(o.Name, "mymaster")
	o.Poll = cmp.Or(o.Poll, time.Second)
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return o
}

// answerTime is when a Sentinel that does not answer is taken for silent.
const answerTime = time.Second

func (o Options) client(addr string) *redis.SentinelClient {
	options := dial.Once(redis.Options{
		Addr: addr, Username: o.Username, Password: o.Password, TLSConfig: o.TLS, Dialer: o.Dialer,
		Protocol: 2, ClientName: "chat-sentinel-watcher",
		DialTimeout: answerTime, ReadTimeout: answerTime, WriteTimeout: answerTime,
	})
	return redis.NewSentinelClient(options)
}

// Watcher knows what the Sentinels say.
type Watcher struct {
	o    Options
	ends sync.WaitGroup

	mu      sync.Mutex
	all     []said
	view    View
	few     bool          // it was told that most give no answer
	changed chan struct{} // closed when view is not true any more
}

// Watch begins to ask and returns at once. It asks until ctx ends. An error is a mistake in the options.
func Watch(ctx context.Context, o Options) (*Watcher, error) {
	if len(o.Addrs) == 0 {
		return nil, errNobody
	}
	w := &Watcher{o: o.withDefaults(), all: make([]said, len(o.Addrs)), changed: make(chan struct{})}
	w.view.Of = len(o.Addrs)
	for i, addr := range o.Addrs {
		w.ends.Go(func() { w.follow(ctx, i, addr) })
	}
	return w, nil
}

// Wait waits until all goroutines have ended, which they do with the context of Watch.
func (w *Watcher) Wait() { w.ends.Wait() }

// View is what the Sentinels say now; changed is closed when it is not true any more.
func (w *Watcher) View() (view View, changed <-chan struct{}) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.view, w.changed
}

// follow asks one Sentinel, again whenever it tells of an event. Its events only wake: what they mean, the answers
// tell, also to whoever has missed some.
func (w *Watcher) follow(ctx context.Context, i int, addr string) {
	client := w.o.client(addr)
	defer client.Close()
	events := client.PSubscribe(ctx, "*")
	defer events.Close()
	happens := events.Channel(redis.WithChannelSize(1))
	poll := time.NewTicker(w.o.Poll)
	defer poll.Stop()
	why := ""
	for ctx.Err() == nil {
		attempt, cancel := context.WithTimeout(ctx, answerTime)
		s, err := ask(attempt, client, w.o.Name)
		cancel()
		if err != nil && ctx.Err() == nil {
			err = w.o.explain(addr, err)
			if reason := dial.Reason(err); reason != why { // the same, each second, would be no news
				why = reason
				w.o.Log.Warn("a Sentinel gives no answer", "why", err)
			}
		} else if why != "" {
			why = ""
			w.o.Log.Info("a Sentinel answers again", "at", addr)
		}
		w.note(i, s)
		select {
		case <-ctx.Done():
		case <-happens:
		case <-poll.C:
		}
	}
}

// note takes in what one Sentinel said; nothing, if it gave no answer.
func (w *Watcher) note(i int, s said) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !s.at.IsZero() {
		w.all[i] = s
	}
	view := merge(w.all, time.Now())
	if view.Master == "" { // none is heard: what was true last
		view.Master, view.Epoch, view.Replicas = w.view.Master, w.view.Epoch, w.view.Replicas
	}
	if view.Equal(w.view) {
		return
	}
	w.tellMajority(w.view.Majority(), view)
	w.view = view
	close(w.changed)
	w.changed = make(chan struct{})
}

// tellMajority logs when most Sentinels are not heard any more. Nothing else shows it, until the master dies as well. mu is locked.
func (w *Watcher) tellMajority(before bool, view View) {
	switch now := view.Majority(); {
	case before && !now:
		w.few = true
		w.o.Log.Warn("most Sentinels give no answer: the rest makes no other server the master", "heard", view.Heard, "of", view.Of)
	case now && w.few:
		w.few = false
		w.o.Log.Info("most Sentinels answer again", "heard", view.Heard, "of", view.Of)
	}
}
