package main

import (
	"cmp"
	"context"
	"fmt"
	"io"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"

	"example.com/redis-chat/01-redis-basics/dial"
	"example.com/redis-chat/01-redis-basics/harmless"
	replication "example.com/redis-chat/02-replication"
	pubsub "example.com/redis-chat/03-pubsub"
)

// run subscribes and prints until ctx ends or -count messages have come. The error is a mistake that
// waiting cannot mend; a server that is not there is waited for.
func run(ctx context.Context, o options, messages, events io.Writer) error {
	logging.Disable() // every failure is told below, in sentences, and once
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	client := o.client(o.redis)
	defer client.Close()
	probes := o.client(cmp.Or(o.master, o.redis))
	defer probes.Close()

	subscription, err := o.watched(ctx, probes, events)
	if err != nil {
		return err
	}
	s, err := pubsub.Subscribe(ctx, client, subscription)
	if err != nil {
		return err
	}
	p := printer{o: o, messages: messages, events: events, mistake: func(err error) error {
		return mistake(ctx, client.Options(), "subscribe at", err)
	}}
	for {
		batch, err := s.Receive(ctx)
		if err != nil { // Ctrl-C: the only way to end
			p.end()
			return nil
		}
		for _, e := range batch {
			if done, err := p.print(e); done || err != nil {
				p.end()
				return err
			}
		}
	}
}

// client tries once: a probe is not repeated, and ends when the watch has lost interest in it.
func (o options) client(addr string) *redis.Client {
	settings := o.login.Options(addr)
	settings.DialTimeout, settings.ReadTimeout, settings.WriteTimeout = o.patience, o.patience, o.patience
	return redis.NewClient(settings)
}

// watched decides where probes are published, and says so when nowhere.
func (o options) watched(ctx context.Context, probes *redis.Client, events io.Writer) (pubsub.Options, error) {
	subscription := pubsub.Options{Channels: o.channels, Patterns: o.patterns, ProbeInterval: o.probe, ConnectTimeout: 2 * o.patience}
	asking, cancel := context.WithTimeout(ctx, o.patience)
	defer cancel()
	what := "subscribe at"
	if o.master != "" {
		what = "-master: publish at"
	}
	role, err := replication.ReadRole(asking, probes)
	if dial.Diagnose(err) != dial.NotPermitted { // to ask for the role; to publish or to subscribe is another right
		if err := mistake(ctx, probes.Options(), what, err); err != nil {
			return subscription, err
		}
	}
	switch {
	case ctx.Err() != nil:
		return subscription, nil
	case o.master != "" && role.Name == replication.Replica:
		return subscription, fmt.Errorf("-master: publish at %s: %w; publish at its master, %s", o.master, replication.ErrReplica, role.Master)
	case o.master != "": // one that is away is told by the watch
		return subscription.WatchedThrough(probes), nil
	case err != nil:
		fmt.Fprintf(events, "* no watch for silence: %s does not say yet whether it is a master; -master host:port names one\n", o.redis)
		return subscription, nil
	case role.Name == replication.Replica:
		fmt.Fprintf(events, "* no watch for silence: %s is a replica; -master %s publishes probes at its master\n", o.redis, harmless.Text(role.Master))
		return subscription, nil
	}
	return subscription.WatchedThrough(probes), nil
}

// printer prints messages and events, and counts both.
type printer struct {
	o                options
	messages, events io.Writer
	mistake          func(error) error // nil: it may pass
	received         int
	subscribed       int
}

// print reports whether this was the last message that was asked for.
func (p *printer) print(e pubsub.Event) (done bool, err error) {
	line := ""
	switch e.Kind {
	case pubsub.Message:
		if e.Probe {
			return false, nil
		}
		p.received++
		_, err := fmt.Fprintln(p.messages, pubsub.Line(p.o.language, e.Channel, e.Payload))
		return p.received == p.o.count, err
	case pubsub.Subscribed:
		line = fmt.Sprintf("subscribed at %s", p.o.redis)
		if p.subscribed++; p.subscribed > 1 {
			line = fmt.Sprintf("subscribed again at %s: what was published meanwhile is missed", p.o.redis)
		}
	case pubsub.Disconnected:
		if err := p.mistake(e.Err); err != nil {
			return true, err
		}
		line = fmt.Sprintf("disconnected, trying again: %v", e.Err)
	case pubsub.Silent:
		line = fmt.Sprintf("silent: %v", e.Err)
	case pubsub.Alive:
		line = "alive: a probe came back, messages are delivered"
	case pubsub.Overflow:
		line = fmt.Sprintf("missed %d messages: they came faster than they could be printed", e.Missed)
	}
	_, err = fmt.Fprintln(p.events, "*", harmless.Text(line))
	return false, err
}

// end tells how much has come, where anything could.
func (p *printer) end() {
	if p.subscribed > 0 {
		fmt.Fprintf(p.events, "* ended; messages received: %d\n", p.received)
	}
}

// mistake is an error for a reason that waiting cannot mend, in a sentence; else nil.
func mistake(ctx context.Context, o *redis.Options, what string, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	err = dial.Explain(ctx, o, err)
	switch dial.Diagnose(err) {
	case dial.CredentialsRefused, dial.NotPermitted, dial.NotRedis:
		return fmt.Errorf("%s %s: %w", what, o.Addr, err)
	}
	return nil
}
